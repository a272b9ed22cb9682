//! Checks a payload as a whole, and hands each platform's part on.

use serde_json::{Map, Value};

use super::findings::{Findings, Path};
use super::names::Names;
use super::part::{Part, Texts};
use super::rules::body::{
    DATA_NOT_EVERYWHERE, NO_PLATFORM, PLATFORM_NAME, PLATFORM_NOT_AN_OBJECT, TARGETS_IN_REQUEST, TEXTS_DIFFER,
    TOO_LARGE, TOO_LARGE_FOR_INTERESTS, UNKNOWN_MEMBER,
};
use super::size::json_len;
use super::{apns, fcm, web};
use crate::targets::kind::{INTERESTS, TargetKind, USERS};

/// Where the sizes of the platforms' parts begin to matter.
const MIN_LARGE: usize = web::LARGE_LEN;

static NAMES: Names = Names {
    known: &["apns", "fcm", "web", "webhookUrl"],
    accepted: &["interests", "users"],
    aliases: &[
        ("ios", "apns"),
        ("apple", "apns"),
        ("apn", "apns"),
        ("android", "fcm"),
        ("firebase", "fcm"),
        ("google", "fcm"),
        ("gcm", "fcm"),
        ("webpush", "web"),
        ("browser", "web"),
        ("chrome", "web"),
        ("webhook", "webhookUrl"),
    ],
};

type Object = Map<String, Value>;

/// Checks a platform's part, and returns its texts.
type CheckPart = for<'a> fn(&Part<'a, '_>, &mut Findings) -> Texts<'a>;

/// Checks a payload.
pub(super) fn check(payload: &Value, targets: Option<&'static TargetKind>, findings: &mut Findings) {
    let root = Path::ROOT;
    let Value::Object(payload_members) = payload else { return findings.add(&NO_PLATFORM, &root) };
    let bytes = json_len(payload);
    let is_large = bytes > MIN_LARGE;
    check_size(bytes, targets, findings);

    let (mut apns, mut fcm, mut web) = (None, None, None);
    for (name, value) in payload_members {
        let path = root.member(name);
        match (name.as_str(), value) {
            ("apns", Value::Object(part)) => apns = Some(part),
            ("fcm", Value::Object(part)) => fcm = Some(part),
            ("web", Value::Object(part)) => web = Some(part),
            ("apns" | "fcm" | "web", _) => findings.add(&PLATFORM_NOT_AN_OBJECT, &path),
            ("webhookUrl", _) => {}
            ("interests" | "users", _) => findings.add(&TARGETS_IN_REQUEST, &path),
            _ => match NAMES.nearest(name) {
                Some(instead) => findings.add_instead(&PLATFORM_NAME, &path, instead),
                None => findings.add(&UNKNOWN_MEMBER, &path),
            },
        }
    }
    if !["apns", "fcm", "web"].iter().any(|name| payload_members.contains_key(*name)) {
        findings.add(&NO_PLATFORM, &root);
    }

    let texts = [("apns", apns, apns::check as CheckPart), ("fcm", fcm, fcm::check), ("web", web, web::check)].map(
        |(name, members, check)| {
            let part = members.map(|members| Part { members, path: root.member(name), is_large });
            (name, part.map(|part| check(&part, findings)).unwrap_or_default())
        },
    );
    check_texts(&texts, findings);
    check_data(&[("apns", apns), ("fcm", fcm), ("web", web)], findings);
}

fn check_size(bytes: usize, targets: Option<&'static TargetKind>, findings: &mut Findings) {
    if bytes > targets.unwrap_or(&USERS).max_body_bytes {
        findings.add_size(&TOO_LARGE, &Path::ROOT, bytes);
    } else if targets.is_none() && bytes > INTERESTS.max_body_bytes {
        findings.add_size(&TOO_LARGE_FOR_INTERESTS, &Path::ROOT, bytes);
    }
}

/// Where one of title and body is the same on two platforms and the other is not, one of them was probably forgotten.
fn check_texts(texts: &[(&str, Texts<'_>)], findings: &mut Findings) {
    let root = Path::ROOT;
    let mut earlier: Option<Texts<'_>> = None;
    for (platform, texts) in texts {
        let (Some(title), Some(body)) = (texts.title, texts.body) else { continue };
        if let Some(Texts { title: Some(other_title), body: Some(other_body) }) = earlier
            && (title == other_title) != (body == other_body)
        {
            findings.add(&TEXTS_DIFFER, &root.member(platform));
        }
        earlier = earlier.or(Some(*texts));
    }
}

fn check_data(parts: &[(&str, Option<&Object>)], findings: &mut Findings) {
    let has_data =
        |part: &&Object| part.get("data").is_some_and(|data| data.as_object().is_none_or(|it| !it.is_empty()));
    if !parts.iter().filter_map(|(_, part)| *part).any(|part| has_data(&part)) {
        return;
    }
    let root = Path::ROOT;
    for (platform, part) in parts {
        if part.is_some_and(|part| !part.contains_key("data")) {
            findings.add(&DATA_NOT_EVERYWHERE, &root.member(platform));
        }
    }
}

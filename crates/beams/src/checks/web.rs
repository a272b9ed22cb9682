//! Checks what browsers get. The names are those that Beams documents; the default service worker reads no others.

use serde_json::{Map, Value};

use super::findings::{Findings, Path};
use super::link::{Link, classify};
use super::names::Names;
use super::part::{Part, Texts};
use super::rules::web::{
    BELONGS_IN_NOTIFICATION, DATA_IN_NOTIFICATION, DATA_PUSHER, DEEP_LINK_INSECURE, DEEP_LINK_LOCAL, DEEP_LINK_MISSING,
    DEEP_LINK_NOT_ABSOLUTE, DEEP_LINK_SCHEME, HIDE_NOT_A_BOOLEAN, ICON_NOT_ABSOLUTE, ICON_NOT_REACHABLE, LARGE,
    NEAR_NAME, NOTIFICATION_MISSING, OWN_WORKER_ONLY, TIME_TO_LIVE, TIME_TO_LIVE_ZERO, TITLE_MISSING, TOO_LARGE,
    UNKNOWN_MEMBER,
};
use super::text::{check_body, check_link, check_time_to_live, check_title, is_text};

/// An encrypted message of 4 096 bytes holds 3 993, and Beams adds up to 174.
const MAX_LEN: usize = 3993 - 174;

/// Some push services take less than others.
pub(super) const LARGE_LEN: usize = 3000;

static PART: Names = Names {
    known: &["notification", "data", "time_to_live"],
    accepted: &[],
    aliases: &[("ttl", "time_to_live"), ("payload", "data"), ("customdata", "data")],
};

static NOTIFICATION: Names = Names {
    known: &["title", "body", "icon", "deep_link", "hide_notification_if_site_has_focus"],
    accepted: &[
        "image",
        "badge",
        "actions",
        "tag",
        "renotify",
        "require_interaction",
        "requireInteraction",
        "silent",
        "vibrate",
        "sound",
        "dir",
        "lang",
        "timestamp",
    ],
    aliases: &[
        ("url", "deep_link"),
        ("link", "deep_link"),
        ("href", "deep_link"),
        ("clickaction", "deep_link"),
        ("deeplinkurl", "deep_link"),
        ("launchurl", "deep_link"),
        ("imageurl", "icon"),
        ("iconurl", "icon"),
        ("ico", "icon"),
        ("message", "body"),
        ("text", "body"),
        ("content", "body"),
        ("subject", "title"),
        ("heading", "title"),
    ],
};

/// Checks a `web` part, and says its texts.
pub(super) fn check<'a>(part: &Part<'a, '_>, findings: &mut Findings) -> Texts<'a> {
    let mut texts = None;
    for (name, value) in part.members {
        let path = part.path.member(name);
        match (name.as_str(), value) {
            ("notification", Value::Object(notification)) => {
                texts = Some(check_notification(notification, &path, findings));
            }
            ("notification", _) => {}
            ("data", data) => {
                if data.get("pusher").is_some() {
                    findings.add(&DATA_PUSHER, &path.member("pusher"));
                }
            }
            ("time_to_live", seconds) => {
                check_time_to_live(seconds, &path, findings, [&TIME_TO_LIVE, &TIME_TO_LIVE_ZERO]);
            }
            _ => check_unknown(name, &path, findings),
        }
    }
    if texts.is_none() {
        findings.add(&NOTIFICATION_MISSING, &part.path);
    }
    part.check_size(&["notification", "data"], &[(MAX_LEN, &TOO_LARGE), (LARGE_LEN, &LARGE)], findings);
    texts.unwrap_or_default()
}

fn check_unknown(name: &str, path: &Path<'_>, findings: &mut Findings) {
    let in_notification = NOTIFICATION.known.iter().find(|known| **known == name).copied();
    if let Some(instead) = in_notification.or_else(|| NOTIFICATION.nearest(name)) {
        findings.add_instead(&BELONGS_IN_NOTIFICATION, path, &format!("web.notification.{instead}"));
    } else if let Some(instead) = PART.nearest(name) {
        findings.add_instead(&NEAR_NAME, path, instead);
    } else {
        findings.add(&UNKNOWN_MEMBER, path);
    }
}

fn check_notification<'a>(notification: &'a Map<String, Value>, path: &Path<'_>, findings: &mut Findings) -> Texts<'a> {
    for (name, value) in notification {
        let path = path.member(name);
        match name.as_str() {
            "title" => check_title(value, &path, findings),
            "body" => check_body(value, &path, findings),
            "icon" => check_icon(value, &path, findings),
            "deep_link" => check_deep_link(value, &path, findings),
            "hide_notification_if_site_has_focus" if !value.is_boolean() => findings.add(&HIDE_NOT_A_BOOLEAN, &path),
            "hide_notification_if_site_has_focus" => {}
            "data" => findings.add(&DATA_IN_NOTIFICATION, &path),
            "time_to_live" | "timeToLive" | "ttl" | "TTL" => {
                findings.add_instead(&NEAR_NAME, &path, "web.time_to_live");
            }
            name => match NOTIFICATION.nearest(name) {
                Some(instead) => findings.add_instead(&NEAR_NAME, &path, instead),
                None => findings.add(&OWN_WORKER_ONLY, &path),
            },
        }
    }
    if !is_text(notification.get("title")) {
        findings.add(&TITLE_MISSING, path);
    }
    if !notification.contains_key("deep_link") {
        findings.add(&DEEP_LINK_MISSING, path);
    }
    Texts::read(notification)
}

fn check_deep_link(link: &Value, path: &Path<'_>, findings: &mut Findings) {
    let Some(link) = link.as_str() else { return findings.add(&DEEP_LINK_NOT_ABSOLUTE, path) };
    match classify(link) {
        Link::Public => {}
        Link::Insecure => findings.add(&DEEP_LINK_INSECURE, path),
        Link::Local => findings.add(&DEEP_LINK_LOCAL, path),
        Link::OtherScheme | Link::Invalid => findings.add(&DEEP_LINK_SCHEME, path),
        Link::Relative => findings.add(&DEEP_LINK_NOT_ABSOLUTE, path),
    }
    check_link(link, path, findings);
}

fn check_icon(icon: &Value, path: &Path<'_>, findings: &mut Findings) {
    let Some(icon) = icon.as_str() else { return findings.add(&ICON_NOT_ABSOLUTE, path) };
    match classify(icon) {
        Link::Public | Link::OtherScheme => {}
        Link::Insecure | Link::Local => findings.add(&ICON_NOT_REACHABLE, path),
        Link::Invalid | Link::Relative => findings.add(&ICON_NOT_ABSOLUTE, path),
    }
    check_link(icon, path, findings);
}

//! Checks what Android devices get. Beams documents Google's legacy form; members that it does not know may be new, so
//! only those that are known to be wrong are findings.

use serde_json::{Map, Value};

use super::findings::{Findings, Path};
use super::link::{Link, classify};
use super::names::Names;
use super::part::{Part, Texts};
use super::rules::fcm::{
    BELONGS_IN_NOTIFICATION, BELONGS_OUTSIDE, CLICK_ACTION_IN_DATA, CLICK_ACTION_URL, COLOR, DATA_COLLAPSE_KEY,
    DATA_GOOGLE_NAME, DATA_IN_NOTIFICATION, DATA_NOT_STRINGS, DATA_NOTIFICATION_KEY, DATA_ONLY, DATA_PUSHER,
    DATA_RESERVED_KEY, DATA_TOKEN_VALIDATION, DRY_RUN, EMPTY, FLUTTER_INFO, ICON_NOT_A_NAME, IMAGE_URL, IOS_FLAG,
    LOC_ARGS, LOC_KEY_BESIDE_TEXT, NEAR_NAME, NOTIFICATION_EMPTY, PRIORITY, SOUND_NOT_A_NAME, SUBTITLE, TIME_TO_LIVE,
    TIME_TO_LIVE_ZERO, TOO_LARGE, VERSION_1_MEMBER,
};
use super::text::{check_body, check_link, check_time_to_live, check_title, is_text};

/// A message has 4 096 bytes, of which Beams needs about 161 and the click action.
const MAX_LEN: usize = 4096 - 200;

static PART: Names = Names {
    known: &[
        "notification",
        "data",
        "collapse_key",
        "time_to_live",
        "priority",
        "content_available",
        "mutable_content",
    ],
    accepted: &["restricted_package_name", "dry_run", "delay_while_idle"],
    aliases: &[("ttl", "time_to_live"), ("payload", "data"), ("collapseid", "collapse_key")],
};

static NOTIFICATION: Names = Names {
    known: &[
        "title",
        "body",
        "android_channel_id",
        "icon",
        "sound",
        "tag",
        "color",
        "click_action",
        "body_loc_key",
        "body_loc_args",
        "title_loc_key",
        "title_loc_args",
        "image",
    ],
    accepted: &["subtitle", "badge", "ticker", "sticky", "visibility", "local_only", "event_time"],
    aliases: &[
        ("channelid", "android_channel_id"),
        ("channel", "android_channel_id"),
        ("imageurl", "image"),
        ("picture", "image"),
        ("message", "body"),
        ("text", "body"),
        ("content", "body"),
        ("heading", "title"),
    ],
};

/// Members of Google's HTTP v1 message and of firebase-admin, and those that choose devices, which Beams does.
const VERSION_1_NAMES: [&str; 12] = [
    "android",
    "apns",
    "webpush",
    "message",
    "token",
    "tokens",
    "topic",
    "condition",
    "fcm_options",
    "fcmOptions",
    "to",
    "registration_ids",
];

/// Checks the `fcm` part, and returns its texts.
pub(super) fn check<'a>(part: &Part<'a, '_>, findings: &mut Findings) -> Texts<'a> {
    let notification = part.members.get("notification").and_then(Value::as_object);
    for (name, value) in part.members {
        let path = part.path.member(name);
        match name.as_str() {
            "notification" => {}
            "data" => check_data(value, notification, &path, findings),
            "collapse_key" | "restricted_package_name" => {}
            "time_to_live" => check_time_to_live(value, &path, findings, [&TIME_TO_LIVE, &TIME_TO_LIVE_ZERO]),
            "priority" => check_priority(value, &path, findings),
            "content_available" | "mutable_content" if value.is_boolean() => {}
            "content_available" | "mutable_content" => findings.add(&IOS_FLAG, &path),
            "dry_run" if *value == Value::Bool(true) => findings.add(&DRY_RUN, &path),
            name if VERSION_1_NAMES.contains(&name) => findings.add(&VERSION_1_MEMBER, &path),
            name => check_unknown(name, &path, findings),
        }
    }
    match (notification, part.members.get("data")) {
        (None, None) => findings.add(&EMPTY, &part.path),
        (None, Some(_)) if !part.members.contains_key("priority") => findings.add(&DATA_ONLY, &part.path),
        _ => {}
    }
    part.check_size(&["notification", "data"], &[(MAX_LEN, &TOO_LARGE)], findings);
    notification.map(|it| check_notification(it, &part.path.member("notification"), findings)).unwrap_or_default()
}

fn check_unknown(name: &str, path: &Path<'_>, findings: &mut Findings) {
    let in_notification = NOTIFICATION.known.iter().find(|known| **known == name).copied();
    if let Some(instead) = in_notification {
        findings.add_instead(&BELONGS_IN_NOTIFICATION, path, &format!("fcm.notification.{instead}"));
    } else if let Some(instead) = PART.nearest(name) {
        findings.add_instead(&NEAR_NAME, path, instead);
    } else if let Some(instead) = NOTIFICATION.nearest(name) {
        findings.add_instead(&BELONGS_IN_NOTIFICATION, path, &format!("fcm.notification.{instead}"));
    }
}

fn check_priority(priority: &Value, path: &Path<'_>, findings: &mut Findings) {
    match priority.as_str() {
        Some("normal" | "high") => {}
        Some(text) if text.eq_ignore_ascii_case("normal") => findings.add_instead(&PRIORITY, path, "normal"),
        Some(text) if text.eq_ignore_ascii_case("high") => findings.add_instead(&PRIORITY, path, "high"),
        _ => findings.add(&PRIORITY, path),
    }
}

fn check_data(data: &Value, notification: Option<&Map<String, Value>>, path: &Path<'_>, findings: &mut Findings) {
    let Value::Object(data) = data else { return findings.add(&DATA_NOT_STRINGS, path) };
    for (name, value) in data {
        let path = path.member(name);
        match name.as_str() {
            "collapse_key" => findings.add(&DATA_COLLAPSE_KEY, &path),
            "notification" => findings.add(&DATA_NOTIFICATION_KEY, &path),
            "pusher" => findings.add(&DATA_PUSHER, &path),
            "pusherTokenValidation" if value.as_str() == Some("true") => findings.add(&DATA_TOKEN_VALIDATION, &path),
            // What FlutterFire's older versions asked for.
            "click_action" if value.as_str() == Some("FLUTTER_NOTIFICATION_CLICK") => {}
            "click_action" if notification.is_some_and(|it| !it.contains_key("click_action")) => {
                findings.add(&CLICK_ACTION_IN_DATA, &path);
            }
            "info" if value.is_object() => findings.add(&FLUTTER_INFO, &path),
            "from" | "message_type" => findings.add(&DATA_RESERVED_KEY, &path),
            name if name.starts_with("google.") || name.starts_with("gcm.") => findings.add(&DATA_RESERVED_KEY, &path),
            name if name.starts_with("google") || name.starts_with("gcm") => findings.add(&DATA_GOOGLE_NAME, &path),
            _ => {}
        }
        if !value.is_string() {
            findings.add(&DATA_NOT_STRINGS, &path);
        }
    }
}

fn check_notification<'a>(notification: &'a Map<String, Value>, path: &Path<'_>, findings: &mut Findings) -> Texts<'a> {
    for (name, value) in notification {
        let path = path.member(name);
        let text = value.as_str();
        match name.as_str() {
            "title" => check_title(value, &path, findings),
            "body" => check_body(value, &path, findings),
            "icon" if text.is_none_or(is_file) => findings.add(&ICON_NOT_A_NAME, &path),
            "sound" if text.is_none_or(is_file) => findings.add(&SOUND_NOT_A_NAME, &path),
            "color" if text.is_none_or(|text| !is_color(text)) => findings.add(&COLOR, &path),
            "click_action" if text.is_some_and(|text| text.contains("://")) => findings.add(&CLICK_ACTION_URL, &path),
            "image" => check_image(text, &path, findings),
            "title_loc_args" | "body_loc_args" if !has_loc_args(notification, name, value) => {
                findings.add(&LOC_ARGS, &path);
            }
            "title_loc_key" if is_text(notification.get("title")) => findings.add(&LOC_KEY_BESIDE_TEXT, &path),
            "body_loc_key" if is_text(notification.get("body")) => findings.add(&LOC_KEY_BESIDE_TEXT, &path),
            "subtitle" => findings.add(&SUBTITLE, &path),
            "data" => findings.add(&DATA_IN_NOTIFICATION, &path),
            "priority" | "collapse_key" | "time_to_live" => {
                findings.add_instead(&BELONGS_OUTSIDE, &path, &format!("fcm.{name}"));
            }
            "collapseKey" => findings.add_instead(&BELONGS_OUTSIDE, &path, "fcm.collapse_key"),
            "timeToLive" | "ttl" => findings.add_instead(&BELONGS_OUTSIDE, &path, "fcm.time_to_live"),
            name => {
                if let Some(instead) = NOTIFICATION.nearest(name) {
                    findings.add_instead(&NEAR_NAME, &path, instead);
                }
            }
        }
    }
    let names = ["title", "body", "title_loc_key", "body_loc_key"];
    if !names.iter().any(|name| is_text(notification.get(*name))) {
        findings.add(&NOTIFICATION_EMPTY, path);
    }
    Texts::read(notification)
}

fn check_image(image: Option<&str>, path: &Path<'_>, findings: &mut Findings) {
    if image.map(classify) != Some(Link::Public) {
        findings.add(&IMAGE_URL, path);
    }
    if let Some(image) = image {
        check_link(image, path, findings);
    }
}

/// Whether a text has a path or an extension, which the name of an Android resource never has.
fn is_file(name: &str) -> bool {
    name.contains(['/', '.', ':', '\\'])
}

fn is_color(text: &str) -> bool {
    text.len() == 7 && text.strip_prefix('#').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether the arguments are strings, as an array or as its JSON, and their key is there.
fn has_loc_args(notification: &Map<String, Value>, name: &str, args: &Value) -> bool {
    let key = if name.starts_with("title") { "title_loc_key" } else { "body_loc_key" };
    let are_strings = match args {
        Value::Array(args) => args.iter().all(Value::is_string),
        Value::String(json) => serde_json::from_str::<Vec<String>>(json).is_ok(),
        _ => false,
    };
    are_strings && is_text(notification.get(key))
}

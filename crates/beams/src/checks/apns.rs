//! Checks what Apple devices get. Apple defines `aps`, and its unknown members are accepted, since they may be new. The
//! members beside it are defined by Beams.

mod alert;

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

use super::findings::{Findings, Path};
use super::names::{Names, plain};
use super::part::{Part, Texts};
use super::rules::apns::{
    APS_MISSING, BADGE, BELONGS_IN_APS, BELONGS_OUTSIDE_APS, COLLAPSE_ID, CONTENT_AVAILABLE, CRITICAL_SOUND,
    DATA_IN_APS, DATA_PUSHER, DELIVERY_TRACKING_TYPE, EXPIRATION_DURATION, EXPIRATION_MILLISECONDS, EXPIRATION_PAST,
    EXPIRATION_TYPE, EXPIRATION_ZERO, FLUTTER_INFO, INTERRUPTION_LEVEL, LIVE_ACTIVITY, MUTABLE_CONTENT, NEAR_NAME,
    NOTHING_TO_SHOW, OTHER_SDK_MEMBER, PRIORITY, RELEVANCE_SCORE, SILENT_PRIORITY, SOUND_DICTIONARY, SOUND_TYPE,
    TEXT_OUTSIDE_ALERT, TOO_LARGE, UNKNOWN_MEMBER,
};
use super::text::{integer, is_text};
use alert::check_alert;

/// A notification has 4 096 bytes, of which Beams needs up to 196.
const MAX_LEN: usize = 4096 - 196;

/// The longest collapse id at Apple, in bytes.
pub(crate) const MAX_COLLAPSE_ID_LEN: usize = 64;

static PART: Names = Names {
    known: &["aps", "data", "collapse_id", "expiration", "priority", "pusher"],
    accepted: &[],
    aliases: &[("expiry", "expiration"), ("expires", "expiration"), ("apnscollapseid", "collapse_id")],
};

static APS: Names = Names {
    known: &[
        "alert",
        "badge",
        "sound",
        "thread-id",
        "category",
        "content-available",
        "mutable-content",
        "target-content-id",
        "interruption-level",
        "relevance-score",
        "filter-criteria",
        "url-args",
    ],
    accepted: &[
        "stale-date",
        "content-state",
        "timestamp",
        "event",
        "dismissal-date",
        "attributes-type",
        "attributes",
        "input-push-channel",
        "input-push-token",
    ],
    aliases: &[
        ("notification", "alert"),
        ("message", "alert"),
        ("threadidentifier", "thread-id"),
        ("categoryid", "category"),
        ("categoryidentifier", "category"),
    ],
};

/// Checks the `apns` part, and returns its texts.
pub(super) fn check<'a>(part: &Part<'a, '_>, findings: &mut Findings) -> Texts<'a> {
    let aps = part.members.get("aps").and_then(Value::as_object);
    for (name, value) in part.members {
        let path = part.path.member(name);
        match name.as_str() {
            "aps" => {}
            "data" => check_data(value, &path, findings),
            "collapse_id" => match value.as_str().map(str::len) {
                Some(1..=MAX_COLLAPSE_ID_LEN) => {}
                _ => findings.add(&COLLAPSE_ID, &path),
            },
            "expiration" => check_expiration(value, &path, findings),
            "priority" => match integer(value) {
                Some(1 | 5 | 10) => {}
                _ => findings.add(&PRIORITY, &path),
            },
            "pusher" => {
                let name = "disable_delivery_tracking";
                if value.get(name).is_some_and(|flag| !flag.is_boolean()) {
                    findings.add(&DELIVERY_TRACKING_TYPE, &path.member(name));
                }
            }
            "headers" | "payload" => findings.add(&OTHER_SDK_MEMBER, &path),
            "title" | "subtitle" | "body" => {
                findings.add_instead(&BELONGS_IN_APS, &path, &format!("apns.aps.alert.{name}"));
            }
            name => match (APS.restyled(name), PART.nearest(name)) {
                (Some(instead), _) => findings.add_instead(&BELONGS_IN_APS, &path, &format!("apns.aps.{instead}")),
                (None, Some(instead)) => findings.add_instead(&NEAR_NAME, &path, instead),
                (None, None) => findings.add(&UNKNOWN_MEMBER, &path),
            },
        }
    }
    let Some(aps) = aps else {
        findings.add(&APS_MISSING, &part.path);
        return Texts::default();
    };
    part.check_size(&["aps", "data"], &[(MAX_LEN, &TOO_LARGE)], findings);
    check_aps(aps, part.members.get("priority"), &part.path, findings)
}

fn check_data(data: &Value, path: &Path<'_>, findings: &mut Findings) {
    if data.get("pusher").is_some() {
        findings.add(&DATA_PUSHER, &path.member("pusher"));
    }
    if data.get("info").and_then(Value::as_str).is_some_and(|info| info.starts_with('{')) {
        findings.add(&FLUTTER_INFO, &path.member("info"));
    }
}

fn check_expiration(expiration: &Value, path: &Path<'_>, findings: &mut Findings) {
    /// In September 2001; no duration is as long.
    const MIN_DATE: u64 = 1_000_000_000;
    /// In the year 5138; every date in milliseconds since 1973 is beyond it.
    const MAX_DATE: u64 = 100_000_000_000;
    match integer(expiration) {
        None => findings.add(&EXPIRATION_TYPE, path),
        Some(0) => findings.add(&EXPIRATION_ZERO, path),
        Some(1..MIN_DATE) => findings.add(&EXPIRATION_DURATION, path),
        Some(MAX_DATE..) => findings.add(&EXPIRATION_MILLISECONDS, path),
        Some(date) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            if date < now.as_secs() {
                findings.add(&EXPIRATION_PAST, path);
            }
        }
    }
}

fn check_aps<'a>(
    aps: &'a Map<String, Value>,
    priority: Option<&Value>,
    path: &Path<'_>,
    findings: &mut Findings,
) -> Texts<'a> {
    let path = path.member("aps");
    let is_live = aps.contains_key("event") || aps.contains_key("content-state");
    if is_live {
        findings.add(&LIVE_ACTIVITY, &path);
    }
    for (name, value) in aps {
        let path = path.member(name);
        match name.as_str() {
            "content-available" if integer(value) != Some(1) => findings.add(&CONTENT_AVAILABLE, &path),
            "mutable-content" if !matches!(integer(value), Some(0 | 1)) => findings.add(&MUTABLE_CONTENT, &path),
            "badge" if integer(value).is_none() => findings.add(&BADGE, &path),
            "sound" => check_sound(value, &path, findings),
            "interruption-level" => check_interruption_level(value, &path, findings),
            "relevance-score" if !is_live && value.as_f64().is_none_or(|score| !(0.0..=1.0).contains(&score)) => {
                findings.add(&RELEVANCE_SCORE, &path);
            }
            "title" | "subtitle" | "body" => {
                findings.add_instead(&TEXT_OUTSIDE_ALERT, &path, &format!("apns.aps.alert.{name}"));
            }
            "data" => findings.add(&DATA_IN_APS, &path),
            name => check_unknown_in_aps(name, &path, findings),
        }
    }
    let alert = aps.get("alert");
    let (is_shown, texts) =
        alert.map_or((false, Texts::default()), |alert| check_alert(alert, &path.member("alert"), findings));
    let has = |name| aps.get(name).is_some_and(|value| !value.is_null());
    let is_silent = !is_shown && !has("sound") && !has("badge") && !is_live;
    if is_silent && !has("content-available") {
        findings.add(&NOTHING_TO_SHOW, &path);
    } else if is_silent && priority.is_none_or(|priority| integer(priority) == Some(10)) {
        findings.add(&SILENT_PRIORITY, &path);
    }
    texts
}

fn check_unknown_in_aps(name: &str, path: &Path<'_>, findings: &mut Findings) {
    if APS.contains(name) {
        return;
    }
    match plain(name).as_str() {
        "collapseid" => findings.add_instead(&BELONGS_OUTSIDE_APS, path, "apns.collapse_id"),
        "expiration" | "expiry" => findings.add_instead(&BELONGS_OUTSIDE_APS, path, "apns.expiration"),
        "priority" => findings.add_instead(&BELONGS_OUTSIDE_APS, path, "apns.priority"),
        _ => {
            if let Some(instead) = APS.nearest(name) {
                findings.add_instead(&NEAR_NAME, path, instead);
            }
        }
    }
}

fn check_sound(sound: &Value, path: &Path<'_>, findings: &mut Findings) {
    match sound {
        Value::String(_) => {}
        Value::Object(sound) => {
            findings.add(&SOUND_DICTIONARY, path);
            let is_volume = |volume: &Value| volume.as_f64().is_some_and(|volume| (0.0..=1.0).contains(&volume));
            let is_critical = sound.get("critical").and_then(integer) == Some(1);
            if !is_critical || !is_text(sound.get("name")) || !sound.get("volume").is_none_or(is_volume) {
                findings.add(&CRITICAL_SOUND, path);
            }
        }
        _ => findings.add(&SOUND_TYPE, path),
    }
}

fn check_interruption_level(level: &Value, path: &Path<'_>, findings: &mut Findings) {
    const LEVELS: [&str; 4] = ["passive", "active", "time-sensitive", "critical"];
    let level = level.as_str().unwrap_or_default();
    if LEVELS.contains(&level) {
        return;
    }
    match LEVELS.into_iter().find(|known| plain(known) == plain(level)) {
        Some(instead) => findings.add_instead(&INTERRUPTION_LEVEL, path, instead),
        None => findings.add(&INTERRUPTION_LEVEL, path),
    }
}

//! Checks the `alert` of `aps`.

use serde_json::{Map, Value};

use crate::checks::findings::{Findings, Path};
use crate::checks::names::Names;
use crate::checks::part::Texts;
use crate::checks::rules::apns::{ALERT_TYPE, LOC_ARGS, NEAR_NAME};
use crate::checks::text::{check_body, check_title, is_text};

static ALERT: Names = Names {
    known: &[
        "title",
        "subtitle",
        "body",
        "title-loc-key",
        "title-loc-args",
        "subtitle-loc-key",
        "subtitle-loc-args",
        "loc-key",
        "loc-args",
        "launch-image",
        "summary-arg",
        "summary-arg-count",
    ],
    accepted: &["action-loc-key", "action"],
    aliases: &[
        ("message", "body"),
        ("text", "body"),
        ("content", "body"),
        ("heading", "title"),
        ("bodylockey", "loc-key"),
        ("bodylocargs", "loc-args"),
    ],
};

/// Checks an alert. Returns whether it shows anything, and its texts.
pub(super) fn check_alert<'a>(alert: &'a Value, path: &Path<'_>, findings: &mut Findings) -> (bool, Texts<'a>) {
    let alert = match alert {
        Value::Object(alert) => alert,
        Value::String(body) => {
            check_body(alert, path, findings);
            return (!body.is_empty(), Texts { title: None, body: Some(body) });
        }
        Value::Null => return (false, Texts::default()),
        _ => {
            findings.add(&ALERT_TYPE, path);
            // One finding is enough.
            return (true, Texts::default());
        }
    };
    for (name, value) in alert {
        let path = path.member(name);
        match name.as_str() {
            "title" | "subtitle" => check_title(value, &path, findings),
            "body" => check_body(value, &path, findings),
            "loc-args" | "title-loc-args" | "subtitle-loc-args" if !has_loc_args(alert, name, value) => {
                findings.add(&LOC_ARGS, &path);
            }
            name => {
                if let Some(instead) = ALERT.nearest(name) {
                    findings.add_instead(&NEAR_NAME, &path, instead);
                }
            }
        }
    }
    let shown = ["title", "subtitle", "body", "loc-key", "title-loc-key", "subtitle-loc-key"];
    (shown.iter().any(|name| is_text(alert.get(*name))), Texts::read(alert))
}

/// Whether the arguments are strings and their key is there. `null` means absent.
fn has_loc_args(alert: &Map<String, Value>, name: &str, args: &Value) -> bool {
    match args {
        Value::Null => true,
        Value::Array(args) => {
            args.iter().all(Value::is_string) && is_text(alert.get(&name.replace("loc-args", "loc-key")))
        }
        _ => false,
    }
}

//! Any payload is checked: each finding is about a member that is there, and shows nothing of the payload.
//!
//! The input is the JSON of a payload.

use beams::checks::{Finding, check_json, check_payload};
use beams::targets::kind::{INTERESTS, USERS};
use serde_json::Value;

use crate::input::text;

/// Marks a value, so that it is found in texts.
const MARK: char = '§';

/// Checks a payload.
pub fn check(input: &[u8]) {
    let json = text(input);
    let result = check_json(json, None);
    let Ok(payload) = serde_json::from_str::<Value>(json) else {
        // It may have lone surrogates, or be too deep.
        return;
    };
    let findings = result.expect("it is JSON");
    let payload_findings = check_payload(&payload, None);
    assert_eq!(findings, payload_findings);
    assert_eq!(check_json(&payload.to_string(), None).ok(), Some(findings));
    for targets in [None, Some(&INTERESTS), Some(&USERS)] {
        let findings = check_payload(&payload, targets);
        assert!(findings.len() <= 100 && findings.is_sorted_by_key(|finding| finding.severity));
        findings.iter().for_each(|finding| check_finding(finding, &payload));
    }
    let mut marked = payload;
    mark(&mut marked);
    for Finding { message, suggestion, .. } in check_payload(&marked, None) {
        assert!(!message.contains(MARK) && !suggestion.unwrap_or_default().contains(MARK), "{message}");
    }
}

fn check_finding(finding: &Finding, payload: &Value) {
    assert!(payload.pointer(&finding.path).is_some(), "{} has no {}: {}", payload, finding.path, finding.rule);
    assert!(!finding.message.is_empty() && !finding.message.contains("{name}"), "{}", finding.message);
    let part = finding.path.split('/').nth(1).unwrap_or_default();
    let platform = finding.platform.map(|platform| format!("{platform:?}").to_lowercase());
    assert!(platform.is_none_or(|platform| platform == part), "{}: {}", finding.rule, finding.path);
}

/// Adds the mark to each text, and leaves the names.
fn mark(value: &mut Value) {
    match value {
        Value::String(text) => {
            *text = text.replace(MARK, "");
            text.push(MARK);
        }
        Value::Array(items) => items.iter_mut().for_each(mark),
        Value::Object(members) => {
            let names: Vec<String> = members.keys().filter(|name| name.contains(MARK)).cloned().collect();
            for name in names {
                members.remove(&name);
            }
            members.values_mut().for_each(mark);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

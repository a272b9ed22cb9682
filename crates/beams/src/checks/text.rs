//! Checks of texts, links and times that are the same for every platform.

use serde::de::IgnoredAny;
use serde_json::Value;

use super::findings::{Findings, Path};
use super::rule::Rule;
use super::rules::body::{PLACEHOLDER_LINK, PLACEHOLDER_TEXT, TEXT_IS_JSON, TEXT_TYPE};

/// The longest time that Google and push services store a message, in seconds: 4 weeks.
pub(crate) const MAX_TIME_TO_LIVE: u64 = 2_419_200;

/// Checks a title or subtitle.
pub(super) fn check_title(text: &Value, path: &Path<'_>, findings: &mut Findings) {
    match text {
        Value::String(text) if has_placeholder(text) => findings.add(&PLACEHOLDER_TEXT, path),
        Value::String(_) => {}
        _ => findings.add(&TEXT_TYPE, path),
    }
}

/// Checks a body.
pub(super) fn check_body(text: &Value, path: &Path<'_>, findings: &mut Findings) {
    check_title(text, path, findings);
    if text.as_str().is_some_and(is_json) {
        findings.add(&TEXT_IS_JSON, path);
    }
}

/// Checks a URL for parts that were missing when it was put together.
pub(super) fn check_link(link: &str, path: &Path<'_>, findings: &mut Findings) {
    let is_missing = |part: &str| {
        matches!(part, "undefined" | "null" | "NaN" | "[object Object]" | "[object%20Object]" | "%5Bobject%20Object%5D")
    };
    if link.split(['/', '?', '&', '#', '=']).any(is_missing) {
        findings.add(&PLACEHOLDER_LINK, path);
    }
}

/// Checks a number of seconds.
pub(super) fn check_time_to_live(
    value: &Value,
    path: &Path<'_>,
    findings: &mut Findings,
    [invalid, zero]: [&'static Rule; 2],
) {
    match integer(value) {
        Some(0) => findings.add(zero, path),
        Some(1..=MAX_TIME_TO_LIVE) => {}
        _ => findings.add(invalid, path),
    }
}

/// An integer of 0 or more. `1.0` is one in JSON.
pub(crate) fn integer(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let number = value.as_f64().filter(|number| *number >= 0.0 && number.fract() == 0.0 && *number < 1e18)?;
        // Its range has just been checked.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Some(number as u64)
    })
}

/// Whether a member holds some text, or what will be taken for text.
pub(super) fn is_text(value: Option<&Value>) -> bool {
    !matches!(value, None | Some(Value::Null)) && value.and_then(Value::as_str) != Some("")
}

fn has_placeholder(text: &str) -> bool {
    // One pass for the first bytes: searching for each word in turn takes longer than everything else together.
    let starts = text.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'[' | b'u' | b'N'));
    for (start, _) in starts {
        let rest = text.get(start..).unwrap_or_default();
        if rest.starts_with("[object ") || ["undefined", "NaN"].iter().any(|word| is_word(text, start, word)) {
            return true;
        }
    }
    text.trim() == "null"
}

/// Whether a word, and not a part of one, begins at a place.
fn is_word(text: &str, start: usize, word: &str) -> bool {
    let Some((before, after)) = text.split_at_checked(start) else { return false };
    let Some(after) = after.strip_prefix(word) else { return false };
    let neighbours = [before.chars().next_back(), after.chars().next()];
    neighbours.into_iter().flatten().all(|neighbour| !neighbour.is_alphanumeric() && neighbour != '_')
}

fn is_json(text: &str) -> bool {
    text.starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn placeholders_are_whole_words() {
        for text in
            ["undefined", "Hello undefined", "(undefined)", "null", "NaN €", "a [object Object] b", "[object Map]"]
        {
            assert!(has_placeholder(text), "{text}");
        }
        for text in ["", "undefinedly", "null and void", "NaNa", "Banana", "an [object", "my_undefined_value"] {
            assert!(!has_placeholder(text), "{text}");
        }
    }

    #[test]
    fn json_is_distinguished_from_text_in_brackets() {
        assert!(is_json("{}") && is_json(r#"[{"a":1}]"#));
        assert!(!is_json("[1] new message") && !is_json("{name}, hello") && !is_json("") && !is_json("7"));
    }

    #[test]
    fn an_integer_may_be_written_as_a_fraction() {
        assert_eq!(integer(&json!(1.0)), Some(1));
        assert_eq!(integer(&json!(5)), Some(5));
        assert_eq!(integer(&json!(0.0)), Some(0));
        let others =
            [json!(-1), json!(-1.0), json!(1.5), json!("1"), json!(1e18), json!(1e300), json!(null), json!(true)];
        for value in others {
            assert_eq!(integer(&value), None, "{value}");
        }
    }
}

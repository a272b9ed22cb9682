//! Parses what `JSON.stringify` writes.

use std::borrow::Cow;

use serde_json::Value;

/// The levels that `serde_json` parses. It has no name for its own limit.
const MAX_DEPTH: usize = 127;

/// The value of a JSON text; `None` where it is nested too deeply.
pub(crate) fn parse(json: &str) -> serde_json::Result<Option<Value>> {
    let parsed = serde_json::from_str(json).or_else(|_| serde_json::from_str(&replace_surrogates(json)));
    match parsed {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_syntax() && is_too_deep(json) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a text has more open brackets than the parser follows.
fn is_too_deep(json: &str) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return true;
        }
    }
    false
}

/// Writes U+FFFD for each `\ud800` to `\udfff`. `JSON.stringify` escapes lone surrogates only.
fn replace_surrogates(json: &str) -> Cow<'_, str> {
    let mut replaced = String::new();
    let mut rest = json;
    while let Some((before, after)) = rest.split_once('\\') {
        replaced.push_str(before);
        let is_surrogate = after.get(..5).is_some_and(|escape| {
            let escape = escape.to_ascii_lowercase();
            escape.starts_with("ud")
                && escape.as_bytes().get(2).is_some_and(|digit| matches!(digit, b'8' | b'9' | b'a'..=b'f'))
        });
        let len = if is_surrogate { 5 } else { after.chars().next().map_or(0, char::len_utf8) };
        let (escape, next) = after.split_at(len);
        replaced.push('\\');
        replaced.push_str(if is_surrogate { "ufffd" } else { escape });
        rest = next;
    }
    if replaced.is_empty() { Cow::Borrowed(json) } else { Cow::Owned(replaced + rest) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_lone_surrogate_becomes_a_replacement_character() {
        let text = |json: &str| parse(json).unwrap().unwrap();
        assert_eq!(text(r#"["\ud83d","a\uDE00b","\\ud83d","🍩"]"#), json!(["\u{fffd}", "a\u{fffd}b", "\\ud83d", "🍩"]));
    }

    #[test]
    fn the_depth_is_bounded() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(&nested(MAX_DEPTH)).unwrap().is_some());
        assert!(parse(&nested(MAX_DEPTH + 1)).unwrap().is_none());
        assert!(parse(&nested(1_000_000)).unwrap().is_none());
    }

    #[test]
    fn an_escape_that_is_no_surrogate_stays_as_it_is() {
        let json = r#"["\ud800","\ud7ff","\u0800","\n\"\\"]"#;
        assert_eq!(parse(json).unwrap().unwrap(), json!(["\u{fffd}", "\u{d7ff}", "\u{800}", "\n\"\\"]));
    }

    #[test]
    fn only_brackets_outside_of_strings_count_as_levels() {
        let brackets = |count: usize| "[".repeat(count);
        // Each is invalid JSON, and not because of its depth.
        for json in [
            format!("[\"{}\",]", brackets(200)),
            format!("[\"\\\"{}\",]", brackets(200)),
            format!("[\"\\\\\",\"{}\",]", brackets(200)),
            format!("[{},]", vec!["[]"; 200].join(",")),
            format!("{}x{}", brackets(MAX_DEPTH), "]".repeat(MAX_DEPTH)),
        ] {
            assert!(parse(&json).is_err(), "{json}");
        }
        let deep = format!("[\"{}\",{}{}]", "]".repeat(200), brackets(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert!(parse(&deep).unwrap().is_none());
    }

    #[test]
    fn invalid_json_is_an_error() {
        for text in ["", "{", "[1,]", "\"\\ud83\"", "\"\\", "{\"a\":\"[[[\"", "nul"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}

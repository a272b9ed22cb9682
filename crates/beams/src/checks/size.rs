//! How long a value is as JSON.

use std::fmt::Write;

use serde_json::{Map, Value};

/// The bytes of a value as compact JSON in UTF-8. No recursion, so that nesting needs no stack.
pub(super) fn json_len(value: &Value) -> usize {
    let mut len = 0;
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        len += match value {
            Value::Null | Value::Bool(true) => 4,
            Value::Bool(false) => 5,
            Value::Number(number) => {
                let mut count = Count(0);
                // Counting never fails.
                let _ = write!(count, "{number}");
                count.0
            }
            Value::String(text) => string_len(text),
            Value::Array(items) => {
                open.extend(items);
                2 + items.len().saturating_sub(1)
            }
            Value::Object(members) => {
                open.extend(members.values());
                2 + members.len().saturating_sub(1) + members.keys().map(|name| string_len(name) + 1).sum::<usize>()
            }
        };
    }
    len
}

/// The bytes of an object with these members alone.
pub(super) fn members_len(object: &Map<String, Value>, names: &[&str]) -> usize {
    let present = names.iter().filter_map(|name| object.get_key_value(*name));
    1 + present.map(|(name, value)| string_len(name) + 2 + json_len(value)).sum::<usize>().max(1)
}

fn string_len(text: &str) -> usize {
    2 + text.bytes().map(escaped_len).sum::<usize>()
}

fn escaped_len(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        0..0x20 => 6,
        _ => 1,
    }
}

struct Count(usize);

impl Write for Count {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_length_is_that_of_the_text() {
        for value in [
            json!(null),
            json!([true, false, null, 1, -2.5, 1e300]),
            json!({"a\"\\\n\u{1}\u{7f}é🍩": {"b": [], "c": {}, "d": [[1], "x"]}}),
        ] {
            assert_eq!(json_len(&value), value.to_string().len(), "{value}");
        }
    }

    #[test]
    fn members_are_counted_alone() {
        let value = json!({"aps": {"alert": "x"}, "data": {"a": 1}, "priority": 10});
        let object = value.as_object().unwrap();
        assert_eq!(members_len(object, &["aps", "data"]), r#"{"aps":{"alert":"x"},"data":{"a":1}}"#.len());
        assert_eq!(members_len(object, &["aps"]), r#"{"aps":{"alert":"x"}}"#.len());
        assert_eq!(members_len(object, &["none"]), 2);
    }
}

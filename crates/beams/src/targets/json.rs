//! From UTF-16, as JavaScript has it, to JSON in UTF-8, as the service takes it.

use std::char::decode_utf16;

use bytes::Bytes;
use serde_json::Value;

/// JSON in UTF-8. `JSON.stringify` escapes unpaired surrogates, so nothing is lost; nearly all JSON is ASCII.
pub(crate) fn utf8(json: &[u16]) -> Bytes {
    // No early exit, so that the loop vectorizes.
    let is_ascii = json.iter().fold(true, |all, &unit| all & (unit < 0x80));
    if is_ascii { json.iter().map(|&unit| unit as u8).collect() } else { String::from_utf16_lossy(json).into() }
}

/// Appends a string to some JSON as `JSON.stringify` writes it: unpaired surrogates escaped, which UTF-8 could not hold.
pub fn write_string(text: &[u16], json: &mut String) {
    if text.iter().all(|&unit| is_plain(unit)) {
        json.push('"');
        json.extend(text.iter().map(|&unit| char::from(unit as u8)));
        json.push('"');
    } else if let Ok(text) = String::from_utf16(text) {
        json.push_str(&Value::from(text).to_string());
    } else {
        write_ill_formed(text, json);
    }
}

fn write_ill_formed(text: &[u16], json: &mut String) {
    json.push('"');
    for unit in decode_utf16(text.iter().copied()) {
        match unit {
            Ok(character) => {
                json.push_str(Value::from(String::from(character)).to_string().get(1..).unwrap_or_default());
                json.pop();
            }
            Err(unpaired) => json.push_str(&format!("\\u{:04x}", unpaired.unpaired_surrogate())),
        }
    }
    json.push('"');
}

/// Whether a unit is one byte in UTF-8 and is not escaped in JSON.
pub(crate) fn is_plain(unit: u16) -> bool {
    matches!(unit, 0x20..0x80) && unit != u16::from(b'"') && unit != u16::from(b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_written_as_json_stringify_writes_it() {
        for (units, expected) in [
            (
                "plain é שלום \u{1f600}\u{7f}\u{2028}".encode_utf16().collect(),
                "\"plain é שלום \u{1f600}\u{7f}\u{2028}\"",
            ),
            ("\"\\\u{8}\u{c}\n\r\t\0\u{1f}".encode_utf16().collect(), r#""\"\\\b\f\n\r\t\u0000\u001f""#),
            (vec![0xd800, 0x61, 0xdfff], r#""\ud800a\udfff""#),
            (vec![], r#""""#),
        ] {
            let mut json = String::new();
            write_string(&units, &mut json);
            assert_eq!(json, expected);
        }
    }

    #[test]
    fn a_plain_unit_is_a_byte_that_json_does_not_escape() {
        for unit in 0..0x100 {
            let json = serde_json::to_string(&char::from(unit as u8)).unwrap();
            assert_eq!(is_plain(unit), json.len() == 3, "{json}");
        }
        assert!(!is_plain(0x1061));
    }

    #[test]
    fn json_is_turned_into_utf8() {
        for json in ["", "{}", r#"{"a":"é"}"#, "\"\u{1f600}\"", "é", "\u{7f}", "\u{80}"] {
            assert_eq!(utf8(&json.encode_utf16().collect::<Vec<_>>()), json.as_bytes());
        }
    }
}

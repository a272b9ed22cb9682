//! Reads the parts of an input.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, SeqAccess, Visitor};

/// The text of an input, as far as it is text.
pub fn text(input: &[u8]) -> &str {
    input.utf8_chunks().next().map_or("", |chunk| chunk.valid())
}

/// The first line, and all that follows it.
pub fn split_line(input: &[u8]) -> (&str, &[u8]) {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    (text(&input[..end]), input.get(end + 1..).unwrap_or_default())
}

/// A string in UTF-16, in which `\d800` stands for a unit: unpaired surrogates and line breaks have no other form.
pub fn units(text: &str) -> Vec<u16> {
    let mut units = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        units.extend(before.encode_utf16());
        let unit = after.get(..4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
        units.push(unit.unwrap_or(u16::from(b'\\')));
        rest = if unit.is_some() { &after[4..] } else { after };
    }
    units.extend(rest.encode_utf16());
    units
}

/// The strings of a JSON array, in UTF-16. `serde_json` reads unpaired surrogates only into bytes.
pub fn json_strings(json: &[u8]) -> serde_json::Result<Vec<Vec<u16>>> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let strings = deserializer.deserialize_seq(Strings)?;
    deserializer.end()?;
    Ok(strings)
}

struct Strings;

impl<'de> Visitor<'de> for Strings {
    type Value = Vec<Vec<u16>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array of strings")
    }

    fn visit_seq<Access: SeqAccess<'de>>(self, mut access: Access) -> Result<Self::Value, Access::Error> {
        let mut strings = Vec::new();
        while let Some(string) = access.next_element_seed(Units)? {
            strings.push(string);
        }
        Ok(strings)
    }
}

/// A JSON string in UTF-16.
struct Units;

impl<'de> DeserializeSeed<'de> for Units {
    type Value = Vec<u16>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Units {
    type Value = Vec<u16>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(units_of_wtf8(bytes))
    }
}

/// UTF-16 of UTF-8 in which an unpaired surrogate has the three bytes that its number would have.
fn units_of_wtf8(mut bytes: &[u8]) -> Vec<u16> {
    let mut units = Vec::new();
    while !bytes.is_empty() {
        let valid = text(bytes);
        units.extend(valid.encode_utf16());
        bytes = &bytes[valid.len()..];
        if let [first, second, third, rest @ ..] = bytes {
            units.push((u16::from(first & 0x0f) << 12) | (u16::from(second & 0x3f) << 6) | u16::from(third & 0x3f));
            bytes = rest;
        } else {
            assert!(bytes.is_empty(), "not a string of JSON: {bytes:?}");
        }
    }
    units
}

/// A string as it is shown when a check fails.
pub fn show(units: &[u16]) -> Cow<'static, str> {
    String::from_utf16(units).map_or_else(|_| format!("{units:x?}").into(), Cow::Owned)
}

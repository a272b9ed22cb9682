//! Lists of targets: as they come from the caller, and as the members of a JSON array.

use hashbrown::HashSet;
use serde_json::value::RawValue;

use crate::error::Result;
use crate::targets::json::{is_plain, write_string};
use crate::targets::kind::TargetKind;

/// Targets as they come in: one after the other in one text, with the length of each. One text crosses from another
/// language in one piece, where each string by itself would cost a call.
#[derive(Debug, Default, Clone)]
pub struct IdBatch {
    /// The targets, in UTF-16.
    pub text: Vec<u16>,
    /// How long each of them is, in units.
    pub lengths: Vec<u32>,
}

/// Targets as the members of a JSON array, without its brackets.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct JsonIds {
    /// The targets, with commas between them.
    pub json: String,
    /// How many there are.
    pub count: usize,
}

impl TargetKind {
    /// Checks a list of targets, and removes duplicates: the service would refuse the whole publish for one. The first
    /// occurrence stays.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`](crate::error::Error::InvalidArgument) for the first target that breaks a rule.
    pub fn check_list(&self, batch: &IdBatch) -> Result<JsonIds> {
        batch.ids().try_for_each(|id| self.check(id))?;
        let count = batch.lengths.len();
        // Most ids need no escapes, so that this is exact: their text, two quotes and a comma.
        let mut ids = JsonIds { json: String::with_capacity(batch.text.len() + count * 3), count: 0 };
        let mut seen = HashSet::with_capacity(if count > 1 { count } else { 0 });
        batch.for_each_json(|id, json| {
            if count == 1 || seen.insert(id) {
                ids.push_json(json);
            }
        });
        Ok(ids)
    }
}

impl IdBatch {
    /// The targets, in UTF-16.
    pub fn ids(&self) -> impl Iterator<Item = &[u16]> {
        let mut rest = self.text.as_slice();
        self.lengths.iter().map_while(move |&length| {
            let (id, after) = rest.split_at_checked(length as usize)?;
            rest = after;
            Some(id)
        })
    }

    /// Calls back with each target, in UTF-16 and as in JSON but without its quotes.
    pub(crate) fn for_each_json<'a>(&'a self, mut visit: impl FnMut(&'a [u16], &str)) {
        if let Some(plain) = self.plain() {
            let mut rest = plain.as_str();
            for id in self.ids() {
                let (json, after) = rest.split_at_checked(id.len()).unwrap_or_default();
                rest = after;
                visit(id, json);
            }
        } else {
            let mut json = String::new();
            for id in self.ids() {
                json.clear();
                write_string(id, &mut json);
                visit(id, json.get(1..json.len() - 1).unwrap_or_default());
            }
        }
    }

    /// The text in UTF-8 where each unit of it is one byte and stands for itself in JSON, which is the usual case.
    fn plain(&self) -> Option<String> {
        // No early exit, so that the loop vectorizes.
        let is_all_plain = self.text.iter().fold(true, |all, &unit| all & is_plain(unit));
        is_all_plain
            .then(|| self.text.iter().map(|&unit| unit as u8).collect())
            .and_then(|text| String::from_utf8(text).ok())
    }
}

impl JsonIds {
    /// Calls `visit` with each target as a JSON string without its quotes.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(&str)) {
        let json = format!("[{}]", self.json);
        let members: Vec<&RawValue> = serde_json::from_str(&json).unwrap_or_default();
        for member in members {
            visit(member.get().get(1..member.get().len() - 1).unwrap_or_default());
        }
    }

    /// Appends a target, given as in JSON but without its quotes.
    pub(crate) fn push_json(&mut self, id: &str) {
        if self.count > 0 {
            self.json.push(',');
        }
        self.json.push('"');
        self.json.push_str(id);
        self.json.push('"');
        self.count += 1;
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::targets::kind::{INTERESTS, USERS};

    /// A batch of these ids.
    pub fn batch<Id: AsRef<[u16]>>(ids: &[Id]) -> IdBatch {
        IdBatch {
            text: ids.iter().flat_map(|id| id.as_ref()).copied().collect(),
            lengths: ids.iter().map(|id| id.as_ref().len() as u32).collect(),
        }
    }

    /// The UTF-16 units of a text.
    pub fn units(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    /// A batch of the ids with these texts.
    pub fn batch_of(texts: &[&str]) -> IdBatch {
        batch(&texts.iter().map(|text| units(text)).collect::<Vec<_>>())
    }

    fn list(kind: &'static TargetKind, ids: &[&str]) -> Result<JsonIds> {
        kind.check_list(&batch_of(ids))
    }

    #[test]
    fn a_list_is_the_json_of_its_targets() {
        for ids in [
            &["a"][..],
            &["a", "b"],
            &["é", "שלום", "a,b", "[", "]", "\u{7f}", "\u{2028}", "\u{ffff}"],
            &["\\", "\n", "\0", "\u{1f600}", ",", "\"", "a\",\"b"],
        ] {
            let json = serde_json::to_string(ids).unwrap();
            assert_eq!(list(&USERS, ids).unwrap().json, json[1..json.len() - 1]);
        }
        let halves = USERS.check_list(&batch(&[&[0xd800][..], &[b'.'.into()], &[0xdfff]])).unwrap();
        assert_eq!(halves.json, r#""\ud800",".","\udfff""#);
    }

    #[test]
    fn a_batch_that_needs_no_escapes_is_read_as_it_is() {
        assert_eq!(batch_of(&["ab", "c", "~ "]).plain().as_deref(), Some("abc~ "));
        for id in ["é", "\"", "\\", "\n", "\u{7f}\u{80}"] {
            for ids in [vec![id], vec!["a", id], vec!["a", id, "b", id]] {
                assert_eq!(batch_of(&ids).plain(), None, "{ids:?}");
            }
        }
    }

    #[test]
    fn the_first_of_several_equal_targets_is_kept() {
        for (kind, ids, expected) in [
            (&USERS, &["a", "b", "a", "c", "b", "a"][..], r#""a","b","c""#),
            (&USERS, &["é", "e\u{301}", "é"], "\"é\",\"e\u{301}\""),
            (&INTERESTS, &["news", "news"], r#""news""#),
            (&INTERESTS, &["news", "News"], r#""news","News""#),
        ] {
            let ids = list(kind, ids).unwrap();
            assert_eq!((ids.json.as_str(), ids.count), (expected, expected.split(',').count()));
        }
    }

    #[test]
    fn the_first_target_that_breaks_a_rule_is_named() {
        let error = list(&INTERESTS, &["a", "b|", "c|"]).unwrap_err().to_string();
        assert!(error.starts_with("interest \"b|\" contains"), "{error}");
        assert_eq!(list(&USERS, &["a", ""]).unwrap_err().to_string(), "user cannot be the empty string");
    }
}

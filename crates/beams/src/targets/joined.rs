//! A long list of targets in one piece: putting strings together is the fastest that JavaScript can do with them.

use crate::bulk::chunker::JsonIds;
use crate::http::request::utf8;
use crate::targets::kind::{QUOTE, TargetKind};

/// How many units are counted in one go, so that their number fits into one.
const STRETCH: usize = 4096;

/// Targets in UTF-16 with `","` between them, none of which has a quote in it.
#[derive(Debug)]
pub struct Joined(Vec<u16>);

impl Joined {
    /// Takes `count` targets, each known to be of 1 to [`MAX_TARGET_LEN`](crate::targets::kind::MAX_TARGET_LEN) units. `None` where one has a
    /// quote in it, so that it cannot be told where it ends, or a character that the kind forbid.
    pub fn new(kind: &TargetKind, text: Vec<u16>, count: usize) -> Option<Self> {
        // Small numbers are what many units are counted in at once.
        let count_in = |units: &[u16]| units.iter().fold(0_u16, |sum, &unit| sum + u16::from(unit == QUOTE));
        let quotes: usize = text.chunks(STRETCH).map(|units| usize::from(count_in(units))).sum();
        let is_allowed = kind.alphabet.is_none_or(|allowed| text.iter().all(|&unit| unit == QUOTE || allowed(unit)));
        (quotes == 2 * count.saturating_sub(1) && is_allowed).then_some(Self(text))
    }

    /// The members of a JSON array, without its brackets.
    pub(crate) fn json(&self) -> Vec<u8> {
        if self.0.iter().fold(true, |all, &unit| all & is_verbatim(unit)) {
            return [b"\"", &utf8(&self.0)[..], b"\""].concat();
        }
        let mut list = JsonIds::default();
        // Between two targets there is a comma in quotes.
        self.0.split(|&unit| unit == QUOTE).step_by(2).for_each(|target| list.add_id(target));
        list.json.into()
    }
}

/// Neither escaped in JSON nor half of a surrogate pair, which may be. The quotes are those between the targets.
fn is_verbatim(unit: u16) -> bool {
    matches!(unit, 0x20..0xd800 | 0xe000..) && unit != u16::from(b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targets::interests::INTERESTS;
    use crate::targets::users::USERS;

    fn join(kind: &TargetKind, targets: &[&str]) -> Option<String> {
        let text: Vec<u16> = targets.join("\",\"").encode_utf16().collect();
        Joined::new(kind, text, targets.len()).map(|joined| String::from_utf8(joined.json()).unwrap())
    }

    #[test]
    fn a_joined_list_is_the_json_of_its_targets() {
        for targets in [
            &["a"][..],
            &["a", "b"],
            &["é", "שלום", "a,b", "[", "]", "\u{7f}", "\u{2028}", "\u{ffff}"],
            &["\\", "\n", "\0", "\u{1f600}", ","],
        ] {
            let json = serde_json::to_string(targets).unwrap();
            assert_eq!(join(&USERS, targets).unwrap(), json[1..json.len() - 1]);
        }
        let halves = Joined::new(&USERS, vec![0xd800, QUOTE, b','.into(), QUOTE, 0xdfff], 2).unwrap();
        assert_eq!(halves.json(), br#""\ud800","\udfff""#);
    }

    #[test]
    fn a_list_with_a_quote_in_it_is_not_joined() {
        for targets in [&["a\""][..], &["\"", "b"], &["a\",\"b", "c"]] {
            assert!(join(&USERS, targets).is_none(), "{targets:?}");
        }
    }

    #[test]
    fn a_list_is_joined_where_each_character_is_allowed() {
        assert_eq!(join(&INTERESTS, &["a,b", ";"]).unwrap(), r#""a,b",";""#);
        assert!(join(&INTERESTS, &["a|b"]).is_none() && join(&INTERESTS, &["é"]).is_none());
    }

    #[test]
    fn long_lists_are_counted_whole() {
        let targets = vec!["user"; 100 * 1000];
        assert!(join(&USERS, &targets).is_some());
    }
}

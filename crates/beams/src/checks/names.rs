//! Names that are nearly right: another style of writing, another SDK's name, or a typo.

/// No name that is nearly right is longer.
const MAX_NAME_LEN: usize = 48;

/// The names that an object has.
#[derive(Debug)]
pub(crate) struct Names {
    /// The documented names, which are also what is suggested.
    pub known: &'static [&'static str],
    /// Names that have an effect and are never suggested.
    pub accepted: &'static [&'static str],
    /// What other SDKs and programs write, in lower case and without separators, and the right name.
    pub aliases: &'static [(&'static str, &'static str)],
}

impl Names {
    /// Whether a name is documented.
    pub fn contains(&self, name: &str) -> bool {
        self.known.contains(&name) || self.accepted.contains(&name)
    }

    /// The documented name that was probably meant, for a name that is not documented.
    pub fn nearest(&self, name: &str) -> Option<&'static str> {
        if name.len() > MAX_NAME_LEN || self.contains(name) {
            return None;
        }
        if let Some(right) = self.restyled(name) {
            return Some(right);
        }
        let plain = plain(name);
        let max_distance = (plain.len() / 3).min(2);
        self.known
            .iter()
            .map(|known| (distance(plain.as_bytes(), self::plain(known).as_bytes()), *known))
            .filter(|(distance, _)| *distance <= max_distance)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, known)| known)
    }

    /// The documented name that another style of writing or another SDK's name stands for, or the name itself.
    pub fn restyled(&self, name: &str) -> Option<&'static str> {
        if name.len() > MAX_NAME_LEN {
            return None;
        }
        let plain = plain(name);
        let alias = self.aliases.iter().find(|(alias, _)| *alias == plain).map(|(_, right)| *right);
        alias.or_else(|| self.known.iter().find(|known| self::plain(known) == plain).copied())
    }
}

/// `timeToLive`, `time-to-live` and `TIME_TO_LIVE` are one name.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_' | ' ' | '.')).flat_map(char::to_lowercase).collect()
}

/// The edit distance in which swapped neighbours count once:
/// <https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance#Optimal_string_alignment_distance>.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut previous_a = None;
    for (row, &byte_a) in a.iter().enumerate() {
        let mut next = vec![row + 1];
        let mut previous_b = None;
        for (column, &byte_b) in b.iter().enumerate() {
            let at = |list: &[usize], index: usize| list.get(index).copied().unwrap_or(usize::MAX - 1);
            let mut cost = (at(&last, column) + usize::from(byte_a != byte_b))
                .min(at(&last, column + 1) + 1)
                .min(at(&next, column) + 1);
            if previous_a == Some(byte_b) && previous_b == Some(byte_a) {
                cost = cost.min(at(&before, column.wrapping_sub(1)) + 1);
            }
            next.push(cost);
            previous_b = Some(byte_b);
        }
        previous_a = Some(byte_a);
        before = std::mem::replace(&mut last, next);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As long as a name can be with one more character.
    const LONG: &str = "a-long-name-of-forty-seven-characters-in-all---";

    static NAMES: Names = Names {
        known: &["title", "body", "deep_link", "time_to_live", "content-available", LONG],
        accepted: &["titel2"],
        aliases: &[("url", "deep_link")],
    };

    #[test]
    fn typing_errors_are_near() {
        assert_eq!(distance(b"titel", b"title"), 1);
        assert_eq!(distance(b"tite", b"title"), 1);
        assert_eq!(distance(b"", b"abc"), 3);
        assert_eq!(distance(b"kitten", b"sitting"), 3);
        assert_eq!(NAMES.nearest("titel"), Some("title"));
        assert_eq!(NAMES.nearest("bdoy"), Some("body"));
        assert_eq!(NAMES.nearest("ttitel"), Some("title"), "two errors in six characters");
        assert_eq!(NAMES.nearest("tixxe"), None, "two errors in five characters");
    }

    #[test]
    fn a_long_name_is_not_compared() {
        for (more, expected) in [("x", Some(LONG)), ("xy", None)] {
            assert_eq!(NAMES.nearest(&format!("{LONG}{more}")), expected);
        }
        for (more, expected) in [("-", Some(LONG)), ("--", None)] {
            assert_eq!(NAMES.restyled(&format!("{LONG}{more}")), expected);
        }
    }

    /// The distance by its definition.
    fn distance_of(a: &[u8], b: &[u8]) -> usize {
        let ([rest_a @ .., last_a], [rest_b @ .., last_b]) = (a, b) else { return a.len() + b.len() };
        let replaced = distance_of(rest_a, rest_b) + usize::from(last_a != last_b);
        let nearest = replaced.min(distance_of(rest_a, b) + 1).min(distance_of(a, rest_b) + 1);
        match (rest_a, rest_b) {
            ([a @ .., second_a], [b @ .., second_b]) if second_a == last_b && last_a == second_b => {
                nearest.min(distance_of(a, b) + 1)
            }
            _ => nearest,
        }
    }

    proptest! {
        #[test]
        fn the_distance_is_the_number_of_typing_errors(a in "[abc]{0,6}", b in "[abc]{0,6}") {
            prop_assert_eq!(distance(a.as_bytes(), b.as_bytes()), distance_of(a.as_bytes(), b.as_bytes()));
        }
    }

    #[test]
    fn another_style_and_another_sdk_are_near() {
        for name in ["timeToLive", "time-to-live", "TIME_TO_LIVE", "timetolive"] {
            assert_eq!(NAMES.nearest(name), Some("time_to_live"), "{name}");
        }
        assert_eq!(NAMES.nearest("contentAvailable"), Some("content-available"));
        assert_eq!(NAMES.nearest("URL"), Some("deep_link"));
    }

    #[test]
    fn known_and_distant_names_are_not_near() {
        for name in ["title", "titel2", "x", "", "notification", &"title".repeat(100)] {
            assert_eq!(NAMES.nearest(name), None, "{name}");
        }
    }
}

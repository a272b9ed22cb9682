//! Names that are nearly right: another style of writing, another SDK's name, or a typo.

use strsim::osa_distance;

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
            .map(|known| (osa_distance(&plain, &self::plain(known)), *known))
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

#[cfg(test)]
mod tests {
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

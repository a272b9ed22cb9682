//! Interests: <https://pusher.com/docs/beams/concepts/device-interests>.

use crate::targets::kind::TargetKind;

/// Up to 100 interests a request, each of 1 to 164 of the characters `A-Z a-z 0-9 _ - = @ , . ;`.
pub static INTERESTS: TargetKind =
    TargetKind { singular: "interest", key: "interests", max_count: 100, alphabet: Some(is_allowed) };

fn is_allowed(unit: u16) -> bool {
    u8::try_from(unit).is_ok_and(|byte| byte.is_ascii_alphanumeric() || b"_-=@,.;".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(interest: &str) -> String {
        let units: Vec<u16> = interest.encode_utf16().collect();
        INTERESTS.check(&units).map_or_else(|error| error.to_string(), |()| "ok".into())
    }

    #[test]
    fn every_allowed_character_is_allowed() {
        assert_eq!(check("AZaz09_-=@,.;"), "ok");
        assert_eq!(check(&"a".repeat(164)), "ok");
    }

    #[test]
    fn anything_else_is_refused_with_the_official_text() {
        for interest in ["bad|interest", "bad:interest", "a b", "a\n", "é", "\u{1f600}", "\"", "a\\b", "[", "]"] {
            assert!(check(interest).contains("contains a forbidden character"), "{interest}");
        }
        assert!(check(&"a".repeat(165)).ends_with("is longer than the maximum of 164 characters"));
        assert_eq!(check(""), "interest cannot be the empty string");
    }

    #[test]
    fn a_body_is_accepted_exactly_where_each_interest_is() {
        let accepted = |body: &str| INTERESTS.accepts(&body.encode_utf16().collect::<Vec<_>>());
        for body in [r#"{"interests":["a"]}"#, r#"{"web":{"x":["é|"]},"interests":["a","b,c",";"]}"#] {
            assert!(accepted(body), "{body}");
        }
        for list in
            [r#""a|b""#, r#""a","b\"c""#, r#""a\\""#, r#""é""#, r#""a]""#, r#""[a""#, r#""x\"interests\":[\"a""#]
        {
            assert!(!accepted(&format!(r#"{{"interests":[{list}]}}"#)), "{list}");
        }
        for body in ["", "{}", "[]}", r#"{"interests":null}"#, r#"{"users":["a"]}"#, r#"{"interests":["a"],"x":[]}"#] {
            assert!(!accepted(body), "{body}");
        }
    }

    #[test]
    fn the_count_is_checked_with_the_official_texts() {
        assert!(INTERESTS.check_count(100).is_ok());
        let text = |count| INTERESTS.check_count(count).unwrap_err().to_string();
        assert_eq!(text(0), "PublishBody requests must target at least one interest to be delivered");
        assert_eq!(text(101), "Number of interests (101) exceeds maximum of 100.");
    }
}

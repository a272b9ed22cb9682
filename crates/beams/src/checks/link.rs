//! What a URL in a payload leads to.

use std::net::Ipv4Addr;

use url::{Host, Url};

/// What a text is as a URL, for somebody who gets a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// `https` to a public host.
    Public,
    /// `http` to a public host.
    Insecure,
    /// To this machine, or to a private network.
    Local,
    /// Of another scheme, such as `myapp:`.
    OtherScheme,
    /// With a scheme, and no URL for all that.
    Invalid,
    /// Without a scheme.
    Relative,
}

/// Says what a text is as a URL.
pub(super) fn classify(text: &str) -> Link {
    if is_plain(text) {
        return Link::Public;
    }
    if !has_scheme(text) {
        return Link::Relative;
    }
    let Ok(url) = Url::parse(text) else { return Link::Invalid };
    match (url.scheme(), url.host()) {
        ("http" | "https", Some(host)) if is_private(&host) => Link::Local,
        ("https", Some(_)) => Link::Public,
        ("http", Some(_)) => Link::Insecure,
        _ => Link::OtherScheme,
    }
}

/// Whether a text is so ordinary a URL that parsing it would tell nothing new: most are, and parsing takes a while.
fn is_plain(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let tops = [".com", ".org", ".net", ".io", ".app", ".dev", ".example"];
    tops.iter().any(|top| host.ends_with(top))
        && host.starts_with(|first: char| first.is_ascii_lowercase())
        && host.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.')
        && !host.contains("..")
}

/// Whether a text begins as [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-3.1) has it.
fn has_scheme(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn is_private(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => is_private_v4(*address),
        Host::Ipv6(address) => {
            address.is_loopback()
                || address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || address.to_ipv4_mapped().is_some_and(is_private_v4)
        }
        Host::Domain(name) => match name.trim_end_matches('.').rsplit_once('.') {
            None => true,
            Some((_, top)) => matches!(top, "localhost" | "local" | "internal" | "lan" | "test" | "invalid"),
        },
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    address.is_loopback() || address.is_unspecified() || address.is_private() || address.is_link_local()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortcut_for_ordinary_urls_agrees_with_the_parser() {
        for text in ["https://example.com", "https://a.b.example.io/c?d#e", "https://shop.app?x", "https://a1.dev/ü \\"]
        {
            assert!(is_plain(text) && Url::parse(text).is_ok(), "{text}");
        }
        for text in [
            "https://a..com",
            "https://xn--a.com",
            "https://a@b.com",
            "https://a.com:80",
            "http://a.com",
            "https://.com",
            "https://1.com",
        ] {
            assert!(!is_plain(text), "{text}");
        }
    }

    #[test]
    fn links_are_classified_by_their_target() {
        for (link, texts) in [
            (Link::Public, &["https://example.com", "HTTPS://example.com/a?b#c", "https://1.1.1.1/"][..]),
            (Link::Insecure, &["http://example.com/"]),
            (
                Link::Local,
                &[
                    "http://localhost:3000/a",
                    "https://127.0.0.1",
                    "http://192.168.1.4/",
                    "https://[::1]/",
                    "http://web/",
                    "https://a.local",
                    "http://0.0.0.0/",
                    "https://[::]/",
                    "https://[fd00::1]/",
                    "https://[fe80::1]/",
                    "https://[::ffff:10.0.0.1]/",
                    "https://169.254.1.1/",
                ],
            ),
            (Link::OtherScheme, &["myapp://inbox", "javascript:alert(1)", "mailto:a@b.c", "localhost:3000"]),
            (Link::Invalid, &["https://", "https://a b/"]),
            (
                Link::Relative,
                &[
                    "",
                    "/inbox",
                    "inbox",
                    "example.com/a",
                    "//example.com/a",
                    " https://example.com",
                    "?a=b:c",
                    "a b:c",
                    "1a:b",
                ],
            ),
        ] {
            for text in texts {
                assert_eq!(classify(text), link, "{text}");
            }
        }
    }
}

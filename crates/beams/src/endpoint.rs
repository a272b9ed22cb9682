//! Where the service is: the instance's own host, or the one that the `endpoint` option names.

use std::net::{IpAddr, Ipv6Addr};

use url::{Host, Url};

use crate::error::{Error, Result};

/// The domain under which every instance has its host.
const SERVICE_DOMAIN: &str = "pushnotifications.pusher.com";

/// The host of an instance, in the spelling of its id.
pub fn instance_host(instance_id: &str) -> String {
    format!("{instance_id}.{SERVICE_DOMAIN}")
}

/// The base URL of the API.
///
/// A bare host (with or without a port) means plain http, as in the official SDK; a full URL may be https and may have a
/// port and a base path. `port` wins over a port in `endpoint`.
///
/// # Errors
///
/// [`Error::InvalidArgument`] where `endpoint` is neither.
pub fn base_url(instance_id: &str, endpoint: Option<&str>, port: Option<u16>) -> Result<Url> {
    let mut url = match endpoint {
        None => parse(&format!("https://{}", instance_host(instance_id)))?,
        Some(endpoint) if endpoint.contains("://") => full_url(endpoint)?,
        Some(host) => bare_host(host)?,
    };
    if port.is_some() {
        url.set_port(port).map_err(|()| invalid("has no host to which a port could be added"))?;
    }
    Ok(url)
}

/// Whether the URL leads to this machine, so that nobody on the way can read what is sent in plain text.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        None => false,
    }
}

fn full_url(endpoint: &str) -> Result<Url> {
    let url = parse(endpoint)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid("must be an http or https URL"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("must not contain a user name or password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid("must not have a query or a fragment"));
    }
    Ok(url)
}

fn bare_host(host: &str) -> Result<Url> {
    if host.is_empty() {
        return Err(invalid("must not be empty"));
    }
    if host.parse::<Ipv6Addr>().is_ok() {
        return parse(&format!("http://[{host}]"));
    }
    if host.contains(|character: char| "/\\?#@%".contains(character) || character.is_whitespace()) {
        return Err(invalid("must be a host name, or a full URL such as https://proxy.example/beams"));
    }
    parse(&format!("http://{host}"))
}

fn parse(text: &str) -> Result<Url> {
    Url::parse(text).map_err(|error| invalid(&format!("is not a valid URL: {error}")))
}

fn invalid(what: &str) -> Error {
    Error::invalid(format!("endpoint {what}"))
}

#[cfg(test)]
mod tests {
    use proptest::option;
    use proptest::prelude::*;

    use super::*;

    fn base(endpoint: Option<&str>, port: Option<u16>) -> String {
        base_url("my-instance", endpoint, port).map_or_else(|error| error.to_string(), |url| url.to_string())
    }

    #[test]
    fn the_default_endpoint_is_the_instance_s_host_over_https() {
        assert_eq!(base(None, None), "https://my-instance.pushnotifications.pusher.com/");
        assert_eq!(base(None, Some(8443)), "https://my-instance.pushnotifications.pusher.com:8443/");
    }

    #[test]
    fn a_bare_host_means_plain_http() {
        for (endpoint, port, expected) in [
            ("localhost", None, "http://localhost/"),
            ("localhost", Some(8081), "http://localhost:8081/"),
            ("127.0.0.1:8081", None, "http://127.0.0.1:8081/"),
            ("127.0.0.1:8081", Some(9000), "http://127.0.0.1:9000/"),
            ("::1", Some(8081), "http://[::1]:8081/"),
            ("[::1]:8081", None, "http://[::1]:8081/"),
        ] {
            assert_eq!(base(Some(endpoint), port), expected);
        }
    }

    #[test]
    fn a_full_url_is_used_unchanged() {
        for (endpoint, port, expected) in [
            ("https://beams.example", None, "https://beams.example/"),
            ("https://beams.example/base/path", None, "https://beams.example/base/path"),
            ("https://beams.example:1", Some(2), "https://beams.example:2/"),
            ("http://localhost:8081/", None, "http://localhost:8081/"),
        ] {
            assert_eq!(base(Some(endpoint), port), expected);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for endpoint in [
            "",
            "ftp://host",
            "https://u:p@host",
            "https://host?q",
            "https://host#f",
            "a b",
            "host/path",
            "http://",
            "a@b",
        ] {
            let text = base(Some(endpoint), None);
            assert!(text.starts_with("endpoint "), "{endpoint}: {text}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for (url, expected) in [
            ("http://localhost:1", true),
            ("http://beams.localhost", true),
            ("http://localhost.", true),
            ("http://127.9.9.9", true),
            ("http://[::1]", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("http://0.0.0.0", false),
            ("http://192.168.0.1", false),
            ("http://localhost.example", false),
            ("http://127.example.com", false),
            ("http://[::ffff:10.0.0.1]", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }

    proptest! {
        #[test]
        fn any_endpoint_is_refused_or_is_a_url_of_the_right_kind(endpoint in "(https?://)?[a-z0-9.:/@?#%\\[\\] \\PC]{0,24}", port in option::of(1u16..)) {
            if let Ok(url) = base_url("my-instance", Some(&endpoint), port) {
                prop_assert!(matches!(url.scheme(), "http" | "https") && url.has_host());
                prop_assert!(url.username().is_empty() && url.password().is_none() && url.query().is_none());
                prop_assert!(endpoint.contains("://") || (url.scheme() == "http" && url.path() == "/"));
                if let Some(port) = port {
                    prop_assert_eq!(url.port_or_known_default(), Some(port));
                }
            }
        }
    }
}

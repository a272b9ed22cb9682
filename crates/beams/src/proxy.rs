//! The way to the service: directly, or through a proxy. A client has one destination, so this is decided once.

use std::fmt;

use hyper::Uri;
use url::Url;

use crate::endpoint::is_loopback;
use crate::error::{Error, Result};
use crate::no_proxy::is_excluded;

/// How a client reaches its one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Without a proxy, for this reason.
    Direct(DirectReason),
    /// Through this proxy, from the environment variable of this name, or from the option.
    Proxy(ProxyUrl, Option<&'static str>),
    /// The environment variable of this name should hold the proxy's URL, and holds something else.
    Unusable(&'static str),
}

/// Why no proxy is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectReason {
    /// The host is a loopback address.
    Loopback,
    /// None of these environment variables is set.
    NoVariable(&'static [&'static str]),
    /// The environment variable of this name excludes the host.
    Excluded(&'static str),
}

/// The URL of a proxy. It may hold a password, so neither its debug output nor its text shows more than host and port.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyUrl(Url);

impl Route {
    /// Chooses the route to `base`. The `proxy` option wins over the environment, exclusions included.
    ///
    /// A loopback host is never reached through a proxy from the environment, as in Go and in browsers. A variable that
    /// cannot be used is no error here, so that a program which makes no calls starts all the same.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] where the option is not the URL of a proxy.
    pub fn choose(option: Option<&str>, base: &Url, variable: impl Fn(&'static str) -> Option<String>) -> Result<Self> {
        if let Some(option) = option {
            return ProxyUrl::parse(option).map(|proxy| Self::Proxy(proxy, None)).ok_or_else(|| {
                Error::invalid(
                    "proxy must be an http, https or socks5 URL, such as http://user:password@proxy.example:3128",
                )
            });
        }
        if is_loopback(base) {
            return Ok(Self::Direct(DirectReason::Loopback));
        }
        // An empty variable is as good as none: that is how shells and Compose files unset one.
        let read = |name| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let first = |names: &[&'static str]| names.iter().find_map(|&name| Some((name, read(name)?)));
        // A CGI server sets HTTP_PROXY to what the request's `Proxy` header says (https://httpoxy.org).
        let names: &[_] = match base.scheme() {
            "https" => &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
            _ if read("REQUEST_METHOD").is_some() => &["http_proxy", "all_proxy", "ALL_PROXY"],
            _ => &["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"],
        };
        let Some((name, value)) = first(names) else {
            return Ok(Self::Direct(DirectReason::NoVariable(names)));
        };
        if let Some((name, list)) = first(&["no_proxy", "NO_PROXY"])
            && is_excluded(base, &list)
        {
            return Ok(Self::Direct(DirectReason::Excluded(name)));
        }
        let url = if value.contains("://") { value } else { format!("http://{value}") };
        Ok(ProxyUrl::parse(&url).map_or(Self::Unusable(name), |proxy| Self::Proxy(proxy, Some(name))))
    }

    /// The proxy, where there is one.
    pub fn proxy(&self) -> Option<&ProxyUrl> {
        match self {
            Self::Proxy(proxy, _) => Some(proxy),
            Self::Direct(_) | Self::Unusable(_) => None,
        }
    }

    /// Whether requests can be made.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] if a variable does not hold the URL of a proxy.
    pub(crate) fn check(&self) -> Result<()> {
        match self {
            Self::Direct(_) | Self::Proxy(..) => Ok(()),
            Self::Unusable(variable) => Err(Error::invalid(format!(
                "the environment variable {variable} must hold an http, https or socks5 URL, such as http://user:password@proxy.example:3128"
            ))),
        }
    }
}

impl ProxyUrl {
    fn parse(text: &str) -> Option<Self> {
        let mut url = Url::parse(text).ok()?;
        let is_supported = matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h");
        if !is_supported || url.host_str().is_none_or(str::is_empty) {
            return None;
        }
        // Only the proxy itself is named here; clients ignore a path, too.
        url.set_path("");
        url.set_query(None);
        url.set_fragment(None);
        // The HTTP library would silently go without a proxy whose URL it cannot parse.
        url.as_str().parse::<Uri>().ok()?.authority()?;
        Some(Self(url))
    }

    /// The URL, password included.
    pub(crate) fn url(&self) -> &Url {
        &self.0
    }

    /// Scheme, host and port, without the credentials.
    pub fn origin(&self) -> String {
        format!("{}://{self}", self.0.scheme())
    }

    /// Whether the proxy runs on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// Whether the proxy forwards each request to `base` itself, in place of opening a tunnel.
    pub(crate) fn forwards(&self, base: &Url) -> bool {
        base.scheme() == "http" && matches!(self.0.scheme(), "http" | "https")
    }
}

impl fmt::Display for ProxyUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.host_str().unwrap_or_default())?;
        self.0.port().map_or(Ok(()), |port| write!(formatter, ":{port}"))
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(base: &str, variables: &[(&str, &str)]) -> String {
        let variable = |name| variables.iter().find(|entry| entry.0 == name).map(|entry| entry.1.to_owned());
        match Route::choose(None, &Url::parse(base).unwrap(), variable).unwrap() {
            Route::Direct(_) => "direct".into(),
            Route::Proxy(proxy, _) => proxy.url().to_string(),
            Route::Unusable(name) => format!("{name} is unusable"),
        }
    }

    #[test]
    fn the_scheme_of_the_endpoint_decides_which_variable_is_read() {
        let (http, https) = ("http://beams.example", "https://beams.example");
        for (base, variables, expected) in [
            (https, &[][..], "direct"),
            (https, &[("HTTPS_PROXY", "http://a:1")], "http://a:1/"),
            (https, &[("https_proxy", "http://b:1"), ("HTTPS_PROXY", "http://a:1")], "http://b:1/"),
            (https, &[("https_proxy", " "), ("HTTPS_PROXY", "http://a:1")], "http://a:1/"),
            (https, &[("HTTP_PROXY", "http://a:1")], "direct"),
            (https, &[("ALL_PROXY", "http://c:1")], "http://c:1/"),
            (https, &[("all_proxy", "http://c:1"), ("HTTPS_PROXY", "http://a:1")], "http://a:1/"),
            (http, &[("HTTP_PROXY", "http://a:1")], "http://a:1/"),
            (http, &[("HTTPS_PROXY", "http://a:1")], "direct"),
            (http, &[("ALL_PROXY", "socks5h://c:1")], "socks5h://c:1"),
            (http, &[("HTTP_PROXY", "http://a:1"), ("REQUEST_METHOD", "GET")], "direct"),
            (http, &[("http_proxy", "http://a:1"), ("REQUEST_METHOD", "GET")], "http://a:1/"),
            (https, &[("HTTPS_PROXY", "proxy.example:3128")], "http://proxy.example:3128/"),
            (https, &[("HTTPS_PROXY", "http://u:p@[::1]:1")], "http://u:p@[::1]:1/"),
            (https, &[("HTTPS_PROXY", "http://a:1/path?query#fragment")], "http://a:1/"),
        ] {
            assert_eq!(route(base, variables), expected, "{base} {variables:?}");
        }
    }

    #[test]
    fn a_route_names_the_variable_that_decides() {
        use DirectReason::{Excluded, Loopback, NoVariable};
        let choose = |base: &str, variables: &[(&str, &str)]| {
            let variable = |name| variables.iter().find(|entry| entry.0 == name).map(|entry| entry.1.to_owned());
            Route::choose(None, &Url::parse(base).unwrap(), variable).unwrap()
        };
        let (http, https) = ("http://beams.example", "https://beams.example");
        let cgi = ("REQUEST_METHOD", "GET");
        for (base, variables, expected) in [
            ("http://localhost", &[("HTTP_PROXY", "a:1")][..], Loopback),
            (https, &[], NoVariable(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])),
            (http, &[], NoVariable(&["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])),
            (http, &[cgi], NoVariable(&["http_proxy", "all_proxy", "ALL_PROXY"])),
            (https, &[("NO_PROXY", "*"), ("ALL_PROXY", "a:1")], Excluded("NO_PROXY")),
            (https, &[("no_proxy", "*"), ("NO_PROXY", "x"), ("ALL_PROXY", "a:1")], Excluded("no_proxy")),
            (https, &[("no_proxy", " "), ("NO_PROXY", "*"), ("ALL_PROXY", "a:1")], Excluded("NO_PROXY")),
        ] {
            assert_eq!(choose(base, variables), Route::Direct(expected), "{base} {variables:?}");
        }
        for (variables, expected) in [
            (&[("HTTPS_PROXY", "user:hunter2@a:1"), ("ALL_PROXY", "b:1")][..], ("http://a:1", "HTTPS_PROXY")),
            (&[("https_proxy", "https://a:443")], ("https://a", "https_proxy")),
            (&[("all_proxy", "socks5h://user:hunter2@[::1]:1080")], ("socks5h://[::1]:1080", "all_proxy")),
        ] {
            let Route::Proxy(proxy, Some(variable)) = choose(https, variables) else { panic!("{variables:?}") };
            assert_eq!((proxy.origin().as_str(), variable), expected);
        }
    }

    #[test]
    fn a_proxy_forwards_requests_without_tls_and_tunnels_others() {
        for (proxy, base, expected) in [
            ("http://a:1", "http://beams.example", true),
            ("https://a:1", "http://beams.example", true),
            ("socks5://a:1", "http://beams.example", false),
            ("http://a:1", "https://beams.example", false),
            ("socks5h://a:1", "https://beams.example", false),
        ] {
            let (proxy, base) = (ProxyUrl::parse(proxy).unwrap(), Url::parse(base).unwrap());
            assert_eq!(proxy.forwards(&base), expected, "{proxy:?} {base}");
        }
    }

    #[test]
    fn a_proxy_on_this_machine_is_known_as_such() {
        for (proxy, expected) in [("http://localhost:1", true), ("socks5://[::1]", true), ("http://10.0.0.1", false)] {
            assert_eq!(ProxyUrl::parse(proxy).unwrap().is_loopback(), expected, "{proxy}");
        }
    }

    #[test]
    fn a_loopback_host_is_reached_directly() {
        for base in ["http://localhost:8081", "https://127.0.0.1", "https://[::1]", "http://beams.localhost"] {
            let variables = [("HTTP_PROXY", "http://a:1"), ("HTTPS_PROXY", "http://a:1"), ("ALL_PROXY", "http://a:1")];
            assert_eq!(route(base, &variables), "direct", "{base}");
        }
    }

    #[test]
    fn a_variable_that_is_not_used_may_be_invalid() {
        for value in ["ftp://a:1", "socks4://a:1", "http://", "http://a:b", "http://a b", "://", "socks5://"] {
            assert_eq!(route("https://beams.example", &[("HTTPS_PROXY", value)]), "HTTPS_PROXY is unusable", "{value}");
        }
        let broken = ("HTTPS_PROXY", "ftp://a");
        assert_eq!(route("http://beams.example", &[broken]), "direct");
        assert_eq!(route("https://beams.example", &[broken, ("NO_PROXY", "*")]), "direct");
        assert_eq!(route("https://beams.example", &[("ALL_PROXY", "ftp://a"), ("HTTPS_PROXY", "a:1")]), "http://a:1/");
    }

    #[test]
    fn the_option_wins_over_the_environment_and_is_never_shown() {
        let base = Url::parse("http://localhost").unwrap();
        let choose = |option| Route::choose(Some(option), &base, |name| (name == "NO_PROXY").then(|| "*".into()));
        for option in
            ["http://u:hunter2@a:1", "https://u:hunter2@a:1", "socks5://u:hunter2@a:1", "socks5h://hunter2@a:1"]
        {
            let route = choose(option).unwrap();
            assert_eq!(route.proxy().unwrap().to_string(), "a:1");
            assert_eq!(format!("{route:?}"), "Proxy(a:1, None)");
        }
        for option in
            ["", "proxy.example:3128", "socks4://a", "http://", "user:hunter2@proxy.example", "http://hunter2@"]
        {
            let text = choose(option).unwrap_err().to_string();
            assert!(text.starts_with("proxy must be an http, https or socks5 URL, such as"), "{text}");
            assert!(!text.contains("hunter2"), "{text}");
        }
    }
}

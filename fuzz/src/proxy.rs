//! A route is direct or through a proxy that the HTTP library can use, and shows no password.
//!
//! The first line is the URL of the service, the second the `proxy` option if it is not empty, and all others are variables
//! of the environment.

use beams::endpoint::is_loopback;
use beams::fuzzing::is_excluded;
use beams::proxy::{DirectReason, ProxyUrl, Route};
use url::{Host, Url};

use crate::input::text;

/// Chooses a route.
pub fn check(input: &[u8]) {
    let mut lines = text(input).split('\n');
    let Ok(base) = Url::parse(lines.next().unwrap_or_default()) else { return };
    if !matches!(base.scheme(), "http" | "https") {
        return;
    }
    let option = lines.next().filter(|option| !option.is_empty());
    let variables: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once('=')).collect();
    let variable = |name: &str| variables.iter().find(|entry| entry.0 == name).map(|entry| entry.1);

    if let Some(option) = option {
        match Route::choose(Some(option), &base, |_| None) {
            Ok(route) => check_proxy(route.proxy().expect("the option is used"), &[option]),
            Err(error) => assert!(error.to_string().starts_with("proxy must be an http, https or socks5 URL")),
        }
    }
    let route = Route::choose(None, &base, |name| variable(name).map(str::to_owned)).expect("there is no option");
    let values: Vec<&str> = variables.iter().map(|entry| entry.1).collect();
    match &route {
        Route::Proxy(proxy, name) => {
            assert!(name.and_then(variable).is_some_and(|value| !value.trim().is_empty()));
            check_proxy(proxy, &values);
        }
        Route::Unusable(name) => assert!(variable(name).is_some_and(|value| !value.trim().is_empty())),
        Route::Direct(_) => {}
    }
    if is_loopback(&base) {
        assert_eq!(route, Route::Direct(DirectReason::Loopback));
    }
    for (name, list) in &variables {
        if name.eq_ignore_ascii_case("no_proxy") {
            check_list(&base, list, &route, variable);
        }
    }
}

fn check_proxy(proxy: &ProxyUrl, given: &[&str]) {
    let shown = proxy.to_string();
    assert_eq!(shown, format!("{proxy:?}"));
    assert!(!shown.is_empty() && !shown.contains(['@', '/', '?', '#']), "{shown} of {given:?}");
    assert!(proxy.origin().ends_with(&format!("://{shown}")), "{} of {given:?}", proxy.origin());
}

fn check_list<'a>(base: &Url, list: &str, route: &Route, variable: impl Fn(&str) -> Option<&'a str>) {
    let excluded = is_excluded(base, list);
    let is_used = ["no_proxy", "NO_PROXY"].into_iter().filter_map(variable).find(|list| !list.trim().is_empty());
    if excluded && is_used == Some(list) {
        assert!(matches!(route, Route::Direct(_)), "{base} is in {list}");
    }
    assert_eq!(excluded, list.split([',', ' ']).any(|entry| is_excluded(base, entry)), "{list}");
    assert_eq!(excluded, is_excluded(base, &list.to_ascii_uppercase()), "{list}");
    assert!(is_excluded(base, &format!("{list},*")) && is_excluded(base, &format!("{list} *")));
    // `url` accepts commas, which separate entries, empty labels, which no name has, and `*`, which is a wildcard in the list.
    let host = base.host_str().unwrap_or_default();
    if !host.contains(',') && !host.contains("..") && !host.starts_with(['.', '*']) {
        assert!(is_excluded(base, &format!("{list},{host}")), "{host}");
        let port = base.port_or_known_default().unwrap_or_default();
        assert!(is_excluded(base, &format!("{host}:{port}")), "{host}:{port}");
        if let Some(Host::Domain(name)) = base.host() {
            assert!(!is_excluded(base, &format!("sub.{name}")), "{name}");
            let shorter = name.get(1..).filter(|shorter| !shorter.starts_with(['.', '*']));
            assert!(!shorter.is_some_and(|shorter| is_excluded(base, shorter)), "{name}");
        }
    }
}

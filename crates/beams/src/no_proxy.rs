//! The list in `NO_PROXY`, in the forms that curl, Go and Node programs accept.

use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

/// Whether the list excludes the host of `base` from the use of a proxy.
///
/// Entries are separated by commas or white space: `*`, a host name (with all names below it), `*.domain` (only the names
/// below it), an address or a network, each but the network with or without a port. An unreadable entry excludes nothing.
pub fn is_excluded(base: &Url, list: &str) -> bool {
    list.split(|character: char| character == ',' || character.is_whitespace())
        .filter(|entry| !entry.is_empty())
        .any(|entry| matches(base, entry))
}

fn matches(base: &Url, entry: &str) -> bool {
    if entry == "*" {
        return true;
    }
    let address = match base.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(address.to_canonical()),
        Some(Host::Domain(_)) | None => None,
    };
    if let Ok(network) = entry.parse::<IpNet>() {
        return address.is_some_and(|address| network.contains(&address));
    }
    let (host, port) = split_port(entry);
    if port.is_some_and(|port| base.port_or_known_default() != Some(port)) {
        return false;
    }
    if let Ok(listed) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        return address == Some(listed.to_canonical());
    }
    let Some(Host::Domain(name)) = base.host() else { return false };
    let name = name.trim_end_matches('.');
    let (domain, is_below_only) = match host.strip_prefix("*.") {
        Some(domain) => (domain, true),
        None => (host, false),
    };
    // Parsing lower-cases the entry and encodes it in ASCII, as the URL's host already is.
    let Ok(Host::Domain(domain)) = Host::parse(domain.trim_matches('.')) else { return false };
    let below = name.strip_suffix(&domain);
    below.is_some_and(|below| below.ends_with('.') || (below.is_empty() && !is_below_only))
}

/// `host:port` in its parts. The colons of an IPv6 address are none of a port, unless it is in brackets.
fn split_port(entry: &str) -> (&str, Option<u16>) {
    let Some((host, digits)) = entry.rsplit_once(':') else { return (entry, None) };
    match digits.parse() {
        Ok(port) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
        _ => (entry, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_matched_as_curl_does() {
        for (list, hosts) in [
            ("", ""),
            ("*", "name corp deep other v4 v6"),
            ("beams.corp", "name deep"),
            (".beams.corp", "name deep"),
            ("BEAMS.Corp.", "name deep"),
            ("*.beams.corp", "deep"),
            ("corp", "name corp deep"),
            ("*.corp", "name deep"),
            ("eams.corp", ""),
            ("other.example, beams.corp", "name deep"),
            ("other.example beams.corp\tx", "name deep"),
            (",, ,beams.corp,", "name deep"),
            ("beams.corp:443", "name deep"),
            ("beams.corp:8443", ""),
            ("*.corp:443", "name deep"),
            ("bücher.example", "other"),
            ("10.1.2.3", "v4"),
            ("10.1.2.3:443", "v4"),
            ("10.1.2.3:80", ""),
            ("10.0.0.0/8", "v4"),
            ("10.1.3.0/24", ""),
            ("::ffff:10.1.2.3", "v4"),
            ("2001:db8::1", "v6"),
            ("[2001:db8::1]", "v6"),
            ("[2001:db8::1]:443", "v6"),
            ("[2001:db8::1]:80", ""),
            ("2001:db8::/32", "v6"),
            ("2001:0DB8:0::1", "v6"),
            ("1.2.3.0/99, [::1, http://beams.corp, :443, *corp, **", ""),
            ("beams.corp:, beams.corp:443x, 10.0.0.0/8x, 10.1.2.3/", ""),
        ] {
            let excluded: Vec<_> = [
                ("name", "https://beams.corp"),
                ("corp", "https://corp"),
                ("deep", "https://a.b.beams.corp."),
                ("other", "https://bücher.example"),
                ("v4", "https://10.1.2.3"),
                ("v6", "https://[2001:db8::1]"),
            ]
            .into_iter()
            .filter(|(_, url)| is_excluded(&Url::parse(url).unwrap(), list))
            .map(|(name, _)| name)
            .collect();
            assert_eq!(excluded.join(" "), hosts, "{list}");
        }
    }
}

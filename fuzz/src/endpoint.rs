//! An endpoint is rejected, or all requests go to it, and a user's id never changes where a deletion goes.
//!
//! The lines are the endpoint, the port, the user id and the instance id.

use beams::client::Client;
use beams::config::{ClientOptions, Config};
use beams::endpoint::{base_url, is_loopback};
use beams::fuzzing::deletion_url;
use beams::targets::kind::{INTERESTS, USERS};
use beams::targets::user_id::EncodedUserId;
use url::Url;

use crate::input::{text, units};

/// Makes the URLs of a client.
pub fn check(input: &[u8]) {
    let mut lines = text(input).split('\n');
    let mut line = || lines.next().unwrap_or_default();
    let (endpoint, port, user_id, instance_id) = (line(), line().parse().ok(), units(line()), line());
    let instance_id = if instance_id.is_empty() { "my-instance" } else { instance_id };

    if let Ok(base) = base_url(instance_id, Some(endpoint), port) {
        assert!(matches!(base.scheme(), "http" | "https") && base.has_host());
        assert!(base.username().is_empty() && base.password().is_none());
        assert!(base.query().is_none() && base.fragment().is_none());
        assert!(endpoint.contains("://") || (base.scheme() == "http" && base.path() == "/"));
        assert!(port.is_none_or(|port| base.port_or_known_default() == Some(port)));
    }
    let options = ClientOptions {
        instance_id: instance_id.to_owned(),
        secret_key: "my-key".into(),
        endpoint: Some(endpoint.to_owned()),
        port,
        // The environment is not part of the input.
        proxy: Some("http://proxy.example".into()),
        ..ClientOptions::default()
    };
    let Ok(config) = Config::new(options) else { return };
    let base = base_url(instance_id, Some(endpoint), port).expect("the configuration was accepted");
    check_config(&config, &base);
    if let Ok(encoded) = EncodedUserId::new(&user_id) {
        let url = deletion_url(&config, &encoded).expect("a checked id makes a URL");
        check_origin(&url, &base);
        let id = url.path().strip_prefix(&path(&base, "customer_api", instance_id, "users/"));
        let id = id.map(|id| percent_encoding::percent_decode_str(id).decode_utf8().map(|id| id.into_owned()));
        assert_eq!(id, Some(Ok(String::from_utf16(&user_id).expect("a checked id is well-formed"))));
    }
    let client = Client::new(config).expect("the configuration was accepted");
    for (kind, tail) in [(&INTERESTS, "publishes/interests"), (&USERS, "publishes/users")] {
        let url = Url::parse(&client.describe_requests(Some(kind)).1).expect("it is a URL");
        check_origin(&url, &base);
        assert_eq!(url.path(), path(&base, "publish_api", instance_id, tail));
    }
}

fn check_config(config: &Config, base: &Url) {
    assert_eq!(Url::parse(config.endpoint()).map(|url| url.origin()), Ok(base.origin()));
    assert!(!config.server_address().is_empty() && config.server_port().is_some());
    let is_in_plain_text = config.warning().is_some();
    assert_eq!(is_in_plain_text, base.scheme() == "http", "loopback: {}", is_loopback(base));
}

fn check_origin(url: &Url, base: &Url) {
    assert_eq!(url.origin(), base.origin());
    assert!(url.query().is_none() && url.fragment().is_none(), "{url}");
    assert!(url.username().is_empty() && url.password().is_none(), "{url}");
}

fn path(base: &Url, api: &str, instance_id: &str, tail: &str) -> String {
    format!("{}/{api}/v1/instances/{instance_id}/{tail}", base.path().trim_end_matches('/'))
}

//! The options of a client, and their defaults.

use std::env;
use std::num::NonZeroUsize;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use url::{Host, Url};

use crate::endpoint::{base_url, is_loopback};
use crate::error::{Error, Result};
use crate::limits::{check_backdate, check_concurrency, check_rate, check_timeout};
use crate::payload_checks::PayloadChecks;
use crate::proxy::Route;
use crate::secret::Secret;
use crate::tls;

pub use crate::limits::{
    MAX_BACKDATE, MAX_CONCURRENT_REQUESTS, MAX_RETRIES, MAX_TIMEOUT, MIN_REQUESTS_PER_SECOND, RequestOptions,
};

/// The longest host label that DNS knows.
const MAX_LABEL_LEN: usize = 63;

/// The options of a client. `None` means the default.
#[derive(Default)]
pub struct ClientOptions {
    /// The instance's id, from the dashboard.
    pub instance_id: String,
    /// The instance's secret key, from the dashboard.
    pub secret_key: String,
    /// Another host or URL in place of the instance's own.
    pub endpoint: Option<String>,
    /// Another port.
    pub port: Option<u16>,
    /// The time for one attempt, up to [`MAX_TIMEOUT`]. 30 seconds by default.
    pub timeout: Option<Duration>,
    /// The time for making a connection, up to [`MAX_TIMEOUT`]. 10 seconds by default.
    pub connect_timeout: Option<Duration>,
    /// How many retries may follow a first attempt, up to [`MAX_RETRIES`]. 3 by default.
    pub max_retries: Option<u32>,
    /// How many requests a second may start, from [`MIN_REQUESTS_PER_SECOND`] to infinity. 100 by default, the service's
    /// own limit.
    pub max_requests_per_second: Option<f64>,
    /// How many requests may be in flight at once, up to [`MAX_CONCURRENT_REQUESTS`]. 256 by default.
    pub max_concurrent_requests: Option<NonZeroUsize>,
    /// The time for a whole call, with all retries and waits, up to [`MAX_TIMEOUT`]. None by default.
    pub deadline: Option<Duration>,
    /// Whether to repeat a publish that may have been processed already.
    pub retry_unknown: Option<bool>,
    /// By how much tokens are backdated, up to [`MAX_BACKDATE`]. Not at all by default.
    pub token_backdate: Option<Duration>,
    /// Whether payloads are checked before they are published. They are not by default.
    pub payload_checks: PayloadChecks,
    /// The proxy to use in place of the environment's.
    pub proxy: Option<String>,
    /// Certificates in PEM to trust in place of the system's.
    pub ca: Option<Vec<u8>>,
}

/// Checked options, with the defaults filled in.
pub struct Config {
    pub(crate) instance_id: String,
    pub(crate) secret: Secret,
    pub(crate) base: Url,
    pub(crate) limits: RequestOptions,
    pub(crate) retry_unknown: bool,
    pub(crate) requests_per_second: f64,
    pub(crate) max_concurrent_requests: usize,
    pub(crate) token_backdate: Duration,
    pub(crate) payload_checks: PayloadChecks,
    pub(crate) route: Route,
    pub(crate) ca: Vec<CertificateDer<'static>>,
}

impl Config {
    /// Checks the options.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] with the name of the first option that cannot be used.
    pub fn new(options: ClientOptions) -> Result<Self> {
        check_instance_id(&options.instance_id)?;
        let base = base_url(&options.instance_id, options.endpoint.as_deref(), options.port)?;
        Ok(Self {
            secret: Secret::new(options.secret_key)?,
            instance_id: options.instance_id,
            limits: RequestOptions {
                timeout: Duration::from_secs(30),
                connect_timeout: check_timeout("connect_timeout", options.connect_timeout)?
                    .unwrap_or(Duration::from_secs(10)),
                max_retries: 3,
                deadline: None,
                attempt_log: None,
            }
            .with(options.timeout, options.max_retries, options.deadline)?,
            retry_unknown: options.retry_unknown.unwrap_or(false),
            requests_per_second: check_rate(options.max_requests_per_second)?.unwrap_or(100.0),
            max_concurrent_requests: check_concurrency(options.max_concurrent_requests)?.unwrap_or(256),
            token_backdate: check_backdate(options.token_backdate)?.unwrap_or_default(),
            payload_checks: options.payload_checks,
            route: Route::choose(options.proxy.as_deref(), &base, |name| env::var(name).ok())?,
            ca: options.ca.map(|pem| tls::certificates(&pem)).transpose()?.unwrap_or_default(),
            base,
        })
    }

    /// A warning if the secret key would cross a network in plain text.
    pub fn warning(&self) -> Option<String> {
        if self.base.scheme() != "http" {
            return None;
        }
        let host = self.base.host_str().unwrap_or_default();
        let proxy = self.route.proxy().filter(|proxy| !proxy.is_loopback());
        if is_loopback(&self.base) {
            return proxy.map(|proxy| {
                format!("the secret key is sent to the proxy {proxy} in plain text: {host} is accessed over http")
            });
        }
        let through = proxy.map(|proxy| format!(" through the proxy {proxy}")).unwrap_or_default();
        Some(format!(
            "the secret key is sent to {host}{through} in plain text: the scheme of the endpoint is http, which is also the default; write https://{host}"
        ))
    }

    /// The instance's id.
    pub fn instance_id(&self) -> &str {
        &self.instance_id
    }

    /// The base URL of the API, without a trailing slash.
    pub fn endpoint(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// The host that requests are sent to, without the brackets of an IPv6 address.
    pub fn server_address(&self) -> String {
        match self.base.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            host => host.map(|host| host.to_string()).unwrap_or_default(),
        }
    }

    /// The port that requests are sent to.
    pub fn server_port(&self) -> Option<u16> {
        self.base.port_or_known_default()
    }

    /// How requests reach the server.
    pub fn route(&self) -> &Route {
        &self.route
    }

    /// Whether payloads are checked before they are published.
    pub fn payload_checks(&self) -> PayloadChecks {
        self.payload_checks
    }

    /// The limits of a call that sets none of its own.
    pub fn limits(&self) -> RequestOptions {
        self.limits.clone()
    }

    /// The limits of a bulk publish that sets none of its own: a campaign takes as long as it takes, so it has no deadline.
    pub fn bulk_limits(&self) -> RequestOptions {
        RequestOptions { deadline: None, ..self.limits() }
    }
}

/// An instance id is one label of the service's host name and one segment of its paths.
fn check_instance_id(instance_id: &str) -> Result<()> {
    if instance_id.is_empty() {
        return Err(Error::invalid("\"instanceId\" must not be empty"));
    }
    let is_label = instance_id.len() <= MAX_LABEL_LEN
        && instance_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        && !instance_id.starts_with('-')
        && !instance_id.ends_with('-');
    if is_label {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "\"instanceId\" must be the instance's id from the dashboard, up to {MAX_LABEL_LEN} letters, digits, hyphens and underscores"
    )))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Options that are valid, and the defaults otherwise.
    pub fn options() -> ClientOptions {
        ClientOptions { instance_id: "my-instance".into(), secret_key: "key".into(), ..ClientOptions::default() }
    }

    fn refused(options: ClientOptions) -> String {
        Config::new(options).err().map_or_else(|| "accepted".into(), |error| error.to_string())
    }

    #[test]
    fn an_instance_id_is_one_host_label() {
        for instance_id in ["INSTANCE_ID", "2c6b93fb-f6ac-4e5f-b7d1-7dd3a5e26e26", "a", &"a".repeat(63)] {
            assert_eq!(refused(ClientOptions { instance_id: instance_id.into(), ..options() }), "accepted");
        }
        for instance_id in
            ["", "evil.com/", "a@b", "a b", "a.b", "a/b", "a?b", "a#b", "a:1", "-a", "a-", "é", "a\n", &"a".repeat(64)]
        {
            let text = refused(ClientOptions { instance_id: instance_id.into(), ..options() });
            assert!(text.starts_with("\"instanceId\" must"), "{instance_id}: {text}");
        }
    }

    #[test]
    fn what_is_beyond_a_limit_is_refused_by_name() {
        let second = Duration::from_secs(1);
        for (name, options) in [
            ("timeout", ClientOptions { timeout: Some(MAX_TIMEOUT + second), ..options() }),
            ("connect_timeout", ClientOptions { connect_timeout: Some(MAX_TIMEOUT + second), ..options() }),
            ("max_retries", ClientOptions { max_retries: Some(MAX_RETRIES + 1), ..options() }),
            ("max_requests_per_second", ClientOptions { max_requests_per_second: Some(0.0), ..options() }),
            ("max_requests_per_second", ClientOptions { max_requests_per_second: Some(f64::NAN), ..options() }),
            ("token_backdate", ClientOptions { token_backdate: Some(MAX_BACKDATE + second), ..options() }),
        ] {
            let text = refused(options);
            assert!(text.starts_with(&format!("{name} must not be ")), "{text}");
        }
    }

    #[test]
    fn what_is_at_a_limit_is_accepted() {
        let config = Config::new(ClientOptions {
            timeout: Some(MAX_TIMEOUT),
            connect_timeout: Some(MAX_TIMEOUT),
            max_retries: Some(MAX_RETRIES),
            max_requests_per_second: Some(MIN_REQUESTS_PER_SECOND),
            token_backdate: Some(MAX_BACKDATE),
            ..options()
        })
        .unwrap();
        assert_eq!((config.limits.timeout, config.limits.connect_timeout), (MAX_TIMEOUT, MAX_TIMEOUT));
        let infinite = ClientOptions { max_requests_per_second: Some(f64::INFINITY), ..options() };
        assert_eq!(refused(infinite), "accepted");
    }

    #[test]
    fn a_key_in_plain_text_is_warned_of() {
        let warning = |endpoint: &str, proxy: &str| {
            let proxy = Some(proxy.to_owned()).filter(|proxy| !proxy.is_empty());
            let options = ClientOptions { endpoint: Some(endpoint.into()), proxy, ..options() };
            Config::new(options).unwrap().warning().unwrap_or_default()
        };
        let proxy = "http://user:hunter2@proxy.example:3128";
        for (endpoint, proxy, expected) in [
            ("https://beams.example", proxy, ""),
            ("localhost", "", ""),
            ("localhost", "http://localhost:3128", ""),
            ("localhost", proxy, "the secret key is sent to the proxy proxy.example:3128 in plain text: localhost is"),
            (
                "beams.example",
                "http://localhost:1",
                "the secret key is sent to beams.example in plain text: the scheme",
            ),
            (
                "beams.example",
                proxy,
                "the secret key is sent to beams.example through the proxy proxy.example:3128 in plain text: the scheme",
            ),
        ] {
            let text = warning(endpoint, proxy);
            assert!(text.starts_with(expected) && text.is_empty() == expected.is_empty(), "{endpoint} {proxy}: {text}");
            assert!(!text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn a_limit_on_requests_in_flight_has_a_maximum() {
        let limit = |value| ClientOptions { max_concurrent_requests: NonZeroUsize::new(value), ..options() };
        assert_eq!(Config::new(limit(1)).unwrap().max_concurrent_requests, 1);
        assert_eq!(Config::new(options()).unwrap().max_concurrent_requests, 256);
        assert!(Config::new(limit(MAX_CONCURRENT_REQUESTS + 1)).is_err());
    }

    #[test]
    fn a_server_is_named_without_brackets_and_with_its_port() {
        for (endpoint, url, address, port) in [
            (None, "https://my-instance.pushnotifications.pusher.com", "my-instance.pushnotifications.pusher.com", 443),
            (Some("localhost"), "http://localhost", "localhost", 80),
            (Some("::1"), "http://[::1]", "::1", 80),
            (Some("https://127.0.0.1:8443/base/"), "https://127.0.0.1:8443/base", "127.0.0.1", 8443),
        ] {
            let config = Config::new(ClientOptions { endpoint: endpoint.map(Into::into), ..options() }).unwrap();
            assert_eq!((config.endpoint(), config.server_address().as_str()), (url, address));
            assert_eq!(config.server_port(), Some(port));
        }
    }
}

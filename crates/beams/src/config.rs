//! The options of a client: their defaults, their limits, and why there is a limit.

use std::env;
use std::fmt;
use std::num::NonZeroUsize;
use std::time::Duration;

use reqwest::header::HeaderValue;
use rustls::pki_types::CertificateDer;
use url::Url;

use crate::endpoint::{base_url, is_loopback};
use crate::error::{Error, Result};
use crate::proxy::Route;
use crate::tls;

/// The longest host label that DNS knows.
const MAX_LABEL_LEN: usize = 63;

/// The longest time limit, the same as for Node's timers: about 24 days.
pub const MAX_TIMEOUT: Duration = Duration::from_millis(2_147_483_647);

/// More retries than this are a loop, not a remedy.
pub const MAX_RETRIES: u32 = 100;

/// More requests in flight than this exhaust the system's sockets before they exhaust the service.
pub const MAX_CONCURRENT_REQUESTS: usize = 65_536;

/// One request in seventeen minutes. A slower rate looks like a hang.
pub const MIN_REQUESTS_PER_SECOND: f64 = 0.001;

/// No clock is a day off, and a token is valid for a day.
pub const MAX_BACKDATE: Duration = Duration::from_secs(86_400);

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
    pub(crate) route: Route,
    pub(crate) ca: Vec<CertificateDer<'static>>,
}

/// The secret key, in the two forms in which it is used. Debug output hides it.
pub struct Secret {
    pub(crate) key: String,
    pub(crate) bearer: HeaderValue,
}

/// The limits of one call.
#[derive(Debug, Clone, Copy)]
pub struct RequestOptions {
    /// For making a connection: name lookup, TCP, proxy and TLS together. It also bounds how long a call can wait for a
    /// connection that another call is making.
    pub connect_timeout: Duration,
    /// For one attempt, from the first byte of the request to the last byte of the response.
    pub timeout: Duration,
    /// How many retries may follow the first attempt.
    pub max_retries: u32,
    /// For the whole call, with all retries and waits: for a concurrency permit, for the rate limit, between attempts.
    pub deadline: Option<Duration>,
    /// Whether the outcome lists the attempts.
    pub record_attempts: bool,
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
                record_attempts: false,
            }
            .with(options.timeout, options.max_retries, options.deadline)?,
            retry_unknown: options.retry_unknown.unwrap_or(false),
            requests_per_second: check_rate(options.max_requests_per_second)?.unwrap_or(100.0),
            max_concurrent_requests: check_concurrency(options.max_concurrent_requests)?.unwrap_or(256),
            token_backdate: check_backdate(options.token_backdate)?.unwrap_or_default(),
            route: Route::choose(options.proxy.as_deref(), &base, |name| env::var(name).ok())?,
            ca: options.ca.map(|pem| tls::certificates(&pem)).transpose()?.unwrap_or_default(),
            base,
        })
    }

    /// A warning for whoever uses these options, where the secret key crosses a network in plain text.
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
            "the secret key is sent to {host}{through} in plain text: an endpoint without a scheme means http; write https://{host}"
        ))
    }

    /// The limits of a call that sets none of its own.
    pub fn limits(&self) -> RequestOptions {
        self.limits
    }
}

impl RequestOptions {
    /// The same limits with those that a call sets for itself.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] where one is too large.
    pub fn with(self, timeout: Option<Duration>, max_retries: Option<u32>, deadline: Option<Duration>) -> Result<Self> {
        Ok(Self {
            timeout: check_timeout("timeout", timeout)?.unwrap_or(self.timeout),
            max_retries: check_retries(max_retries)?.unwrap_or(self.max_retries),
            deadline: check_timeout("deadline", deadline)?.or(self.deadline),
            ..self
        })
    }

    /// The same bounds for a call whose outcome lists the attempts.
    pub fn with_attempt_records(self) -> Self {
        Self { record_attempts: true, ..self }
    }
}

impl Secret {
    fn new(key: String) -> Result<Self> {
        if key.trim().is_empty() {
            return Err(Error::invalid("\"secretKey\" must not be empty"));
        }
        // Node's own http module takes no character beyond Latin-1 in a header, and writes the others, in a request with a
        // body, as UTF-8: the bytes that sign tokens, too.
        let mut bearer = key
            .chars()
            .all(|character| character <= '\u{ff}')
            .then(|| HeaderValue::from_bytes(format!("Bearer {key}").as_bytes()).ok())
            .flatten()
            .ok_or_else(|| {
                Error::invalid("\"secretKey\" has a character that an HTTP header cannot hold, such as a line break")
            })?;
        bearer.set_sensitive(true);
        Ok(Self { key, bearer })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
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

fn check_timeout(name: &str, value: Option<Duration>) -> Result<Option<Duration>> {
    match value {
        Some(value) if value > MAX_TIMEOUT => {
            Err(Error::invalid(format!("{name} must not be longer than {} ms", MAX_TIMEOUT.as_millis())))
        }
        value => Ok(value),
    }
}

fn check_retries(value: Option<u32>) -> Result<Option<u32>> {
    match value {
        Some(value) if value > MAX_RETRIES => {
            Err(Error::invalid(format!("max_retries must not be more than {MAX_RETRIES}")))
        }
        value => Ok(value),
    }
}

fn check_concurrency(value: Option<NonZeroUsize>) -> Result<Option<usize>> {
    match value {
        Some(value) if value.get() > MAX_CONCURRENT_REQUESTS => {
            Err(Error::invalid(format!("max_concurrent_requests must not be more than {MAX_CONCURRENT_REQUESTS}")))
        }
        value => Ok(value.map(NonZeroUsize::get)),
    }
}

fn check_rate(value: Option<f64>) -> Result<Option<f64>> {
    match value {
        Some(value) if value.is_nan() || value < MIN_REQUESTS_PER_SECOND => {
            Err(Error::invalid(format!("max_requests_per_second must not be less than {MIN_REQUESTS_PER_SECOND}")))
        }
        value => Ok(value),
    }
}

fn check_backdate(value: Option<Duration>) -> Result<Option<Duration>> {
    match value {
        Some(value) if value > MAX_BACKDATE => {
            Err(Error::invalid(format!("token_backdate must not be more than {} s", MAX_BACKDATE.as_secs())))
        }
        value => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> ClientOptions {
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
    fn a_key_that_would_break_the_header_is_refused_and_not_shown() {
        for key in ["", "key\n", "key\r\nX: y", "key\0", "key\u{7f}", "clé\u{20ac}", "\u{1f600}"] {
            let text = refused(ClientOptions { secret_key: key.into(), ..options() });
            assert!(text.starts_with("\"secretKey\" ") && !text.contains("key\\n"), "{text}");
        }
        let config = Config::new(ClientOptions { secret_key: "clé".into(), ..options() }).unwrap();
        assert_eq!(config.secret.bearer.as_bytes(), "Bearer clé".as_bytes());
        assert_eq!(format!("{:?} {:?}", config.secret, config.secret.bearer), "[secret] Sensitive");
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
    fn a_call_overrides_the_limits_of_its_client() {
        let limits = Config::new(ClientOptions { max_retries: Some(0), ..options() }).unwrap().limits;
        let own = limits.with(Some(Duration::from_millis(5)), Some(7), None).unwrap();
        assert_eq!((limits.timeout, limits.max_retries), (Duration::from_secs(30), 0));
        assert_eq!((own.timeout, own.max_retries), (Duration::from_millis(5), 7));
        assert!(limits.with(None, Some(MAX_RETRIES + 1), None).is_err());
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
                "the secret key is sent to beams.example in plain text: an endpoint",
            ),
            (
                "beams.example",
                proxy,
                "the secret key is sent to beams.example through the proxy proxy.example:3128 in plain text: an",
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
    fn a_call_s_deadline_replaces_the_client_s() {
        let client = |deadline| Config::new(ClientOptions { deadline, ..options() }).unwrap().limits;
        let seconds = |value| Some(Duration::from_secs(value));
        assert_eq!(client(None).deadline, None);
        assert_eq!(client(seconds(5)).with(None, None, None).unwrap().deadline, seconds(5));
        assert_eq!(client(seconds(5)).with(None, None, seconds(1)).unwrap().deadline, seconds(1));
        assert!(client(None).with(None, None, Some(MAX_TIMEOUT * 2)).is_err());
    }
}

//! A client's settings: what may be set, what it defaults to, and why there is a limit.

use std::fmt;
use std::time::Duration;

use reqwest::header::HeaderValue;
use rustls::pki_types::CertificateDer;
use url::Url;

use crate::endpoint::{base_url, is_loopback};
use crate::error::{Error, Result};
use crate::tls;

/// The longest host label that DNS knows.
const MAX_LABEL_LEN: usize = 63;

/// The longest time limit, the same as for Node's timers: about 24 days.
const MAX_TIMEOUT_MS: f64 = 2_147_483_647.0;

/// More retries than this are a loop, not a remedy.
const MAX_RETRIES: f64 = 100.0;

/// A request in seventeen minutes. What is slower cannot be told from a standstill.
const MIN_REQUESTS_PER_SECOND: f64 = 0.001;

/// No clock is a day off, and a token is good for a day.
const MAX_BACKDATE_SECS: f64 = 86_400.0;

/// BulkOptions as they are given. `None` means the default. Numbers are JavaScript's.
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
    /// The time for one attempt, in milliseconds.
    pub timeout: Option<f64>,
    /// The time for making a connection, in milliseconds.
    pub connect_timeout: Option<f64>,
    /// How many retries may follow a first attempt.
    pub max_retries: Option<f64>,
    /// How many requests a second may start.
    pub max_requests_per_second: Option<f64>,
    /// Whether to repeat a publish that may have been carried out already.
    pub retry_unknown: Option<bool>,
    /// How far back to date tokens, in seconds.
    pub token_backdate: Option<f64>,
    /// The proxy to go through, in place of the environment's.
    pub proxy: Option<String>,
    /// Certificates in PEM to trust in place of the system's.
    pub ca: Option<Vec<u8>>,
}

/// BulkOptions that have been checked.
pub struct Config {
    pub(crate) instance_id: String,
    pub(crate) secret: Secret,
    pub(crate) base: Url,
    pub(crate) limits: RequestOptions,
    pub(crate) retry_unknown: bool,
    pub(crate) requests_per_second: f64,
    pub(crate) token_backdate: Duration,
    pub(crate) proxy: Option<reqwest::Proxy>,
    pub(crate) ca: Vec<CertificateDer<'static>>,
}

/// The secret key, in the two forms in which it is used. It never shows in debug output.
pub struct Secret {
    pub(crate) key: String,
    pub(crate) bearer: HeaderValue,
}

/// The bounds of one call.
#[derive(Debug, Clone, Copy)]
pub struct RequestOptions {
    /// For making a connection: name lookup, TCP, proxy and TLS together. It also bounds how long a call can wait for a
    /// connection that another call is making.
    pub connect_timeout: Duration,
    /// For one attempt, from the first byte of the request to the last byte of the reply.
    pub timeout: Duration,
    /// How many retries may follow the first attempt.
    pub max_retries: u32,
}

impl Config {
    /// Checks the options.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] with the name of the first option that cannot be used.
    pub fn new(options: ClientOptions) -> Result<Self> {
        check_instance_id(&options.instance_id)?;
        Ok(Self {
            base: base_url(&options.instance_id, options.endpoint.as_deref(), options.port)?,
            secret: Secret::new(options.secret_key)?,
            instance_id: options.instance_id,
            limits: RequestOptions {
                timeout: milliseconds("timeout", options.timeout)?.unwrap_or(Duration::from_secs(30)),
                connect_timeout: milliseconds("connectTimeout", options.connect_timeout)?
                    .unwrap_or(Duration::from_secs(10)),
                max_retries: retries(options.max_retries)?.unwrap_or(3),
            },
            retry_unknown: options.retry_unknown.unwrap_or(false),
            requests_per_second: rate(options.max_requests_per_second)?.unwrap_or(100.0),
            token_backdate: backdate("tokenBackdate", options.token_backdate)?.unwrap_or_default(),
            proxy: options.proxy.as_deref().map(proxy).transpose()?,
            ca: options.ca.map(|pem| tls::certificates(&pem)).transpose()?.unwrap_or_default(),
        })
    }

    /// What somebody should be told who uses these settings.
    pub fn warning(&self) -> Option<String> {
        let is_plain = self.base.scheme() == "http" && !is_loopback(&self.base);
        let host = self.base.host_str().unwrap_or_default();
        is_plain.then(|| {
            format!("the secret key is sent to {host} in plain text: an endpoint without a scheme means http; write https://{host}")
        })
    }

    /// The bounds of a call that sets none of its own.
    pub fn limits(&self) -> RequestOptions {
        self.limits
    }
}

impl RequestOptions {
    /// The same bounds with those that a call sets for itself.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] where a number is out of range.
    pub fn with(self, timeout: Option<f64>, max_retries: Option<f64>) -> Result<Self> {
        Ok(Self {
            timeout: milliseconds("timeout", timeout)?.unwrap_or(self.timeout),
            max_retries: retries(max_retries)?.unwrap_or(self.max_retries),
            ..self
        })
    }
}

impl Secret {
    fn new(key: String) -> Result<Self> {
        if key.is_empty() {
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

fn milliseconds(name: &str, value: Option<f64>) -> Result<Option<Duration>> {
    match value {
        None => Ok(None),
        Some(value) if value > 0.0 && value <= MAX_TIMEOUT_MS => Ok(Some(Duration::from_secs_f64(value / 1000.0))),
        Some(_) => Err(Error::invalid(format!("{name} must be a number of milliseconds from 1 to {MAX_TIMEOUT_MS}"))),
    }
}

fn retries(value: Option<f64>) -> Result<Option<u32>> {
    match value {
        None => Ok(None),
        Some(value) if value.fract() == 0.0 && (0.0..=MAX_RETRIES).contains(&value) => Ok(Some(value as u32)),
        Some(_) => Err(Error::invalid(format!("maxRetries must be an integer from 0 to {MAX_RETRIES}"))),
    }
}

fn rate(value: Option<f64>) -> Result<Option<f64>> {
    match value {
        None => Ok(None),
        Some(value) if value >= MIN_REQUESTS_PER_SECOND => Ok(Some(value)),
        Some(_) => Err(Error::invalid(format!(
            "maxRequestsPerSecond must be a number from {MIN_REQUESTS_PER_SECOND} up, or Infinity for no limit"
        ))),
    }
}

/// A time by which a token is dated back.
///
/// # Errors
///
/// [`Error::InvalidArgument`] where the number is out of range.
pub fn backdate(name: &str, value: Option<f64>) -> Result<Option<Duration>> {
    match value {
        None => Ok(None),
        Some(value) if value.fract() == 0.0 && (0.0..=MAX_BACKDATE_SECS).contains(&value) => {
            Ok(Some(Duration::from_secs(value as u64)))
        }
        Some(_) => {
            Err(Error::invalid(format!("{name} must be a whole number of seconds from 0 to {MAX_BACKDATE_SECS}")))
        }
    }
}

/// The text must not be shown: it may hold a password.
fn proxy(url: &str) -> Result<reqwest::Proxy> {
    let invalid =
        || Error::invalid("proxy must be an http or https URL, such as http://user:password@proxy.example:3128");
    let parsed = Url::parse(url).map_err(|_| invalid())?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(invalid());
    }
    reqwest::Proxy::all(parsed).map_err(|_| invalid())
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
    fn a_time_limit_is_a_positive_number_of_milliseconds() {
        for value in [0.0, -1.0, f64::NAN, f64::INFINITY, 2_147_483_648.0] {
            let text = refused(ClientOptions { timeout: Some(value), ..options() });
            assert_eq!(text, "timeout must be a number of milliseconds from 1 to 2147483647", "{value}");
        }
        let config = Config::new(ClientOptions { connect_timeout: Some(250.0), ..options() }).unwrap();
        assert_eq!(config.limits.connect_timeout, Duration::from_millis(250));
        assert_eq!(config.limits.timeout, Duration::from_secs(30));
    }

    #[test]
    fn retries_are_a_small_whole_number() {
        for value in [-1.0, 0.5, 101.0, f64::NAN, f64::INFINITY] {
            let text = refused(ClientOptions { max_retries: Some(value), ..options() });
            assert_eq!(text, "maxRetries must be an integer from 0 to 100", "{value}");
        }
        let limits = Config::new(ClientOptions { max_retries: Some(0.0), ..options() }).unwrap().limits;
        assert_eq!((limits.max_retries, limits.with(None, Some(7.0)).unwrap().max_retries), (0, 7));
    }

    #[test]
    fn a_rate_is_above_zero_and_may_be_infinite() {
        for value in [0.0, -1.0, f64::NAN, f64::NEG_INFINITY] {
            let text = refused(ClientOptions { max_requests_per_second: Some(value), ..options() });
            assert!(text.starts_with("maxRequestsPerSecond must be"), "{value}");
        }
        for value in [0.001, 2.5, f64::INFINITY] {
            assert_eq!(refused(ClientOptions { max_requests_per_second: Some(value), ..options() }), "accepted");
        }
    }

    #[test]
    fn a_backdate_is_whole_seconds_of_a_day_at_most() {
        for value in [-1.0, 0.5, 86_401.0, f64::NAN, f64::INFINITY] {
            let text = refused(ClientOptions { token_backdate: Some(value), ..options() });
            assert_eq!(text, "tokenBackdate must be a whole number of seconds from 0 to 86400", "{value}");
        }
        let config = Config::new(ClientOptions { token_backdate: Some(300.0), ..options() }).unwrap();
        assert_eq!(config.token_backdate, Duration::from_secs(300));
    }

    #[test]
    fn a_proxy_is_a_url_and_is_never_shown() {
        for url in ["", "proxy.example:3128", "socks5://proxy.example", "http://", "user:hunter2@proxy.example"] {
            let text = refused(ClientOptions { proxy: Some(url.into()), ..options() });
            assert!(text.starts_with("proxy must be an http or https URL") && !text.contains("hunter2"), "{url}");
        }
        assert_eq!(refused(ClientOptions { proxy: Some("http://u:p@localhost:3128".into()), ..options() }), "accepted");
    }
}

//! The connection pool: one HTTP client for each Beams client, set up for the one host that it talks to.

use std::time::Duration;

use reqwest::redirect;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::http::request::headers;
use crate::tls;

/// Servers and load balancers drop an idle connection after 55 seconds or more; one that is dropped just as a request
/// goes out on it leaves the caller not knowing.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// A dead HTTP/2 connection would otherwise eat every request until its timeout.
const PING_INTERVAL: Duration = Duration::from_secs(10);

/// Makes the HTTP client. It connects when the first request is sent.
///
/// # Errors
///
/// [`Error::Internal`] where the HTTP library cannot be set up.
pub fn connect(config: &Config) -> Result<reqwest::Client> {
    let tls =
        tls::client_config(&config.ca).map_err(|error| Error::Internal(format!("TLS is not available: {error}")))?;
    let mut builder = reqwest::Client::builder();
    if let Some(proxy) = &config.proxy {
        builder = builder.proxy(proxy.clone());
    }
    builder
        .tls_backend_preconfigured(tls)
        .default_headers(headers(config))
        .connect_timeout(config.limits.connect_timeout)
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .http2_keep_alive_interval(PING_INTERVAL)
        .http2_keep_alive_timeout(PING_INTERVAL)
        .build()
        .map_err(|error| Error::Internal(format!("the HTTP client could not be made: {error}")))
}

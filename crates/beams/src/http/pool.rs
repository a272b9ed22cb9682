//! The connection pool: one HTTP client for each Beams client, set up for the one host that it talks to.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Proxy, redirect};
use tower::util::MapErrLayer;
use url::Url;

use crate::config::Config;
use crate::error::connection::{Classified, ConnectionErrorKind, classify_chain};
use crate::error::{Error, Result};
use crate::http::request::headers;
use crate::http::resolver::SystemResolver;
use crate::proxy::ProxyUrl;
use crate::tls;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Servers and load balancers drop an idle connection after 55 seconds or more; one that is dropped just as a request
/// goes out on it leaves the outcome unknown.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// A dead HTTP/2 connection would otherwise time out every request.
const PING_INTERVAL: Duration = Duration::from_secs(10);

/// Makes the HTTP client. It connects when the first request is sent.
///
/// # Errors
///
/// [`Error::Internal`] where the HTTP library cannot be set up.
pub fn connect(config: &Config) -> Result<reqwest::Client> {
    let tls =
        tls::client_config(&config.ca).map_err(|error| Error::Internal(format!("TLS is not available: {error}")))?;
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(SystemResolver)
        .default_headers(headers(config))
        .connect_timeout(config.limits.connect_timeout)
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .http2_keep_alive_interval(PING_INTERVAL)
        .http2_keep_alive_timeout(PING_INTERVAL)
        // The environment was read by `Route::choose`.
        .no_proxy();
    let builder = match config.route.proxy() {
        Some(proxy) => through(builder, proxy, &config.base)?,
        None => builder,
    };
    builder.build().map_err(|error| Error::Internal(format!("the HTTP client could not be made: {error}")))
}

/// Sends everything through the proxy, and lets errors of its own be told from those of the host behind it.
fn through(builder: reqwest::ClientBuilder, proxy: &ProxyUrl, base: &Url) -> Result<reqwest::ClientBuilder> {
    let all = Proxy::all(proxy.url().clone()).map_err(|error| Error::Internal(format!("no proxy: {error}")))?;
    let name: Arc<str> = proxy.to_string().into();
    let forwards = proxy.forwards(base);
    let layer = MapErrLayer::new(move |error: BoxError| match proxy_failure(&error, &name, forwards) {
        Some(kind) => Classified::new(kind, error).into(),
        None => error,
    });
    Ok(builder.proxy(all).connector_layer(layer))
}

/// What the proxy did wrong; `None` where the connection failed beyond it. The errors of tunnels have no public type, so
/// their texts have to do.
fn proxy_failure(error: &BoxError, proxy: &Arc<str>, forwards: bool) -> Option<ConnectionErrorKind> {
    let unreachable = |reason| ConnectionErrorKind::ProxyUnreachable { proxy: proxy.clone(), reason: Box::new(reason) };
    if forwards {
        return Some(unreachable(classify_chain(&**error)));
    }
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(&**error);
    while let Some(error) = source {
        let text = error.to_string();
        let reason = text.strip_prefix("tunnel error: ").or_else(|| text.strip_prefix("SOCKS error: "));
        match reason {
            Some("failed to create underlying connection") => return Some(unreachable(classify_chain(error))),
            Some("proxy authorization required" | "credentials not accepted") => {
                return Some(ConnectionErrorKind::ProxyAuthentication);
            }
            Some(_) => return Some(ConnectionErrorKind::ProxyRefused),
            None => source = error.source(),
        }
    }
    None
}

//! The options. `lib/options.js` reads the caller's objects; the limits are the client's own.

use beams::config::{ClientOptions, Config};
use beams::error::{Error, Result};
use beams::payload_checks::PayloadChecks;
use napi::bindgen_prelude::{Uint8Array, Undefined};
use napi_derive::napi;

use crate::numbers::{backdate, concurrency, milliseconds, port, rate, retries};

/// A member that stays in JavaScript: `lib/` passes nothing for it.
type InJavaScript = Undefined;

/// Options of a client. Only `instanceId` and `secretKey` are required; `undefined` always means the default.
#[napi(object, object_to_js = false)]
pub struct PushNotificationsOptions {
    /// The instance's id, from the [dashboard](https://dash.pusher.com/): one host label, such as a UUID.
    pub instance_id: String,
    /// The instance's secret key, from the [dashboard](https://dash.pusher.com/). Keep it on the server. It signs user
    /// tokens and authorizes every request; it never appears in errors, logs or `util.inspect`.
    pub secret_key: String,
    /// Another host instead of `<instanceId>.pushnotifications.pusher.com`.
    ///
    /// A bare host, with or without a port, means plain http, as in the official SDK; a full URL may be https and may have
    /// a port and a base path: `'localhost:8081'`, `'https://gateway.example/beams'`.
    #[napi(ts_type = "string | undefined")]
    pub endpoint: Option<String>,
    /// Another port, from 1 to 65535. Overrides a port in `endpoint`.
    #[napi(ts_type = "number | string | undefined")]
    pub port: Option<f64>,
    /// The time limit for one attempt, from the first byte of the request to the last byte of the response, in milliseconds.
    ///
    /// @default 30000
    #[napi(ts_type = "number | undefined")]
    pub timeout: Option<f64>,
    /// The time limit for making a connection (name lookup, TCP, proxy and TLS), or for waiting for a free HTTP/2 stream, in
    /// milliseconds. At most `timeout`.
    ///
    /// @default 10000
    #[napi(ts_type = "number | undefined")]
    pub connect_timeout: Option<f64>,
    /// How many retries may follow a first attempt, from 0 to 100. A publish is retried only if it was certainly not
    /// processed: no connection was made, or the service itself refused it with 408, 429 or 503. A deletion is retried after
    /// every transient failure.
    ///
    /// @default 3
    #[napi(ts_type = "number | undefined")]
    pub max_retries: Option<f64>,
    /// How many requests may start per second, retries included; `Infinity` for no limit. The default is the service's
    /// documented limit. An idle client starts a second's worth at once; the rest of a burst is spread evenly.
    ///
    /// @default 100
    #[napi(ts_type = "number | undefined")]
    pub max_requests_per_second: Option<f64>,
    /// How many requests may be in flight at once, from 1 to 65 536. Calls over it wait in order, as they do for
    /// `maxRequestsPerSecond`; over HTTP/1.1 each request in flight has a connection of its own.
    ///
    /// @default 256
    #[napi(ts_type = "number | undefined")]
    pub max_concurrent_requests: Option<f64>,
    /// The time limit for a whole call, with all retries and waits, in milliseconds. A call that cannot complete by then
    /// rejects with `ERR_BEAMS_TIMEOUT`, and its `delivery` says what became of the notification, which an
    /// `AbortSignal.timeout` cannot. `publishToManyUsers` has a `deadline` of its own.
    ///
    /// @default none
    #[napi(ts_type = "number | undefined")]
    pub deadline: Option<f64>,
    /// Whether to retry a publish even if it may have been processed already (`delivery: 'unknown'`). Somebody may then be
    /// notified twice.
    ///
    /// @default false
    #[napi(ts_type = "boolean | undefined")]
    pub retry_unknown: Option<bool>,
    /// By how many seconds tokens are backdated, from 0 to 86 400. The service refuses a token that is "used before issued",
    /// which happens if this machine's clock runs ahead of the service's. A token is valid for 24 hours from now all the
    /// same.
    ///
    /// @default 0
    #[napi(ts_type = "number | undefined")]
    pub token_backdate: Option<f64>,
    /// Whether payloads are checked before they are published, as `checkPublishRequest` does, for what Beams would refuse and
    /// what Apple, Google or browsers would drop:
    ///
    /// - `'off'`: payloads are not checked.
    /// - `'warn'`: the payload is published, and a process warning (`BeamsPayloadWarning`) says why nothing would be shown and
    ///   what to write instead: once for each rule and path, and at most 20 times in a process.
    /// - `'reject'`: the call rejects with `ERR_BEAMS_INVALID_ARGUMENT`, before anything is sent; the error has the `findings`.
    ///   If it is the request of a single user in a `publishToManyUsers`, only this user is in `failures`.
    ///
    /// Payloads are checked on the worker thread. Subscribers to the diagnostics channel `beams-native:payload` get all
    /// findings, hints included, as a `BeamsPayloadMessage`.
    ///
    /// @default 'warn', or 'off' if `NODE_ENV` is `production`
    #[napi(ts_type = "PayloadChecks | undefined")]
    pub payload_checks: Option<String>,
    /// The URL of a proxy (`http`, `https`, `socks5` or `socks5h`), with a user name and password if it requires them. Without
    /// it, `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` apply, in upper or lower case.
    #[napi(ts_type = "string | undefined")]
    pub proxy: Option<String>,
    /// Certificates in PEM to trust instead of the system's, as in Node's own `tls`.
    #[napi(ts_type = "string | Uint8Array | ReadonlyArray<string | Uint8Array> | undefined")]
    pub ca: Option<Uint8Array>,
    /// Logs each call when it has ended: `debug` for requests and calls that succeed at once, `warn` for retries, aborted calls,
    /// users that a `publishToManyUsers` could not publish to, and payload warnings, `error` for calls that fail. `console`, pino,
    /// winston and the like fit. No value of a payload, interest, user id or key is logged.
    ///
    /// With a logger, payload warnings are not emitted as process warnings.
    ///
    /// @default none
    #[napi(ts_type = "BeamsLogger | undefined")]
    pub logger: Option<InJavaScript>,
}

/// Options of one call, which override those of the client. `undefined` keeps the client's option.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct CallOptions {
    /// {@link PushNotificationsOptions.timeout} of this call.
    #[napi(ts_type = "number | undefined")]
    pub timeout: Option<f64>,
    /// {@link PushNotificationsOptions.maxRetries} of this call.
    #[napi(ts_type = "number | undefined")]
    pub max_retries: Option<f64>,
    /// {@link PushNotificationsOptions.deadline} of this call.
    #[napi(ts_type = "number | undefined")]
    pub deadline: Option<f64>,
    /// Aborts the call, which then rejects with the signal's reason, as `fetch` does. A request that has been sent by then
    /// cannot be undone.
    #[napi(ts_type = "AbortSignal | undefined")]
    pub signal: Option<InJavaScript>,
}

/// Options of one `publishToManyUsers`. `undefined` means the client's own setting, or the default.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct ManyUsersOptions {
    /// {@link PushNotificationsOptions.timeout} of each request.
    #[napi(ts_type = "number | undefined")]
    pub timeout: Option<f64>,
    /// {@link PushNotificationsOptions.maxRetries} of each request.
    #[napi(ts_type = "number | undefined")]
    pub max_retries: Option<f64>,
    /// The time limit for the whole call, in milliseconds. The client's own `deadline` does not apply to this method.
    #[napi(ts_type = "number | undefined")]
    pub deadline: Option<f64>,
    /// Stops the call: no further request is made, those in flight are completed, and the call rejects with
    /// `ERR_BEAMS_INTERRUPTED` and the signal's reason as its `cause`.
    #[napi(ts_type = "AbortSignal | undefined")]
    pub signal: Option<InJavaScript>,
    /// How many requests may be in flight at once, from 1 to 1 000.
    ///
    /// @default 16
    #[napi(ts_type = "number | undefined")]
    pub concurrency: Option<f64>,
    /// Whether a user who occurs more than once is published to once. The first entry counts, even if its request is invalid and
    /// the user is in `failures`. For this, every id is kept in memory until the call ends: about 25 bytes plus the id itself.
    ///
    /// @default true
    #[napi(ts_type = "boolean | undefined")]
    pub dedupe: Option<bool>,
    /// Whether to stop as soon as one request has failed.
    ///
    /// @default false
    #[napi(ts_type = "boolean | undefined")]
    pub stop_on_error: Option<bool>,
    /// The path of a file that records the outcome of each user, so that the call can be resumed after its process has died.
    /// If it is called again with the same journal and the same requests, users who were published to are skipped
    /// (`resumedCount`). Users with an unknown outcome are reported in `failures` with `delivery: 'unknown'`, and published
    /// to again only if the client has `retryUnknown`. All others are published to. The file is created if it does not exist;
    /// it contains user ids. Only one call at a time can use it. Requires `dedupe`. Takes about 40 bytes of memory plus the
    /// id itself for each user.
    ///
    /// @default none
    #[napi(ts_type = "string | undefined")]
    pub journal: Option<String>,
    /// Called each time a request has ended. A promise that it returns is not awaited; if it throws, or the promise rejects,
    /// the call stops.
    #[napi(
        ts_type = "((progress: ManyUsersProgress) => void) | ((progress: ManyUsersProgress) => Promise<void>) | undefined"
    )]
    pub on_progress: Option<InJavaScript>,
}

/// Options of {@link PushNotifications.close}.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct CloseOptions {
    /// After how many milliseconds the calls that have not ended are cancelled; 0 cancels them immediately. Their `delivery`
    /// says whether the notification may have been sent.
    ///
    /// @default none: calls are waited for
    #[napi(ts_type = "number | undefined")]
    pub timeout: Option<f64>,
}

/// Options of one token.
#[napi(object, object_to_js = false)]
#[derive(Default)]
pub struct TokenOptions {
    /// By how many seconds the token is backdated, instead of the client's `tokenBackdate`.
    #[napi(ts_type = "number | undefined")]
    pub backdate: Option<f64>,
}

impl TryFrom<PushNotificationsOptions> for Config {
    type Error = Error;

    fn try_from(options: PushNotificationsOptions) -> Result<Self> {
        Self::new(ClientOptions {
            instance_id: options.instance_id,
            secret_key: options.secret_key,
            endpoint: options.endpoint,
            port: options.port.map(port).transpose()?,
            timeout: options.timeout.map(|value| milliseconds("timeout", value)).transpose()?,
            connect_timeout: options.connect_timeout.map(|value| milliseconds("connectTimeout", value)).transpose()?,
            max_retries: options.max_retries.map(retries).transpose()?,
            max_requests_per_second: options.max_requests_per_second.map(rate).transpose()?,
            max_concurrent_requests: options.max_concurrent_requests.map(concurrency).transpose()?,
            deadline: options.deadline.map(|value| milliseconds("deadline", value)).transpose()?,
            retry_unknown: options.retry_unknown,
            token_backdate: options.token_backdate.map(|value| backdate("tokenBackdate", value)).transpose()?,
            payload_checks: options.payload_checks.as_deref().map(payload_checks).transpose()?.unwrap_or_default(),
            proxy: options.proxy,
            ca: options.ca.map(|pem| pem.to_vec()),
        })
    }
}

fn payload_checks(value: &str) -> Result<PayloadChecks> {
    match value {
        "off" => Ok(PayloadChecks::Off),
        "warn" => Ok(PayloadChecks::Warn),
        "reject" => Ok(PayloadChecks::Reject),
        _ => Err(Error::invalid("payloadChecks must be 'off', 'warn' or 'reject'")),
    }
}

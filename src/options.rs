//! Options in: read by hand, because a conversion by type would print the object, secret included, when it fails.

use napi::bindgen_prelude::Unknown;
use napi::{Env, JsValue, ValueType};
use napi_derive::napi;

use crate::error::Result;
use crate::ffi::bytes;
use crate::host::Host;
use crate::targets::{is_missing, length, number};
use beams::config::ClientOptions as Options;
use beams::error::Error;

/// BulkOptions of a client. Only `instanceId` and `secretKey` are required; `undefined` always means the default.
#[napi(object, object_from_js = false, object_to_js = false)]
pub struct PushNotificationsOptions {
    /// The instance's id, from the [dashboard](https://dash.pusher.com/): one host label, such as a UUID.
    pub instance_id: String,
    /// The instance's secret key, from the [dashboard](https://dash.pusher.com/). Keep it on the server. It signs user
    /// tokens and authorizes every request; the client never shows it in errors, logs or `util.inspect`.
    pub secret_key: String,
    /// Another host in place of `<instanceId>.pushnotifications.pusher.com`.
    ///
    /// A bare host, with or without a port, means plain http, as in the official SDK; a full URL may be https and may have
    /// a port and a base path: `'localhost:8081'`, `'https://gateway.example/beams'`.
    pub endpoint: Option<String>,
    /// Another port, from 1 to 65535. Wins over a port in `endpoint`.
    #[napi(ts_type = "number | string")]
    pub port: Option<u16>,
    /// The time for one attempt, from the first byte of the request to the last byte of the reply, in milliseconds.
    ///
    /// @default 30000
    pub timeout: Option<f64>,
    /// The time for making a connection (name lookup, TCP, proxy and TLS together), in milliseconds. Never longer than
    /// `timeout`.
    ///
    /// @default 10000
    pub connect_timeout: Option<f64>,
    /// How many retries may follow a first attempt, from 0 to 100. A publish is repeated only where it was certainly not
    /// carried out: no connection was made, or the service answered 429 or 503. A deletion is repeated after every passing
    /// fault.
    ///
    /// @default 3
    pub max_retries: Option<f64>,
    /// How many requests a second may start, retries included; `Infinity` for no limit. The default is the service's own
    /// documented limit. From idle, a second's worth starts at once; the rest of a burst is spread evenly.
    ///
    /// @default 100
    pub max_requests_per_second: Option<f64>,
    /// Whether to repeat a publish even where it may have been carried out already (`delivery: 'unknown'`). Somebody may
    /// then be notified twice.
    ///
    /// @default false
    pub retry_unknown: Option<bool>,
    /// How many seconds the time of issue of a token lies back, from 0 to 86 400. The service refuses a token that is
    /// "used before issued", which happens where this machine's clock runs ahead of its own. A token is good for 24 hours
    /// from now all the same.
    ///
    /// @default 0
    pub token_backdate: Option<f64>,
    /// The proxy to go through, as an http or https URL, with a user name and password if it wants them. Without it,
    /// `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` count, in either case.
    pub proxy: Option<String>,
    /// Certificates in PEM to trust in place of the system's, as in Node's own `tls`.
    #[napi(ts_type = "string | Uint8Array | Array<string | Uint8Array>")]
    pub ca: Option<Vec<u8>>,
}

/// BulkOptions of one call. `undefined` means the client's own setting.
#[napi(object, object_from_js = false, object_to_js = false)]
pub struct CallOptions {
    /// The time for one attempt, in milliseconds.
    pub timeout: Option<f64>,
    /// How many retries may follow the first attempt, from 0 to 100.
    pub max_retries: Option<f64>,
    /// Aborts the call, which then rejects with the signal's reason, as `fetch` does. What has been sent by then cannot be
    /// called back.
    #[napi(ts_type = "AbortSignal")]
    pub signal: Option<Unknown<'static>>,
}

/// BulkOptions of one call to many users. `undefined` means the client's own setting, or the default.
#[napi(object, object_from_js = false, object_to_js = false)]
pub struct ManyUsersOptions {
    /// The time for one attempt at one request, in milliseconds.
    pub timeout: Option<f64>,
    /// How many retries may follow the first attempt at a request, from 0 to 100.
    pub max_retries: Option<f64>,
    /// Stops the call: no further request is made, those under way are waited for, and the call rejects with
    /// `ERR_BEAMS_INTERRUPTED`, the signal's reason as its `cause`.
    #[napi(ts_type = "AbortSignal")]
    pub signal: Option<Unknown<'static>>,
    /// How many requests may be under way at once, from 1 to 1 000.
    ///
    /// @default 16
    pub concurrency: Option<f64>,
    /// Whether a user who comes more than once is published to once. For this, every id is remembered until the call ends:
    /// some 20 bytes each, and the id itself.
    ///
    /// @default true
    pub dedupe: Option<bool>,
    /// Whether to stop as soon as one request has failed.
    ///
    /// @default false
    pub stop_on_error: Option<bool>,
    /// Called each time a request has ended. What it returns is not waited for; if it throws, the call stops.
    #[napi(ts_type = "(progress: ManyUsersProgress) => void")]
    pub on_progress: Option<Unknown<'static>>,
}

/// BulkOptions of one token.
#[napi(object, object_from_js = false, object_to_js = false)]
pub struct TokenOptions {
    /// How many seconds the token's time of issue lies back, in place of the client's `tokenBackdate`.
    pub backdate: Option<f64>,
}

impl From<PushNotificationsOptions> for Options {
    fn from(options: PushNotificationsOptions) -> Self {
        Self {
            instance_id: options.instance_id,
            secret_key: options.secret_key,
            endpoint: options.endpoint,
            port: options.port,
            timeout: options.timeout,
            connect_timeout: options.connect_timeout,
            max_retries: options.max_retries,
            max_requests_per_second: options.max_requests_per_second,
            retry_unknown: options.retry_unknown,
            token_backdate: options.token_backdate,
            proxy: options.proxy,
            ca: options.ca,
        }
    }
}

/// Reads the options of the constructor, in the official SDK's order and with its texts.
pub fn client_options(env: &Env, host: &Host, options: &Unknown<'_>) -> Result<PushNotificationsOptions> {
    if options.get_type()? != ValueType::Object {
        return Err(Error::invalid("PushNotifications options object is required").into());
    }
    let members = Members { env, host, object: options };
    Ok(PushNotificationsOptions {
        instance_id: members.required_string("instanceId")?,
        secret_key: members.required_string("secretKey")?,
        endpoint: members.optional_string("endpoint")?,
        port: members.port()?,
        timeout: members.number("timeout")?,
        connect_timeout: members.number("connectTimeout")?,
        max_retries: members.number("maxRetries")?,
        max_requests_per_second: members.number("maxRequestsPerSecond")?,
        retry_unknown: members.boolean("retryUnknown")?,
        token_backdate: members.number("tokenBackdate")?,
        proxy: members.optional_string("proxy")?,
        ca: members.certificates("ca")?,
    })
}

/// Reads the options of one call.
pub fn call_options(env: &Env, host: &Host, options: &Unknown<'_>) -> Result<CallOptions> {
    let Some(members) = Members::of(env, host, options)? else {
        return Ok(CallOptions { timeout: None, max_retries: None, signal: None });
    };
    Ok(CallOptions {
        timeout: members.number("timeout")?,
        max_retries: members.number("maxRetries")?,
        signal: members.signal("signal")?,
    })
}

/// Reads the options of one call to many users.
pub fn many_users_options(env: &Env, host: &Host, options: &Unknown<'_>) -> Result<ManyUsersOptions> {
    let CallOptions { timeout, max_retries, signal } = call_options(env, host, options)?;
    let members = Members::of(env, host, options)?;
    let (mut concurrency, mut dedupe, mut stop_on_error, mut on_progress) = (None, None, None, None);
    if let Some(members) = members {
        concurrency = members.number("concurrency")?;
        dedupe = members.boolean("dedupe")?;
        stop_on_error = members.boolean("stopOnError")?;
        on_progress = members.function("onProgress")?;
    }
    Ok(ManyUsersOptions { timeout, max_retries, signal, concurrency, dedupe, stop_on_error, on_progress })
}

/// Reads the options of one token.
pub fn token_options(env: &Env, host: &Host, options: &Unknown<'_>) -> Result<TokenOptions> {
    let members = Members::of(env, host, options)?;
    Ok(TokenOptions { backdate: members.map(|members| members.number("backdate")).transpose()?.flatten() })
}

/// The members of an options object.
struct Members<'env> {
    env: &'env Env,
    host: &'env Host,
    object: &'env Unknown<'env>,
}

impl<'env> Members<'env> {
    /// `None` where the argument is left out.
    fn of(env: &'env Env, host: &'env Host, options: &'env Unknown<'env>) -> Result<Option<Self>> {
        if is_missing(options)? {
            return Ok(None);
        }
        if options.get_type()? != ValueType::Object {
            return Err(Error::invalid("options argument must be an object").into());
        }
        Ok(Some(Self { env, host, object: options }))
    }

    fn get(&self, name: &str) -> Result<Option<Unknown<'static>>> {
        let member = self.host.read(self.env, self.object, name)?;
        Ok((member.get_type()? != ValueType::Undefined).then_some(member))
    }

    fn required_string(&self, name: &str) -> Result<String> {
        let missing = || Error::invalid(format!("\"{name}\" is required in PushNotifications options"));
        let member = self.get(name)?.ok_or_else(missing)?;
        Ok(string(&member)?.ok_or_else(|| Error::invalid(format!("\"{name}\" must be a string")))?)
    }

    fn optional_string(&self, name: &str) -> Result<Option<String>> {
        let Some(member) = self.get(name)? else { return Ok(None) };
        Ok(Some(string(&member)?.ok_or_else(|| Error::invalid(format!("{name} must be a string")))?))
    }

    /// What is no number becomes one that is out of every range, so that one text tells what is wanted.
    fn number(&self, name: &str) -> Result<Option<f64>> {
        let Some(member) = self.get(name)? else { return Ok(None) };
        Ok(Some(number(&member)?.unwrap_or(f64::NAN)))
    }

    fn boolean(&self, name: &str) -> Result<Option<bool>> {
        let Some(member) = self.get(name)? else { return Ok(None) };
        match member.get_type()? {
            ValueType::Boolean => Ok(Some(self.host.text(self.env, &member)? == "true")),
            _ => Err(Error::invalid(format!("{name} must be true or false")).into()),
        }
    }

    /// `null` means none, because the official SDK shows a missing port so.
    fn port(&self) -> Result<Option<u16>> {
        let Some(member) = self.get("port")? else { return Ok(None) };
        if is_missing(&member)? {
            return Ok(None);
        }
        let text = string(&member)?;
        let port = match text {
            Some(text) => text.trim().parse().ok(),
            None => number(&member)?
                .filter(|port| port.fract() == 0.0 && (0.0..65536.0).contains(port))
                .map(|port| port as u16),
        };
        match port {
            Some(port) if port > 0 => Ok(Some(port)),
            _ => Err(Error::invalid("port must be an integer from 1 to 65535").into()),
        }
    }

    fn signal(&self, name: &str) -> Result<Option<Unknown<'static>>> {
        let Some(member) = self.get(name)? else { return Ok(None) };
        let is_signal = member.get_type()? == ValueType::Object
            && self.host.read(self.env, &member, "aborted")?.get_type()? == ValueType::Boolean
            && self.host.read(self.env, &member, "addEventListener")?.get_type()? == ValueType::Function;
        if is_signal { Ok(Some(member)) } else { Err(Error::invalid(format!("{name} must be an AbortSignal")).into()) }
    }

    fn function(&self, name: &str) -> Result<Option<Unknown<'static>>> {
        let Some(member) = self.get(name)? else { return Ok(None) };
        match member.get_type()? {
            ValueType::Function => Ok(Some(member)),
            _ => Err(Error::invalid(format!("{name} must be a function")).into()),
        }
    }

    /// One PEM text, or several one after the other.
    fn certificates(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let Some(member) = self.get(name)? else { return Ok(None) };
        if !self.host.is_array(self.env, &member)? {
            return Ok(Some(pem(&member)?));
        }
        let length = length(self.env, self.host, &member)?;
        let mut all = Vec::new();
        for index in 0..length {
            all.extend(pem(&self.host.element(self.env, &member, index)?)?);
            all.push(b'\n');
        }
        Ok(Some(all))
    }
}

fn pem(value: &Unknown<'_>) -> Result<Vec<u8>> {
    if let Some(text) = string(value)? {
        return Ok(text.into_bytes());
    }
    Ok(bytes(value)?
        .ok_or_else(|| Error::invalid("ca must be a string or a Buffer in PEM form, or an array of them"))?)
}

/// A string; `None` for anything else.
pub fn string(value: &Unknown<'_>) -> Result<Option<String>> {
    match value.get_type()? {
        ValueType::String => Ok(Some(value.coerce_to_string()?.into_utf8()?.as_str()?.to_owned())),
        _ => Ok(None),
    }
}

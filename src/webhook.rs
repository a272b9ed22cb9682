//! The two functions for webhooks. Their doc comments are the typings' own.

use napi::bindgen_prelude::{JsObjectValue, Object, Unknown};
use napi::{Env, JsValue, Result};
use napi_derive::napi;

use crate::environment::Environment;
use crate::error::guarded;
use crate::ffi::bytes;
use crate::host::Host;
use crate::options::string;
use crate::targets::length;
use beams::error::Error;
use beams::webhook::{Event, sign, verify};

/// Verifies that a webhook comes from the service, and answers with its event.
///
/// Give it the body as it came, byte for byte: one that was parsed and written again has another signature. Somebody who has
/// seen a webhook can send it again, and so does the service when no 2xx came within 3 seconds: remember `eventId` for as
/// long as it matters. See [Webhooks](https://pusher.com/docs/beams/concepts/webhooks/).
///
/// @param rawBody The request's body: a `Buffer`, or a string that was decoded from UTF-8.
/// @param signature The request's header `Webhook-Signature`. It may be missing: that is a wrong signature too.
/// @param secret The webhook's secret from the dashboard, which is not the instance's secret key; or several of them, any of
/// which will do, while you change it.
/// @throws {BeamsError} `ERR_BEAMS_WEBHOOK_SIGNATURE` where it was not signed with the secret: answer 401.
/// `ERR_BEAMS_WEBHOOK_PAYLOAD` where what was signed is no event.
///
/// ### Example
///
/// ```js
/// app.post('/webhooks/beams', express.raw({ type: 'application/json' }), (request, response) => {
///   const event = verifyWebhook(request.body, request.get('webhook-signature'), process.env.BEAMS_WEBHOOK_SECRET)
///   if (event.eventType === 'v1.UserNotificationOpen') console.log(event.payload.user_id)
///   response.sendStatus(204)
/// })
/// ```
#[napi(
    catch_unwind,
    ts_args_type = "rawBody: string | Uint8Array, signature: string | string[] | null | undefined, secret: string | readonly string[]",
    ts_return_type = "WebhookEvent"
)]
pub fn verify_webhook<'env>(
    env: &'env Env,
    raw_body: Unknown<'env>,
    signature: Unknown<'env>,
    secret: Unknown<'env>,
) -> Result<Unknown<'env>> {
    let environment = Environment::of(env)?;
    let host = &environment.host;
    let event = guarded(|| {
        let body = octets("rawBody", &raw_body)?;
        verify(&body, string(&signature)?.as_deref(), &secrets(env, host, &secret)?)?;
        let text =
            std::str::from_utf8(&body).map_err(|error| Error::WebhookPayload(format!("it is no UTF-8: {error}")))?;
        let event = Event::read(text)?;
        let mut parsed = host.parse(env, text)?.coerce_to_object()?;
        parsed.set_named_property("eventType", event.event_type)?;
        parsed.set_named_property("eventId", event.event_id)?;
        parsed.set_named_property("createdAt", env.create_date(event.created_at.timestamp_millis() as f64)?)?;
        Ok(parsed.to_unknown())
    });
    event.map_err(|failure| failure.into_exception(env, host))
}

/// Signs a webhook as the service does, for tests of your own handler.
///
/// @param body The body that will be sent, byte for byte.
/// @param secret The secret that the handler verifies with.
/// @returns The headers that go with it.
/// @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` where the secret is missing or empty.
///
/// ### Example
///
/// ```js
/// const body = JSON.stringify({ payload, metadata, custom_data: {} })
/// await fetch(url, { method: 'POST', body, headers: signWebhook(body, secret) })
/// ```
#[napi(
    catch_unwind,
    ts_args_type = "body: string | Uint8Array, secret: string",
    ts_return_type = "{ 'Content-Type': 'application/json'; 'Webhook-Signature': string }"
)]
pub fn sign_webhook<'env>(env: &'env Env, body: Unknown<'env>, secret: Unknown<'env>) -> Result<Object<'env>> {
    let signature = guarded(|| {
        let secret = string(&secret)?.ok_or_else(|| Error::invalid("secret must be a string"))?;
        Ok(sign(&octets("body", &body)?, &secret)?)
    });
    let signature = signature.map_err(|failure| match Environment::of(env) {
        Ok(environment) => failure.into_exception(env, &environment.host),
        Err(error) => error,
    })?;
    let mut headers = Object::new(env)?;
    headers.set("Content-Type", "application/json")?;
    headers.set("Webhook-Signature", signature)?;
    Ok(headers)
}

fn octets(name: &str, body: &Unknown<'_>) -> crate::error::Result<Vec<u8>> {
    if let Some(text) = string(body)? {
        return Ok(text.into_bytes());
    }
    Ok(bytes(body)?.ok_or_else(|| {
        Error::invalid(format!(
            "{name} must be a string or a Uint8Array: the body as it came, before anything has parsed it"
        ))
    })?)
}

fn secrets(env: &Env, host: &Host, secret: &Unknown<'_>) -> crate::error::Result<Vec<String>> {
    if !host.is_array(env, secret)? {
        return Ok(string(secret)?.into_iter().collect());
    }
    let mut secrets = Vec::new();
    for index in 0..length(env, host, secret)? {
        // What is no string is as good as no secret.
        secrets.push(string(&host.element(env, secret, index)?)?.unwrap_or_default());
    }
    Ok(secrets)
}

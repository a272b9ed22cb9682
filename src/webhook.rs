//! The functions for webhooks. Their doc comments are the typings' own; `lib/webhook.js` has their public signatures.

use beams::error::Error;
use beams::webhook::{Event, is_event_type, sign, verify};
use napi::Env;
use napi::bindgen_prelude::Uint8ArraySlice;
use napi_derive::napi;
use serde::Serialize;

use crate::error::{catch_panic, error_json};
use crate::ffi::throw;

/// What `lib/webhook.js` adds to a verified body.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventDetails<'a> {
    event_type: &'a str,
    event_id: &'a str,
    /// Milliseconds since 1970.
    created_at: i64,
}

/// Verifies that a webhook was sent by the service, and returns its event.
///
/// Pass the raw body, byte for byte: a body that was parsed and serialized again has another signature. Somebody who has
/// seen a webhook can send it again, and the service itself does if it gets no 2xx within 3 seconds: store `eventId` for as
/// long as it matters. See [Webhooks](https://pusher.com/docs/beams/concepts/webhooks/).
///
/// @param rawBody The request's body, before any parsing.
/// @param signature The value of the request's header `Webhook-Signature`. A missing one does not match.
/// @param secret The webhook's secret from the dashboard, which is not the instance's secret key; or several of them, one of
/// which must match, while you rotate it.
/// @throws {BeamsError} `ERR_BEAMS_WEBHOOK_SIGNATURE` if it was not signed with the secret: respond with 401.
/// `ERR_BEAMS_WEBHOOK_PAYLOAD` if it was, but is not a Beams event. `ERR_BEAMS_INVALID_ARGUMENT` if an argument has the wrong
/// type, such as all headers in place of one, or a secret is missing or empty.
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
    ts_args_type = "rawBody: WebhookBody, signature: string | readonly string[] | null | undefined, secret: string | readonly string[]",
    ts_return_type = "WebhookEvent"
)]
pub fn verify_webhook(
    env: &Env,
    raw_body: Uint8ArraySlice<'_>,
    signature: Option<String>,
    secrets: Vec<String>,
) -> napi::Result<String> {
    let verified = catch_panic(|| {
        verify(&raw_body, signature.as_deref(), &secrets)?;
        let json = std::str::from_utf8(&raw_body)
            .map_err(|error| Error::WebhookPayload(format!("the body is not UTF-8: {error}")))?;
        let event = Event::read(json)?;
        let details = EventDetails {
            event_type: event.event_type,
            event_id: &event.event_id,
            created_at: event.created_at.timestamp_millis(),
        };
        Ok(serde_json::to_string(&details).unwrap_or_default())
    });
    verified.map_err(|error| throw(env, &error_json(&error, 0, None)))
}

/// Signs a webhook as the service does, for tests of your own handler.
///
/// @param body The body that will be sent, byte for byte.
/// @param secret The secret that the handler verifies with.
/// @returns The headers to send with it.
/// @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if the secret is missing or empty.
///
/// ### Example
///
/// ```js
/// const body = JSON.stringify({ payload, metadata, custom_data: {} })
/// await fetch(url, { method: 'POST', body, headers: signWebhook(body, secret) })
/// ```
#[napi(
    catch_unwind,
    ts_args_type = "body: WebhookBody, secret: string",
    ts_return_type = "{ 'Content-Type': 'application/json'; 'Webhook-Signature': string }"
)]
pub fn sign_webhook(env: &Env, body: Uint8ArraySlice<'_>, secret: String) -> napi::Result<String> {
    catch_panic(|| sign(&body, &secret)).map_err(|error| throw(env, &error_json(&error, 0, None)))
}

/// Whether a value is an event type of {@link WebhookEvent}, for tables of your own with a handler for each type.
///
/// @param eventType The value to test.
/// @returns `true` for the documented types, and for `'unknown'`, which stands for all newer ones.
///
/// ### Example
///
/// ```js
/// const { isWebhookEventType } = require('beams-native')
///
/// isWebhookEventType('v1.UserNotificationOpen') // true
/// isWebhookEventType('v1.NotificationOpen') // false
/// ```
#[napi(catch_unwind, ts_args_type = "eventType: unknown", ts_return_type = "eventType is WebhookEvent['eventType']")]
pub fn is_webhook_event_type(event_type: String) -> bool {
    is_event_type(&event_type)
}

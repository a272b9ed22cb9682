//! The in-memory service behind `beams-native/testing`. The public signatures are in `testing.d.ts`.

use std::time::Duration;

use beams::error::{Error, Result};
use beams::fake_service::{AcceptedPublish, FailureRequest, FakeService, PlannedFailure};
use napi::Env;
use napi_derive::napi;

use crate::client::PushNotifications;
use crate::error::{catch_panic, error_json};
use crate::ffi::throw;

/// Replaces the service of a client by an in-memory one.
#[napi(catch_unwind, skip_typescript)]
pub fn fake_start(client: &PushNotifications, keeps_publishes: bool) {
    client.client.use_fake(FakeService::new(keeps_publishes));
}

/// Plans how the next request fails.
#[napi(catch_unwind, skip_typescript)]
pub fn fake_fail_next(
    env: &Env,
    client: &PushNotifications,
    code: Option<String>,
    delivery: Option<String>,
    status: Option<f64>,
    retry_after: Option<f64>,
) -> napi::Result<()> {
    let planned = catch_panic(|| {
        let asked = FailureRequest {
            code: code.as_deref(),
            delivery: delivery.as_deref(),
            status: status.map(status_of).transpose()?,
            retry_after: retry_after.map(seconds).transpose()?,
        };
        let failure = PlannedFailure::new(asked)?;
        if let Some(fake) = client.client.fake() {
            fake.fail_next(failure);
        }
        Ok(())
    });
    planned.map_err(|error| throw(env, &error_json(&error, 0, None)))
}

/// The publishes that were accepted: the id of each, and the body of its request.
#[napi(catch_unwind, skip_typescript)]
pub fn fake_publishes(client: &PushNotifications) -> Vec<Vec<String>> {
    let accepted = client.client.fake().map(FakeService::accepted).unwrap_or_default();
    accepted
        .into_iter()
        .map(|AcceptedPublish { publish_id, body }| vec![publish_id, String::from_utf8_lossy(&body).into_owned()])
        .collect()
}

/// Clears publishes and planned failures.
#[napi(catch_unwind, skip_typescript)]
pub fn fake_reset(client: &PushNotifications) {
    if let Some(fake) = client.client.fake() {
        fake.reset();
    }
}

fn status_of(value: f64) -> Result<u16> {
    if value.fract() == 0.0 && (0.0..=999.0).contains(&value) {
        return Ok(value as u16);
    }
    Err(Error::invalid("status must be an integer from 200 to 599"))
}

fn seconds(value: f64) -> Result<Duration> {
    Duration::try_from_secs_f64(value).map_err(|_| Error::invalid("retryAfter must be a number of seconds, 0 or more"))
}

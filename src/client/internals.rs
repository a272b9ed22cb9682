//! Methods of a client for `lib/` alone, which the typings omit.

use beams::payload_checks::PayloadChecks;
use beams::proxy::{DirectReason, Route};
use beams::targets::kind::{INTERESTS, USERS};
use napi::Env;
use napi::bindgen_prelude::{Uint32ArraySlice, Unknown};
use napi_derive::napi;
use serde::Serialize;

use crate::arguments::{Targets, read_payload};
use crate::client::{MAX_PAYLOAD_LEN, PushNotifications};
use crate::error::{catch_panic, error_json};
use crate::ffi::throw;
use crate::output::Output;

/// What the requests of an operation have in common, for tracing.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestDescription<'a> {
    instance_id: &'a str,
    method: String,
    /// Without what identifies a user.
    url: String,
    server_address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_port: Option<u16>,
}

/// The route to the server, for `npx beams-native doctor`. A proxy is described without its credentials.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum RouteDescription {
    Loopback,
    NoVariable {
        variables: &'static [&'static str],
    },
    Excluded {
        variable: &'static str,
    },
    Proxy {
        url: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        variable: Option<&'static str>,
    },
    Unusable {
        variable: &'static str,
    },
}

#[napi]
impl PushNotifications {
    /// A warning about insecure options, if there is one.
    #[napi(skip_typescript)]
    pub fn warning(&self) -> Option<String> {
        self.client.config().warning()
    }

    /// What the requests of an operation have in common, as JSON.
    #[napi(catch_unwind, skip_typescript)]
    pub fn describe_requests(&self, operation: String) -> String {
        let config = self.client.config();
        let (method, url) = self.client.describe_requests(match operation.as_str() {
            "publishToInterests" => Some(&INTERESTS),
            "deleteUser" => None,
            _ => Some(&USERS),
        });
        let description = RequestDescription {
            instance_id: config.instance_id(),
            method,
            url,
            server_address: config.server_address(),
            server_port: config.server_port(),
        };
        serde_json::to_string(&description).unwrap_or_default()
    }

    /// The route to the server, as JSON.
    #[napi(catch_unwind, skip_typescript)]
    pub fn describe_route(&self) -> String {
        let description = match self.client.config().route() {
            Route::Direct(DirectReason::Loopback) => RouteDescription::Loopback,
            Route::Direct(DirectReason::NoVariable(variables)) => RouteDescription::NoVariable { variables },
            Route::Direct(DirectReason::Excluded(variable)) => RouteDescription::Excluded { variable },
            Route::Proxy(proxy, variable) => RouteDescription::Proxy { url: proxy.origin(), variable: *variable },
            Route::Unusable(variable) => RouteDescription::Unusable { variable },
        };
        serde_json::to_string(&description).unwrap_or_default()
    }

    /// Checks the payload of a bulk publish on the worker thread. Resolves to the observations alone, and rejects if the
    /// payload is rejected. Returns `None` if payloads are not checked.
    #[napi(catch_unwind, skip_typescript)]
    pub fn check_payload<'env>(
        &self,
        env: &'env Env,
        call: f64,
        observers: u32,
        payload: Unknown<'_>,
    ) -> napi::Result<Option<Unknown<'env>>> {
        if self.client.config().payload_checks() == PayloadChecks::Off {
            return Ok(None);
        }
        let call = self.environment.call(env, self.call(call), self.observers(observers), || {
            let (client, payload) = (self.client.clone(), read_payload(&payload, MAX_PAYLOAD_LEN)?);
            Ok(async move { client.check_payload(&USERS, &payload).map(|()| Output::Done) })
        })?;
        Ok(Some(call))
    }

    /// Throws an error if the targets of a publish are invalid.
    #[napi(catch_unwind, skip_typescript)]
    pub fn check_targets(
        &self,
        env: &Env,
        operation: String,
        text: Unknown<'_>,
        lengths: Uint32ArraySlice<'_>,
        count: u32,
        not_a_string: Option<String>,
    ) -> napi::Result<()> {
        let kind = if operation == "publishToUsers" { &USERS } else { &INTERESTS };
        let targets = Targets { kind, text, lengths: &lengths, count, not_a_string };
        let checked = catch_panic(|| {
            kind.check_list(&targets.read(self.is_compat)?)?;
            targets.not_a_string.as_deref().map_or(Ok(()), |shown| Err(kind.not_a_string(shown)))
        });
        checked.map_err(|error| throw(env, &error_json(&error, 0, None)))
    }

    /// Aborts a call in flight; its promise rejects with `null`.
    #[napi(skip_typescript)]
    pub fn abort(&self, env: &Env, call: f64) -> napi::Result<()> {
        self.environment.abort(env, self.call(call))
    }
}

//! The payload checker. Its doc comment is the typings' own; `lib/checks.js` has its public signature.

use beams::checks::{Member, MemberKind, check_json, check_members};
use beams::error::{Error, Result};
use beams::targets::kind::{INTERESTS, TargetKind, USERS};
use napi::Env;
use napi::bindgen_prelude::{Either3, Null, Undefined};
use napi_derive::napi;

use crate::error::{catch_panic, error_json};
use crate::ffi::throw;

/// Finds out before a publish why nothing would appear: what Beams would refuse, what Apple, Google or a browser would drop,
/// and which parts would have no effect.
///
/// A finding says what will happen and what to write instead. The guide "Payload checks" lists every rule.
///
/// @param publishRequest The payload, as a publish takes it.
/// @param options The kind of targets, if it is known: it decides how large the payload may be.
/// @returns The findings, the worst first; none if no rule applies. At most 100.
/// @throws {BeamsError} `ERR_BEAMS_INVALID_ARGUMENT` if the payload is not a plain object or cannot be written as JSON.
///
/// ### Example
///
/// ```js
/// const { checkPublishRequest } = require('beams-native')
///
/// const findings = checkPublishRequest({ web: { notification: { title: 'Hello', deep_link: '/inbox' } } })
/// for (const { severity, path, message } of findings) console.warn(`${severity} ${path}: ${message}`)
/// ```
#[napi(
    catch_unwind,
    ts_args_type = "publishRequest: object, options?: PayloadCheckOptions",
    ts_return_type = "PayloadFinding[]"
)]
pub fn check_publish_request(
    env: &Env,
    payload: Either3<String, Null, Undefined>,
    targets: Option<String>,
    members: Vec<Vec<String>>,
) -> napi::Result<String> {
    let checked = catch_panic(|| {
        let json = match payload {
            Either3::A(json) => Ok(json),
            Either3::B(Null) => Err(Error::invalid("publishRequest argument must be a plain object")),
            Either3::C(()) => Err(Error::invalid("publishRequest argument is required")),
        }?;
        let targets = targets.as_deref().map(parse_targets).transpose()?;
        let findings = check_json(&json, targets)
            .map_err(|error| Error::invalid(format!("publishRequest argument could not be read: {error}")))?;
        let members: Vec<Member> = members.into_iter().filter_map(parse_member).collect();
        Ok(serde_json::to_string(&check_members(findings, &members)).unwrap_or_default())
    });
    checked.map_err(|error| throw(env, &error_json(&error, 0, None)))
}

fn parse_targets(targets: &str) -> Result<&'static TargetKind> {
    [&INTERESTS, &USERS]
        .into_iter()
        .find(|kind| kind.key == targets)
        .ok_or_else(|| Error::invalid("targets must be 'interests' or 'users'"))
}

/// A member that JSON does not show as it was: what becomes of it, and its names.
fn parse_member(parts: Vec<String>) -> Option<Member> {
    let mut parts = parts.into_iter();
    let kind = match parts.next()?.as_str() {
        "lost" => MemberKind::Lost,
        "changed" => MemberKind::Changed,
        "targets" => MemberKind::Targets,
        _ => return None,
    };
    Some(Member { names: parts.collect(), kind })
}

//! The account of a call to many users, across to JavaScript.

use std::fmt::Write;

use napi::bindgen_prelude::{Object, Unknown};
use napi::{Env, JsValue, Result};
use serde_json::Value;

use crate::error::beams_error;
use crate::host::Host;
use beams::bulk::chunker::JsonIds;
use beams::bulk::publish::{Progress, Report, StopReason};
use beams::error::Error;

/// What a call to many users settles with.
pub enum Settlement<'env> {
    /// It came to its end.
    Report(Unknown<'env>),
    /// It did not; the report is in the error.
    Error(Unknown<'env>),
}

/// The outcome of a call.
pub fn outcome<'env>(env: &'env Env, host: &Host, report: &Report) -> Result<Settlement<'env>> {
    let reported = object(env, host, report)?;
    let failed = |index: usize| report.failed.get(index).map_or(&Error::Interrupted, |failed| &failed.error);
    let error = match report.stopped {
        None => return Ok(Settlement::Report(reported)),
        Some(StopReason::Failed(index)) => failed(index),
        Some(StopReason::Closed) => &Error::Closed,
        Some(StopReason::Aborted) => &Error::Interrupted,
    };
    let error = beams_error(env, host, error, report.attempts)?;
    let mut members = error.coerce_to_object()?;
    members.set("delivery", report.delivery().as_str())?;
    members.set("report", reported)?;
    members.set("remaining", host.parse(env, &array(&report.remaining))?)?;
    Ok(Settlement::Error(error))
}

/// How far a call has come.
pub fn progress<'env>(env: &'env Env, progress: Progress) -> Result<Object<'env>> {
    let mut object = Object::new(env)?;
    object.set("published", progress.published as f64)?;
    object.set("failed", progress.failed as f64)?;
    object.set("duplicates", progress.duplicates as f64)?;
    if let Some(publish_id) = progress.publish_id {
        object.set("publishId", publish_id)?;
    }
    Ok(object)
}

/// Thousands of publishes and users are parsed from one text: a call of Node-API for each would cost far more.
fn object<'env>(env: &'env Env, host: &Host, report: &Report) -> Result<Unknown<'env>> {
    let publishes = report.publishes.iter().map(|publish| {
        format!(r#"{{"publishId":{},"users":{}}}"#, Value::from(publish.publish_id.as_str()), publish.users)
    });
    let failed = report.failed.iter().map(|failed| format!(r#"{{"users":{}}}"#, array(&failed.users)));
    let mut json = String::from("{");
    let Report { published, duplicates, .. } = report;
    let _ = write!(
        json,
        r#""publishes":[{}],"published":{published},"duplicates":{duplicates},"failed":[{}]"#,
        publishes.collect::<Vec<_>>().join(","),
        failed.collect::<Vec<_>>().join(",")
    );
    json.push('}');
    let object = host.parse(env, &json)?;
    let entries = host.read(env, &object, "failed")?;
    for (index, failed) in report.failed.iter().enumerate() {
        let mut entry = host.element(env, &entries, index as u32)?.coerce_to_object()?;
        entry.set("error", beams_error(env, host, &failed.error, failed.attempts)?)?;
    }
    Ok(object)
}

fn array(users: &JsonIds) -> String {
    format!("[{}]", users.json)
}

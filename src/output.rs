//! What calls resolve to, on its way to JavaScript: strings, of which `lib/` makes objects of the caller's own realm.

use std::iter;

use beams::bulk::report::{Failure, Progress, Published, Report, StopReason};
use beams::client::Outcome;
use beams::targets::list::JsonIds;
use napi::Env;
use napi::bindgen_prelude::Null;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::error::{ErrorDetails, error_json};
use crate::ffi::Deferred;

/// How many publishes one part of a report holds.
const PUBLISHES_PER_PART: usize = 10_000;

/// What an operation resolves to.
#[derive(Debug)]
pub enum Output {
    /// A publish, with its id.
    Published(String),
    /// A deletion, with the response's body as JSON text.
    Deleted(Option<String>),
    /// Something that has no result.
    Done,
    /// Whether a bulk publish wants more users.
    WantsMore(bool),
    /// How far a bulk publish has come, while there is something left of it.
    Progress(Option<Progress>),
}

/// What a call tells about itself besides its result, for tracing.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Trace<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    publish_id: Option<&'a str>,
    /// The response's body.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
}

/// Settles a call's promise with its outcome. A traced call resolves to the JSON of its trace.
pub fn settle(env: &Env, deferred: Deferred, outcome: Outcome<Output>, is_traced: bool) -> napi::Result<()> {
    let Outcome { result, attempts, status, .. } = outcome;
    let output = match result {
        Ok(output) => output,
        Err(error) => return deferred.reject(env, error_json(&error, attempts, status)),
    };
    if is_traced {
        let (publish_id, body) = match &output {
            Output::Published(publish_id) => (Some(publish_id.as_str()), None),
            Output::Deleted(body) => (None, body.as_deref()),
            _ => (None, None),
        };
        return deferred.resolve(env, to_json(&Trace { publish_id, body, attempts, status }));
    }
    match output {
        Output::Published(publish_id) => deferred.resolve(env, publish_id),
        Output::Deleted(_) | Output::Done | Output::Progress(None) => deferred.resolve(env, ()),
        Output::WantsMore(wants_more) => deferred.resolve(env, wants_more),
        Output::Progress(Some(progress)) => deferred.resolve(env, to_json(&ProgressJson::from(&progress))),
    }
}

/// Rejects the promise of a call whose signal was aborted. `lib/` puts the signal's reason in the place of the `null`.
pub fn abort(env: &Env, deferred: Deferred) -> napi::Result<()> {
    deferred.reject(env, Null)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProgressJson<'a> {
    published_count: usize,
    failed_count: usize,
    duplicate_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    publish_id: Option<&'a str>,
}

impl<'a> From<&'a Progress> for ProgressJson<'a> {
    fn from(progress: &'a Progress) -> Self {
        let &Progress { published_count, failed_count, duplicate_count, ref publish_id } = progress;
        Self { published_count, failed_count, duplicate_count, publish_id: publish_id.as_deref() }
    }
}

/// One part of a report. JavaScript has a longest string, and a report may be longer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase", untagged)]
enum Part<'a> {
    #[serde(rename_all = "camelCase")]
    Summary {
        published_count: usize,
        duplicate_count: usize,
        /// All users, each as often as it came in.
        user_count: usize,
        attempts: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// The error that ended the call early.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<ErrorDetails<'a>>,
    },
    Publishes {
        publishes: Vec<PublishedJson<'a>>,
    },
    Failure {
        failure: ErrorDetails<'a>,
    },
    /// More users of the failure before.
    FailedUsers {
        users: &'a RawValue,
    },
    Unsent {
        unsent: &'a RawValue,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PublishedJson<'a> {
    publish_id: &'a str,
    users: usize,
}

/// The parts of a report, as JSON, made one by one: a report may take half of the memory there is.
pub type ReportParts = Box<dyn Iterator<Item = String> + Send>;

/// Takes a report apart. The first part is a summary.
pub fn report_parts(report: Report) -> ReportParts {
    let attempts = match report.stop_reason {
        Some(StopReason::Failed(index)) => report.failures.get(index).map_or(0, |failure| failure.attempts),
        _ => 0,
    };
    let attempts = attempts.max(report.attempts);
    let summary = to_json(&Part::Summary {
        published_count: report.published_count,
        duplicate_count: report.duplicate_count,
        user_count: report.user_count(),
        attempts: report.attempts,
        status: report.status,
        error: report
            .error()
            .map(|error| ErrorDetails::new(error, attempts, report.status).with_delivery(report.delivery().as_str())),
    });
    let Report { publishes, failures, unsent, .. } = report;
    let publishes = (0..publishes.len()).step_by(PUBLISHES_PER_PART).map(move |start| {
        let publishes = publishes
            .iter()
            .skip(start)
            .take(PUBLISHES_PER_PART)
            .map(|Published { publish_id, users }| PublishedJson { publish_id, users: *users })
            .collect();
        to_json(&Part::Publishes { publishes })
    });
    let failures = failures.into_iter().flat_map(|Failure { users, error, attempts }| {
        let failure = to_json(&Part::Failure { failure: ErrorDetails::new(&error, attempts, None) });
        iter::once(failure).chain(users.into_iter().map(|ids| ids_json(ids, |users| Part::FailedUsers { users })))
    });
    let unsent = unsent.into_iter().map(|ids| ids_json(ids, |unsent| Part::Unsent { unsent }));
    Box::new(iter::once(summary).chain(publishes).chain(failures).chain(unsent))
}

fn ids_json(ids: JsonIds, part: impl FnOnce(&RawValue) -> Part<'_>) -> String {
    let list = RawValue::from_string(format!("[{}]", ids.json)).unwrap_or_default();
    to_json(&part(&list))
}

/// Only maps with keys that are not strings fail to serialize, and there are none.
fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

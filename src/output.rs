//! What calls resolve to, on its way to JavaScript: strings, of which `lib/` makes objects of the caller's own realm.

use std::iter;
use std::time::{SystemTime, UNIX_EPOCH};

use beams::bulk::report::{Failure, Progress, Published, Report, StopReason};
use beams::client::{Outcome, Stats};
use beams::targets::list::JsonIds;
use napi::Env;
use napi::bindgen_prelude::{Either, Null};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::error::{ErrorDetails, error_json};
use crate::ffi::Deferred;
use crate::observers::Observers;

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
    /// Users that were pushed to a bulk publish.
    Pushed {
        /// Whether it wants more.
        wants_more: bool,
        /// The observations of the payloads of single users, as JSON.
        observed: Option<String>,
    },
    /// How far a bulk publish has come, while there is something left of it.
    Progress(Option<Progress>),
}

/// Settles a call's promise with its outcome: text, or `undefined`. If there are observations, it settles with an array of both.
pub fn settle(env: &Env, deferred: Deferred, outcome: Outcome<Output>, observers: Observers) -> napi::Result<()> {
    let observations = observers.observe(&outcome);
    let Outcome { result, attempts, status, .. } = outcome;
    match (result, observations) {
        (Err(error), None) => deferred.reject(env, error_json(&error, attempts, status)),
        (Err(error), Some(observed)) => deferred.reject(env, vec![error_json(&error, attempts, status), observed]),
        (Ok(output), None) => resolve(env, deferred, output),
        (Ok(output), Some(observed)) => deferred.resolve(env, vec![output.into_text(), Some(observed)]),
    }
}

fn resolve(env: &Env, deferred: Deferred, output: Output) -> napi::Result<()> {
    match output {
        Output::Pushed { wants_more, observed: None } => deferred.resolve(env, wants_more),
        Output::Pushed { wants_more, observed: Some(observed) } => {
            deferred.resolve(env, vec![Either::A(wants_more), Either::B(observed)])
        }
        output => match output.into_text() {
            Some(text) => deferred.resolve(env, text),
            None => deferred.resolve(env, ()),
        },
    }
}

impl Output {
    fn into_text(self) -> Option<String> {
        match self {
            Self::Published(publish_id) => Some(publish_id),
            Self::Deleted(body) => body,
            Self::Progress(progress) => progress.map(|progress| to_json(&ProgressJson::from(&progress))),
            Self::Done | Self::Pushed { .. } => None,
        }
    }
}

/// Rejects the promise of a call whose signal was aborted. `lib/` puts the signal's reason in the place of the `null`.
pub fn abort(env: &Env, deferred: Deferred, observers: &Observers) -> napi::Result<()> {
    match observers.observe_aborted() {
        None => deferred.reject(env, Null),
        Some(observed) => deferred.reject(env, vec![None, Some(observed)]),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProgressJson<'a> {
    published_count: usize,
    failed_count: usize,
    resumed_count: usize,
    duplicate_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    publish_id: Option<&'a str>,
}

impl<'a> From<&'a Progress> for ProgressJson<'a> {
    fn from(progress: &'a Progress) -> Self {
        let &Progress { published_count, failed_count, resumed_count, duplicate_count, ref publish_id } = progress;
        Self { published_count, failed_count, resumed_count, duplicate_count, publish_id: publish_id.as_deref() }
    }
}

/// One part of a report. JavaScript has a longest string, and a report may be longer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase", untagged)]
enum Part<'a> {
    #[serde(rename_all = "camelCase")]
    Summary {
        published_count: usize,
        resumed_count: usize,
        duplicate_count: usize,
        /// All users, each as often as it came in.
        user_count: usize,
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
        resumed_count: report.resumed_count,
        duplicate_count: report.duplicate_count,
        user_count: report.user_count(),
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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatsJson {
    calls: usize,
    requests_in_flight: usize,
    requests_waiting: usize,
    /// Milliseconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    paused_until: Option<f64>,
}

/// The counts of a client as JSON.
pub fn stats_json(stats: Stats) -> String {
    let Stats { calls, requests_in_flight, requests_waiting, paused_for } = stats;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let paused_until = paused_for.map(|wait| (now + wait).as_secs_f64() * 1000.0);
    to_json(&StatsJson { calls, requests_in_flight, requests_waiting, paused_until })
}

/// Only maps with keys that are not strings fail to serialize, and there are none.
fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

//! Observations of a call besides its result: traces and findings for the diagnostics channels, and payload warnings.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use beams::checks::Finding;
use beams::client::{AttemptRecord, Outcome};
use serde::Serialize;

/// The bits of the observations that `lib/observers.js` requests.
const TRACE_REQUESTS: u32 = 1;
const ALL_FINDINGS: u32 = 2;

/// The maximum number of payload warnings in a process.
const MAX_WARNINGS: usize = 20;

/// The rules and paths that the process has been warned about. All of its environments share it.
static WARNED: Mutex<Option<HashSet<(&'static str, String)>>> = Mutex::new(None);

/// The observations that are requested of a call.
#[derive(Debug, Clone, Copy, Default)]
pub struct Observers {
    /// Whether to trace each request.
    pub trace_requests: bool,
    /// Whether the payload channel has subscribers, which get all findings.
    all_findings: bool,
    /// Whether to warn about findings because of which nothing would be shown.
    warns: bool,
}

/// The observations of a call.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Observations<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<Trace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<&'a [Finding]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning<'a>>,
}

#[derive(Serialize)]
struct Trace {
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    requests: Vec<RequestTrace>,
}

/// One request of a call.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestTrace {
    /// Milliseconds since the epoch.
    start_time: f64,
    /// Milliseconds.
    duration: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Warning<'a> {
    rule: &'static str,
    text: String,
    documentation: &'a str,
    is_last: bool,
}

impl Observers {
    /// From the bits that `lib/` passes.
    pub fn new(bits: u32, warns: bool) -> Self {
        Self { trace_requests: bits & TRACE_REQUESTS != 0, all_findings: bits & ALL_FINDINGS != 0, warns }
    }

    /// The observations of a call as JSON; `None` if there are none.
    pub fn observe<T>(self, outcome: &Outcome<T>) -> Option<String> {
        let findings = outcome.findings.as_deref();
        if !self.trace_requests && findings.is_none() {
            return None;
        }
        let observations = Observations {
            trace: self.trace_requests.then(|| Trace {
                attempts: outcome.attempts,
                status: outcome.status,
                requests: request_traces(&outcome.records),
            }),
            findings: findings.filter(|_| self.all_findings),
            warnings: findings.filter(|_| self.warns).map(claim_warnings).unwrap_or_default(),
        };
        let is_empty =
            observations.trace.is_none() && observations.findings.is_none() && observations.warnings.is_empty();
        (!is_empty).then(|| serde_json::to_string(&observations).unwrap_or_default())
    }
}

/// Converts the records of a call's requests, with their times by the system clock.
pub fn request_traces(records: &[AttemptRecord]) -> Vec<RequestTrace> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let milliseconds = |duration: Duration| duration.as_secs_f64() * 1000.0;
    let trace = |record: &AttemptRecord| RequestTrace {
        start_time: milliseconds(now.saturating_sub(record.started.elapsed())),
        duration: milliseconds(record.duration),
        status: record.status,
        error_code: record.code,
    };
    records.iter().map(trace).collect()
}

/// The warnings about findings because of which nothing would be shown: one for each rule and path in a process.
fn claim_warnings(findings: &[Finding]) -> Vec<Warning<'_>> {
    let mut warned = WARNED.lock().unwrap_or_else(PoisonError::into_inner);
    let warned = warned.get_or_insert_default();
    let mut warnings = Vec::new();
    for finding in findings.iter().filter(|finding| finding.shows_nothing()) {
        if warned.len() < MAX_WARNINGS && warned.insert((finding.rule, finding.path.clone())) {
            warnings.push(Warning {
                rule: finding.rule,
                text: finding.describe(),
                documentation: finding.documentation,
                is_last: warned.len() == MAX_WARNINGS,
            });
        }
    }
    warnings
}

//! Observations of a call besides its result: traces and findings for the diagnostics channels, and payload warnings.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use beams::checks::Finding;
use beams::client::{AttemptLog, AttemptRecord, Outcome};
use beams::payload_checks::FindingsByPayload;
use napi_derive::napi;
use serde::Serialize;

/// Requests a trace of the requests, from `lib/observers.js`.
#[napi(skip_typescript)]
pub const TRACE_REQUESTS: u32 = 1;

/// Requests all findings for the payload.
#[napi(skip_typescript)]
pub const ALL_FINDINGS: u32 = 2;

/// Node's code for an operation that its caller has aborted.
const ABORTED: &str = "ABORT_ERR";

/// The maximum number of payload warnings in a process.
const MAX_WARNINGS: usize = 20;

/// The rules and paths that the process has been warned about. All of its environments share it.
static WARNED: Mutex<Option<HashSet<(&'static str, String)>>> = Mutex::new(None);

/// The observations that are requested of a call.
#[derive(Debug, Clone, Default)]
pub struct Observers {
    /// The call's attempts, if they are traced.
    pub attempts: Option<AttemptLog>,
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
    /// The findings of each payload that has any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<&'a [Finding]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning<'a>>,
}

#[derive(Serialize)]
struct Trace {
    attempts: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    requests: Vec<RequestTrace>,
}

/// One request of a call.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestTrace {
    attempt: u32,
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
        Self {
            attempts: (bits & TRACE_REQUESTS != 0).then(AttemptLog::default),
            all_findings: bits & ALL_FINDINGS != 0,
            warns,
        }
    }

    /// The observations of a call as JSON; `None` if there are none.
    pub fn observe<T>(&self, outcome: &Outcome<T>) -> Option<String> {
        if self.attempts.is_none() && outcome.findings.is_none() {
            return None;
        }
        self.observations(self.trace(), outcome.findings.as_slice()).into_json()
    }

    /// The observations of payloads as JSON; `None` if there are none.
    pub fn observe_findings(&self, findings: &FindingsByPayload) -> Option<String> {
        self.observations(None, findings).into_json()
    }

    /// The observations of a call that was aborted, as JSON; `None` if it is not traced.
    pub fn observe_aborted(&self) -> Option<String> {
        self.observations(self.trace(), &[]).into_json()
    }

    fn observations<'a>(&self, trace: Option<Trace>, findings: &'a [Arc<[Finding]>]) -> Observations<'a> {
        let payloads = || findings.iter().map(AsRef::as_ref);
        Observations {
            trace,
            findings: if self.all_findings { payloads().collect() } else { Vec::new() },
            warnings: if self.warns { claim_warnings(payloads().flatten()) } else { Vec::new() },
        }
    }

    fn trace(&self) -> Option<Trace> {
        self.attempts.as_ref().map(Trace::new)
    }
}

impl Observations<'_> {
    fn into_json(self) -> Option<String> {
        let is_empty = self.trace.is_none() && self.findings.is_empty() && self.warnings.is_empty();
        (!is_empty).then(|| serde_json::to_string(&self).unwrap_or_default())
    }
}

impl Trace {
    fn new(attempts: &AttemptLog) -> Self {
        let requests = attempts.records().into_iter().map(RequestTrace::new).collect();
        Self { attempts: attempts.count(), status: attempts.last_status(), requests }
    }
}

impl RequestTrace {
    /// The times are by the system clock.
    fn new(record: AttemptRecord) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let elapsed = record.started.elapsed();
        let milliseconds = |duration: Duration| duration.as_secs_f64() * 1000.0;
        Self {
            attempt: record.attempt,
            start_time: milliseconds(now.saturating_sub(elapsed)),
            duration: milliseconds(record.duration.unwrap_or(elapsed)),
            status: record.status,
            error_code: if record.duration.is_some() { record.code } else { Some(ABORTED) },
        }
    }
}

/// The trace of a call's attempts as JSON.
pub fn trace_json(attempts: &AttemptLog) -> String {
    serde_json::to_string(&Trace::new(attempts)).unwrap_or_default()
}

/// The warnings about findings because of which nothing would be shown: one for each rule and path in a process.
fn claim_warnings<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Warning<'a>> {
    let mut warned = WARNED.lock().unwrap_or_else(PoisonError::into_inner);
    let warned = warned.get_or_insert_default();
    let mut warnings = Vec::new();
    for finding in findings.filter(|finding| finding.shows_nothing()) {
        if warned.len() == MAX_WARNINGS {
            break;
        }
        if warned.insert((finding.rule, finding.path.clone())) {
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

//! An in-memory service, for tests of programs that publish. It refuses what Beams is known to refuse, and fails as planned.
//! No request leaves the process, and nothing waits.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use serde_json::json;

use crate::checks::{Severity, check_json};
use crate::error::connection::{ConnectionError, ConnectionErrorKind};
use crate::error::{Delivery, Error, Result, TimeoutKind};
use crate::http::request::Request;
use crate::http::response::Response;
use crate::limits::RequestOptions;

/// The codes of a response, each with the status that stands for it.
const RESPONSE_CODES: [(&str, u16); 8] = [
    ("ERR_BEAMS_INVALID_ARGUMENT", 400),
    ("ERR_BEAMS_UNAUTHORIZED", 401),
    ("ERR_BEAMS_PAYMENT_REQUIRED", 402),
    ("ERR_BEAMS_NOT_FOUND", 404),
    ("ERR_BEAMS_UNPROCESSABLE", 422),
    ("ERR_BEAMS_RATE_LIMITED", 429),
    ("ERR_BEAMS_SERVER", 500),
    ("ERR_BEAMS_BAD_RESPONSE", 200),
];
const TIMEOUT: &str = "ERR_BEAMS_TIMEOUT";
const CONNECTION: &str = "ERR_BEAMS_CONNECTION";

/// The in-memory service of one client.
#[derive(Debug)]
pub struct FakeService {
    /// False for a long-running client, whose publishes are never read and would accumulate.
    keeps_publishes: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: VecDeque<PlannedFailure>,
    accepted: Vec<AcceptedPublish>,
    accepted_count: u64,
}

/// A publish that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedPublish {
    /// The id that the sender got.
    pub publish_id: String,
    /// The body of the request: JSON.
    pub body: Bytes,
}

/// How a request fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedFailure(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Response { status: u16, body: Vec<u8>, retry_after: Option<Duration> },
    Timeout(Delivery),
    Connection(Delivery),
}

/// The parameters of a failure. Either a code or a status is needed; the others are derived from it.
#[derive(Debug, Clone, Copy, Default)]
pub struct FailureRequest<'a> {
    /// The documented code of the error.
    pub code: Option<&'a str>,
    /// Its delivery.
    pub delivery: Option<&'a str>,
    /// The status of the response.
    pub status: Option<u16>,
    /// How long the response asks to wait.
    pub retry_after: Option<Duration>,
}

impl FakeService {
    /// A service without publishes. It stores them if `keeps_publishes` is set.
    pub fn new(keeps_publishes: bool) -> Self {
        Self { keeps_publishes, state: Mutex::default() }
    }

    /// Makes a request fail: the next one after those for which a failure is already planned.
    pub fn fail_next(&self, failure: PlannedFailure) {
        self.state().failures.push_back(failure);
    }

    /// The publishes that were accepted, oldest first.
    pub fn accepted(&self) -> Vec<AcceptedPublish> {
        self.state().accepted.clone()
    }

    /// Clears publishes and planned failures, and restarts publish ids at 1.
    pub fn reset(&self) {
        drop(mem::take(&mut *self.state()));
    }

    /// Responds immediately.
    ///
    /// # Errors
    ///
    /// [`Error::Timeout`] and [`Error::Connection`], if they are planned.
    pub(crate) fn respond(&self, request: &Request, options: &RequestOptions) -> Result<Response> {
        let mut state = self.state();
        if let Some(failure) = state.failures.pop_front() {
            return failure.into_result(request.host(), options);
        }
        let Some(body) = &request.body else { return Ok(response(200, Vec::new())) };
        if let Some(refusal) = refusal(body) {
            // The service's own title for payloads that do not match its schema.
            return Ok(response(422, error_body("Bad Request", &refusal)));
        }
        state.accepted_count += 1;
        let publish_id = format!("pubid-00000000-0000-4000-8000-{:012x}", state.accepted_count);
        if self.keeps_publishes {
            state.accepted.push(AcceptedPublish { publish_id: publish_id.clone(), body: body.clone() });
        }
        Ok(response(200, json!({ "publishId": publish_id }).to_string().into()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PlannedFailure {
    /// Derives the failure from its parameters.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] if no call can fail like that.
    pub fn new(asked: FailureRequest<'_>) -> Result<Self> {
        let named = |name| {
            Delivery::named(name).ok_or_else(|| Error::invalid("delivery must be 'not-sent', 'refused' or 'unknown'"))
        };
        let delivery = asked.delivery.map(named).transpose()?;
        match asked.code {
            Some(code @ (TIMEOUT | CONNECTION)) => {
                if asked.status.is_some() || asked.retry_after.is_some() {
                    return Err(Error::invalid(format!("{code} has no response, and so no status and no retryAfter")));
                }
                match (code, delivery.unwrap_or(Delivery::Unknown)) {
                    (_, Delivery::Refused) => {
                        Err(Error::invalid(format!("{code} has the delivery 'not-sent' or 'unknown'")))
                    }
                    (TIMEOUT, delivery) => Ok(Self(Kind::Timeout(delivery))),
                    (_, delivery) => Ok(Self(Kind::Connection(delivery))),
                }
            }
            code => Self::response(asked, code, delivery),
        }
    }

    /// The failure of a response, if that leads to the requested error.
    fn response(asked: FailureRequest<'_>, code: Option<&str>, delivery: Option<Delivery>) -> Result<Self> {
        let status = match (asked.status, code) {
            (Some(status), _) => status,
            (None, None) => return Err(Error::invalid("a planned failure needs a code or a status")),
            // After the default status 500, the delivery is unknown.
            (None, Some("ERR_BEAMS_SERVER")) if delivery == Some(Delivery::Refused) => 503,
            (None, Some(code)) => {
                RESPONSE_CODES.iter().find(|(known, _)| *known == code).map(|&(_, status)| status).ok_or_else(|| {
                    let codes = RESPONSE_CODES.map(|(known, _)| known).join(", ");
                    Error::invalid(format!("code must be one of {codes}, {TIMEOUT}, {CONNECTION}"))
                })?
            }
        };
        let is_from_a_router = (status == 503 && delivery == Some(Delivery::Unknown)) || status < 300;
        let body = if is_from_a_router {
            html_body(status)
        } else {
            error_body(reason(status), "A failure planned by failNext")
        };
        let failure = Kind::Response { status, body, retry_after: asked.retry_after };
        let Some(error) = failure.clone().into_error() else {
            return Err(Error::invalid(format!("status must be from 200 to 599, not {status}")));
        };
        let (seen, actual) = (error.code(), error.delivery());
        if code.is_some_and(|code| code != seen) || delivery.is_some_and(|delivery| delivery != actual) {
            return Err(Error::invalid(format!("status {status} leads to {seen} with delivery '{}'", actual.as_str())));
        }
        if error.retry_after() != asked.retry_after {
            return Err(Error::invalid(format!("{seen} with status {status} has no retryAfter")));
        }
        Ok(Self(failure))
    }

    /// The result of the request that fails.
    fn into_result(self, host: String, options: &RequestOptions) -> Result<Response> {
        match self.0 {
            Kind::Response { status, body, retry_after } => Ok(Response { retry_after, ..response(status, body) }),
            Kind::Timeout(delivery) => {
                let (kind, limit) = match delivery {
                    Delivery::NotSent => (TimeoutKind::Connect, options.connect_timeout.min(options.timeout)),
                    _ => (TimeoutKind::Response, options.timeout),
                };
                Err(Error::Timeout { kind, limit, delivery, source: None })
            }
            Kind::Connection(delivery) => {
                let kind = match delivery {
                    Delivery::NotSent => ConnectionErrorKind::Refused,
                    _ => ConnectionErrorKind::Closed,
                };
                let error = ConnectionError { kind, host };
                Err(Error::Connection { error, delivery, source: "planned by failNext".into() })
            }
        }
    }
}

impl Kind {
    /// The error that a response leads to.
    fn into_error(self) -> Option<Error> {
        match self {
            Self::Response { status, body, retry_after } if (200..600).contains(&status) => {
                Response { retry_after, ..response(status, body) }.publish_id().err()
            }
            _ => None,
        }
    }
}

/// Why the service refuses a publish, if it is known to.
fn refusal(body: &[u8]) -> Option<String> {
    let findings = check_json(&String::from_utf8_lossy(body), None).ok()?;
    let finding = findings.into_iter().find(|finding| finding.severity == Severity::Refused)?;
    Some(format!("{}: {}", finding.path, finding.message))
}

fn response(status: u16, body: Vec<u8>) -> Response {
    Response { status, retry_after: None, body: Ok(body) }
}

/// A refusal in the service's own form.
fn error_body(title: &str, description: &str) -> Vec<u8> {
    json!({ "error": title, "description": description }).to_string().into()
}

/// The error page of a router in front of the service.
fn html_body(status: u16) -> Vec<u8> {
    format!("<!doctype html><title>{status} {}</title>", reason(status)).into()
}

fn reason(status: u16) -> &'static str {
    StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::config::tests::options;

    fn failure(code: &str, delivery: Option<&str>, status: Option<u16>) -> Result<PlannedFailure> {
        let code = (!code.is_empty()).then_some(code);
        PlannedFailure::new(FailureRequest { code, delivery, status, retry_after: None })
    }

    #[test]
    fn a_failure_happens_as_it_was_planned() {
        let limits = Config::new(options()).unwrap().limits();
        for (code, delivery, status, expected) in [
            ("ERR_BEAMS_UNAUTHORIZED", None, None, ("ERR_BEAMS_UNAUTHORIZED", Delivery::Refused)),
            ("ERR_BEAMS_UNAUTHORIZED", None, Some(403), ("ERR_BEAMS_UNAUTHORIZED", Delivery::Refused)),
            ("ERR_BEAMS_INVALID_ARGUMENT", None, None, ("ERR_BEAMS_INVALID_ARGUMENT", Delivery::Refused)),
            ("ERR_BEAMS_SERVER", None, None, ("ERR_BEAMS_SERVER", Delivery::Unknown)),
            ("ERR_BEAMS_SERVER", Some("refused"), None, ("ERR_BEAMS_SERVER", Delivery::Refused)),
            ("ERR_BEAMS_SERVER", Some("unknown"), Some(503), ("ERR_BEAMS_SERVER", Delivery::Unknown)),
            ("", None, Some(503), ("ERR_BEAMS_SERVER", Delivery::Refused)),
            ("", Some("unknown"), Some(302), ("ERR_BEAMS_BAD_RESPONSE", Delivery::Unknown)),
            ("ERR_BEAMS_BAD_RESPONSE", None, None, ("ERR_BEAMS_BAD_RESPONSE", Delivery::Unknown)),
            (TIMEOUT, None, None, (TIMEOUT, Delivery::Unknown)),
            (TIMEOUT, Some("not-sent"), None, (TIMEOUT, Delivery::NotSent)),
            (CONNECTION, None, None, (CONNECTION, Delivery::Unknown)),
            (CONNECTION, Some("not-sent"), None, (CONNECTION, Delivery::NotSent)),
        ] {
            let planned = failure(code, delivery, status).unwrap();
            for read in
                [|response: Response| response.publish_id().err(), |response: Response| response.deletion().err()]
            {
                let error = planned.clone().into_result("h".into(), &limits).map_or_else(Some, read).unwrap();
                assert_eq!((error.code(), error.delivery()), expected, "{code} {delivery:?} {status:?}");
            }
        }
    }

    #[test]
    fn a_failure_that_cannot_occur_is_rejected() {
        for (code, delivery, status, text) in [
            ("", None, None, "a planned failure needs a code or a status"),
            ("ERR_BEAMS_COFFEE", None, None, "code must be one of ERR_BEAMS_INVALID_ARGUMENT, "),
            ("ERR_BEAMS_CLOSED", None, None, "code must be one of "),
            ("ERR_BEAMS_SERVER", Some("lost"), None, "delivery must be 'not-sent', 'refused' or 'unknown'"),
            (
                "ERR_BEAMS_UNAUTHORIZED",
                Some("unknown"),
                None,
                "status 401 leads to ERR_BEAMS_UNAUTHORIZED with delivery 'refused'",
            ),
            ("ERR_BEAMS_UNAUTHORIZED", None, Some(500), "status 500 leads to ERR_BEAMS_SERVER with delivery 'unknown'"),
            ("ERR_BEAMS_SERVER", Some("refused"), Some(500), "status 500 leads to ERR_BEAMS_SERVER with delivery"),
            (TIMEOUT, Some("refused"), None, "ERR_BEAMS_TIMEOUT has the delivery 'not-sent' or 'unknown'"),
            (CONNECTION, None, Some(500), "ERR_BEAMS_CONNECTION has no response, and so no status"),
            ("", None, Some(199), "status must be from 200 to 599, not 199"),
            ("", None, Some(600), "status must be from 200 to 599, not 600"),
        ] {
            let error = failure(code, delivery, status).unwrap_err().to_string();
            assert!(error.starts_with(text), "{error}");
        }
        for (code, status) in [(Some(TIMEOUT), None), (None, Some(200))] {
            let asked =
                FailureRequest { code, status, retry_after: Some(Duration::from_secs(1)), ..FailureRequest::default() };
            assert!(PlannedFailure::new(asked).unwrap_err().to_string().contains("no retryAfter"));
        }
    }

    #[test]
    fn payloads_that_beams_is_known_to_refuse_are_refused() {
        assert_eq!(
            refusal(br#"{"web":{"notification":{"title":"x","deep_link":"https://x.example"}},"users":["u"]}"#),
            None
        );
        for (body, path) in [
            (r#"{"users":["u"]}"#, ": "),
            (r#"{"web":{"notification":{"deep_link":"/inbox"}},"users":["u"]}"#, "/web/notification/deep_link: "),
        ] {
            assert!(refusal(body.as_bytes()).unwrap().starts_with(path));
        }
    }
}

//! From an outcome to a decision: whether to try again, and after how long. No clock and no sleep in it.

use std::time::{Duration, SystemTime};

use crate::error::{Delivery, Error, TimeoutKind};

/// The first wait is up to this long.
const INITIAL_BACKOFF: Duration = Duration::from_millis(500);

/// No wait of the client's own is longer.
const MAX_BACKOFF: Duration = Duration::from_secs(8);

/// A service that asks for a longer wait than this is not asked again: the caller had better know at once.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);

/// When to try again.
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    /// How many retries may follow the first attempt.
    pub max_retries: u32,
    /// Whether to repeat a publish that may have been carried out already.
    pub retry_unknown: bool,
}

/// What repeating an operation can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency {
    /// Nothing new: deleting twice is deleting once.
    Idempotent,
    /// Notify somebody twice, unless the first request was not carried out.
    NonIdempotent,
}

/// The waits of one call: exponential, with full jitter, so that many clients do not come back at the same moment.
#[derive(Debug)]
pub struct Backoff<Random> {
    ceiling: Duration,
    random: Random,
}

impl RetryPolicy {
    /// Whether an attempt that ended so may be followed by another. `retries` counts those made so far.
    pub fn allows(&self, error: &Error, idempotency: Idempotency, retries: u32) -> bool {
        let is_safe = match idempotency {
            Idempotency::Idempotent => true,
            Idempotency::NonIdempotent => self.retry_unknown || error.delivery() != Delivery::Unknown,
        };
        is_safe
            && retries < self.max_retries
            && error.retry_after().is_none_or(|wait| wait <= MAX_RETRY_AFTER)
            && is_transient(error)
    }
}

impl<Random: FnMut() -> f64> Backoff<Random> {
    /// `random` gives numbers from 0 to 1.
    pub fn new(random: Random) -> Self {
        Self { ceiling: INITIAL_BACKOFF, random }
    }

    /// How long to wait after this error. What the service asks for wins.
    pub fn after(&mut self, error: &Error) -> Duration {
        let own = self.ceiling.mul_f64((self.random)());
        self.ceiling = (self.ceiling * 2).min(MAX_BACKOFF);
        error.retry_after().map_or(own, |asked| asked.min(MAX_RETRY_AFTER))
    }
}

/// A `Retry-After` header in either of its forms, seconds or a date.
pub fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// Whether the same request can fare better later.
fn is_transient(error: &Error) -> bool {
    match error {
        Error::Status { status, .. } => matches!(status, 408 | 429 | 500..=599),
        Error::Timeout { phase: TimeoutKind::Connect | TimeoutKind::Response, .. } => true,
        Error::Connection { fault, .. } => fault.kind.is_transient(),
        // Taken for no success only because its answer is unreadable: a deletion need not be repeated.
        Error::BadResponse { .. } => false,
        Error::InvalidArgument(_) | Error::Closed | Error::Interrupted | Error::Internal(_) => false,
        Error::WebhookSignature(_) | Error::WebhookPayload(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::connection::{ConnectionError, ConnectionErrorKind};

    fn status(status: u16) -> Error {
        Error::Status { message: String::new(), status, error: None, description: None, retry_after: None }
    }

    fn asking(seconds: u64) -> Error {
        let retry_after = Some(Duration::from_secs(seconds));
        Error::Status { message: String::new(), status: 429, error: None, description: None, retry_after }
    }

    fn timeout(phase: TimeoutKind) -> Error {
        Error::Timeout { phase, limit: Duration::ZERO }
    }

    fn connection(kind: ConnectionErrorKind, delivery: Delivery) -> Error {
        Error::Connection { fault: ConnectionError { kind, host: String::new() }, delivery, source: "".into() }
    }

    #[test]
    fn what_is_retried_follows_from_the_delivery() {
        let policy = |retry_unknown| RetryPolicy { max_retries: 1, retry_unknown };
        for (error, publish, publish_unknown, deletion) in [
            (connection(ConnectionErrorKind::Refused, Delivery::NotSent), true, true, true),
            (connection(ConnectionErrorKind::CertificateExpired, Delivery::NotSent), false, false, false),
            (timeout(TimeoutKind::Connect), true, true, true),
            (status(429), true, true, true),
            (status(503), true, true, true),
            (connection(ConnectionErrorKind::Closed, Delivery::Unknown), false, true, true),
            (timeout(TimeoutKind::Response), false, true, true),
            (status(500), false, true, true),
            (status(502), false, true, true),
            (status(504), false, true, true),
            (Error::BadResponse { message: "".into(), status: 200 }, false, false, false),
            (status(302), false, false, false),
            (status(400), false, false, false),
            (status(401), false, false, false),
            (status(402), false, false, false),
            (status(404), false, false, false),
            (status(422), false, false, false),
            (Error::invalid(""), false, false, false),
            (Error::Closed, false, false, false),
        ] {
            let seen = (
                policy(false).allows(&error, Idempotency::NonIdempotent, 0),
                policy(true).allows(&error, Idempotency::NonIdempotent, 0),
                policy(false).allows(&error, Idempotency::Idempotent, 0),
            );
            assert_eq!(seen, (publish, publish_unknown, deletion), "{error:?}");
        }
    }

    #[test]
    fn retries_end() {
        let policy = RetryPolicy { max_retries: 2, retry_unknown: false };
        let allowed: Vec<bool> =
            (0..4).map(|made| policy.allows(&status(503), Idempotency::Idempotent, made)).collect();
        assert_eq!(allowed, [true, true, false, false]);
    }

    #[test]
    fn a_service_that_asks_for_more_than_a_minute_is_not_asked_again() {
        let policy = RetryPolicy { max_retries: 3, retry_unknown: false };
        assert!(policy.allows(&asking(60), Idempotency::Idempotent, 0));
        assert!(!policy.allows(&asking(61), Idempotency::Idempotent, 0));
    }

    #[test]
    fn waits_double_up_to_eight_seconds_and_are_jittered_in_full() {
        for random in [0.0, 0.5, 1.0] {
            let mut backoff = Backoff::new(|| random);
            for ceiling in [500, 1000, 2000, 4000, 8000, 8000] {
                assert_eq!(backoff.after(&status(503)), Duration::from_millis(ceiling).mul_f64(random));
            }
        }
    }

    #[test]
    fn what_the_service_asks_for_wins() {
        let mut backoff = Backoff::new(|| 1.0);
        assert_eq!(backoff.after(&asking(7)), Duration::from_secs(7));
        assert_eq!(backoff.after(&asking(0)), Duration::ZERO);
        assert_eq!(backoff.after(&asking(3600)), Duration::from_secs(60));
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (value, seconds) in [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sunday, 06-Nov-94 08:49:47 GMT", Some(10)),
            ("Sun Nov  6 08:49:47 1994", Some(10)),
            ("Sat, 05 Nov 1994 08:49:37 GMT", Some(0)),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
            ("99999999999999999999999", None),
        ] {
            assert_eq!(retry_after(value, now), seconds.map(Duration::from_secs), "{value}");
        }
    }

    proptest! {
        #[test]
        fn any_retry_after_is_read_or_left(value in "[ -~]{0,32}") {
            if let Some(wait) = retry_after(&value, SystemTime::UNIX_EPOCH) {
                prop_assert!(value.trim().parse() == Ok(wait.as_secs()) || httpdate::parse_http_date(value.trim()).is_ok());
            }
        }
    }
}

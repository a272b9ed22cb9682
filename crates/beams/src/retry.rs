//! From an outcome to a decision: whether to try again, and after how long. No clock and no sleep in it.

use std::time::{Duration, SystemTime};

use crate::error::{Delivery, Error, TimeoutKind};

/// The first wait is up to this long.
const INITIAL_BACKOFF: Duration = Duration::from_millis(500);

/// No wait of the client's own is longer.
const MAX_BACKOFF: Duration = Duration::from_secs(8);

/// A service that asks for a longer wait than this is not asked again: the caller had better know at once.
pub(crate) const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);

/// When to try again.
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    /// How many retries may follow the first attempt.
    pub max_retries: u32,
    /// Whether to repeat a publish that may have been processed already.
    pub retry_unknown: bool,
}

/// Whether an operation may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency {
    /// Repeating is harmless, as for a deletion.
    Idempotent,
    /// Repeating may notify users twice, unless the first request was not processed.
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

    /// How long to wait after this error. `Retry-After` takes precedence.
    pub fn after(&mut self, error: &Error) -> Duration {
        let own = self.ceiling.mul_f64((self.random)());
        self.ceiling = (self.ceiling * 2).min(MAX_BACKOFF);
        error.retry_after().map_or(own, |asked| asked.min(MAX_RETRY_AFTER))
    }
}

/// A `Retry-After` header in either of its forms, whole seconds or a date (RFC 9110, section 10.2.3). More seconds than can
/// be counted are [`Duration::MAX`].
pub fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// Whether the same request can succeed later.
fn is_transient(error: &Error) -> bool {
    match error {
        Error::Status { status, .. } => matches!(status, 408 | 429 | 500..=599),
        Error::Timeout { kind, .. } => *kind != TimeoutKind::Deadline,
        Error::Connection { error, .. } => error.kind.is_transient(),
        // The service has accepted the request; only its response cannot be read. A deletion need not be repeated.
        Error::BadResponse { .. } => false,
        Error::InvalidArgument(_) | Error::Payload { .. } | Error::Interrupted | Error::Internal(_) => false,
        Error::Closed | Error::ClosedInFlight { .. } => false,
        Error::Journal { .. } | Error::Recorded(_) | Error::WebhookSignature(_) | Error::WebhookPayload(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::connection::{ConnectionError, ConnectionErrorKind};

    fn status(status: u16, delivery: Delivery) -> Error {
        Error::Status { message: String::new(), status, error: None, description: None, retry_after: None, delivery }
    }

    fn refused(status_code: u16) -> Error {
        status(status_code, Delivery::Refused)
    }

    fn unknown(status_code: u16) -> Error {
        status(status_code, Delivery::Unknown)
    }

    fn asking(wait: Duration) -> Error {
        let (retry_after, delivery) = (Some(wait), Delivery::Refused);
        Error::Status { message: String::new(), status: 429, error: None, description: None, retry_after, delivery }
    }

    fn timeout(kind: TimeoutKind, delivery: Delivery) -> Error {
        Error::Timeout { kind, limit: Duration::ZERO, delivery, source: None }
    }

    fn connection(kind: ConnectionErrorKind, delivery: Delivery) -> Error {
        Error::Connection { error: ConnectionError { kind, host: String::new() }, delivery, source: "".into() }
    }

    #[test]
    fn the_delivery_decides_what_is_retried() {
        use ConnectionErrorKind::{CertificateExpired, Closed, NotProcessed, Refused};
        let policy = |retry_unknown| RetryPolicy { max_retries: 1, retry_unknown };
        for (error, publish, publish_unknown, deletion) in [
            (connection(Refused, Delivery::NotSent), true, true, true),
            (connection(NotProcessed, Delivery::NotSent), true, true, true),
            (connection(Closed, Delivery::NotSent), true, true, true),
            (connection(Closed, Delivery::Unknown), false, true, true),
            (connection(CertificateExpired, Delivery::NotSent), false, false, false),
            (timeout(TimeoutKind::Connect, Delivery::NotSent), true, true, true),
            (timeout(TimeoutKind::Response, Delivery::NotSent), true, true, true),
            (timeout(TimeoutKind::Response, Delivery::Unknown), false, true, true),
            (timeout(TimeoutKind::Deadline, Delivery::NotSent), false, false, false),
            (timeout(TimeoutKind::Deadline, Delivery::Unknown), false, false, false),
            (refused(408), true, true, true),
            (refused(429), true, true, true),
            (refused(503), true, true, true),
            (unknown(503), false, true, true),
            (unknown(500), false, true, true),
            (unknown(502), false, true, true),
            (unknown(504), false, true, true),
            (Error::BadResponse { message: "".into(), status: 200 }, false, false, false),
            (unknown(302), false, false, false),
            (refused(400), false, false, false),
            (refused(401), false, false, false),
            (refused(402), false, false, false),
            (refused(404), false, false, false),
            (refused(409), false, false, false),
            (refused(422), false, false, false),
            (refused(425), false, false, false),
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
            (0..4).map(|made| policy.allows(&refused(503), Idempotency::Idempotent, made)).collect();
        assert_eq!(allowed, [true, true, false, false]);
    }

    #[test]
    fn a_request_is_not_retried_if_the_service_asks_to_wait_for_more_than_a_minute() {
        let policy = RetryPolicy { max_retries: 3, retry_unknown: true };
        for idempotency in [Idempotency::Idempotent, Idempotency::NonIdempotent] {
            assert!(policy.allows(&asking(Duration::from_secs(60)), idempotency, 0));
            assert!(!policy.allows(&asking(Duration::from_secs(61)), idempotency, 0));
            assert!(!policy.allows(&asking(Duration::MAX), idempotency, 0));
        }
    }

    #[test]
    fn waits_double_up_to_eight_seconds_and_are_jittered_in_full() {
        for random in [0.0, 0.5, 1.0] {
            let mut backoff = Backoff::new(|| random);
            for ceiling in [500, 1000, 2000, 4000, 8000, 8000] {
                assert_eq!(backoff.after(&refused(503)), Duration::from_millis(ceiling).mul_f64(random));
            }
        }
    }

    #[test]
    fn retry_after_takes_precedence() {
        let mut backoff = Backoff::new(|| 1.0);
        assert_eq!(backoff.after(&asking(Duration::from_secs(7))), Duration::from_secs(7));
        assert_eq!(backoff.after(&asking(Duration::ZERO)), Duration::ZERO);
        assert_eq!(backoff.after(&asking(Duration::from_secs(3600))), Duration::from_secs(60));
        assert_eq!(backoff.after(&asking(Duration::MAX)), Duration::from_secs(60));
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        for (value, wait) in [
            ("0", seconds(0)),
            (" 120 ", seconds(120)),
            ("007", seconds(7)),
            ("18446744073709551615", seconds(u64::MAX)),
            ("18446744073709551616", Some(Duration::MAX)),
            ("99999999999999999999999", Some(Duration::MAX)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", seconds(10)),
            ("Sunday, 06-Nov-94 08:49:47 GMT", seconds(10)),
            ("Sun Nov  6 08:49:47 1994", seconds(10)),
            ("Sat, 05 Nov 1994 08:49:37 GMT", seconds(0)),
            ("-1", None),
            ("+1", None),
            ("1.5", None),
            ("1e3", None),
            ("1, 2", None),
            ("١", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after(value, now), wait, "{value}");
        }
    }

    proptest! {
        #[test]
        fn any_retry_after_is_read_or_left(value in "[ -~]{0,32}") {
            if let Some(wait) = retry_after(&value, SystemTime::UNIX_EPOCH) {
                prop_assert!(value.trim().parse() == Ok(wait.as_secs()) || wait == Duration::MAX || httpdate::parse_http_date(value.trim()).is_ok());
            }
        }
    }
}

//! The limits of a call, and their maximum values.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::attempt_log::AttemptLog;
use crate::error::{Error, Result};

/// The longest time limit, the same as for Node's timers: about 24 days.
pub const MAX_TIMEOUT: Duration = Duration::from_millis(2_147_483_647);

/// More retries than this are a loop, not a remedy.
pub const MAX_RETRIES: u32 = 100;

/// More requests in flight than this exhaust the system's sockets before they exhaust the service.
pub const MAX_CONCURRENT_REQUESTS: usize = 65_536;

/// One request in seventeen minutes. A slower rate looks like a hang.
pub const MIN_REQUESTS_PER_SECOND: f64 = 0.001;

/// No clock is a day off, and a token is valid for a day.
pub const MAX_BACKDATE: Duration = Duration::from_secs(86_400);

/// The limits of one call.
#[derive(Debug, Clone)]
pub struct RequestOptions {
    /// For establishing a connection: name lookup, TCP, proxy and TLS together. Also bounds how long a call waits for a connection
    /// that another call is establishing.
    pub connect_timeout: Duration,
    /// For one attempt, from the first byte of the request to the last byte of the response.
    pub timeout: Duration,
    /// How many retries may follow the first attempt.
    pub max_retries: u32,
    /// For the entire call, with all retries and waits: for a concurrency permit, for the rate limit, between attempts.
    pub deadline: Option<Duration>,
    /// Where the attempts are recorded, if they are.
    pub attempt_log: Option<AttemptLog>,
}

impl RequestOptions {
    /// The same limits with those that a call sets for itself.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] where one is too large.
    pub fn with(self, timeout: Option<Duration>, max_retries: Option<u32>, deadline: Option<Duration>) -> Result<Self> {
        Ok(Self {
            timeout: check_timeout("timeout", timeout)?.unwrap_or(self.timeout),
            max_retries: check_retries(max_retries)?.unwrap_or(self.max_retries),
            deadline: check_timeout("deadline", deadline)?.or(self.deadline),
            ..self
        })
    }
}

pub(crate) fn check_timeout(name: &str, value: Option<Duration>) -> Result<Option<Duration>> {
    match value {
        Some(value) if value > MAX_TIMEOUT => {
            Err(Error::invalid(format!("{name} must not be longer than {} ms", MAX_TIMEOUT.as_millis())))
        }
        value => Ok(value),
    }
}

pub(crate) fn check_retries(value: Option<u32>) -> Result<Option<u32>> {
    match value {
        Some(value) if value > MAX_RETRIES => {
            Err(Error::invalid(format!("max_retries must not be more than {MAX_RETRIES}")))
        }
        value => Ok(value),
    }
}

pub(crate) fn check_concurrency(value: Option<NonZeroUsize>) -> Result<Option<usize>> {
    match value {
        Some(value) if value.get() > MAX_CONCURRENT_REQUESTS => {
            Err(Error::invalid(format!("max_concurrent_requests must not be more than {MAX_CONCURRENT_REQUESTS}")))
        }
        value => Ok(value.map(NonZeroUsize::get)),
    }
}

pub(crate) fn check_rate(value: Option<f64>) -> Result<Option<f64>> {
    match value {
        Some(value) if value.is_nan() || value < MIN_REQUESTS_PER_SECOND => {
            Err(Error::invalid(format!("max_requests_per_second must not be less than {MIN_REQUESTS_PER_SECOND}")))
        }
        value => Ok(value),
    }
}

pub(crate) fn check_backdate(value: Option<Duration>) -> Result<Option<Duration>> {
    match value {
        Some(value) if value > MAX_BACKDATE => {
            Err(Error::invalid(format!("token_backdate must not be more than {} s", MAX_BACKDATE.as_secs())))
        }
        value => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;
    use crate::config::tests::options;
    use crate::config::{ClientOptions, Config};

    #[test]
    fn a_call_overrides_the_limits_of_its_client() {
        let limits = Config::new(ClientOptions { max_retries: Some(0), ..options() }).unwrap().limits;
        let own = limits.clone().with(Some(Duration::from_millis(5)), Some(7), None).unwrap();
        assert_eq!((limits.timeout, limits.max_retries), (Duration::from_secs(30), 0));
        assert_eq!((own.timeout, own.max_retries), (Duration::from_millis(5), 7));
        assert!(limits.with(None, Some(MAX_RETRIES + 1), None).is_err());
    }

    #[test]
    fn each_limit_may_have_its_maximum_and_no_more() {
        fn assert_limits<T: Copy + Debug + PartialEq>(
            check: impl Fn(T) -> Result<Option<T>>,
            fits: [T; 2],
            exceeds: [T; 2],
        ) {
            for value in fits {
                assert_eq!(check(value).unwrap(), Some(value));
            }
            for value in exceeds {
                assert_eq!(check(value).unwrap_err().code(), "ERR_BEAMS_INVALID_ARGUMENT", "{value:?}");
            }
        }
        let (millisecond, second) = (Duration::from_millis(1), Duration::from_secs(1));
        let timeout = |value| check_timeout("timeout", Some(value));
        assert_limits(timeout, [second, MAX_TIMEOUT], [MAX_TIMEOUT + millisecond, Duration::MAX]);
        let backdate = |value| check_backdate(Some(value));
        assert_limits(backdate, [second, MAX_BACKDATE], [MAX_BACKDATE + millisecond, Duration::MAX]);
        assert_limits(|value| check_retries(Some(value)), [2, MAX_RETRIES], [MAX_RETRIES + 1, u32::MAX]);
        let concurrency = |value| check_concurrency(NonZeroUsize::new(value));
        assert_limits(concurrency, [2, MAX_CONCURRENT_REQUESTS], [MAX_CONCURRENT_REQUESTS + 1, usize::MAX]);
        let rate = |value| check_rate(Some(value));
        assert_limits(rate, [MIN_REQUESTS_PER_SECOND, f64::INFINITY], [MIN_REQUESTS_PER_SECOND / 2.0, f64::NAN]);
        assert!(check_timeout("timeout", None).unwrap().is_none() && check_rate(None).unwrap().is_none());
    }

    #[test]
    fn a_call_s_deadline_replaces_the_client_s() {
        let client = |deadline| Config::new(ClientOptions { deadline, ..options() }).unwrap().limits;
        let seconds = |value| Some(Duration::from_secs(value));
        assert_eq!(client(None).deadline, None);
        assert_eq!(client(seconds(5)).with(None, None, None).unwrap().deadline, seconds(5));
        assert_eq!(client(seconds(5)).with(None, None, seconds(1)).unwrap().deadline, seconds(1));
        assert!(client(None).with(None, None, Some(MAX_TIMEOUT * 2)).is_err());
    }
}

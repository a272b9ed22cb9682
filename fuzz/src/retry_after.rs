//! A `Retry-After` header is read in both of its forms, and never makes a call wait longer than a minute.
//!
//! The first line is the header's value, the second one a number of seconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use beams::fuzzing::response;
use beams::retry::{Backoff, Idempotency, RetryPolicy, retry_after};

use crate::input::{split_line, text};

const MAX_WAIT: Duration = Duration::from_secs(60);

/// Reads a header, and a date that many seconds ahead.
pub fn check(input: &[u8]) {
    let (value, rest) = split_line(input);
    let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    if let Some(wait) = check_value(value, now) {
        let error = response(429, Some(wait), Vec::new()).publish_id().expect_err("429 is an error");
        assert_eq!(error.retry_after(), Some(wait));
        assert!(Backoff::new(|| 1.0).after(&error) <= MAX_WAIT);
        let policy = RetryPolicy { max_retries: 1, retry_unknown: true };
        assert_eq!(policy.allows(&error, Idempotency::NonIdempotent, 0), wait <= MAX_WAIT);
    }
    // The last date that the header has a form for is in the year 9999.
    let ahead = Duration::from_secs(text(rest).trim().parse().unwrap_or(0) % 200_000_000_000);
    assert_eq!(retry_after(&httpdate::fmt_http_date(now + ahead), now), Some(ahead));
}

fn check_value(value: &str, now: SystemTime) -> Option<Duration> {
    let wait = retry_after(value, now);
    let digits = value.trim();
    if !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit()) {
        let digits = digits.trim_start_matches('0');
        let seconds = if digits.is_empty() { Ok(0) } else { digits.parse() };
        assert_eq!(wait, Some(seconds.map_or(Duration::MAX, Duration::from_secs)));
    } else if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
        assert_eq!(retry_after(&httpdate::fmt_http_date(now + wait), now), Some(wait), "{value}");
    }
    wait
}

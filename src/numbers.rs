//! Numbers in: JavaScript has one type of number, and `lib/` passes whatever the caller gave. The limits are the client's.

use std::num::{NonZeroU32, NonZeroUsize};
use std::ops::RangeInclusive;
use std::time::Duration;

use beams::bulk::driver::MAX_CONCURRENCY;
use beams::config::{MAX_BACKDATE, MAX_CONCURRENT_REQUESTS, MAX_RETRIES, MAX_TIMEOUT, MIN_REQUESTS_PER_SECOND};
use beams::error::{Error, Result};

/// A time limit from a number of milliseconds. `name` is the option's.
pub fn milliseconds(name: &str, value: f64) -> Result<Duration> {
    let max = MAX_TIMEOUT.as_millis() as f64;
    if (1.0..=max).contains(&value) {
        return Ok(Duration::from_secs_f64(value / 1000.0));
    }
    Err(Error::invalid(format!("{name} must be a number of milliseconds from 1 to {max}")))
}

/// A time limit, possibly zero, from a number of milliseconds. `name` is the name of the option.
pub fn milliseconds_or_zero(name: &str, value: f64) -> Result<Duration> {
    let max = MAX_TIMEOUT.as_millis() as f64;
    if (0.0..=max).contains(&value) {
        return Ok(Duration::from_secs_f64(value / 1000.0));
    }
    Err(Error::invalid(format!("{name} must be a number of milliseconds from 0 to {max}")))
}

/// An integer in a range. `name` is the name of the option.
fn integer(name: &str, value: f64, range: RangeInclusive<u32>) -> Result<u32> {
    if value.fract() == 0.0 && (f64::from(*range.start())..=f64::from(*range.end())).contains(&value) {
        return Ok(value as u32);
    }
    Err(Error::invalid(format!("{name} must be an integer from {} to {}", range.start(), range.end())))
}

/// A TCP port.
pub fn port(value: f64) -> Result<u16> {
    integer("port", value, 1..=u32::from(u16::MAX)).map(|port| port as u16)
}

/// A number of retries.
pub fn retries(value: f64) -> Result<u32> {
    integer("maxRetries", value, 0..=MAX_RETRIES)
}

/// A number of requests in flight.
pub fn concurrency(value: f64) -> Result<NonZeroUsize> {
    let count = integer("maxConcurrentRequests", value, 1..=MAX_CONCURRENT_REQUESTS as u32)?;
    Ok(NonZeroUsize::new(count as usize).unwrap_or(NonZeroUsize::MIN))
}

/// How many requests of one call may be in flight.
pub fn bulk_concurrency(value: f64) -> Result<NonZeroU32> {
    let count = integer("concurrency", value, 1..=MAX_CONCURRENCY)?;
    Ok(NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN))
}

/// A number of requests a second.
pub fn rate(value: f64) -> Result<f64> {
    if value >= MIN_REQUESTS_PER_SECOND {
        return Ok(value);
    }
    Err(Error::invalid(format!(
        "maxRequestsPerSecond must be a number from {MIN_REQUESTS_PER_SECOND} up, or Infinity for no limit"
    )))
}

/// The time by which a token is backdated, from a number of seconds. `name` is the option's.
pub fn backdate(name: &str, value: f64) -> Result<Duration> {
    let max = MAX_BACKDATE.as_secs();
    if value.fract() == 0.0 && (0.0..=max as f64).contains(&value) {
        return Ok(Duration::from_secs(value as u64));
    }
    Err(Error::invalid(format!("{name} must be a whole number of seconds from 0 to {max}")))
}

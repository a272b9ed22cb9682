//! Decides when an attempt may start: below the limit on concurrent requests, and within the rate limit.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::deadline::{CallLimits, Expired};
use crate::rate_limit::RateLimiter;

/// Issues permits for attempts, in the order of the requests for them.
pub(crate) struct Permits {
    semaphore: Semaphore,
    rate_limiter: RateLimiter,
    in_flight: AtomicUsize,
    waiting: AtomicUsize,
}

/// A permit for one attempt. When it is dropped, the next attempt may start.
pub(crate) struct Permit<'a> {
    _permit: Option<SemaphorePermit<'a>>,
    _in_flight: Counted<'a>,
}

/// Increments a counter until it is dropped.
struct Counted<'a> {
    counter: &'a AtomicUsize,
    /// The value of the counter before.
    others: usize,
}

impl Permits {
    /// Permits for up to `max_in_flight` attempts at a time, and `per_second` starts.
    pub(crate) fn new(max_in_flight: usize, per_second: f64) -> Self {
        Self {
            semaphore: Semaphore::new(max_in_flight),
            rate_limiter: RateLimiter::new(per_second),
            in_flight: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
        }
    }

    /// Any number at once, at any rate.
    pub(crate) fn unlimited() -> Self {
        Self::new(Semaphore::MAX_PERMITS, f64::INFINITY)
    }

    /// Waits until an attempt may start. Fails immediately if that is after the call's deadline.
    pub(crate) async fn acquire(&self, limits: CallLimits<'_>) -> Result<Permit<'_>, Expired> {
        let waiting = Counted::new(&self.waiting);
        if let Some(deadline) = limits.deadline
            && self.rate_limiter.earliest_start(waiting.others) > deadline.at
        {
            return Err(Expired::Deadline(deadline));
        }
        let permit = limits
            .run(async {
                // Cannot fail, because the semaphore is never closed. The permit is acquired first, so that a request starts as
                // soon as the rate limiter allows it, and no second has more starts than the limit.
                let permit = self.semaphore.acquire().await.ok();
                self.rate_limiter.acquire().await;
                permit
            })
            .await?;
        // At the cutoff, ending calls release their permits, and a waiting call may have got one.
        if limits.cutoff.is_cancelled() {
            return Err(Expired::Cutoff);
        }
        Ok(Permit { _permit: permit, _in_flight: Counted::new(&self.in_flight) })
    }

    /// Pauses the start of attempts, as the service has requested.
    pub(crate) fn pause_for(&self, wait: Duration) {
        self.rate_limiter.pause_for(wait);
    }

    /// How long the pause lasts, if there is one.
    pub(crate) fn paused_for(&self) -> Option<Duration> {
        self.rate_limiter.paused_until().map(|until| until - Instant::now())
    }

    /// How many attempts have a permit.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// How many attempts wait for a permit.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}

impl<'a> Counted<'a> {
    fn new(counter: &'a AtomicUsize) -> Self {
        Self { counter, others: counter.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.counter.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::deadline::Deadline;

    #[tokio::test(start_paused = true)]
    async fn attempts_are_counted_while_they_wait_and_while_they_are_in_flight() {
        let (permits, cutoff) = (Permits::new(1, f64::INFINITY), CancellationToken::new());
        let limits = CallLimits { deadline: None, cutoff: &cutoff };
        let counts = || (permits.in_flight(), permits.waiting());
        let first = permits.acquire(limits).await.unwrap();
        assert_eq!(counts(), (1, 0));
        let mut second = Box::pin(permits.acquire(limits));
        assert!(poll_once(&mut second).is_none());
        assert_eq!(counts(), (1, 1));
        drop(second);
        assert_eq!(counts(), (1, 0), "an attempt that is dropped waits no longer");
        drop(first);
        assert_eq!(counts(), (0, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_that_waits_is_ended_by_its_limits() {
        let (permits, cutoff) = (Permits::new(1, f64::INFINITY), CancellationToken::new());
        let limits = |deadline| CallLimits { deadline, cutoff: &cutoff };
        let _first = permits.acquire(limits(None)).await.unwrap();
        let deadline = Deadline::after(Duration::from_secs(1));
        assert!(matches!(permits.acquire(limits(Some(deadline))).await, Err(Expired::Deadline(_))));
        let (waiting, ()) = tokio::join!(permits.acquire(limits(None)), async { cutoff.cancel() });
        assert!(matches!(waiting, Err(Expired::Cutoff)));
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_that_can_only_start_after_its_deadline_fails_immediately() {
        let (permits, cutoff) = (Permits::new(10, 1.0), CancellationToken::new());
        let limits = |milliseconds| CallLimits {
            deadline: Some(Deadline::after(Duration::from_millis(milliseconds))),
            cutoff: &cutoff,
        };
        permits.acquire(limits(0)).await.unwrap();
        let start = Instant::now();
        assert!(matches!(permits.acquire(limits(999)).await, Err(Expired::Deadline(_))));
        assert_eq!(start.elapsed(), Duration::ZERO);
        assert!(permits.acquire(limits(1000)).await.is_ok(), "it can start at its deadline");
        assert_eq!(start.elapsed(), Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_reported_until_it_ends() {
        let permits = Permits::new(1, f64::INFINITY);
        assert_eq!(permits.paused_for(), None);
        permits.pause_for(Duration::from_secs(5));
        assert_eq!(permits.paused_for(), Some(Duration::from_secs(5)));
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(permits.paused_for(), None);
    }

    /// Polls a future once.
    fn poll_once<T>(future: &mut std::pin::Pin<Box<impl Future<Output = T>>>) -> Option<T> {
        match future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        }
    }
}

//! When an attempt may start: few enough are in flight, and the rate limiter lets it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::deadline::{CallLimits, Expired};
use crate::rate_limit::RateLimiter;

/// Gives a permit to each attempt, in the order in which they ask.
pub(crate) struct Permits {
    semaphore: Semaphore,
    rate_limiter: RateLimiter,
    in_flight: AtomicUsize,
    waiting: AtomicUsize,
}

/// The right to make one attempt, which lasts until it is dropped.
pub(crate) struct Permit<'a> {
    _permit: Option<SemaphorePermit<'a>>,
    _in_flight: Counted<'a>,
}

/// What a counter counts, until it is dropped.
struct Counted<'a> {
    counter: &'a AtomicUsize,
    /// How many there were before.
    others: usize,
}

impl Permits {
    /// So many at once, and so many a second.
    pub(crate) fn new(max_in_flight: usize, per_second: f64) -> Self {
        Self {
            semaphore: Semaphore::new(max_in_flight),
            rate_limiter: RateLimiter::new(per_second),
            in_flight: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
        }
    }

    /// Waits until an attempt may start. Where that is after the call's deadline, it fails as soon as that is known.
    pub(crate) async fn acquire(&self, limits: CallLimits<'_>) -> Result<Permit<'_>, Expired> {
        let waiting = Counted::new(&self.waiting);
        if let Some(deadline) = limits.deadline
            && self.rate_limiter.earliest_start(waiting.others) > deadline.at
        {
            return Err(Expired::Deadline(deadline));
        }
        let permit = limits
            .run(async {
                // The semaphore is never closed, so that this cannot fail. The permit comes first, so that the requests of
                // a second start in that second.
                let permit = self.semaphore.acquire().await.ok();
                self.rate_limiter.acquire().await;
                permit
            })
            .await?;
        // The calls that end at the cutoff leave their permits to those that wait.
        if limits.cutoff.is_cancelled() {
            return Err(Expired::Cutoff);
        }
        Ok(Permit { _permit: permit, _in_flight: Counted::new(&self.in_flight) })
    }

    /// Lets no attempt start for a while: the service has asked for it.
    pub(crate) fn pause_for(&self, wait: Duration) {
        self.rate_limiter.pause_for(wait);
    }

    /// For how much longer no attempt may start, where the service has asked for that.
    pub(crate) fn paused_for(&self) -> Option<Duration> {
        self.rate_limiter.paused_until().map(|until| until - Instant::now())
    }

    /// How many attempts have a permit.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// How many attempts wait for one.
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
    async fn a_pause_is_told_for_as_long_as_it_lasts() {
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

//! When an attempt may start: the service takes a limited number of requests a second, and a burst that keeps to it gets
//! no 429.

use std::collections::VecDeque;
use std::sync::{Mutex as StdMutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// As late as a timer may be on a busy machine.
const MAX_LATENESS: Duration = Duration::from_millis(50);

/// Lets at most so many requests start in any window of time, in the order in which they ask.
///
/// From idle, the requests of a whole window start at once. Those that have to wait start evenly spaced, so that a long
/// queue does not arrive in waves.
#[derive(Debug)]
pub struct RateLimiter {
    /// `None` for no limit.
    limit: Option<Limit>,
    /// The lock is fair: it is the queue. A request that is dropped while it waits leaves it.
    queue: Mutex<()>,
    state: StdMutex<State>,
}

#[derive(Debug, Clone, Copy)]
struct Limit {
    max_requests: usize,
    window: Duration,
    interval: Duration,
}

#[derive(Debug, Default)]
struct State {
    /// When the requests of the last window started.
    starts: VecDeque<Instant>,
    /// When the last request was due.
    last_due: Option<Instant>,
    paused_until: Option<Instant>,
}

impl RateLimiter {
    /// So many requests a second; any number above 0, and infinity for no limit.
    pub fn new(requests_per_second: f64) -> Self {
        let limit = requests_per_second.is_finite().then(|| {
            let max_requests = requests_per_second.floor().max(1.0);
            Limit {
                max_requests: max_requests as usize,
                window: Duration::from_secs_f64(max_requests / requests_per_second),
                interval: Duration::from_secs_f64(1.0 / requests_per_second),
            }
        });
        Self { limit, queue: Mutex::default(), state: StdMutex::default() }
    }

    /// Resolves when a request may start.
    pub async fn acquire(&self) {
        let (_place, mut has_waited) = match self.queue.try_lock() {
            Ok(place) => (place, false),
            Err(_) => (self.queue.lock().await, true),
        };
        while let Some(time) = self.start(has_waited) {
            has_waited = true;
            sleep_until(time).await;
        }
    }

    /// Lets no request start for a while: the service has asked for it, and means the whole client.
    pub fn pause_for(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut state = self.state();
        state.paused_until = state.paused_until.max(Some(until));
    }

    /// The end of the pause that the service has requested, if it is in the future.
    pub(crate) fn paused_until(&self) -> Option<Instant> {
        self.state().paused_until.filter(|&until| until > Instant::now())
    }

    /// When a request that asks now could start at the earliest, with so many others before it.
    pub(crate) fn earliest_start(&self, others: usize) -> Instant {
        let now = Instant::now();
        let state = self.state();
        let unpaused = state.paused_until.map_or(now, |until| until.max(now));
        let Some(limit) = self.limit else { return unpaused };
        let mut in_window = state.starts.iter().filter(|&&start| start + limit.window > now);
        let free = limit.max_requests.saturating_sub(in_window.clone().count());
        if others < free {
            return unpaused;
        }
        let oldest = in_window.next().copied().unwrap_or(now);
        let intervals = u32::try_from(others - free).unwrap_or(u32::MAX);
        unpaused.max(oldest + limit.window) + limit.interval.saturating_mul(intervals)
    }

    /// Starts a request, or returns when to try again.
    fn start(&self, has_waited: bool) -> Option<Instant> {
        let now = Instant::now();
        let mut state = self.state();
        let free = self.limit.and_then(|limit| state.next_free(limit, now, has_waited)).max(state.paused_until);
        if let Some(free) = free.filter(|&free| free > now) {
            return Some(free);
        }
        // The next request is due an interval after this one was, because timers are late and lateness must not add up; but after a
        // long stall there is no burst to make up for it.
        let due = free.map_or(now, |due| now - MAX_LATENESS.min(now - due));
        if let Some(limit) = self.limit {
            state.record(limit, now, due);
        }
        None
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn next_free(&self, limit: Limit, now: Instant, has_waited: bool) -> Option<Instant> {
        let is_full = self.starts.len() >= limit.max_requests;
        let full = is_full.then(|| self.starts.front().map(|&first| first + limit.window)).flatten();
        let spaced = self.last_due.map(|last| last + limit.interval);
        match full {
            Some(full) if full > now || has_waited => Some(full).max(spaced),
            _ if has_waited => spaced,
            full => full,
        }
    }

    fn record(&mut self, limit: Limit, now: Instant, due: Instant) {
        while self.starts.front().is_some_and(|&first| first + limit.window <= now) {
            self.starts.pop_front();
        }
        self.starts.push_back(now);
        self.last_due = Some(due);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tokio::task::JoinSet;

    /// The milliseconds at which `count` requests that ask at once may start, on a clock of its own.
    async fn start_times(rate_limiter: Arc<RateLimiter>, count: usize) -> Vec<u64> {
        let start = Instant::now();
        let mut waiting = JoinSet::new();
        for number in 0..count {
            let rate_limiter = rate_limiter.clone();
            waiting.spawn(async move {
                rate_limiter.acquire().await;
                (number, start.elapsed().as_millis() as u64)
            });
        }
        let starts = waiting.join_all().await;
        let in_order: Vec<usize> = starts.iter().map(|&(number, _)| number).collect();
        assert!(in_order.is_sorted(), "first in, first out");
        starts.into_iter().map(|(_, time)| time).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn from_idle_the_requests_of_a_second_start_at_once() {
        let rate_limiter = Arc::new(RateLimiter::new(100.0));
        assert_eq!(start_times(rate_limiter.clone(), 100).await, [0; 100]);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(start_times(rate_limiter.clone(), 100).await, [0; 100]);
        // Those that start later than they could do not count from when they could have started.
        tokio::time::advance(Duration::from_millis(1040)).await;
        assert_eq!(start_times(rate_limiter, 101).await[99..], [0, 1000]);
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_requests_are_spaced_evenly_and_never_exceed_the_limit() {
        let times = start_times(Arc::new(RateLimiter::new(100.0)), 1000).await;
        for (index, window) in times.windows(101).enumerate() {
            assert!(window[100] - window[0] >= 1000, "requests {index} to {}", index + 100);
        }
        assert_eq!(&times[99..103], [0, 1000, 1010, 1020]);
        assert_eq!(times[999], 9990);
    }

    #[tokio::test(start_paused = true)]
    async fn no_window_exceeds_the_limit_however_the_requests_arrive() {
        for seed in 0..100 {
            let mut random = fastrand::Rng::with_seed(seed);
            let rate_limiter = Arc::new(RateLimiter::new(100.0));
            let mut waiting = JoinSet::new();
            for _ in 0..10 {
                for _ in 0..random.usize(0..80) {
                    let rate_limiter = rate_limiter.clone();
                    waiting.spawn(async move {
                        rate_limiter.acquire().await;
                        Instant::now()
                    });
                }
                tokio::time::sleep(Duration::from_millis(random.u64(0..1200))).await;
            }
            let mut starts = waiting.join_all().await;
            starts.sort();
            for (index, window) in starts.windows(101).enumerate() {
                let span = window[100] - window[0];
                assert!(span.as_millis() >= 1000, "requests {index} to {} within {span:?}, seed {seed}", index + 100);
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_window_exceeds_the_limit_although_timers_are_late() {
        let rate_limiter = Arc::new(RateLimiter::new(100.0));
        let mut waiting = JoinSet::new();
        for _ in 0..500 {
            let rate_limiter = rate_limiter.clone();
            waiting.spawn(async move {
                rate_limiter.acquire().await;
                Instant::now()
            });
        }
        let mut random = fastrand::Rng::with_seed(1);
        let mut starts = Vec::new();
        while !waiting.is_empty() {
            // Time passes in steps, so that a timer is seen after it was due.
            tokio::time::advance(Duration::from_millis(random.u64(1..40))).await;
            for _ in 0..50 {
                tokio::task::yield_now().await;
            }
            while let Some(start) = waiting.try_join_next() {
                starts.push(start.unwrap());
            }
        }
        starts.sort();
        for window in starts.windows(101) {
            assert!(window[100] - window[0] >= Duration::from_secs(1), "{:?}", window[100] - window[0]);
        }
        // On time, the last one starts after 4 990 ms. Each window may begin as late as its timer is.
        let took = starts[499] - starts[0];
        assert!(took < Duration::from_millis(4990 + 40 * 4), "lateness adds up: {took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn memory_is_bounded_by_the_requests_of_a_window_whatever_the_limit() {
        let rate_limiter = RateLimiter::new(1e9);
        for _ in 0..10_000 {
            rate_limiter.acquire().await;
            tokio::time::advance(Duration::from_millis(10)).await;
        }
        assert!(rate_limiter.state().starts.len() <= 101);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stall_is_not_made_up_for_by_a_burst() {
        let rate_limiter = Arc::new(RateLimiter::new(100.0));
        start_times(rate_limiter.clone(), 100).await;
        let start = Instant::now();
        let mut waiting = JoinSet::new();
        for _ in 0..50 {
            let rate_limiter = rate_limiter.clone();
            waiting.spawn(async move {
                rate_limiter.acquire().await;
                start.elapsed().as_millis()
            });
        }
        tokio::task::yield_now().await;
        tokio::time::advance(Duration::from_secs(30)).await;
        let times = waiting.join_all().await;
        assert_eq!(
            times.iter().filter(|&&time| time <= 30_001).count(),
            6,
            "those that were due within 50 ms: {times:?}"
        );
        assert!(times.windows(2).skip(6).all(|pair| pair[1] - pair[0] == 10), "{times:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn requests_below_the_limit_never_wait() {
        let rate_limiter = RateLimiter::new(100.0);
        for _ in 0..500 {
            let before = Instant::now();
            rate_limiter.acquire().await;
            assert_eq!(before.elapsed(), Duration::ZERO);
            tokio::time::advance(Duration::from_millis(11)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_does_not_have_to_wait_is_not_spaced() {
        for milliseconds in [1000, 1001] {
            let rate_limiter = Arc::new(RateLimiter::new(100.0));
            let start = Instant::now();
            start_times(rate_limiter.clone(), 99).await;
            tokio::time::advance(Duration::from_millis(milliseconds - 5)).await;
            rate_limiter.acquire().await;
            tokio::time::advance(Duration::from_millis(5)).await;
            rate_limiter.acquire().await;
            assert_eq!(start.elapsed(), Duration::from_millis(milliseconds));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_below_one_a_second_is_kept() {
        assert_eq!(start_times(Arc::new(RateLimiter::new(0.5)), 3).await, [0, 2000, 4000]);
    }

    #[tokio::test(start_paused = true)]
    async fn infinity_means_no_limit() {
        assert_eq!(start_times(Arc::new(RateLimiter::new(f64::INFINITY)), 10_000).await, [0; 10_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_request_leaves_the_queue() {
        let rate_limiter = Arc::new(RateLimiter::new(1.0));
        rate_limiter.acquire().await;
        let dropped = tokio::spawn({
            let rate_limiter = rate_limiter.clone();
            async move { rate_limiter.acquire().await }
        });
        tokio::task::yield_now().await;
        let start = Instant::now();
        let next = tokio::spawn(async move {
            rate_limiter.acquire().await;
            start.elapsed()
        });
        tokio::task::yield_now().await;
        dropped.abort();
        assert_eq!(next.await.unwrap(), Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_delays_every_request_that_has_not_started() {
        // Those that have waited for the end of a pause start evenly spaced, too.
        for (rate, times) in [(100.0, [5000, 5010, 5020]), (f64::INFINITY, [5000; 3])] {
            let rate_limiter = Arc::new(RateLimiter::new(rate));
            rate_limiter.pause_for(Duration::from_secs(5));
            rate_limiter.pause_for(Duration::from_secs(2));
            assert_eq!(start_times(rate_limiter, 3).await, times);
        }
        let rate_limiter = Arc::new(RateLimiter::new(1.0));
        rate_limiter.acquire().await;
        let start = Instant::now();
        let waiting = tokio::spawn({
            let rate_limiter = rate_limiter.clone();
            async move { rate_limiter.acquire().await }
        });
        tokio::task::yield_now().await;
        rate_limiter.pause_for(Duration::from_secs(3));
        waiting.await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn the_earliest_start_is_when_the_next_request_starts() {
        for rate in [100.0, 3.0, 0.5] {
            for used in [0, 1, 3, 100] {
                let rate_limiter = Arc::new(RateLimiter::new(rate));
                start_times(rate_limiter.clone(), used).await;
                let (now, others) = (Instant::now(), 0..250);
                let expected: Vec<u64> =
                    others.map(|others| (rate_limiter.earliest_start(others) - now).as_millis() as u64).collect();
                let times = start_times(rate_limiter, 250).await;
                for (number, (&expected, &time)) in expected.iter().zip(&times).enumerate() {
                    // Timers have whole milliseconds, so each window may begin one later.
                    let windows = number as u64 / rate.max(1.0) as u64;
                    assert!(
                        expected <= time && time <= expected + 2 + windows,
                        "{expected} and not {time} at {rate} after {used}"
                    );
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_whole_window_can_start_as_soon_as_the_last_one_has_passed() {
        let rate_limiter = Arc::new(RateLimiter::new(100.0));
        start_times(rate_limiter.clone(), 100).await;
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(rate_limiter.earliest_start(99), Instant::now());
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_shown_until_it_ends() {
        let rate_limiter = RateLimiter::new(100.0);
        assert_eq!(rate_limiter.paused_until(), None);
        rate_limiter.pause_for(Duration::from_secs(2));
        let end = Instant::now() + Duration::from_secs(2);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(rate_limiter.paused_until(), Some(end));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(rate_limiter.paused_until(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_earliest_start_is_after_a_pause() {
        for rate in [100.0, f64::INFINITY] {
            let rate_limiter = RateLimiter::new(rate);
            rate_limiter.pause_for(Duration::from_secs(5));
            assert_eq!(rate_limiter.earliest_start(3) - Instant::now(), Duration::from_secs(5));
        }
    }
}

//! When to start: the service takes a limited number of requests a second, and a burst that keeps to it earns no 429.

use std::collections::VecDeque;
use std::sync::{Mutex as StdMutex, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// As late as a timer may be on a busy machine.
const LATENESS: Duration = Duration::from_millis(50);

/// Gives out turns: at most so many in any stretch of time, in the order in which they are asked for.
///
/// From idle, a whole second's turns are given at once. Whoever has to wait gets their turn evenly spaced, so a long queue
/// does not arrive in waves.
#[derive(Debug)]
pub struct RateLimiter {
    /// `None` for no limit.
    limit: Option<Limit>,
    /// The lock is fair: it is the queue. One that is dropped while it waits takes no turn.
    turns: Mutex<Turns>,
    held_until: StdMutex<Option<Instant>>,
}

#[derive(Debug, Clone, Copy)]
struct Limit {
    turns: usize,
    stretch: Duration,
    spacing: Duration,
}

/// The latest turns, as many as fit into one stretch.
#[derive(Debug, Default)]
struct Turns(VecDeque<Instant>);

impl RateLimiter {
    /// So many turns a second; any number above 0, and infinity for no limit.
    pub fn new(turns_per_second: f64) -> Self {
        let limit = turns_per_second.is_finite().then(|| {
            let turns = turns_per_second.floor().max(1.0);
            Limit {
                turns: turns as usize,
                stretch: Duration::from_secs_f64(turns / turns_per_second),
                spacing: Duration::from_secs_f64(1.0 / turns_per_second),
            }
        });
        Self { limit, turns: Mutex::default(), held_until: StdMutex::default() }
    }

    /// Waits for a turn. Dropping it while it waits gives the place back.
    pub async fn acquire(&self) {
        let (mut turns, mut has_waited) = match self.turns.try_lock() {
            Ok(turns) => (turns, false),
            Err(_) => (self.turns.lock().await, true),
        };
        loop {
            let now = Instant::now();
            let free = self.limit.and_then(|limit| turns.next_free(limit, now, has_waited)).max(self.held_until());
            match free {
                Some(free) if free > now => {
                    has_waited = true;
                    sleep_until(free).await;
                }
                // A turn counts from when it was due, because timers are late and lateness must not add up; but what was
                // lost to a long stall is not made up for in a burst.
                Some(due) if has_waited => return turns.take(self.limit, now - LATENESS.min(now - due)),
                _ => return turns.take(self.limit, now),
            }
        }
    }

    /// Gives out no turns for a while: the service has asked for it, and means the whole client.
    pub fn pause_for(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut held_until = self.held_until.lock().unwrap_or_else(PoisonError::into_inner);
        *held_until = held_until.max(Some(until));
    }

    fn held_until(&self) -> Option<Instant> {
        *self.held_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turns {
    fn next_free(&self, limit: Limit, now: Instant, has_waited: bool) -> Option<Instant> {
        let full = (self.0.len() >= limit.turns).then(|| self.0.front().map(|&first| first + limit.stretch)).flatten();
        let spaced = self.0.back().map(|&last| last + limit.spacing);
        match full {
            Some(full) if full > now || has_waited => Some(full).max(spaced),
            _ if has_waited => spaced,
            full => full,
        }
    }

    fn take(&mut self, limit: Option<Limit>, at: Instant) {
        let Some(limit) = limit else { return };
        if self.0.len() >= limit.turns {
            self.0.pop_front();
        }
        self.0.push_back(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tokio::task::JoinSet;

    /// The milliseconds at which `count` turns that are asked for at once are given, on a clock of its own.
    async fn times(rate_limiter: Arc<RateLimiter>, count: usize) -> Vec<u64> {
        let start = Instant::now();
        let mut waiting = JoinSet::new();
        for number in 0..count {
            let rate_limiter = rate_limiter.clone();
            waiting.spawn(async move {
                rate_limiter.acquire().await;
                (number, start.elapsed().as_millis() as u64)
            });
        }
        let turns = waiting.join_all().await;
        let in_order: Vec<usize> = turns.iter().map(|&(number, _)| number).collect();
        assert!(in_order.is_sorted(), "nobody jumps the queue");
        turns.into_iter().map(|(_, time)| time).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_s_turns_are_given_at_once_from_idle() {
        let rate_limiter = Arc::new(RateLimiter::new(100.0));
        assert_eq!(times(rate_limiter.clone(), 100).await, [0; 100]);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(times(rate_limiter, 100).await, [0; 100]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_rest_is_spread_evenly_and_never_over_the_limit() {
        let times = times(Arc::new(RateLimiter::new(100.0)), 1000).await;
        for (index, window) in times.windows(101).enumerate() {
            assert!(window[100] - window[0] >= 1000, "turns {index} to {}", index + 100);
        }
        assert_eq!(&times[99..103], [0, 1000, 1010, 1020]);
        assert_eq!(times[999], 9990);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_stream_never_waits() {
        let rate_limiter = RateLimiter::new(100.0);
        for _ in 0..500 {
            let before = Instant::now();
            rate_limiter.acquire().await;
            assert_eq!(before.elapsed(), Duration::ZERO);
            tokio::time::advance(Duration::from_millis(11)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_below_one_a_second_is_kept() {
        assert_eq!(times(Arc::new(RateLimiter::new(0.5)), 3).await, [0, 2000, 4000]);
    }

    #[tokio::test(start_paused = true)]
    async fn infinity_is_no_limit() {
        assert_eq!(times(Arc::new(RateLimiter::new(f64::INFINITY)), 10_000).await, [0; 10_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_gives_the_place_back() {
        let rate_limiter = Arc::new(RateLimiter::new(1.0));
        rate_limiter.acquire().await;
        let given_up = tokio::spawn({
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
        given_up.abort();
        assert_eq!(next.await.unwrap(), Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_hold_stops_everybody_even_those_who_wait_already() {
        for rate in [100.0, f64::INFINITY] {
            let rate_limiter = Arc::new(RateLimiter::new(rate));
            rate_limiter.pause_for(Duration::from_secs(5));
            rate_limiter.pause_for(Duration::from_secs(2));
            assert!(times(rate_limiter, 3).await.iter().all(|&time| time >= 5000));
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
}

//! The connections of a client, and when not to trust them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use reqwest::Version;
use tokio::task::yield_now;

use crate::config::Config;
use crate::error::{Error, Result, TimeoutKind};
use crate::http::pool::connect;
use crate::http::response::Response;

/// By how much the system's clock may be set forward without that being taken for a suspension.
const MAX_CLOCK_STEP: Duration = Duration::from_secs(5);

/// The connections of one client. The first attempt makes them.
#[derive(Default)]
pub(crate) struct Connections(Mutex<Option<Pool>>);

struct Pool {
    http: reqwest::Client,
    used: Reading,
    stats: Arc<PoolStats>,
}

/// The responses received on the connections of one pool.
#[derive(Default)]
struct PoolStats {
    /// How many responses have begun.
    responses: AtomicU64,
    is_http_2: AtomicBool,
}

/// The pool that one attempt uses.
pub(crate) struct Lease {
    pub(crate) http: reqwest::Client,
    stats: Arc<PoolStats>,
    /// How many responses had begun when the attempt did.
    responses_before: u64,
}

/// What the clocks showed. The monotonic one stands still while the system is suspended, the other one does not.
#[derive(Clone, Copy)]
struct Reading {
    monotonic: Instant,
    wall: SystemTime,
}

impl Connections {
    /// The pool with the connections that can be used, for one attempt.
    ///
    /// # Errors
    ///
    /// Those of [`connect`].
    pub(crate) async fn get(&self, config: &Config) -> Result<Lease> {
        // After a process was stopped and continued, its first task may run before the runtime has polled for I/O events. A
        // task that yields is scheduled after that, and after the tasks that the events have woken: connections that their
        // server has closed in the meantime leave the pool.
        yield_now().await;
        let now = Reading { monotonic: Instant::now(), wall: SystemTime::now() };
        let mut pool = self.pool();
        if let Some(pool) = &mut *pool
            && !now.is_after_suspension(pool.used)
        {
            pool.used = now;
            return Ok(pool.lease());
        }
        // While a laptop or a serverless function is suspended, a server closes its connections, and nobody receives it.
        let new = Pool { http: connect(config)?, used: now, stats: Arc::default() };
        Ok(pool.insert(new).lease())
    }

    /// Retires the connections after an attempt that timed out, if no response has begun since the attempt did but some had
    /// before. They may have been dropped silently, for example by a NAT or firewall, and the others are as old as the one that
    /// was used. The next attempt makes a new connection. Attempts in flight continue.
    ///
    /// New connections are not retired before they have brought a response: a deadline that leaves no time for a handshake and a
    /// response would never be met.
    pub(crate) fn retire_if_silent(&self, used: &Lease, result: &Result<Response>) {
        if matches!(result, Err(Error::Timeout { .. })) && used.had_responses_only_before() {
            self.pool().take_if(|pool| Arc::ptr_eq(&pool.stats, &used.stats));
        }
    }

    /// Closes them as soon as no attempt uses them.
    pub(crate) fn close(&self) {
        self.pool().take();
    }

    fn pool(&self) -> MutexGuard<'_, Option<Pool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pool {
    fn lease(&self) -> Lease {
        let stats = self.stats.clone();
        Lease { http: self.http.clone(), responses_before: stats.responses.load(Ordering::Relaxed), stats }
    }
}

impl Lease {
    /// Records that a response has begun.
    pub(crate) fn responded(&self, version: Version) {
        self.stats.responses.fetch_add(1, Ordering::Relaxed);
        self.stats.is_http_2.store(version == Version::HTTP_2, Ordering::Relaxed);
    }

    /// The limit that applies while no connection has taken the request. Over HTTP/2, a connection usually exists, so that the
    /// request waits for a stream.
    pub(crate) fn awaited(&self) -> TimeoutKind {
        if self.stats.is_http_2.load(Ordering::Relaxed) { TimeoutKind::Stream } else { TimeoutKind::Connect }
    }

    fn had_responses_only_before(&self) -> bool {
        self.responses_before > 0 && self.stats.responses.load(Ordering::Relaxed) == self.responses_before
    }
}

impl Reading {
    fn is_after_suspension(self, earlier: Self) -> bool {
        let awake = self.monotonic.saturating_duration_since(earlier.monotonic);
        // Fails where the clock was set back.
        self.wall.duration_since(earlier.wall).is_ok_and(|elapsed| elapsed > awake + MAX_CLOCK_STEP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::options;
    use crate::deadline::Deadline;
    use crate::error::Delivery;

    #[test]
    fn only_a_suspension_lets_the_clocks_differ() {
        let earlier = Reading { monotonic: Instant::now(), wall: SystemTime::now() };
        let after = |awake: u64, elapsed: i64| {
            let by = Duration::from_secs(elapsed.unsigned_abs());
            let wall = if elapsed < 0 { earlier.wall - by } else { earlier.wall + by };
            Reading { monotonic: earlier.monotonic + Duration::from_secs(awake), wall }.is_after_suspension(earlier)
        };
        for (awake, elapsed) in [(0, 0), (3600, 3600), (3600, 3604), (0, 5), (10, -3600)] {
            assert!(!after(awake, elapsed), "{awake} {elapsed}");
        }
        for (awake, elapsed) in [(0, 6), (1, 60), (3600, 7200)] {
            assert!(after(awake, elapsed), "{awake} {elapsed}");
        }
    }

    #[tokio::test]
    async fn connections_are_retired_by_a_timeout_if_there_were_responses_but_none_since_the_attempt_began() {
        let response = || Ok(Response { status: 200, retry_after: None, body: Ok(Vec::new()) });
        let timeout = || Err(Deadline::after(Duration::ZERO).error(Delivery::Unknown));
        let other = || Err(Error::Interrupted);
        for (before, meanwhile, result, is_retired) in [
            (true, false, timeout(), true),
            (true, true, timeout(), false),
            (false, false, timeout(), false),
            (true, false, other(), false),
            (true, false, response(), false),
        ] {
            let (connections, config) = (Connections::default(), Config::new(options()).unwrap());
            let first = connections.get(&config).await.unwrap();
            if before {
                first.responded(Version::HTTP_11);
            }
            let lease = connections.get(&config).await.unwrap();
            if meanwhile {
                first.responded(Version::HTTP_11);
            }
            connections.retire_if_silent(&lease, &result);
            let next = connections.get(&config).await.unwrap();
            assert_eq!(!Arc::ptr_eq(&lease.stats, &next.stats), is_retired, "{before} {meanwhile} {result:?}");
            // Another attempt on the old connections does not retire the new ones.
            next.responded(Version::HTTP_11);
            connections.retire_if_silent(&lease, &timeout());
            assert!(Arc::ptr_eq(&next.stats, &connections.get(&config).await.unwrap().stats));
        }
    }

    #[tokio::test]
    async fn connections_from_before_a_suspension_are_not_used() {
        let config = Config::new(options()).unwrap();
        let connections = Connections::default();
        connections.get(&config).await.unwrap();
        let used = || connections.pool().as_ref().unwrap().used;
        let first = used().wall;
        connections.get(&config).await.unwrap();
        assert!(used().wall >= first);
        let before = SystemTime::now() - Duration::from_secs(60);
        connections.pool().as_mut().unwrap().used.wall = before;
        connections.get(&config).await.unwrap();
        assert!(used().wall > before);
    }
}

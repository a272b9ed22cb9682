//! The connections of a client, and when not to trust them.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::task::yield_now;

use crate::config::Config;
use crate::error::Result;
use crate::http::pool::connect;

/// By how much the system's clock may be set forward without that being taken for a suspension.
const MAX_CLOCK_STEP: Duration = Duration::from_secs(5);

/// The connections of one client. The first attempt makes them.
#[derive(Default)]
pub(crate) struct Connections(Mutex<Option<Pool>>);

struct Pool {
    http: reqwest::Client,
    used: Reading,
}

/// What the clocks showed. The monotonic one stands still while the system is suspended, the other one does not.
#[derive(Clone, Copy)]
struct Reading {
    monotonic: Instant,
    wall: SystemTime,
}

impl Connections {
    /// The HTTP client with the connections that can be used.
    ///
    /// # Errors
    ///
    /// Those of [`connect`].
    pub(crate) async fn get(&self, config: &Config) -> Result<reqwest::Client> {
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
            return Ok(pool.http.clone());
        }
        // While a laptop or a serverless function is suspended, a server closes its connections, and nobody receives it.
        let http = connect(config)?;
        *pool = Some(Pool { http: http.clone(), used: now });
        Ok(http)
    }

    /// Closes them as soon as no attempt uses them.
    pub(crate) fn close(&self) {
        self.pool().take();
    }

    fn pool(&self) -> MutexGuard<'_, Option<Pool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
    use crate::config::ClientOptions;

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
    async fn connections_from_before_a_suspension_are_not_used() {
        let options = ClientOptions { instance_id: "i".into(), secret_key: "k".into(), ..ClientOptions::default() };
        let config = Config::new(options).unwrap();
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

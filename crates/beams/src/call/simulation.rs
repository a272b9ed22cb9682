//! Thousands of calls of one client in a simulated world: the clock is tokio's paused one, and a simulated server decides
//! what becomes of each attempt. What must hold is what the README promises. A failing seed prints, and
//! `SIMULATION_SEED=<seed> cargo test --package beams simulation` replays it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use fastrand::Rng;
use tokio::runtime::Builder;
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::error::connection::{ConnectionError, ConnectionErrorKind};
use crate::error::{Delivery, TimeoutKind};
use crate::http::response::Response;
use crate::retry::MAX_RETRY_AFTER;

const SEEDS: u64 = 2_000;
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
/// Timers have whole milliseconds, so two of them may be late by that much.
const CLOCK_RESOLUTION: Duration = Duration::from_millis(2);

/// What becomes of an attempt.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// No connection is made.
    Unconnected,
    /// The connection is lost after the server has the request, which processes it or does not.
    Lost {
        is_processed: bool,
    },
    Accepted,
    /// Accepted, with a response that cannot be read.
    Garbled,
    Refused(u16),
    /// 429, with a `Retry-After`.
    Limited(Duration),
    /// 503 with the service's own JSON.
    Unavailable,
    /// 503 from something in between, which may have passed the request on.
    GatewayUnavailable {
        is_processed: bool,
    },
    /// The response takes longer than any time limit.
    Silent {
        is_processed: bool,
    },
}

/// One client and its server.
struct World {
    random: RefCell<Rng>,
    permits: Permits,
    max_in_flight: usize,
    requests_per_second: f64,
    policy: RetryPolicy,
    idempotency: Idempotency,
    cutoff: CancellationToken,
    stop: CancellationToken,
    /// When `cutoff` was cancelled.
    cutoff_at: Cell<Option<Instant>>,
    /// How likely an attempt fails, from 0 to 1.
    trouble: f64,
    starts: RefCell<Vec<Instant>>,
    in_flight: Cell<usize>,
    /// Until when the server has asked for no requests.
    paused_until: Cell<Option<Instant>>,
    /// How often each call's request was processed.
    processed: RefCell<HashMap<usize, u32>>,
    attempts: RefCell<HashMap<usize, u32>>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let max_in_flight = random.usize(1..=8);
        let requests_per_second = random.choice([3.0, 20.0, 0.5, f64::INFINITY]).unwrap();
        Self {
            permits: Permits::new(max_in_flight, requests_per_second),
            max_in_flight,
            requests_per_second,
            policy: RetryPolicy { max_retries: random.u32(0..=4), retry_unknown: random.u8(..) < 64 },
            idempotency: if random.u8(..) < 64 { Idempotency::Idempotent } else { Idempotency::NonIdempotent },
            cutoff: CancellationToken::new(),
            stop: CancellationToken::new(),
            cutoff_at: Cell::default(),
            trouble: random.f64(),
            random: RefCell::new(random),
            starts: RefCell::default(),
            in_flight: Cell::default(),
            paused_until: Cell::default(),
            processed: RefCell::default(),
            attempts: RefCell::default(),
        }
    }

    fn is_heads(&self) -> bool {
        self.random.borrow_mut().bool()
    }

    fn up_to(&self, max: Duration) -> Duration {
        max.mul_f64(self.random.borrow_mut().f64())
    }

    fn fate(&self) -> Fate {
        let mut random = self.random.borrow_mut();
        if random.f64() >= self.trouble {
            return Fate::Accepted;
        }
        let is_processed = random.bool();
        let seconds = Duration::from_secs(random.u64(0..90));
        match random.u8(0..9) {
            0 | 1 => Fate::Unconnected,
            2 => Fate::Lost { is_processed },
            3 => Fate::Garbled,
            4 => Fate::Refused(random.choice([400, 401, 404, 408, 422]).unwrap()),
            5 => Fate::Limited(seconds),
            6 => Fate::Unavailable,
            7 => Fate::GatewayUnavailable { is_processed },
            _ => Fate::Silent { is_processed },
        }
    }

    /// One attempt, as `http::attempt` makes it.
    async fn attempt(&self, call: usize, limits: CallLimits<'_>) -> (Option<u16>, Result<String>) {
        let now = Instant::now();
        assert!(self.paused_until.get().is_none_or(|until| now >= until), "a request starts in a pause");
        self.starts.borrow_mut().push(now);
        *self.attempts.borrow_mut().entry(call).or_default() += 1;
        self.in_flight.set(self.in_flight.get() + 1);
        assert!(self.in_flight.get() <= self.max_in_flight, "too many requests are in flight");
        let response = self.exchange(call, limits.within(TimeoutKind::Response, ATTEMPT_TIMEOUT)).await;
        self.in_flight.set(self.in_flight.get() - 1);
        (response.as_ref().ok().map(|response| response.status), response.and_then(Response::publish_id))
    }

    async fn exchange(&self, call: usize, limits: CallLimits<'_>) -> Result<Response> {
        let fate = self.fate();
        let (sending, processing) = (self.up_to(Duration::from_millis(500)), self.up_to(Duration::from_millis(2_500)));
        limits.run(sleep(sending)).await.map_err(|expired| expired.error(Delivery::NotSent))?;
        if let Fate::Unconnected = fate {
            return Err(connection_error(ConnectionErrorKind::Refused, Delivery::NotSent));
        }
        // From here on the server has the whole request, and goes on with it whatever becomes of the client.
        let is_processed = match fate {
            Fate::Accepted | Fate::Garbled => true,
            Fate::Lost { is_processed } | Fate::GatewayUnavailable { is_processed } | Fate::Silent { is_processed } => {
                is_processed
            }
            Fate::Unconnected | Fate::Refused(_) | Fate::Limited(_) | Fate::Unavailable => false,
        };
        if is_processed {
            *self.processed.borrow_mut().entry(call).or_default() += 1;
        }
        let processing = if let Fate::Silent { .. } = fate { Duration::MAX / 4 } else { processing };
        limits.run(sleep(processing)).await.map_err(|expired| expired.error(Delivery::Unknown))?;
        let own = |status, retry_after| response(status, retry_after, r#"{"error":"Oops","description":"Sorry"}"#);
        match fate {
            Fate::Accepted => Ok(response(200, None, r#"{"publishId":"pubid-1"}"#)),
            Fate::Garbled => Ok(response(200, None, "<html>")),
            Fate::Refused(status) => Ok(own(status, None)),
            Fate::Limited(wait) => {
                let until = Instant::now() + wait.min(MAX_RETRY_AFTER);
                self.paused_until.set(self.paused_until.get().max(Some(until)));
                Ok(own(429, Some(wait)))
            }
            Fate::Unavailable => Ok(own(503, None)),
            Fate::GatewayUnavailable { .. } => Ok(response(503, Some(Duration::from_secs(1)), "<html>")),
            Fate::Unconnected | Fate::Lost { .. } | Fate::Silent { .. } => {
                Err(connection_error(ConnectionErrorKind::Closed, Delivery::Unknown))
            }
        }
    }

    /// One call, from its start to the promises that it has to keep.
    async fn call(self: Rc<Self>, number: usize) {
        sleep(self.up_to(Duration::from_secs(5))).await;
        let limit = self.up_to(Duration::from_secs(30));
        let deadline = self.is_heads().then(|| Deadline::after(limit));
        let limits = CallLimits { deadline, cutoff: &self.cutoff };
        let is_chunk = self.is_heads();
        let control = ChunkControl { deadline, stop: &self.stop, before_first_attempt: None };
        let attempt_log = AttemptLog::default();
        let call = Call {
            operation: "simulate",
            idempotency: self.idempotency,
            policy: self.policy,
            permits: &self.permits,
            limits,
            control: is_chunk.then_some(control),
            attempt_log: Some(&attempt_log),
        };
        let began = Instant::now();
        let seed = self.random.borrow_mut().u64(..);
        let mut jitter = Rng::with_seed(seed);
        let outcome = call.run(Backoff::new(move || jitter.f64()), || self.attempt(number, limits)).await;

        let ended = Instant::now();
        let processed = self.processed.borrow().get(&number).copied().unwrap_or_default();
        let attempts = self.attempts.borrow().get(&number).copied().unwrap_or_default();
        assert_eq!((outcome.attempts, attempt_log.count()), (attempts, attempts as usize), "an attempt is not counted");
        assert!(attempts <= self.policy.max_retries + 1, "there were {attempts} attempts");
        let may_repeat = self.policy.retry_unknown || self.idempotency == Idempotency::Idempotent;
        assert!(processed <= 1 || may_repeat, "a publish was processed {processed} times");
        match &outcome.result {
            Ok(_) => assert!(processed >= 1, "a publish that nobody processed succeeded"),
            Err(error) => match error.delivery() {
                Delivery::Unknown => assert!(attempts > 0, "a call without an attempt is unknown: {error:?}"),
                known => assert_eq!(processed, 0, "a processed publish is {known:?}: {error:?}"),
            },
        }
        let is_stopped = is_chunk && self.stop.is_cancelled();
        let one_retry = RetryPolicy { max_retries: 1, ..self.policy };
        if let Err(error) = &outcome.result
            && !is_stopped
            && one_retry.allows(error, self.idempotency, 0)
        {
            assert_eq!(attempts, self.policy.max_retries + 1, "a retry is missing after {error:?}");
        }
        if let Some(cutoff) = self.cutoff_at.get() {
            assert!(
                ended <= cutoff.max(began) + CLOCK_RESOLUTION,
                "a call outlasts its client by {:?}",
                ended - cutoff
            );
        }
        if let Some(deadline) = deadline {
            assert!(
                ended <= deadline.at + CLOCK_RESOLUTION,
                "a call outlasts its deadline by {:?}",
                ended - deadline.at
            );
        }
    }

    fn check_rate(&self) {
        let starts = self.starts.borrow();
        if self.requests_per_second.is_infinite() {
            return;
        }
        let max_requests = self.requests_per_second.floor().max(1.0);
        let window = Duration::from_secs_f64(max_requests / self.requests_per_second);
        for pair in starts.windows(max_requests as usize + 1) {
            let span = pair[pair.len() - 1] - pair[0];
            assert!(span >= window, "{} requests started within {span:?}", pair.len());
        }
    }
}

fn response(status: u16, retry_after: Option<Duration>, body: &str) -> Response {
    Response { status, retry_after, body: Ok(body.as_bytes().to_vec()) }
}

fn connection_error(kind: ConnectionErrorKind, delivery: Delivery) -> Error {
    let error = ConnectionError { kind, host: "localhost".into() };
    Error::Connection { error, delivery, source: "simulated".into() }
}

const CALLS: usize = 24;

/// Some calls of one client, which may be stopped or cut off in the middle.
async fn simulate(seed: u64) {
    let world = Rc::new(World::new(seed));
    let calls: Vec<_> = (0..CALLS).map(|number| tokio::task::spawn_local(world.clone().call(number))).collect();
    let at = |max| world.is_heads().then(|| Instant::now() + world.up_to(Duration::from_secs(max)));
    let (stop_at, cutoff_at) = (at(60), at(60));
    let until = |time: Option<Instant>| async move {
        match time {
            Some(time) => sleep_until(time).await,
            None => pending().await,
        }
    };
    let (stopping, ending) = (world.clone(), world.clone());
    tokio::task::spawn_local(async move {
        until(stop_at).await;
        stopping.stop.cancel();
    });
    tokio::task::spawn_local(async move {
        until(cutoff_at).await;
        ending.cutoff_at.set(Some(Instant::now()));
        ending.cutoff.cancel();
    });
    for call in calls {
        call.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    }
    assert_eq!((world.permits.in_flight(), world.permits.waiting()), (0, 0), "a permit is lost");
    world.check_rate();
}

#[test]
fn every_call_keeps_its_promises_whatever_the_server_does() {
    let seeds = match std::env::var("SIMULATION_SEED") {
        Ok(seed) => {
            let seed = seed.parse().unwrap();
            seed..seed + 1
        }
        Err(_) => 0..SEEDS,
    };
    for seed in seeds {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let run = || runtime.block_on(LocalSet::new().run_until(simulate(seed)));
        if let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
            eprintln!("SIMULATION_SEED={seed} replays it");
            std::panic::resume_unwind(panic);
        }
    }
}

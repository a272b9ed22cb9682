//! Deadlines, the limit on concurrent requests, and the records of attempts.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test")]

mod servers;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use beams::client::AttemptLog;
use beams::config::RequestOptions;
use beams::error::{Delivery, Error, TimeoutKind};
use beams::targets::user_id::EncodedUserId;
use servers::{ACCEPTED, Gate, Received, Response, client, delete, failure, http1, http2, listen, publish};
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Longer than the test suite runs: a test that waits for it fails by its own timeout.
const LONG: Duration = Duration::from_secs(600);

async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(20), future).await.expect("the future completes at once")
}

fn is_deadline<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Timeout { kind: TimeoutKind::Deadline, .. }))
}

#[tokio::test]
async fn a_deadline_ends_an_attempt_without_a_response() {
    let server = http1(|_| async { Response::Silence }).await;
    let client =
        server.client(|options| (options.deadline, options.max_retries) = (Some(Duration::from_millis(200)), Some(5)));
    for outcome in [soon(publish(&client, "u")).await.map(drop), soon(delete(&client, "u")).await.map(drop)] {
        assert!(is_deadline(&outcome.result), "{outcome:?}");
        assert_eq!((failure(&outcome), outcome.attempts), (("ERR_BEAMS_TIMEOUT", Delivery::Unknown), 1));
    }
}

#[tokio::test]
async fn a_deadline_ends_connecting() {
    let (listener, port) = listen().await;
    let client = client(&format!("https://127.0.0.1:{port}"), None, |options| {
        options.deadline = Some(Duration::from_millis(200))
    });
    let outcome = soon(publish(&client, "u")).await;
    assert!(is_deadline(&outcome.result), "{outcome:?}");
    assert_eq!(failure(&outcome), ("ERR_BEAMS_TIMEOUT", Delivery::NotSent));
    drop(listener);
}

#[tokio::test]
async fn a_call_whose_next_wait_would_pass_its_deadline_fails_at_once() {
    let (listener, port) = listen().await;
    let client = client(&format!("http://127.0.0.1:{port}"), None, |options| {
        (options.deadline, options.max_retries) = (Some(Duration::from_millis(40_000)), Some(3));
    });
    let (outcome, ()) = tokio::join!(soon(publish(&client, "u")), async {
        let (mut socket, _) = listener.accept().await.unwrap();
        servers::read_request(&mut socket, &mut Vec::new()).await.unwrap();
        socket.write_all(b"HTTP/1.1 429 X\r\nretry-after: 50\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    });
    assert!(is_deadline(&outcome.result), "{outcome:?}");
    assert_eq!((failure(&outcome).1, outcome.attempts, outcome.status), (Delivery::Refused, 1, Some(429)));
    let error = outcome.result.unwrap_err();
    let last = std::error::Error::source(&error).unwrap();
    assert_eq!(last.to_string(), "429 - the response had no body");

    // The service has asked the whole client to wait, so that no other call can start in time.
    let outcome = soon(publish(&client, "v")).await;
    assert!(is_deadline(&outcome.result), "{outcome:?}");
    assert_eq!((failure(&outcome).1, outcome.attempts), (Delivery::NotSent, 0));
}

#[tokio::test]
async fn a_call_that_cannot_start_before_its_deadline_fails_at_once() {
    let server = http1(|_| async { ACCEPTED }).await;
    let client = server.client(|options| {
        options.max_requests_per_second = Some(0.001);
        options.deadline = Some(LONG);
    });
    assert!(publish(&client, "u").await.result.is_ok());
    let outcome = soon(publish(&client, "u")).await;
    assert!(is_deadline(&outcome.result), "{outcome:?}");
    assert_eq!((failure(&outcome).1, outcome.attempts), (Delivery::NotSent, 0));
}

#[tokio::test]
async fn a_deadline_ends_waiting_for_a_permit() {
    let server =
        http1(|request: Received| async move { if request.user == "first" { Response::Silence } else { ACCEPTED } })
            .await;
    let client = server.client(|options| {
        (options.max_concurrent_requests, options.deadline) = (NonZeroUsize::new(1), Some(Duration::from_millis(300)))
    });
    // The first call holds the permit for longer than the second one waits.
    let longer = RequestOptions { deadline: Some(Duration::from_secs(2)), ..client.config().limits() };
    let user = EncodedUserId::new(&"first".encode_utf16().collect::<Vec<_>>()).unwrap();
    let first = client.delete_user(client.track().unwrap(), &user, &longer);
    let (first, second) = tokio::join!(soon(first), soon(publish(&client, "second")));
    assert_eq!((failure(&first).1, first.attempts), (Delivery::Unknown, 1));
    assert!(is_deadline(&second.result), "{second:?}");
    assert_eq!((failure(&second).1, second.attempts), (Delivery::NotSent, 0));
}

#[tokio::test]
async fn max_concurrent_requests_limits_requests_in_flight_and_waiting_for_a_permit_does_not_time_out() {
    const LIMIT: usize = 4;
    for is_http2 in [false, true] {
        let (gate, in_flight, max) = (Gate::closed(), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (held, counted, highest) = (gate.clone(), in_flight.clone(), max.clone());
        let handler = move |_: Received| {
            let (gate, in_flight) = (held.clone(), counted.clone());
            highest.fetch_max(in_flight.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            async move {
                gate.wait().await;
                in_flight.fetch_sub(1, Ordering::SeqCst);
                ACCEPTED
            }
        };
        let server = if is_http2 { http2(100, handler).await } else { http1(handler).await };
        let client = server.client(|options| {
            options.max_concurrent_requests = NonZeroUsize::new(LIMIT);
            options.connect_timeout = Some(Duration::from_millis(100));
        });
        let mut calls = JoinSet::new();
        for number in 0..20 {
            let client = client.clone();
            calls.spawn(async move { (number, publish(&client, &format!("user-{number}")).await) });
        }
        while in_flight.load(Ordering::SeqCst) < LIMIT {
            tokio::task::yield_now().await;
        }
        // Another client's connect timeout expires meanwhile; waiting for a permit is not limited by it.
        let (_listener, port) = listen().await;
        let other = servers::client(&format!("https://127.0.0.1:{port}"), None, |options| {
            options.connect_timeout = Some(Duration::from_millis(100))
        });
        assert_eq!(failure(&publish(&other, "u").await), ("ERR_BEAMS_TIMEOUT", Delivery::NotSent));
        assert_eq!(in_flight.load(Ordering::SeqCst), LIMIT);

        gate.open();
        for (number, outcome) in calls.join_all().await {
            assert!(outcome.result.is_ok(), "{number}: {outcome:?}");
        }
        assert_eq!(max.load(Ordering::SeqCst), LIMIT, "requests in flight");
    }
}

#[tokio::test]
async fn closing_waits_for_calls_that_wait_for_a_permit() {
    let gate = Gate::closed();
    let held = gate.clone();
    let server = http1(move |_| {
        let gate = held.clone();
        async move {
            gate.wait().await;
            ACCEPTED
        }
    })
    .await;
    let client = server.client(|options| options.max_concurrent_requests = NonZeroUsize::new(1));
    let mut calls = JoinSet::new();
    for number in 0..3 {
        let client = client.clone();
        calls.spawn(async move { publish(&client, &format!("user-{number}")).await });
    }
    tokio::task::yield_now().await;
    client.close();
    assert!(matches!(client.track(), Err(Error::Closed)));
    let mut closed = Box::pin(client.wait_closed(None));
    assert!(timeout(Duration::from_millis(1), &mut closed).await.is_err());
    gate.open();
    soon(closed).await;
    for outcome in calls.join_all().await {
        assert!(outcome.result.is_ok(), "{outcome:?}");
    }
}

#[tokio::test]
async fn closing_with_a_limit_ends_the_calls_that_are_still_running() {
    let arrived = Arc::new(Notify::new());
    let notified = arrived.clone();
    let server = http1(move |_| {
        notified.notify_one();
        async { Response::Silence }
    })
    .await;
    let client = server.client(|options| options.max_concurrent_requests = NonZeroUsize::new(1));
    let (sent, waiting, ()) = tokio::join!(soon(publish(&client, "a")), soon(delete(&client, "b")), async {
        arrived.notified().await;
        let stats = client.stats();
        assert_eq!((stats.calls, stats.requests_in_flight, stats.requests_waiting), (2, 1, 1));
        client.close();
        soon(client.wait_closed(Some(Duration::ZERO))).await;
    });
    assert_eq!((failure(&sent), sent.attempts), (("ERR_BEAMS_CLOSED", Delivery::Unknown), 1));
    assert_eq!((failure(&waiting), waiting.attempts), (("ERR_BEAMS_CLOSED", Delivery::NotSent), 0));
    let stats = client.stats();
    assert_eq!((stats.calls, stats.requests_in_flight, stats.requests_waiting), (0, 0, 0));
}

#[tokio::test]
async fn closing_with_a_limit_takes_back_a_request_whose_connection_is_not_made() {
    let (listener, port) = listen().await;
    let client = client(&format!("https://127.0.0.1:{port}"), None, |_| {});
    let (outcome, ()) = tokio::join!(soon(publish(&client, "u")), async {
        let connection = listener.accept().await.unwrap();
        client.close();
        soon(client.wait_closed(Some(Duration::from_millis(1)))).await;
        drop(connection);
    });
    assert_eq!((failure(&outcome), outcome.attempts), (("ERR_BEAMS_CLOSED", Delivery::NotSent), 1));
}

#[tokio::test]
async fn closing_with_a_limit_keeps_the_delivery_of_an_attempt_that_was_to_be_repeated() {
    let server = http1(|_| async { Response::Status(429, "") }).await;
    let client = server.client(|options| options.max_retries = Some(100));
    let (outcome, ()) = tokio::join!(soon(publish(&client, "u")), async {
        while client.stats().paused_for.is_none() {
            tokio::task::yield_now().await;
        }
        client.close();
        soon(client.wait_closed(Some(Duration::ZERO))).await;
    });
    assert_eq!(failure(&outcome), ("ERR_BEAMS_CLOSED", Delivery::Refused));
    assert!(outcome.attempts > 0, "{outcome:?}");
}

#[tokio::test]
async fn a_call_records_its_attempts_if_asked_to() {
    let requests = AtomicUsize::new(0);
    let server = http1(move |_| {
        let is_first = requests.fetch_add(1, Ordering::Relaxed) == 0;
        async move { if is_first { Response::Status(429, "") } else { Response::Status(200, "") } }
    })
    .await;
    let client = server.client(|options| options.max_retries = Some(1));
    let user = EncodedUserId::new(&[0x75]).unwrap();
    let log = AttemptLog::default();
    let options = RequestOptions { attempt_log: Some(log.clone()), ..client.config().limits() };
    let outcome = client.delete_user(client.track().unwrap(), &user, &options).await;
    let [first, second] = log.records()[..] else { panic!("{log:?}") };
    assert!(outcome.result.is_ok());
    assert_eq!((first.attempt, second.attempt), (1, 2));
    assert_eq!((first.status, first.code), (Some(429), Some("ERR_BEAMS_RATE_LIMITED")));
    assert_eq!((second.status, second.code), (Some(200), None));
    assert!(first.started + first.duration.unwrap() <= second.started);
}

//! The outcome of a call agrees with what the server received.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test")]

mod servers;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use beams::client::{Client, Outcome};
use beams::error::{Delivery, Error, TimeoutKind};
use fastrand::Rng;
use servers::{
    ACCEPTED, Gate, LOST, REFUSED, Received, Response, Server, client, delete, failure, http1, http2, listen, publish,
    publish_with, read_request,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio::time::timeout;

const NOT_SENT_IN_TIME: (&str, Delivery) = ("ERR_BEAMS_TIMEOUT", Delivery::NotSent);

/// A server with one stream, which the user `first` holds until the gate is opened.
async fn serve_one_stream() -> (Server, Gate, Arc<AtomicBool>) {
    let (gate, is_taken) = (Gate::closed(), Arc::new(AtomicBool::new(false)));
    let (held, taken) = (gate.clone(), is_taken.clone());
    let server = http2(1, move |request: Received| {
        let (gate, is_taken) = (held.clone(), taken.clone());
        async move {
            request.process();
            if request.user == "first" {
                is_taken.store(true, Ordering::Release);
                gate.wait().await;
            }
            ACCEPTED
        }
    })
    .await;
    (server, gate, is_taken)
}

/// Starts a publish to `first`, and returns when it has the only stream.
async fn take_stream(client: &Arc<Client>, is_taken: &AtomicBool) -> JoinSet<Outcome<String>> {
    let mut calls = JoinSet::new();
    let client = client.clone();
    calls.spawn(async move { publish(&client, "first").await });
    while !is_taken.load(Ordering::Acquire) {
        tokio::task::yield_now().await;
    }
    calls
}

#[tokio::test]
async fn a_publish_that_waits_for_a_stream_times_out_after_the_connect_timeout_and_never_arrives() {
    let (server, gate, is_taken) = serve_one_stream().await;
    let client = server.client(|options| options.connect_timeout = Some(Duration::from_millis(100)));
    assert!(publish(&client, "warm-up").await.result.is_ok(), "the client knows how many streams there are");
    let mut first = take_stream(&client, &is_taken).await;

    // In one burst, so that the connection takes all of them before it opens a stream.
    let mut calls = JoinSet::new();
    for number in 0..20 {
        let client = client.clone();
        calls.spawn(async move { publish(&client, &format!("waiting-{number}")).await });
    }
    for outcome in calls.join_all().await {
        assert_eq!(failure(&outcome), NOT_SENT_IN_TIME, "{outcome:?}");
        assert!(matches!(outcome.result, Err(Error::Timeout { kind: TimeoutKind::Stream, .. })));
    }

    gate.open();
    assert!(first.join_next().await.unwrap().unwrap().result.is_ok());
    // Requests that are queued in the connection are sent before this one.
    assert!(publish(&client, "last").await.result.is_ok());
    for number in 0..20 {
        assert_eq!(server.times(&format!("waiting-{number}")), 0);
    }
    assert_eq!(server.times("last"), 1);
}

#[tokio::test]
async fn a_call_that_is_dropped_while_it_waits_for_a_stream_never_arrives() {
    let (server, gate, is_taken) = serve_one_stream().await;
    let client = server.client(|_| {});
    assert!(publish(&client, "warm-up").await.result.is_ok(), "the client knows how many streams there are");
    let mut first = take_stream(&client, &is_taken).await;

    // The number of polls decides where the call is dropped: in the rate limiter, the pool or the connection.
    for polls in 0..40 {
        let mut publish = Box::pin(publish(&client, "dropped"));
        let mut delete = Box::pin(delete(&client, "deleted"));
        for _ in 0..polls {
            assert!(timeout(Duration::ZERO, &mut publish).await.is_err());
            assert!(timeout(Duration::ZERO, &mut delete).await.is_err());
            tokio::task::yield_now().await;
        }
    }

    gate.open();
    assert!(first.join_next().await.unwrap().unwrap().result.is_ok());
    assert!(publish(&client, "last").await.result.is_ok());
    assert_eq!((server.times("dropped"), server.times("deleted"), server.times("last")), (0, 0, 1));
}

#[tokio::test]
async fn a_deletion_without_a_response_is_unknown_over_either_protocol() {
    let handler = |request: Received| async move {
        request.process();
        Response::Silence
    };
    for server in [http1(handler).await, http2(10, handler).await] {
        // If the client had not recorded that the request was sent, the connect timeout would end the call.
        let client = server.client(|options| {
            options.connect_timeout = Some(Duration::from_millis(100));
            options.timeout = Some(Duration::from_millis(300));
        });
        let outcome = delete(&client, "u").await;
        assert!(matches!(outcome.result, Err(Error::Timeout { kind: TimeoutKind::Response, .. })), "{outcome:?}");
        assert_eq!((failure(&outcome).1, server.times("u")), (Delivery::Unknown, 1));
    }
}

#[tokio::test]
async fn a_deletion_has_no_body_over_either_protocol() {
    let server = http2(10, |request: Received| async move {
        request.process();
        Response::Status(200, "")
    })
    .await;
    assert!(delete(&server.client(|_| {}), "u").await.result.unwrap().is_none());
    assert_eq!(server.times("u"), 1);

    let (listener, port) = listen().await;
    let client = client(&format!("http://127.0.0.1:{port}"), None, |_| {});
    let (outcome, head) = tokio::join!(delete(&client, "u"), async {
        let (mut socket, _) = listener.accept().await.unwrap();
        let (head, body) = read_request(&mut socket, &mut Vec::new()).await.unwrap().unwrap();
        assert!(body.is_empty());
        socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        head
    });
    assert!(outcome.result.unwrap().is_none());
    assert!(
        !head.to_lowercase().contains("transfer-encoding") && !head.to_lowercase().contains("content-length"),
        "{head}"
    );
}

/// A server, in threads of its own, that responds after it has read a part of each request and closes the connection with the
/// rest unread, so that the client's next write fails.
fn serve_early_responses() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut random = Rng::with_seed(1);
        while let Ok((mut socket, _)) = listener.accept() {
            let reads = if random.bool() { 1 } else { random.usize(1..30) };
            std::thread::spawn(move || {
                let mut part = vec![0; 32 * 1024];
                for _ in 0..reads {
                    std::io::Read::read(&mut socket, &mut part).unwrap();
                }
                let body = r#"{"error":"Bad request","description":"too large"}"#;
                let text = format!("HTTP/1.1 413 X\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                let _ = std::io::Write::write_all(&mut socket, text.as_bytes());
            });
        }
    });
    port
}

#[tokio::test]
async fn a_response_that_arrives_before_the_body_was_sent_is_read() {
    const CALLS: usize = 20;
    let port = serve_early_responses();
    let mut lost = 0;
    let concurrencies = [1, 8];
    for at_a_time in concurrencies {
        let client = client(&format!("http://127.0.0.1:{port}"), None, |options| {
            options.max_concurrent_requests = NonZeroUsize::new(at_a_time);
        });
        let mut calls = JoinSet::new();
        for _ in 0..CALLS {
            let client = client.clone();
            calls.spawn(async move { publish_with(&client, "u", 2 * 1024 * 1024).await });
        }
        for outcome in calls.join_all().await {
            match outcome.result.unwrap_err() {
                // hyper does not read a response after a write has failed. If the system's buffers have taken the whole
                // body, it is unknown whether the server has it; the next test has a larger one.
                Error::Connection { delivery, .. } => {
                    assert_ne!(delivery, Delivery::Refused);
                    lost += 1;
                }
                error => {
                    assert_eq!(
                        (error.to_string().as_str(), error.status()),
                        ("413 Bad request - too large", Some(413))
                    );
                }
            }
        }
    }
    // Nearly none. Without a poll for I/O between the frames, about half.
    assert!(lost <= concurrencies.len() * CALLS / 5, "{lost}");
}

#[tokio::test]
async fn a_request_is_not_sent_if_the_connection_breaks_before_the_end_of_its_body() {
    let (listener, port) = listen().await;
    let client = client(&format!("http://127.0.0.1:{port}"), None, |_| {});
    let (outcome, ()) = tokio::join!(publish_with(&client, "u", 12 * 1024 * 1024), async {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.read_exact(&mut [0; 1024]).await.unwrap();
    });
    assert_eq!(failure(&outcome), ("ERR_BEAMS_CONNECTION", Delivery::NotSent));
}

#[tokio::test]
async fn a_request_is_not_sent_if_the_server_stops_reading_its_body() {
    let (listener, port) = listen().await;
    let client =
        client(&format!("http://127.0.0.1:{port}"), None, |options| options.timeout = Some(Duration::from_millis(300)));
    let (outcome, _socket) = tokio::join!(publish_with(&client, "u", 12 * 1024 * 1024), async {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.read_exact(&mut [0; 1024]).await.unwrap();
        socket
    });
    assert!(matches!(outcome.result, Err(Error::Timeout { kind: TimeoutKind::Response, .. })), "{outcome:?}");
    assert_eq!(failure(&outcome), NOT_SENT_IN_TIME);
}

#[tokio::test]
async fn a_body_is_sent_completely_after_an_early_success() {
    const MEBIBYTES: usize = 2;
    let (listener, port) = listen().await;
    let client = client(&format!("http://127.0.0.1:{port}"), None, |_| {});
    let (outcome, length) = tokio::join!(publish_with(&client, "u", MEBIBYTES * 1024 * 1024), async {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut buffer = Vec::new();
        socket.read_buf(&mut buffer).await.unwrap();
        socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n{\"publishId\":\"p\"}").await.unwrap();
        read_request(&mut socket, &mut buffer).await.unwrap().unwrap().1.len()
    });
    assert_eq!(outcome.result.unwrap(), "p");
    assert!(length > MEBIBYTES * 1024 * 1024);
}

#[tokio::test]
async fn a_503_that_is_not_from_the_service_is_not_retried() {
    for response in [LOST, Response::Status(503, ""), Response::CutOff(503), Response::Status(500, "")] {
        let handler = move |request: Received| async move {
            request.process();
            response
        };
        for server in [http1(handler).await, http2(10, handler).await] {
            let outcome = publish(&server.client(|options| options.max_retries = Some(3)), "u").await;
            assert_eq!(failure(&outcome), ("ERR_BEAMS_SERVER", Delivery::Unknown));
            assert_eq!((outcome.attempts, server.times("u")), (1, 1));
        }
    }
}

#[tokio::test]
async fn a_2xx_with_an_incomplete_body_is_unknown() {
    // NO_ERROR, INTERNAL_ERROR, REFUSED_STREAM and CANCEL.
    let resets = [0, 2, 7, 8].map(|code| Response::Reset(200, code));
    for response in resets.into_iter().chain([Response::CutOff(200)]) {
        let handler = move |request: Received| async move {
            request.process();
            response
        };
        for server in [http1(handler).await, http2(10, handler).await] {
            let outcome = publish(&server.client(|options| options.max_retries = Some(3)), "u").await;
            assert_eq!(failure(&outcome), ("ERR_BEAMS_CONNECTION", Delivery::Unknown), "{response:?}");
            let text = outcome.result.unwrap_err().to_string();
            assert!(text.ends_with("closed the connection before the response was complete"), "{response:?}: {text}");
            assert_eq!((outcome.attempts, outcome.status, server.times("u")), (1, Some(200), 1));
        }
    }
}

#[tokio::test]
async fn the_error_for_a_body_that_cannot_be_read_says_why() {
    let unreadable = ("ERR_BEAMS_BAD_RESPONSE", "Could not parse response body");
    let invalid = ("ERR_BEAMS_CONNECTION", "sent an invalid HTTP response");
    let closed = ("ERR_BEAMS_CONNECTION", "closed the connection before the response was complete");
    for (coding, body, (code, text)) in [
        ("gzip, chunked", "3\r\nabc\r\n0\r\n\r\n", unreadable),
        ("gzip", "abc", unreadable),
        ("gzip, chunked", "\x1f\x08abc", invalid),
        ("chunked", "3\r\nabcd\r\n0\r\n\r\n", invalid),
        ("chunked", "ffffffffffffffffff\r\n", invalid),
        ("chunked", "\r\n", invalid),
        ("chunked", "3\r\nabc\r\n", closed),
        ("chunked", "3\r\na", closed),
        ("chunked", "", closed),
    ] {
        let (listener, port) = listen().await;
        let client = client(&format!("http://127.0.0.1:{port}"), None, |_| {});
        let (outcome, ()) = tokio::join!(publish(&client, "u"), async {
            let (mut socket, _) = listener.accept().await.unwrap();
            read_request(&mut socket, &mut Vec::new()).await.unwrap().unwrap();
            let response = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: {coding}\r\n\r\n{body}");
            socket.write_all(response.as_bytes()).await.unwrap();
        });
        assert_eq!(failure(&outcome), (code, Delivery::Unknown), "{coding} {body:?}");
        let message = outcome.result.unwrap_err().to_string();
        assert!(message.ends_with(text), "{coding} {body:?}: {message}");
    }
}

#[tokio::test]
async fn a_4xx_with_an_incomplete_body_is_refused() {
    for server in [
        http1(|_| async { Response::CutOff(404) }).await,
        http2(10, |_| async { Response::CutOff(404) }).await,
        http2(10, |_| async { Response::Reset(404, 0) }).await,
    ] {
        let outcome = publish(&server.client(|_| {}), "u").await;
        assert_eq!(failure(&outcome), ("ERR_BEAMS_NOT_FOUND", Delivery::Refused));
    }
}

#[tokio::test]
async fn a_delivery_stays_unknown_whatever_later_attempts_return() {
    let requests = Arc::new(AtomicUsize::new(0));
    let server = http1(move |request: Received| {
        let is_first = requests.fetch_add(1, Ordering::Relaxed) == 0;
        async move {
            if is_first {
                request.process();
                return LOST;
            }
            Response::Status(429, "")
        }
    })
    .await;
    let client = server.client(|options| (options.max_retries, options.retry_unknown) = (Some(1), Some(true)));
    let outcome = publish(&client, "u").await;
    assert_eq!((outcome.attempts, outcome.status), (2, Some(429)));
    assert_eq!(failure(&outcome), ("ERR_BEAMS_RATE_LIMITED", Delivery::Unknown));
}

/// What a faulty server does: the percentage of requests, whether it processes them, and how it responds.
const BEHAVIOURS: [(usize, bool, Response); 9] = [
    (50, true, ACCEPTED),
    (7, true, LOST),
    (6, true, Response::CutOff(200)),
    (6, true, Response::CutOff(503)),
    (6, true, Response::Close),
    (5, true, Response::Silence),
    (6, false, Response::Close),
    (8, false, REFUSED),
    (6, false, Response::Status(429, "")),
];

/// A handler that chooses a behaviour at random, and delays some responses.
fn random_faults(
    seed: u64,
) -> impl Fn(Received) -> std::pin::Pin<Box<dyn Future<Output = Response> + Send>> + Send + Sync {
    let random = std::sync::Mutex::new(Rng::with_seed(seed));
    move |request| {
        let (mut choice, wait) = {
            let mut random = random.lock().unwrap();
            (random.usize(..100), random.u64(..40).saturating_sub(20))
        };
        let (_, processes, response) = BEHAVIOURS
            .into_iter()
            .find(|&(weight, ..)| {
                choice.checked_sub(weight).is_none_or(|rest| {
                    choice = rest;
                    false
                })
            })
            .unwrap();
        Box::pin(async move {
            if processes {
                request.process();
            }
            tokio::time::sleep(Duration::from_millis(wait)).await;
            response
        })
    }
}

/// Publishes with limits that are reached at random, drops calls at random, and compares each outcome with what the server
/// processed.
async fn audit(server: Server, seed: u64, retry_unknown: bool) {
    const CALLS: usize = 150;
    let mut random = Rng::with_seed(seed);
    let clients: Vec<_> = [15, 60, 1000]
        .map(|connect_timeout| {
            server.client(|options| {
                options.connect_timeout = Some(Duration::from_millis(connect_timeout));
                options.timeout = Some(Duration::from_millis(120));
                options.max_retries = Some(2);
                options.retry_unknown = Some(retry_unknown);
                options.max_concurrent_requests = NonZeroUsize::new(40);
            })
        })
        .into();
    let mut calls = JoinSet::new();
    for number in 0..CALLS {
        let client = clients[random.usize(..clients.len())].clone();
        let drops_after = random.bool().then(|| Duration::from_millis(random.u64(..150)));
        let padding = if random.usize(..10) == 0 { 70_000 } else { 0 };
        calls.spawn(async move {
            let user = format!("user-{number}");
            let call = publish_with(&client, &user, padding);
            let outcome = match drops_after {
                None => Some(call.await),
                Some(limit) => timeout(limit, call).await.ok(),
            };
            (user, outcome.map(|outcome| outcome.result.map_err(|error| error.delivery())))
        });
    }
    let outcomes = calls.join_all().await;
    let mut counts = [0; 5];
    for (user, outcome) in outcomes {
        let times = server.times(&user);
        let max_times = if retry_unknown { 3 } else { 1 };
        let (kind, possible) = match outcome {
            Some(Ok(_)) => (0, 1..=max_times),
            Some(Err(Delivery::Refused)) => (1, 0..=0),
            Some(Err(Delivery::NotSent)) => (2, 0..=0),
            Some(Err(Delivery::Unknown)) => (3, 0..=max_times),
            None => (4, 0..=max_times),
        };
        counts[kind] += 1;
        assert!(
            possible.contains(&times),
            "{user} was published to {times} times, but its outcome is {outcome:?}; seed {seed}"
        );
    }
    assert!(counts[0] > 0 && counts[3] > 0 && counts[4] > 0, "{counts:?}");
}

#[tokio::test]
async fn every_outcome_agrees_with_the_server_over_http_1() {
    for (seed, retry_unknown) in [(1, false), (2, true)] {
        audit(http1(random_faults(seed)).await, seed, retry_unknown).await;
    }
}

#[tokio::test]
async fn every_outcome_agrees_with_the_server_over_http_2() {
    for (seed, streams, retry_unknown) in [(1, 1, false), (2, 5, false), (3, 5, true)] {
        audit(http2(streams, random_faults(seed)).await, seed, retry_unknown).await;
    }
}

#[tokio::test]
async fn a_response_is_read_up_to_a_mebibyte() {
    const MEBIBYTE: usize = 1 << 20;
    let (start, end) = (r#"{"publishId":"p","rest":""#, r#""}"#);
    for (len, expected) in [(MEBIBYTE, None), (MEBIBYTE + 1, Some(("ERR_BEAMS_CONNECTION", Delivery::Unknown)))] {
        let body: &str = format!("{start}{}{end}", "x".repeat(len - start.len() - end.len())).leak();
        let handler = move |_| async move { Response::Status(200, body) };
        for server in [http1(handler).await, http2(10, handler).await] {
            let outcome = publish(&server.client(|_| {}), "u").await;
            assert_eq!(outcome.result.is_err().then(|| failure(&outcome)), expected, "{}", server.endpoint);
        }
    }
}

#[tokio::test]
async fn a_stream_that_the_server_refuses_was_not_processed() {
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = requests.clone();
    let server = http2(10, move |request: Received| {
        let is_refused = counted.fetch_add(1, Ordering::AcqRel) < 2;
        async move {
            if is_refused {
                return Response::RefuseStream;
            }
            request.process();
            ACCEPTED
        }
    })
    .await;
    let outcome = publish(&server.client(|_| {}), "u").await;
    assert_eq!(failure(&outcome), ("ERR_BEAMS_CONNECTION", Delivery::NotSent));
    let outcome = publish(&server.client(|options| options.max_retries = Some(1)), "u").await;
    assert!(outcome.result.is_ok(), "{outcome:?}");
    assert_eq!((outcome.attempts, server.times("u"), requests.load(Ordering::Acquire)), (2, 1, 3));
}

#[tokio::test]
async fn a_connection_that_is_refused_is_not_a_timeout() {
    let (listener, port) = listen().await;
    drop(listener);
    let outcome = publish(&client(&format!("http://127.0.0.1:{port}"), None, |_| {}), "u").await;
    assert_eq!(failure(&outcome), ("ERR_BEAMS_CONNECTION", Delivery::NotSent));
}

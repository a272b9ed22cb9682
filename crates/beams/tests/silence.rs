//! Connections that are dropped silently, for example by a NAT or firewall.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test")]

mod servers;

use std::mem;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use beams::client::Client;
use beams::error::Delivery;
use servers::{ACCEPTED, Received, Response, Server, client, failure, gated, http2, listen, publish};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Forwards connections to a server. Once it is silent, those that it has go on to exist, but nothing is forwarded.
struct Proxy {
    port: u16,
    accepted: Arc<AtomicUsize>,
    is_silent: Arc<Mutex<watch::Sender<bool>>>,
    _tasks: JoinSet<()>,
}

impl Proxy {
    async fn new(server: &Server) -> Self {
        let (listener, port) = listen().await;
        let address = server.endpoint.split("://").nth(1).unwrap().to_owned();
        let (accepted, is_silent) = (Arc::<AtomicUsize>::default(), Arc::new(Mutex::new(watch::Sender::new(false))));
        let (count, silence) = (accepted.clone(), is_silent.clone());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                let far = TcpStream::connect(&address).await.unwrap();
                connections.spawn(forward(near, far, silence.lock().unwrap().subscribe()));
            }
        });
        Self { port, accepted, is_silent, _tasks: tasks }
    }

    /// Silences all connections up to now.
    fn silence(&self) {
        mem::replace(&mut *self.is_silent.lock().unwrap(), watch::Sender::new(false)).send_replace(true);
    }

    fn accepted(&self) -> usize {
        self.accepted.load(Ordering::Relaxed)
    }

    fn client(&self, server: &Server) -> Arc<Client> {
        let scheme = server.endpoint.split("://").next().unwrap();
        client(&format!("{scheme}://127.0.0.1:{}", self.port), server.ca.clone(), |options| {
            options.timeout = Some(Duration::from_millis(300));
        })
    }
}

async fn forward(mut near: TcpStream, mut far: TcpStream, mut is_silent: watch::Receiver<bool>) {
    let (mut up, mut down) = (vec![0; 4096], vec![0; 4096]);
    loop {
        tokio::select! {
            biased;
            // Fails when the proxy is dropped.
            is_silent = async { is_silent.wait_for(|&is_silent| is_silent).await.is_ok() } => match is_silent {
                true => break,
                false => return,
            },
            len = near.read(&mut up) => match len {
                Ok(len) if len > 0 => far.write_all(&up[..len]).await.unwrap_or_default(),
                _ => return,
            },
            len = far.read(&mut down) => match len {
                Ok(len) if len > 0 => near.write_all(&down[..len]).await.unwrap_or_default(),
                _ => return,
            },
        }
    }
    std::future::pending::<()>().await;
}

async fn accept(request: Received) -> Response {
    request.process();
    ACCEPTED
}

#[tokio::test]
async fn one_publish_is_unknown_when_the_http_2_connection_has_died_silently() {
    let server = http2(100, accept).await;
    let proxy = Proxy::new(&server).await;
    let client = proxy.client(&server);
    for death in 0..2 {
        assert!(publish(&client, "before").await.result.is_ok());
        proxy.silence();
        let lost = format!("lost-{death}");
        assert_eq!(failure(&publish(&client, &lost).await), ("ERR_BEAMS_TIMEOUT", Delivery::Unknown));
        let after = format!("after-{death}");
        assert!(publish(&client, &after).await.result.is_ok());
        assert_eq!((server.times(&lost), server.times(&after)), (0, 1));
    }
    assert_eq!(proxy.accepted(), 3);
}

#[tokio::test]
async fn one_publish_is_unknown_when_all_idle_http_1_connections_have_died_silently() {
    const CONNECTIONS: usize = 4;
    let (server, gate, waiting) = gated().await;
    let proxy = Proxy::new(&server).await;
    let client = proxy.client(&server);
    let mut calls = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let client = client.clone();
        calls.spawn(async move { publish(&client, "before").await.result.is_ok() });
    }
    while waiting.load(Ordering::Relaxed) < CONNECTIONS {
        tokio::task::yield_now().await;
    }
    gate.open();
    assert_eq!(calls.join_all().await, [true; CONNECTIONS]);

    proxy.silence();
    assert_eq!(failure(&publish(&client, "lost").await), ("ERR_BEAMS_TIMEOUT", Delivery::Unknown));
    for number in 0..CONNECTIONS {
        assert!(publish(&client, &format!("after-{number}")).await.result.is_ok(), "{number}");
        assert_eq!(server.times(&format!("after-{number}")), 1);
    }
    assert_eq!((server.times("lost"), proxy.accepted()), (0, CONNECTIONS + 1));
}

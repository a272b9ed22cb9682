//! Servers on loopback that count the requests that they processed, and clients of them.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use beams::client::{Client, Outcome};
use beams::config::{ClientOptions, Config};
use beams::error::{Delivery, Error};
use beams::publish::Publish;
use beams::targets::kind::USERS;
use beams::targets::list::IdBatch;
use beams::targets::user_id::EncodedUserId;
use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;

pub const ACCEPTED: Response = Response::Status(200, r#"{"publishId":"p"}"#);
pub const REFUSED: Response = Response::Status(503, r#"{"error":"Unavailable","description":"Try again"}"#);
pub const LOST: Response = Response::Status(503, "<html>Application error</html>");

/// How a server responds to a complete request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Response {
    /// Sends a status and a body.
    Status(u16, &'static str),
    /// Sends a status and half of a body.
    CutOff(u16),
    /// Sends a status and half of a body, and resets the stream with this code or closes the connection.
    Reset(u16, u32),
    /// Resets the stream, or closes the connection.
    Close,
    /// Refuses the stream, which over HTTP/1 is only to close the connection.
    RefuseStream,
    /// Never responds.
    Silence,
}

/// A request that a server has received completely.
pub struct Received {
    /// The user that it is for, or the first of them.
    pub user: String,
    /// All of them.
    pub users: Vec<String>,
    /// The body, JSON.
    pub body: Vec<u8>,
    processed: ProcessedRequests,
}

impl Received {
    fn new(head: &str, body: Vec<u8>, processed: ProcessedRequests) -> Self {
        let users = parse_users(head, &body);
        Self { user: users[0].clone(), users, body, processed }
    }

    /// Processes the request.
    pub fn process(&self) {
        let mut processed = self.processed.lock().unwrap();
        for user in &self.users {
            *processed.entry(user.clone()).or_default() += 1;
        }
    }
}

type ProcessedRequests = Arc<Mutex<HashMap<String, usize>>>;

/// A server that stops when it is dropped.
pub struct Server {
    pub endpoint: String,
    pub ca: Option<Vec<u8>>,
    processed: ProcessedRequests,
    _tasks: JoinSet<()>,
}

impl Server {
    /// How often the requests for a user were processed.
    pub fn times(&self, user: &str) -> usize {
        self.processed.lock().unwrap().get(user).copied().unwrap_or_default()
    }

    /// A client of this server that does not retry and has no rate limit.
    pub fn client(&self, set: impl FnOnce(&mut ClientOptions)) -> Arc<Client> {
        client(&self.endpoint, self.ca.clone(), set)
    }
}

pub fn client(endpoint: &str, ca: Option<Vec<u8>>, set: impl FnOnce(&mut ClientOptions)) -> Arc<Client> {
    let mut options = ClientOptions {
        instance_id: "instance".into(),
        secret_key: "key".into(),
        endpoint: Some(endpoint.into()),
        ca,
        max_retries: Some(0),
        max_requests_per_second: Some(f64::INFINITY),
        ..ClientOptions::default()
    };
    set(&mut options);
    Arc::new(Client::new(Config::new(options).unwrap()).unwrap())
}

/// Publishes to one user.
pub async fn publish(client: &Client, user: &str) -> Outcome<String> {
    publish_with(client, user, 0).await
}

/// Publishes to one user, with `padding` more bytes of payload.
pub async fn publish_with(client: &Client, user: &str, padding: usize) -> Outcome<String> {
    let payload = format!(r#"{{"web":{{}},"padding":"{}"}}"#, "x".repeat(padding));
    let text: Vec<u16> = user.encode_utf16().collect();
    let publish = Publish {
        kind: &USERS,
        targets: IdBatch { lengths: vec![text.len() as u32], text },
        not_a_string: None,
        payload: payload.encode_utf16().collect(),
        enforce_body_limit: false,
    };
    client.publish(client.track().unwrap(), publish, &client.config().limits()).await
}

/// Deletes a user.
pub async fn delete(client: &Client, user: &str) -> Outcome<Option<String>> {
    let user = EncodedUserId::new(&user.encode_utf16().collect::<Vec<_>>()).unwrap();
    client.delete_user(client.track().unwrap(), &user, &client.config().limits()).await
}

/// The code and delivery of a failed call.
pub fn failure<T: std::fmt::Debug>(outcome: &Outcome<T>) -> (&'static str, Delivery) {
    let error: &Error = outcome.result.as_ref().unwrap_err();
    (error.code(), error.delivery())
}

/// An HTTP/1.1 server.
pub async fn http1<Handler, ResponseFuture>(handler: Handler) -> Server
where
    Handler: Fn(Received) -> ResponseFuture + Send + Sync + 'static,
    ResponseFuture: Future<Output = Response> + Send,
{
    let (listener, port) = listen().await;
    let processed = ProcessedRequests::default();
    let (handler, recorded) = (Arc::new(handler), processed.clone());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((socket, _)) = listener.accept().await {
            let (handler, processed) = (handler.clone(), recorded.clone());
            connections.spawn(async move { drop(serve_http1(socket, &*handler, &processed).await) });
        }
    });
    Server { endpoint: format!("http://127.0.0.1:{port}"), ca: None, processed, _tasks: tasks }
}

/// An HTTP/1.1 server that accepts what passes the gate, and counts what has arrived at it.
pub async fn gated() -> (Server, Gate, Arc<AtomicUsize>) {
    let (gate, arrived) = (Gate::closed(), Arc::new(AtomicUsize::new(0)));
    let (handler_gate, handler_arrived) = (gate.clone(), arrived.clone());
    let server = http1(move |request: Received| {
        let (gate, arrived) = (handler_gate.clone(), handler_arrived.clone());
        async move {
            arrived.fetch_add(1, Ordering::AcqRel);
            gate.wait().await;
            request.process();
            ACCEPTED
        }
    })
    .await;
    (server, gate, arrived)
}

async fn serve_http1<Handler, ResponseFuture>(
    mut socket: TcpStream,
    handler: &Handler,
    processed: &ProcessedRequests,
) -> std::io::Result<()>
where
    Handler: Fn(Received) -> ResponseFuture,
    ResponseFuture: Future<Output = Response>,
{
    let mut buffer = Vec::new();
    while let Some((head, body)) = read_request(&mut socket, &mut buffer).await? {
        let (text, is_last) = match handler(Received::new(&head, body, processed.clone())).await {
            Response::Status(status, body) => {
                (format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len()), false)
            }
            Response::CutOff(status) | Response::Reset(status, _) => {
                (format!("HTTP/1.1 {status} X\r\ncontent-length: 99\r\n\r\n{{"), true)
            }
            Response::Close | Response::RefuseStream => return Ok(()),
            Response::Silence => std::future::pending().await,
        };
        socket.write_all(text.as_bytes()).await?;
        if is_last {
            return Ok(());
        }
    }
    Ok(())
}

/// The head and the body of the next request, or nothing at the end.
pub async fn read_request(
    socket: &mut (impl AsyncRead + Unpin),
    buffer: &mut Vec<u8>,
) -> std::io::Result<Option<(String, Vec<u8>)>> {
    loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).to_lowercase();
            let length = head
                .split("content-length: ")
                .nth(1)
                .map_or(0, |rest| rest.lines().next().unwrap_or_default().trim().parse().unwrap());
            if buffer.len() >= end + 4 + length {
                let body = buffer[end + 4..end + 4 + length].to_vec();
                let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
                buffer.drain(..end + 4 + length);
                return Ok(Some((head, body)));
            }
        }
        if socket.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
}

/// An HTTP/2 server with a limit on concurrent streams.
pub async fn http2<Handler, ResponseFuture>(streams: u32, handler: Handler) -> Server
where
    Handler: Fn(Received) -> ResponseFuture + Send + Sync + 'static,
    ResponseFuture: Future<Output = Response> + Send,
{
    let (ca, acceptor) = tls();
    let (listener, port) = listen().await;
    let processed = ProcessedRequests::default();
    let (handler, recorded) = (Arc::new(handler), processed.clone());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((socket, _)) = listener.accept().await {
            let (acceptor, handler, processed) = (acceptor.clone(), handler.clone(), recorded.clone());
            connections.spawn(async move {
                let Ok(socket) = acceptor.accept(socket).await else { return };
                let mut builder = h2::server::Builder::new();
                let Ok(mut connection) = builder.max_concurrent_streams(streams).handshake::<_, Bytes>(socket).await
                else {
                    return;
                };
                let mut requests = JoinSet::new();
                while let Some(Ok((request, respond))) = connection.accept().await {
                    let (handler, processed) = (handler.clone(), processed.clone());
                    requests.spawn(async move {
                        let (head, body) = request.into_parts();
                        // The stream was reset.
                        let Some(body) = read_stream(body).await else { return };
                        let head = format!("{} {}", head.method, head.uri.path());
                        send_http2_response(handler(Received::new(&head, body, processed)).await, respond).await;
                    });
                }
            });
        }
    });
    Server { endpoint: format!("https://127.0.0.1:{port}"), ca: Some(ca), processed, _tasks: tasks }
}

async fn read_stream(mut body: RecvStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(data) = body.data().await {
        let data = data.ok()?;
        let _ = body.flow_control().release_capacity(data.len());
        bytes.extend_from_slice(&data);
    }
    Some(bytes)
}

async fn send_http2_response(response: Response, mut respond: SendResponse<Bytes>) {
    let (status, body, len, reset) = match response {
        Response::Status(status, body) => (status, body, Some(body.len()), None),
        Response::CutOff(status) => (status, "{", Some(99), None),
        Response::Reset(status, code) => (status, r#"{"publishId":"#, None, Some(Reason::from(code))),
        Response::Close => return respond.send_reset(Reason::INTERNAL_ERROR),
        Response::RefuseStream => return respond.send_reset(Reason::REFUSED_STREAM),
        Response::Silence => std::future::pending().await,
    };
    let mut builder = http::Response::builder().status(status);
    if let Some(len) = len {
        builder = builder.header("content-length", len);
    }
    let Ok(mut stream) = respond.send_response(builder.body(()).unwrap(), false) else { return };
    let _ = stream.send_data(Bytes::from_static(body.as_bytes()), reset.is_none());
    if let Some(reason) = reset {
        // A reset discards what is queued, so what was written goes first.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        stream.send_reset(reason);
    }
}

/// The CA certificate in PEM, and an acceptor with a certificate for 127.0.0.1 that the CA signed.
pub fn tls() -> (Vec<u8>, TlsAcceptor) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let mut config = ServerConfig::builder_with_provider(default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key.serialize_der().try_into().unwrap())
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    (authority.pem().into_bytes(), TlsAcceptor::from(Arc::new(config)))
}

pub async fn listen() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// The user of a deletion, or the users of a publish.
fn parse_users(head: &str, body: &[u8]) -> Vec<String> {
    if head.starts_with("DELETE") {
        let path = head.split(' ').nth(1).unwrap();
        return vec![path.rsplit('/').next().unwrap().to_owned()];
    }
    let body: serde_json::Value = serde_json::from_slice(body).unwrap();
    body["users"].as_array().unwrap().iter().map(|user| user.as_str().unwrap().to_owned()).collect()
}

/// Requests wait here until the test opens it.
#[derive(Clone)]
pub struct Gate(Arc<Semaphore>);

impl Gate {
    pub fn closed() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    pub fn open(&self) {
        self.0.add_permits(Semaphore::MAX_PERMITS / 2);
    }

    pub async fn wait(&self) {
        self.0.acquire().await.unwrap().forget();
    }
}

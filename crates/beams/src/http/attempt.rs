//! One attempt: a request goes out once and comes back as a reply or as an error that says how far it got.

use std::convert::Infallible;
use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use reqwest::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout_at};

use crate::config::RequestOptions;
use crate::error::connection::{self, ConnectionError, ConnectionErrorKind};
use crate::error::{Delivery, Error, Result, TimeoutKind};
use crate::http::request::Request;
use crate::http::response::Response;
use crate::retry;

/// The service's replies are a few hundred bytes; what is larger comes from somebody else.
const MAX_RESPONSE_BYTES: usize = 1024 * 1024;

/// Sends the request and reads the whole reply.
///
/// # Errors
///
/// [`Error::Timeout`] and [`Error::Connection`]. A status that is not 2xx is no error here.
pub async fn attempt(http: &reqwest::Client, request: &Request, limits: &RequestOptions) -> Result<Response> {
    let departure = Arc::new(RequestSent::default());
    let response = http.execute(outgoing(request, &departure));
    tokio::pin!(response);

    let connect_limit = limits.connect_timeout.min(limits.timeout);
    let (response, deadline) = tokio::select! {
        biased;
        response = &mut response => (response, Instant::now() + limits.timeout),
        () = departure.happened() => {
            let deadline = Instant::now() + limits.timeout;
            match timeout_at(deadline, response).await {
                Ok(response) => (response, deadline),
                Err(_) => return Err(Error::Timeout { phase: TimeoutKind::Response, limit: limits.timeout }),
            }
        }
        () = connecting_for(connect_limit) => return Err(Error::Timeout { phase: TimeoutKind::Connect, limit: connect_limit }),
    };
    let response = response.map_err(|error| lost(error, request, limits, &departure))?;
    read(response, request, limits, deadline).await
}

/// Ends when connecting has taken too long. A connection that is free takes the request as soon as its own task runs, so the
/// timer waits for that: setting one that is due before all others costs a system call.
async fn connecting_for(limit: Duration) {
    let mut others_have_run = false;
    poll_fn(|context| {
        if mem::replace(&mut others_have_run, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    sleep(limit).await;
}

/// A reply's status stands even if its body does not arrive: a 503 that is cut off is still a 503.
async fn read(
    mut response: reqwest::Response,
    request: &Request,
    limits: &RequestOptions,
    deadline: Instant,
) -> Result<Response> {
    let status = response.status();
    let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = header.and_then(|value| retry::retry_after(value, SystemTime::now()));
    let mut body = Vec::new();
    let error = loop {
        let chunk = match timeout_at(deadline, response.chunk()).await {
            Ok(Ok(Some(chunk))) => chunk,
            Ok(Ok(None)) => return Ok(Response { status: status.as_u16(), retry_after, body }),
            Ok(Err(error)) => break broken(error, request),
            Err(_) => break Error::Timeout { phase: TimeoutKind::Response, limit: limits.timeout },
        };
        if body.len() + chunk.len() > MAX_RESPONSE_BYTES {
            break too_large(request);
        }
        body.extend_from_slice(&chunk);
    };
    if status.is_success() {
        Err(error)
    } else {
        Ok(Response { status: status.as_u16(), retry_after, body: Vec::new() })
    }
}

fn outgoing(request: &Request, departure: &Arc<RequestSent>) -> reqwest::Request {
    let mut outgoing = reqwest::Request::new(request.method.clone(), request.url.clone());
    if request.body.is_some() {
        outgoing.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let body = OutgoingBody { bytes: request.body.clone(), departure: departure.clone() };
    *outgoing.body_mut() = Some(reqwest::Body::wrap(body));
    outgoing
}

/// No reply came back.
fn lost(error: reqwest::Error, request: &Request, limits: &RequestOptions, departure: &RequestSent) -> Error {
    if error.is_connect() && error.is_timeout() {
        return Error::Timeout { phase: TimeoutKind::Connect, limit: limits.connect_timeout };
    }
    let fault = ConnectionError { kind: connection::kind_of(&error), host: host(request) };
    let is_untouched =
        error.is_connect() || !departure.has_happened() || fault.kind == ConnectionErrorKind::NotProcessed;
    let delivery = if is_untouched { Delivery::NotSent } else { Delivery::Unknown };
    Error::Connection { fault, delivery, source: error.without_url().into() }
}

/// A reply began and broke off.
fn broken(error: reqwest::Error, request: &Request) -> Error {
    let kind = match connection::kind_of(&error) {
        ConnectionErrorKind::Other => ConnectionErrorKind::Closed,
        kind => kind,
    };
    let fault = ConnectionError { kind, host: host(request) };
    Error::Connection { fault, delivery: Delivery::Unknown, source: error.without_url().into() }
}

fn too_large(request: &Request) -> Error {
    let fault = ConnectionError { kind: ConnectionErrorKind::TooLarge, host: host(request) };
    Error::Connection { fault, delivery: Delivery::Unknown, source: "reading stopped after 1 MiB".into() }
}

fn host(request: &Request) -> String {
    let host = request.url.host_str().unwrap_or_default();
    request.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The moment when a connection takes the request. Before it, nothing was sent; the HTTP library does not tell.
#[derive(Default)]
struct RequestSent {
    happened: AtomicBool,
    notify: Notify,
}

impl RequestSent {
    fn now(&self) {
        if !self.happened.swap(true, Ordering::Relaxed) {
            self.notify.notify_one();
        }
    }

    fn has_happened(&self) -> bool {
        self.happened.load(Ordering::Relaxed)
    }

    async fn happened(&self) {
        self.notify.notified().await;
    }
}

/// A request body that notes when a connection begins to read it, which is right after it has taken the head.
struct OutgoingBody {
    bytes: Option<Bytes>,
    departure: Arc<RequestSent>,
}

impl Body for OutgoingBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, Infallible>>> {
        self.departure.now();
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        if self.bytes.is_none() {
            self.departure.now();
        }
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

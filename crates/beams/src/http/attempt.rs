//! One attempt: a request is sent once, and a response comes back or an error that says how far the request got.

use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::SystemTime;

use http_body::Body as _;
use reqwest::Version;
use reqwest::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use tokio::time::{Instant, sleep_until};

use crate::deadline::{CallLimits, Deadline, Expired};
use crate::error::connection::{self, ConnectionError, ConnectionErrorKind};
use crate::error::{Delivery, Error, Result, TimeoutKind};
use crate::http::body::{RequestBody, RequestSent};
use crate::http::connections::Lease;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::limits::RequestOptions;
use crate::retry;

/// The service's responses are a few hundred bytes; larger ones are not from the service.
const MAX_RESPONSE_BYTES: usize = 1024 * 1024;

/// Sends the request and reads the response. If it is dropped before the end of the request was sent, no server receives the
/// complete request.
///
/// # Errors
///
/// [`Error::Timeout`], [`Error::ClosedInFlight`] and [`Error::Connection`]. A status that is not 2xx is not an error here.
pub(crate) async fn attempt(
    lease: &Lease,
    request: &Request,
    options: &RequestOptions,
    limits: CallLimits<'_>,
) -> Result<Response> {
    let attempt = Attempt { request, lease, sent: Arc::default(), gives_up: true };
    let response = lease.http.execute(attempt.outgoing());
    attempt.sent.handed_over();
    tokio::pin!(response);

    let connect = Deadline::of(TimeoutKind::Connect, options.connect_timeout.min(options.timeout)).or(limits.deadline);
    let expired = tokio::select! {
        biased;
        response = &mut response => {
            return attempt.read(response, connect, limits.within(TimeoutKind::Response, options.timeout)).await;
        }
        () = attempt.sent.begun() => None,
        () = connecting_until(connect.at) => Some(Expired::Deadline(connect.waiting_for(lease.awaited()))),
        () = limits.cutoff.cancelled() => Some(Expired::Cutoff),
    };
    // Where the end of the request was sent at this very moment, its response is waited for.
    if let Some(expired) = expired
        && attempt.sent.give_up()
    {
        return Err(expired.error(Delivery::NotSent));
    }
    let limits = limits.within(TimeoutKind::Response, options.timeout);
    match limits.run(response).await {
        Ok(response) => attempt.read(response, connect, limits).await,
        Err(expired) => Err(expired.error(attempt.delivery())),
    }
}

/// Resolves when connecting has taken too long. A connection that is free takes the request as soon as its own task runs, so
/// the timer waits for that: setting one that is due before all others costs a system call.
async fn connecting_until(time: Instant) {
    let mut others_have_run = false;
    poll_fn(|context| {
        if mem::replace(&mut others_have_run, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    sleep_until(time).await;
}

struct Attempt<'a> {
    request: &'a Request,
    lease: &'a Lease,
    sent: Arc<RequestSent>,
    /// Whether dropping the attempt cancels the unsent rest of the request.
    gives_up: bool,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if self.gives_up {
            self.sent.give_up();
        }
    }
}

impl Attempt<'_> {
    fn outgoing(&self) -> reqwest::Request {
        let mut outgoing = reqwest::Request::new(self.request.method.clone(), self.request.url.clone());
        if self.request.body.is_some() {
            outgoing.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let body = RequestBody::new(self.request.body.clone(), self.sent.clone());
        *outgoing.body_mut() = Some(reqwest::Body::wrap(body));
        outgoing
    }

    /// Reads the response to its end. Its status stands even if its body does not arrive.
    async fn read(
        mut self,
        response: reqwest::Result<reqwest::Response>,
        connect: Deadline,
        limits: CallLimits<'_>,
    ) -> Result<Response> {
        let response = response.map_err(|error| self.send_error(error, connect))?;
        self.lease.responded(response.version());
        let status = response.status();
        if status.is_success() {
            // A server may accept before it has read all of the request.
            self.gives_up = false;
        } else {
            self.sent.pause();
        }
        let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = header.and_then(|value| retry::retry_after(value, SystemTime::now()));
        let body = limits.run(self.read_body(response)).await;
        let body = body.unwrap_or_else(|expired| Err(expired.error(Delivery::Unknown)));
        Ok(Response { status: status.as_u16(), retry_after, body })
    }

    async fn read_body(&self, response: reqwest::Response) -> Result<Vec<u8>> {
        let is_http_2 = response.version() == Version::HTTP_2;
        let mut stream = reqwest::Body::from(response);
        let mut body = Vec::new();
        while let Some(frame) = poll_fn(|context| Pin::new(&mut stream).poll_frame(context)).await {
            let Ok(chunk) = frame.map_err(|error| self.body_error(error))?.into_data() else { continue };
            if body.len() + chunk.len() > MAX_RESPONSE_BYTES {
                return Err(self.too_large());
            }
            body.extend_from_slice(&chunk);
        }
        // hyper ends the body also where the stream was reset with NO_ERROR.
        if is_http_2 && !stream.is_end_stream() {
            return Err(self.incomplete("the stream was reset before the end of the response".into()));
        }
        Ok(body)
    }

    /// No response came.
    fn send_error(&self, error: reqwest::Error, connect: Deadline) -> Error {
        if error.is_connect() && error.is_timeout() {
            return connect.error(Delivery::NotSent);
        }
        let kind = connection::classify(&error);
        let delivery = match self.delivery() {
            Delivery::Unknown if error.is_connect() || kind == ConnectionErrorKind::NotProcessed => Delivery::NotSent,
            delivery => delivery,
        };
        self.connection_error(kind, delivery, error.without_url().into())
    }

    /// A response began and was cut off.
    fn body_error(&self, error: reqwest::Error) -> Error {
        let kind = connection::classify_body(&error);
        self.connection_error(kind, Delivery::Unknown, error.without_url().into())
    }

    fn incomplete(&self, source: Box<dyn std::error::Error + Send + Sync>) -> Error {
        self.connection_error(ConnectionErrorKind::Closed, Delivery::Unknown, source)
    }

    fn too_large(&self) -> Error {
        self.connection_error(ConnectionErrorKind::TooLarge, Delivery::Unknown, "reading stopped after 1 MiB".into())
    }

    fn connection_error(
        &self,
        kind: ConnectionErrorKind,
        delivery: Delivery,
        source: Box<dyn std::error::Error + Send + Sync>,
    ) -> Error {
        Error::Connection { error: ConnectionError { kind, host: self.request.host() }, delivery, source }
    }

    /// Cancels the attempt. Returns whether a server may have, or receive, the complete request.
    fn delivery(&self) -> Delivery {
        if self.sent.give_up() { Delivery::NotSent } else { Delivery::Unknown }
    }
}

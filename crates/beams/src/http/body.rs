//! The body of one attempt, which is never read to its end once the attempt has been given up.
//!
//! Dropping an attempt does not take its request back: over HTTP/2 the connection keeps it queued while all of the
//! server's streams are taken, and sends it when one is free. So the body decides. Sending its end and giving the attempt
//! up exclude each other: the attempt knows whether a server can have the whole request, and a body that is polled after it
//! was given up fails, upon which the connection resets the stream (HTTP/2) or closes (HTTP/1).

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::Reason;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::SetOnce;
use tokio::task::yield_now;

/// The first frame of a body. HTTP/2 takes one for a stream that it has yet to open, but asks for the next only when the
/// stream is open and the flow control has taken the first.
const FIRST_FRAME_BYTES: usize = 1;

/// How much of a body is given to the connection at a time. Nearly all bodies are one frame; between the frames of the
/// others the connection reads, so that an early response is seen before a write to a closed connection fails.
const MAX_FRAME_BYTES: usize = 64 * 1024;

/// The maximum age of the last poll for I/O when the next frame is written. If it is older, a response may have arrived unnoticed.
const MAX_IO_POLL_AGE: Duration = Duration::from_micros(50);

/// How long one frame may wait for a poll that is recent enough.
const MAX_IO_YIELD: Duration = Duration::from_millis(10);

/// The service refuses longer bodies, often before it has read them. A shorter one does not wait for a recent poll: the
/// system's buffers take most of it at once.
const MAX_USUAL_BYTES: usize = 200 * 1024;

/// No connection has begun to read the body.
const WAITING: u8 = 0;
/// A part of the body was read.
const SENDING: u8 = 1;
/// The end of the body was read: a server may have all of it.
const SENT: u8 = 2;
/// The response came before the end of the body, so the rest is held back.
const PAUSED: u8 = 3;
/// The end of the body was not read and never will be.
const GIVEN_UP: u8 = 4;

/// How much of a request was sent, shared by its attempt and its body.
#[derive(Debug, Default)]
pub(crate) struct RequestSent {
    state: AtomicU8,
    begun: SetOnce<()>,
    /// Whether the size of an absent body was asked for, since the request was handed over.
    size_was_asked: AtomicBool,
    paused: Mutex<Option<Waker>>,
}

/// A request body, or the absence of one: a DELETE has none, but must be stopped in the same way.
pub(crate) struct RequestBody {
    rest: Bytes,
    has_begun: bool,
    has_ended: bool,
    /// Whether HTTP/1 has asked for the end of a request without a body.
    was_asked_for_end: AtomicBool,
    sent: Arc<RequestSent>,
    /// Completes when the next frame may be read.
    io_yield: Option<IoYield>,
    max_io_yield: Duration,
}

impl RequestSent {
    /// To be called when the HTTP library has the request, and has asked what it asks before there is a connection.
    pub(crate) fn handed_over(&self) {
        self.size_was_asked.store(false, Ordering::Relaxed);
    }

    /// Resolves when a connection sends the request: the head is written, and over HTTP/2 the stream is open.
    pub(crate) async fn begun(&self) {
        self.begun.wait().await;
    }

    /// Makes the body fail unless its end was read already. Whether no server can have the whole request.
    pub(crate) fn give_up(&self) -> bool {
        let given_up = self.change(|state| (state != SENT).then_some(GIVEN_UP));
        if given_up && let Some(waker) = self.paused().take() {
            waker.wake();
        }
        given_up
    }

    /// Holds back what was not read of the body, until the attempt is given up.
    pub(crate) fn pause(&self) {
        self.change(|state| (state == SENDING).then_some(PAUSED));
    }

    /// Takes note that the end of an absent body is read. `false` where it must not be.
    fn end(&self) -> bool {
        self.advance(true, true) || self.state.load(Ordering::Acquire) == SENT
    }

    /// Takes note that the next part of the body, or its end, is read. `false` where it must not be.
    fn advance(&self, is_first: bool, is_end: bool) -> bool {
        let next = if is_end { SENT } else { SENDING };
        let may_be_read = self.change(|state| matches!(state, WAITING | SENDING).then_some(next));
        if may_be_read && (is_end || !is_first) {
            // Fails where it is set already.
            let _ = self.begun.set(());
        }
        may_be_read
    }

    fn change(&self, next: impl FnMut(u8) -> Option<u8>) -> bool {
        self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, next).is_ok()
    }

    fn paused(&self) -> MutexGuard<'_, Option<Waker>> {
        self.paused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the body is held back; the waker is called when it is no longer.
    fn poll_paused(&self, context: &Context<'_>) -> bool {
        let mut paused = self.paused();
        let is_paused = self.state.load(Ordering::Acquire) == PAUSED;
        *paused = is_paused.then(|| context.waker().clone());
        is_paused
    }
}

impl RequestBody {
    pub(crate) fn new(body: Option<Bytes>, sent: Arc<RequestSent>) -> Self {
        let rest = body.unwrap_or_default();
        let max_io_yield = if rest.len() > MAX_USUAL_BYTES { MAX_IO_YIELD } else { Duration::ZERO };
        Self {
            rest,
            has_begun: false,
            has_ended: false,
            was_asked_for_end: AtomicBool::new(false),
            sent,
            io_yield: None,
            max_io_yield,
        }
    }
}

/// Waits until the runtime has polled for I/O, so that the connection reads what has arrived before it writes the next frame.
///
/// `yield_now` alone does not do that: it is ready when it is polled again, which hyper does before it returns to the
/// runtime. And where many connections are written to, the runtime's last poll for I/O can be long ago when one of them is
/// scheduled, so it yields again.
///
/// A response can still be lost where the server closes the connection between that poll and the write that follows: hyper
/// does not read any more when a write has failed.
struct IoYield {
    io_poll: Arc<IoPoll>,
    /// How long to wait for a poll that is recent enough.
    until: Instant,
}

/// The runtime's next poll for I/O.
#[derive(Default)]
struct IoPoll(Mutex<IoPollState>);

#[derive(Default)]
struct IoPollState {
    polled_at: Option<Instant>,
    waker: Option<Waker>,
}

impl IoYield {
    fn start(limit: Duration) -> Self {
        Self { io_poll: IoPoll::next(), until: Instant::now() + limit }
    }

    fn poll(&mut self, context: &Context<'_>) -> Poll<()> {
        loop {
            let polled_at = ready!(self.io_poll.poll(context));
            if polled_at.elapsed() <= MAX_IO_POLL_AGE || Instant::now() >= self.until {
                return Poll::Ready(());
            }
            self.io_poll = IoPoll::next();
        }
    }
}

impl IoPoll {
    fn next() -> Arc<Self> {
        let next = Arc::<Self>::default();
        // The runtime keeps the waker of a task that yields, and calls it right after it has polled for I/O.
        let waker = Waker::from(next.clone());
        let _ = pin!(yield_now()).poll(&mut Context::from_waker(&waker));
        next
    }

    fn state(&self) -> MutexGuard<'_, IoPollState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn poll(&self, context: &Context<'_>) -> Poll<Instant> {
        let mut state = self.state();
        if let Some(polled_at) = state.polled_at {
            return Poll::Ready(polled_at);
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Wake for IoPoll {
    fn wake(self: Arc<Self>) {
        let mut state = self.state();
        state.polled_at = Some(Instant::now());
        let waker = state.waker.take();
        // A waker may run code that locks it again.
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    /// Names the code with which HTTP/2 resets the stream.
    type Error = h2::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, h2::Error>>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        if let Some(io_yield) = &mut self.io_yield {
            ready!(io_yield.poll(context));
            self.io_yield = None;
        }
        let is_first = !self.has_begun;
        let len = self.rest.len().min(if is_first { FIRST_FRAME_BYTES } else { MAX_FRAME_BYTES });
        let is_end = len == self.rest.len();
        if !self.sent.advance(is_first, is_end) {
            let is_paused = self.sent.poll_paused(context);
            return if is_paused { Poll::Pending } else { Poll::Ready(Some(Err(Reason::CANCEL.into()))) };
        }
        self.has_begun = true;
        self.has_ended = is_end;
        if !is_first && !is_end {
            self.io_yield = Some(IoYield::start(self.max_io_yield));
        }
        let frame = self.rest.split_to(len);
        Poll::Ready((len > 0).then(|| Ok(Frame::data(frame))))
    }

    /// HTTP/2 asks for the size first, and must not be told that an absent body has ended: the stream would end with the
    /// headers, which may wait in a queue for long. It polls the body when it has sent them.
    ///
    /// HTTP/1 asks for this first, right before it writes the head.
    fn is_end_stream(&self) -> bool {
        if self.has_ended || !self.rest.is_empty() {
            return self.has_ended;
        }
        if !self.sent.size_was_asked.load(Ordering::Relaxed) && self.sent.end() {
            return true;
        }
        self.was_asked_for_end.store(true, Ordering::Relaxed);
        false
    }

    /// HTTP/1 asks for the size of a body that has not ended, and never polls it where that is 0.
    fn size_hint(&self) -> SizeHint {
        if self.rest.is_empty() && !self.has_ended {
            self.sent.size_was_asked.store(true, Ordering::Relaxed);
            if self.was_asked_for_end.load(Ordering::Relaxed) && !self.sent.end() {
                // Of a size that is not known, so that it is polled, and fails.
                return SizeHint::default();
            }
        }
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (client, server) = tokio::join!(TcpStream::connect(listener.local_addr().unwrap()), listener.accept());
        (client.unwrap(), server.unwrap().0)
    }

    /// A body and what its attempt knows of it.
    fn body(len: Option<usize>) -> (RequestBody, Arc<RequestSent>) {
        let sent = Arc::new(RequestSent::default());
        (RequestBody::new(len.map(|len| vec![b'x'; len].into()), sent.clone()), sent)
    }

    fn is_sent(sent: &RequestSent) -> bool {
        sent.state.load(Ordering::Acquire) == SENT
    }

    fn poll_with(body: &mut RequestBody, context: &mut Context<'_>) -> Poll<Option<Result<usize, h2::Error>>> {
        let frame = Pin::new(body).poll_frame(context);
        frame.map(|frame| frame.map(|frame| frame.map(|frame| frame.into_data().unwrap().len())))
    }

    fn poll(body: &mut RequestBody) -> Poll<Option<Result<usize, h2::Error>>> {
        poll_with(body, &mut Context::from_waker(Waker::noop()))
    }

    /// The next frame, after the poll for I/O.
    async fn next(body: &mut RequestBody) -> Option<Result<usize, h2::Error>> {
        poll_fn(|context| poll_with(body, context)).await
    }

    fn read(body: &mut RequestBody) -> Option<usize> {
        match poll(body) {
            Poll::Ready(frame) => frame.map(|frame| frame.unwrap()),
            Poll::Pending => panic!("pending"),
        }
    }

    #[test]
    fn a_body_that_was_given_up_cannot_be_read() {
        for len in [None, Some(2), Some(MAX_FRAME_BYTES + 2)] {
            let (mut body, sent) = body(len);
            assert!(sent.give_up());
            assert!(!body.is_end_stream());
            assert_eq!(body.size_hint().exact().is_none(), len.is_none(), "HTTP/1 must poll it");
            assert!(matches!(poll(&mut body), Poll::Ready(Some(Err(_)))), "{len:?}");
            assert!(sent.give_up());
        }
    }

    #[test]
    fn a_body_can_be_given_up_while_its_stream_is_not_open() {
        let (mut body, sent) = body(Some(100));
        assert_eq!(read(&mut body), Some(1));
        assert!(!sent.begun.initialized());
        assert!(sent.give_up());
        assert!(matches!(poll(&mut body), Poll::Ready(Some(Err(_)))));
    }

    #[test]
    fn a_body_that_was_read_cannot_be_given_up() {
        for len in [None, Some(1), Some(2), Some(MAX_FRAME_BYTES + 1)] {
            let (mut body, sent) = body(len);
            let mut total = 0;
            while let Some(len) = read(&mut body) {
                total += len;
            }
            assert_eq!(total, len.unwrap_or_default());
            assert!(sent.begun.initialized() && !sent.give_up(), "{len:?}");
            assert!(body.is_end_stream());
            assert_eq!(read(&mut body), None);
        }
    }

    #[tokio::test]
    async fn a_long_body_can_be_given_up_until_its_last_frame_is_read() {
        let (mut body, sent) = body(Some(MAX_FRAME_BYTES * 2 + 2));
        assert_eq!(read(&mut body), Some(1));
        for _ in 0..2 {
            assert_eq!(next(&mut body).await.unwrap().unwrap(), MAX_FRAME_BYTES);
            assert!(!body.is_end_stream());
        }
        sent.begun().await;
        assert!(sent.give_up());
        assert!(matches!(next(&mut body).await, Some(Err(_))));
    }

    #[tokio::test]
    async fn the_next_frame_is_read_only_after_the_runtime_has_polled_for_io() {
        let (reader, writer) = pair().await;
        let (mut body, _sent) = body(Some(MAX_FRAME_BYTES * 8));
        assert_eq!(read(&mut body), Some(1));
        assert_eq!(read(&mut body), Some(MAX_FRAME_BYTES));
        for _ in 0..3 {
            assert!(poll(&mut body).is_pending(), "hyper polls again before it returns to the runtime");
        }
        // This is readable as soon as the runtime has polled for I/O, and not before.
        writer.try_write(b"response").unwrap();
        assert!(next(&mut body).await.unwrap().is_ok());
        assert_eq!(reader.try_read(&mut [0; 64]).unwrap(), 8);
    }

    /// An I/O poll that was long ago does not end the io_yield, unless the io_yield has lasted too long.
    #[tokio::test]
    async fn a_yield_ends_with_a_recent_poll_or_at_its_limit() {
        let context = Context::from_waker(Waker::noop());
        let long_ago = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
        for (limit, ends) in [(Duration::from_secs(3600), false), (Duration::ZERO, true)] {
            let mut io_yield = IoYield::start(limit);
            io_yield.io_poll.state().polled_at = Some(long_ago);
            assert_eq!(io_yield.poll(&context).is_ready(), ends, "{limit:?}");
        }
    }

    #[tokio::test]
    async fn a_paused_body_waits_and_fails_once_it_is_given_up() {
        let (mut body, sent) = body(Some(MAX_FRAME_BYTES * 2));
        assert!(poll(&mut body).is_ready());
        sent.pause();
        assert!(poll(&mut body).is_pending());
        assert!(sent.paused().is_some(), "it waits to be woken");
        assert!(sent.give_up());
        assert!(sent.paused().is_none());
        assert!(matches!(poll(&mut body), Poll::Ready(Some(Err(_)))));
    }

    /// The order in which hyper's HTTP/1 asks, which never polls an empty body.
    #[test]
    fn an_absent_body_has_been_sent_when_http_1_has_asked_for_its_end() {
        let (body, sent) = body(None);
        assert_eq!(body.size_hint().exact(), Some(0), "a middleware asks");
        sent.handed_over();
        assert!(!is_sent(&sent));
        assert!(body.is_end_stream());
        assert!(is_sent(&sent) && !sent.give_up());
        assert!(body.is_end_stream());
    }

    #[test]
    fn an_absent_body_has_been_sent_when_its_size_was_asked_for_after_its_end() {
        let (body, sent) = body(None);
        assert_eq!(body.size_hint().exact(), Some(0));
        assert!(!body.is_end_stream());
        assert!(!is_sent(&sent));
        assert_eq!(body.size_hint().exact(), Some(0), "a request without a body");
        assert!(is_sent(&sent) && !sent.give_up());
    }

    /// The order in which hyper's HTTP/2 asks.
    #[test]
    fn an_absent_body_has_been_sent_when_http_2_has_polled_it() {
        let (mut body, sent) = body(None);
        sent.handed_over();
        assert_eq!(body.size_hint().exact(), Some(0));
        assert!(!body.is_end_stream(), "the stream would end with the headers");
        assert!(!is_sent(&sent));
        assert!(matches!(poll(&mut body), Poll::Ready(None)));
        assert!(is_sent(&sent));
    }
}

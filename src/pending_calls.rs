//! Promises out: the calls under way, and how they are settled.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use hashbrown::HashMap;
use napi::bindgen_prelude::{Function, FunctionRef, JsObjectValue, Object, ObjectRef, Unknown};
use napi::{Env, JsValue, Result};
use tokio::sync::oneshot;

use crate::completion_queue::Finished;
use crate::error::Failure;
use crate::ffi::{Deferred, keep_alive};
use crate::host::Host;
use crate::report::{self, Settlement};
use beams::bulk::publish::{Progress, Report};
use beams::client::Outcome;
use beams::error::Error;

/// What an operation resolves to.
#[derive(Debug)]
pub enum Answer {
    /// A publish, with its id.
    Published(String),
    /// A deletion, with the reply's body as JSON text.
    Deleted(Option<String>),
    /// Something that has no result.
    Done,
    /// Whether a call wants more users.
    Wanted(bool),
    /// How far a call has come, while there is something left of it.
    Progress(Option<Progress>),
    /// The account of a call to many users.
    Report(Box<Report>),
}

/// The calls of one environment. It stays on the environment's thread.
pub struct Calls {
    next: Cell<u64>,
    pending: RefCell<HashMap<Number, Pending>>,
    finished: Arc<Finished<(Number, Outcome<Answer>)>>,
}

/// A call under way, as its own thread keeps it.
struct Pending {
    deferred: Deferred,
    record: Option<Record>,
    listening: Option<Listening>,
}

/// An object to be told how the call went, beside what the promise says.
pub struct Record {
    pub(crate) object: ObjectRef,
    /// When the caller began to wait.
    pub(crate) began: Instant,
}

/// An ear on an `AbortSignal`.
pub struct Listening {
    signal: ObjectRef,
    callback: FunctionRef<(), ()>,
    /// Dropping it drops the call's job.
    job: Option<oneshot::Sender<Infallible>>,
}

/// A call's number in its environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Number(u64);

/// A call's obligation to end: should its job panic or be dropped, this still reports it.
struct Obligation {
    call: Number,
    finished: Arc<Finished<(Number, Outcome<Answer>)>>,
    is_met: bool,
}

impl Calls {
    /// `settle` is the JavaScript function that leads to [`Calls::settle`].
    pub fn new(settle: &Function<'_, (), ()>) -> Result<Self> {
        let wake = settle.build_threadsafe_function::<()>().callee_handled::<false>().weak::<true>().build()?;
        Ok(Self { next: Cell::new(0), pending: RefCell::default(), finished: Arc::new(Finished::new(wake)) })
    }

    /// A number for the next call.
    pub fn number(&self) -> Number {
        Number(self.next.replace(self.next.get() + 1))
    }

    /// Takes in a call. The job it returns carries out the call and reports its end.
    pub fn begin<Call>(
        &self,
        env: &Env,
        number: Number,
        deferred: Deferred,
        record: Option<Record>,
        mut listening: Option<Listening>,
        call: Call,
    ) -> Result<impl Future<Output = ()> + Send + use<Call>>
    where
        Call: Future<Output = Outcome<Answer>> + Send + 'static,
    {
        let mut pending = self.pending.borrow_mut();
        if pending.is_empty() {
            keep_alive(env, self.finished.wake(), true)?;
        }
        let aborted = listening.as_mut().map(|listening| {
            let (job, aborted) = oneshot::channel();
            listening.job = Some(job);
            aborted
        });
        pending.insert(number, Pending { deferred, record, listening });
        let obligation = Obligation { call: number, finished: self.finished.clone(), is_met: false };
        Ok(async move {
            match aborted {
                None => obligation.meet(call.await),
                Some(aborted) => tokio::select! {
                    biased;
                    ended = call => obligation.meet(ended),
                    _ = aborted => obligation.forget(),
                },
            }
        })
    }

    /// What the runtime's thread has to do before it rests: it announces what has ended meanwhile. A wake-up for each would
    /// take as much of the JavaScript thread's time as a call itself.
    pub fn announcer(&self) -> impl Fn() + Send + Sync + use<> {
        let finished = self.finished.clone();
        move || finished.announce()
    }

    /// Ends a call whose signal was aborted: its promise rejects with the signal's reason, as `fetch` does.
    pub fn abort(&self, env: &Env, host: &Host, number: Number) -> Result<()> {
        let pending = self.pending.borrow_mut().remove(&number);
        if let Some(Pending { deferred, record, listening: Some(listening), .. }) = pending {
            match listening.reason(env, host) {
                Ok(reason) => deferred.reject(env, reason)?,
                Err(error) => deferred.reject(env, error)?,
            }
            listening.stop(env, host);
            record.map(|record| record.object.unref(env)).transpose()?;
        }
        self.rest_if_idle(env)
    }

    /// Settles all calls that have ended.
    pub fn settle(&self, env: &Env, host: &Host) -> Result<()> {
        let mut outcome = Ok(());
        for (number, ended) in self.finished.take() {
            let pending = self.pending.borrow_mut().remove(&number);
            if let Some(pending) = pending {
                // Whatever is wrong with one, the others are settled.
                outcome = pending.settle(env, host, ended).and(outcome);
            }
        }
        outcome.and(self.rest_if_idle(env))
    }

    /// The process may end when no call is under way.
    fn rest_if_idle(&self, env: &Env) -> Result<()> {
        if self.pending.borrow().is_empty() { keep_alive(env, self.finished.wake(), false) } else { Ok(()) }
    }

    /// Settles nothing from now on: the environment is ending.
    pub fn close(&self) {
        self.finished.close();
    }
}

impl Pending {
    fn settle(self, env: &Env, host: &Host, ended: Outcome<Answer>) -> Result<()> {
        if let Some(listening) = self.listening {
            listening.stop(env, host);
        }
        let told = self.record.map(|record| tell(env, record, &ended)).transpose();
        match ended.result {
            Ok(Answer::Published(publish_id)) => {
                let mut published = Object::new(env)?;
                published.set_named_property("publishId", publish_id)?;
                self.deferred.resolve(env, published)?;
            }
            Ok(Answer::Deleted(_) | Answer::Done | Answer::Progress(None)) => self.deferred.resolve(env, ())?,
            Ok(Answer::Wanted(wanted)) => self.deferred.resolve(env, wanted)?,
            Ok(Answer::Progress(Some(progress))) => self.deferred.resolve(env, report::progress(env, progress)?)?,
            Ok(Answer::Report(report)) => match report::outcome(env, host, &report)? {
                Settlement::Report(report) => self.deferred.resolve(env, report)?,
                Settlement::Error(error) => self.deferred.reject(env, error)?,
            },
            Err(error) => {
                self.deferred.reject(env, Failure::Beams(error).into_beams_error(env, host, ended.attempts)?)?;
            }
        }
        told.map(drop)
    }
}

/// Writes into a record how a call went.
fn tell(env: &Env, Record { object, began }: Record, ended: &Outcome<Answer>) -> Result<()> {
    let mut record = object.get_value(env)?;
    record.set("attempts", ended.attempts)?;
    record.set("duration", began.elapsed().as_secs_f64() * 1000.0)?;
    if let Some(status) = ended.status {
        record.set("status", status)?;
    }
    match &ended.result {
        Ok(Answer::Deleted(Some(body))) => record.set("body", body.as_str())?,
        Ok(Answer::Report(report)) => record.set("targets", report.users() as f64)?,
        _ => (),
    }
    object.unref(env)
}

impl Listening {
    /// Listens to the signal for as long as the call is under way, so that a signal that outlives many calls does not
    /// gather their ears.
    pub fn start(env: &Env, host: &Host, signal: &Unknown<'_>, callback: &Function<'_, (), ()>) -> Result<Self> {
        host.listen(env, signal, &callback.to_unknown())?;
        Ok(Self { signal: signal.coerce_to_object()?.create_ref()?, callback: callback.create_ref()?, job: None })
    }

    fn reason(&self, env: &Env, host: &Host) -> Result<Unknown<'static>> {
        host.read(env, &self.signal.get_value(env)?.to_unknown(), "reason")
    }

    /// A signal that is not the platform's may do anything when it is touched. That is its owner's affair; the call is
    /// settled all the same.
    fn stop(self, env: &Env, host: &Host) {
        if let (Ok(signal), Ok(callback)) = (self.signal.get_value(env), self.callback.borrow_back(env)) {
            let _ = host.unlisten(env, &signal.to_unknown(), &callback.to_unknown());
        }
        let _ = self.signal.unref(env);
    }
}

impl Obligation {
    fn meet(mut self, ended: Outcome<Answer>) {
        self.is_met = true;
        // Users can be read while those before them are being sent.
        let is_urgent = matches!(ended.result, Ok(Answer::Wanted(_)));
        self.finished.push((self.call, ended));
        if is_urgent {
            self.finished.announce();
        }
    }

    /// Nobody waits for the end any more.
    fn forget(mut self) {
        self.is_met = true;
    }
}

impl Drop for Obligation {
    fn drop(&mut self) {
        if !self.is_met {
            let result = Err(Error::Internal("a call ended without an answer".into()));
            self.finished.push((self.call, Outcome { result, attempts: 0, status: None }));
            // Whoever drops it may not be the runtime's thread, or be at its end.
            self.finished.announce();
        }
    }
}

//! Promises out: the calls under way, and the one queue through which they are settled.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::Future;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::bindgen_prelude::{Function, JsObjectValue, Object, ObjectRef};
use napi::threadsafe_function::ThreadsafeFunctionCallMode;
use napi::{Env, Result};

use crate::beams::client::Ended;
use crate::beams::error::Error;
use crate::binding::failure::Failure;
use crate::binding::host::Host;
use crate::binding::node_api::{Deferred, Wake, keep_alive};

/// What an operation resolves to.
#[derive(Debug)]
pub enum Answer {
    /// A publish, with its id.
    Published(String),
    /// A deletion, with the reply's body as JSON text.
    Deleted(Option<String>),
}

/// The calls of one environment. It stays on the environment's thread.
pub struct Calls {
    next: Cell<u64>,
    pending: RefCell<HashMap<u64, Pending>>,
    finished: Arc<Finished>,
}

/// A call under way, as its own thread keeps it.
struct Pending {
    deferred: Deferred,
    /// An object to be told how the call went, beside what the promise says.
    record: Option<ObjectRef>,
}

/// Where the runtime's thread leaves what has ended. The JavaScript thread is woken once, however much is waiting.
struct Finished {
    queue: Mutex<Vec<(u64, Ended<Answer>)>>,
    wake: Wake,
    is_closed: AtomicBool,
}

/// A call's obligation to end: should its job panic or be dropped, this still reports it.
struct Obligation {
    call: u64,
    finished: Arc<Finished>,
    is_met: bool,
}

impl Calls {
    /// `settle` is the JavaScript function that leads to [`Calls::settle`].
    pub fn new(settle: &Function<'_, (), ()>) -> Result<Self> {
        let wake = settle.build_threadsafe_function::<()>().callee_handled::<false>().weak::<true>().build()?;
        Ok(Self {
            next: Cell::new(0),
            pending: RefCell::default(),
            finished: Arc::new(Finished { queue: Mutex::default(), wake, is_closed: AtomicBool::new(false) }),
        })
    }

    /// Takes in a call. The job it returns carries out the call and reports its end.
    pub fn begin<Call>(
        &self,
        env: &Env,
        deferred: Deferred,
        record: Option<ObjectRef>,
        call: Call,
    ) -> Result<impl Future<Output = ()> + Send + use<Call>>
    where
        Call: Future<Output = Ended<Answer>> + Send + 'static,
    {
        let number = self.next.replace(self.next.get() + 1);
        let mut pending = self.pending.borrow_mut();
        if pending.is_empty() {
            keep_alive(env, &self.finished.wake, true)?;
        }
        pending.insert(number, Pending { deferred, record });
        let obligation = Obligation { call: number, finished: self.finished.clone(), is_met: false };
        Ok(async move { obligation.meet(call.await) })
    }

    /// Settles all calls that have ended.
    pub fn settle(&self, env: &Env, host: &Host) -> Result<()> {
        let ended = mem::take(&mut *self.finished.lock());
        for (number, ended) in ended {
            let pending = self.pending.borrow_mut().remove(&number);
            if let Some(pending) = pending {
                pending.settle(env, host, ended)?;
            }
        }
        if self.pending.borrow().is_empty() {
            keep_alive(env, &self.finished.wake, false)?;
        }
        Ok(())
    }

    /// Settles nothing from now on: the environment is ending.
    pub fn close(&self) {
        self.finished.is_closed.store(true, Ordering::Release);
    }
}

impl Pending {
    fn settle(self, env: &Env, host: &Host, ended: Ended<Answer>) -> Result<()> {
        let Ended { result, attempts, status } = ended;
        if let Some(reference) = self.record {
            let mut record = reference.get_value(env)?;
            record.set("attempts", attempts)?;
            if let Some(status) = status {
                record.set("status", status)?;
            }
            if let Ok(Answer::Deleted(Some(body))) = &result {
                record.set("body", body.as_str())?;
            }
            reference.unref(env)?;
        }
        match result {
            Ok(Answer::Published(publish_id)) => {
                let mut published = Object::new(env)?;
                published.set_named_property("publishId", publish_id)?;
                self.deferred.resolve(env, published)
            }
            Ok(Answer::Deleted(_)) => self.deferred.resolve(env, ()),
            Err(error) => self.deferred.reject(env, Failure::Beams(error).into_beams_error(env, host, attempts)?),
        }
    }
}

impl Finished {
    /// The lock cannot be poisoned by what is done under it; should it be all the same, the queue is still whole.
    fn lock(&self) -> MutexGuard<'_, Vec<(u64, Ended<Answer>)>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, call: u64, ended: Ended<Answer>) {
        if self.is_closed.load(Ordering::Acquire) {
            return;
        }
        let mut queue = self.lock();
        queue.push((call, ended));
        let is_first = queue.len() == 1;
        drop(queue);
        if is_first {
            self.wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}

impl Obligation {
    fn meet(mut self, ended: Ended<Answer>) {
        self.is_met = true;
        self.finished.push(self.call, ended);
    }
}

impl Drop for Obligation {
    fn drop(&mut self) {
        if !self.is_met {
            let result = Err(Error::Internal("a call ended without an answer".into()));
            self.finished.push(self.call, Ended { result, attempts: 0, status: None });
        }
    }
}

//! Promises out: the calls in flight, and how they are settled.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::Future;
use std::mem;
use std::sync::Arc;

use beams::client::Outcome;
use beams::error::Error;
use completion_queue::CompletionQueue;
use hashbrown::HashMap;
use napi::threadsafe_function::ThreadsafeFunctionCallMode;
use napi::{Env, Result};
use tokio::sync::oneshot;

use crate::ffi::{Deferred, WakeFunction, isolated, set_ref};
use crate::observers::Observers;
use crate::output::{self, Output};

/// Wakes the JavaScript thread.
type Wake = Box<dyn Fn() + Send + Sync>;

/// The completed calls of one environment.
type Completions = CompletionQueue<(CallId, Outcome<Output>), Wake>;

/// The calls in flight of one environment. It stays on the environment's thread.
pub struct PendingCalls {
    calls: RefCell<HashMap<CallId, PendingCall>>,
    completions: Arc<Completions>,
    wake: Arc<WakeFunction>,
}

/// A call in flight, as the JavaScript thread keeps it.
struct PendingCall {
    deferred: Deferred,
    observers: Observers,
    /// Dropping it drops the call's task.
    _task: oneshot::Sender<Infallible>,
}

/// A call of one client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallId {
    /// Which of the environment's clients.
    pub client: u32,
    /// Which of the client's calls.
    pub call: u64,
}

/// Completes a call exactly once: should its task panic or be dropped, this still does.
struct CompletionGuard {
    call: CallId,
    completions: Arc<Completions>,
    is_armed: bool,
}

impl PendingCalls {
    /// `wake` makes the JavaScript thread call [`PendingCalls::settle`].
    pub fn new(wake: WakeFunction) -> Self {
        let wake = Arc::new(wake);
        let call = {
            let wake = wake.clone();
            move || {
                // Refused only where the environment is ending.
                let _ = wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
            }
        };
        Self { calls: RefCell::default(), completions: Arc::new(CompletionQueue::new(Box::new(call))), wake }
    }

    /// Adds a call. The task that it returns runs the call and leaves its outcome in the completion queue.
    pub fn add<Call>(
        &self,
        env: &Env,
        id: CallId,
        deferred: Deferred,
        observers: Observers,
        call: Call,
    ) -> Result<impl Future<Output = ()> + Send + use<Call>>
    where
        Call: Future<Output = Outcome<Output>> + Send + 'static,
    {
        let mut calls = self.calls.borrow_mut();
        if calls.is_empty() {
            set_ref(env, &self.wake, true)?;
        }
        let (task, aborted) = oneshot::channel();
        calls.insert(id, PendingCall { deferred, observers, _task: task });
        let guard = CompletionGuard { call: id, completions: self.completions.clone(), is_armed: true };
        Ok(async move {
            tokio::select! {
                biased;
                outcome = call => guard.complete(outcome),
                _ = aborted => guard.disarm(),
            }
        })
    }

    /// To be called before the worker's thread parks. A wake-up for each completion would take as much of the JavaScript
    /// thread's time as a call itself.
    pub fn park_hook(&self) -> impl Fn() + Send + Sync + use<> {
        let completions = self.completions.clone();
        move || completions.notify()
    }

    /// Ends a call whose signal was aborted, and drops its task. Does nothing where the call is settled.
    pub fn abort(&self, env: &Env, id: CallId) -> Result<()> {
        let call = self.calls.borrow_mut().remove(&id);
        let settled = call.map_or(Ok(()), |call| output::abort(env, call.deferred, &call.observers));
        settled.and(self.unref_if_idle(env))
    }

    /// Settles all calls that are completed, each by itself: whatever is wrong with one, the others are settled.
    pub fn settle(&self, env: &Env) -> Result<()> {
        let mut settled = Ok(());
        for (id, outcome) in self.completions.drain() {
            let call = self.calls.borrow_mut().remove(&id);
            if let Some(PendingCall { deferred, observers, _task }) = call {
                // A failure has rejected the promise: its `Deferred` was dropped.
                let isolated = isolated(env, || drop(output::settle(env, deferred, outcome, observers)));
                settled = settled.and(isolated);
            }
        }
        settled.and(self.unref_if_idle(env))
    }

    /// The process may end when no call is in flight.
    fn unref_if_idle(&self, env: &Env) -> Result<()> {
        if self.calls.borrow().is_empty() { set_ref(env, &self.wake, false) } else { Ok(()) }
    }

    /// Drops all calls, and settles none from now on: the environment is ending.
    pub fn close(&self) {
        self.completions.close();
        let calls = mem::take(&mut *self.calls.borrow_mut());
        drop(calls);
    }
}

impl CompletionGuard {
    fn complete(mut self, outcome: Outcome<Output>) {
        self.is_armed = false;
        // Users are read while those before them are being sent.
        let is_urgent = matches!(outcome.result, Ok(Output::Pushed { .. }));
        self.completions.push((self.call, outcome));
        if is_urgent {
            self.completions.notify();
        }
    }

    /// Nobody waits for the outcome any more.
    fn disarm(mut self) {
        self.is_armed = false;
    }
}

impl Drop for CompletionGuard {
    fn drop(&mut self) {
        if self.is_armed {
            let result = Err(Error::Internal("a call ended without an outcome".into()));
            self.completions.push((self.call, Outcome::without_request(result)));
            // It may be dropped on another thread than the worker's, or while that ends.
            self.completions.notify();
        }
    }
}

//! What belongs to one JavaScript environment: the main thread has one, and so has every worker thread.

use std::cell::{Cell, OnceCell, RefCell};
use std::future::Future;
use std::rc::Rc;

use beams::client::Outcome;
use beams::error::{Error, Result};
use napi::Env;
use napi::bindgen_prelude::Unknown;

use crate::error::{catch_panic, error_json};
use crate::ffi::Deferred;
use crate::log;
use crate::observers::Observers;
use crate::output::Output;
use crate::pending_calls::{CallId, PendingCalls};
use crate::worker::Worker;

/// One environment's state. Its thread and its thread-safe function are started by the first call, however often the
/// package's JavaScript is evaluated in it.
pub struct Environment {
    calls: OnceCell<PendingCalls>,
    worker: RefCell<Option<Worker>>,
    last_client: Cell<u32>,
}

impl Environment {
    /// The environment's state. The first call of this makes it.
    pub fn of(env: &Env) -> napi::Result<Rc<Self>> {
        if let Some(environment) = env.get_instance_data::<Rc<Self>>()? {
            return Ok(environment.clone());
        }
        log::start();
        let environment =
            Rc::new(Self { calls: OnceCell::new(), worker: RefCell::default(), last_client: Cell::default() });
        env.add_env_cleanup_hook(environment.clone(), |environment| environment.end())?;
        env.set_instance_data(environment.clone(), (), |_| {})?;
        Ok(environment)
    }

    /// A number for the next client, which makes its calls' numbers unique.
    pub fn next_client(&self) -> u32 {
        self.last_client.set(self.last_client.get().wrapping_add(1));
        self.last_client.get()
    }

    /// Prepares a call on this thread, runs it on the worker's, and returns its promise at once. Whatever goes wrong
    /// rejects the promise.
    pub fn call<'env, Call>(
        &self,
        env: &'env Env,
        id: CallId,
        observers: Observers,
        prepare: impl FnOnce() -> Result<Call>,
    ) -> napi::Result<Unknown<'env>>
    where
        Call: Future<Output = Outcome<Output>> + Send + 'static,
    {
        let (promise, deferred) = Deferred::new(env)?;
        match catch_panic(prepare).and_then(|call| self.start_worker(env).map(|()| call)) {
            Ok(call) => {
                let task = self.calls(env)?.add(env, id, deferred, observers, call)?;
                if let Some(worker) = &*self.worker.borrow() {
                    worker.spawn(task);
                }
            }
            Err(error) => deferred.reject(env, error_json(&error, 0, None))?,
        }
        Ok(promise)
    }

    /// Runs a task that no promise waits for.
    pub fn spawn(&self, env: &Env, task: impl Future<Output = ()> + Send + 'static) -> Result<()> {
        self.start_worker(env)?;
        if let Some(worker) = &*self.worker.borrow() {
            worker.spawn(task);
        }
        Ok(())
    }

    /// Ends a call whose signal was aborted.
    pub fn abort(&self, env: &Env, id: CallId) -> napi::Result<()> {
        self.calls(env)?.abort(env, id)
    }

    fn calls(&self, env: &Env) -> napi::Result<&PendingCalls> {
        if let Some(calls) = self.calls.get() {
            return Ok(calls);
        }
        let settle = env.create_function_from_closure::<(), (), _>("settle", |context| {
            let environment = Self::of(context.env)?;
            environment.calls(context.env)?.settle(context.env)
        })?;
        let wake = settle.build_threadsafe_function::<()>().callee_handled::<false>().weak::<true>().build()?;
        Ok(self.calls.get_or_init(|| PendingCalls::new(wake)))
    }

    fn start_worker(&self, env: &Env) -> Result<()> {
        if self.worker.borrow().is_some() {
            return Ok(());
        }
        let calls = self.calls(env).map_err(|error| Error::Internal(format!("no thread-safe function: {error}")))?;
        let worker = Worker::start(calls.park_hook()).map_err(|error| Error::local(error, "the service"))?;
        self.worker.replace(Some(worker));
        Ok(())
    }

    fn end(&self) {
        if let Some(calls) = self.calls.get() {
            calls.close();
        }
        if let Some(worker) = self.worker.take() {
            worker.stop();
        }
    }
}

//! What belongs to one JavaScript environment: the main thread has one, and so has every worker.

use std::cell::{Cell, Ref, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Instant;

use napi::bindgen_prelude::{Object, Unknown};
use napi::{Env, Error, JsValue, Result, ValueType};
use napi_derive::napi;

use crate::error::Failure;
use crate::ffi::Deferred;
use crate::host::Host;
use crate::log;
use crate::pending_calls::{Answer, Calls, Listening, Number, Record};
use crate::worker::Runtime;
use beams::client::Outcome;

/// One environment's state. Its thread is started by the first call.
pub struct Environment {
    pub(crate) host: Host,
    calls: Calls,
    runtime: RefCell<Option<Runtime>>,
    has_warned: Cell<bool>,
}

/// A call that is ready to be carried out.
pub struct Prepared<Call> {
    pub(crate) call: Call,
    pub(crate) signal: Option<Unknown<'static>>,
    /// When the caller began to wait for it.
    pub(crate) began: Instant,
}

impl<Call> Prepared<Call> {
    /// A call that begins now.
    pub fn new(call: Call, signal: Option<Unknown<'static>>) -> Self {
        Self { call, signal, began: Instant::now() }
    }
}

/// What there is to hear from a call's signal.
enum Hearing {
    Aborted(Unknown<'static>),
    Listening(Number, Option<Listening>),
}

/// Called by `index.js`, once in each environment, with what only JavaScript has.
#[napi(skip_typescript)]
pub fn install(env: Env, host: Object<'_>) -> Result<()> {
    log::start();
    let settle = env.create_function_from_closure("settle", |context| {
        Environment::of(context.env).and_then(|environment| environment.calls.settle(context.env, &environment.host))
    })?;
    let environment = Rc::new(Environment {
        host: Host::new(&host)?,
        calls: Calls::new(&settle)?,
        runtime: RefCell::default(),
        has_warned: Cell::new(false),
    });
    env.add_env_cleanup_hook(environment.clone(), |environment| environment.end())?;
    env.set_instance_data(environment, (), |_| {})
}

impl Environment {
    /// The environment's state.
    ///
    /// # Errors
    ///
    /// Where `index.js` has not called [`install`].
    pub fn of(env: &Env) -> Result<Rc<Self>> {
        env.get_instance_data::<Rc<Self>>()?.map(|environment| environment.clone()).ok_or_else(|| {
            Error::from_reason("beams-native must be loaded through its package, not by its binary alone")
        })
    }

    /// Prepares a call on this thread, carries it out on the other, and answers with its promise at once. Whatever goes
    /// wrong rejects the promise. A `record` that is an object is told how the call went.
    pub fn call<'env, Call>(
        &self,
        env: &'env Env,
        record: Option<&Unknown<'_>>,
        prepare: impl FnOnce() -> crate::error::Result<Prepared<Call>>,
    ) -> Result<Unknown<'env>>
    where
        Call: Future<Output = Outcome<Answer>> + Send + 'static,
    {
        let (promise, deferred) = Deferred::new(env)?;
        match crate::error::guarded(prepare)
            .and_then(|Prepared { call, signal, began }| Ok((self.hearing(env, signal)?, call, began, self.running()?)))
        {
            Ok((Hearing::Aborted(reason), ..)) => deferred.reject(env, reason)?,
            Ok((Hearing::Listening(number, listening), call, began, runtime)) => {
                let record = match record {
                    Some(record) if record.get_type()? == ValueType::Object => {
                        Some(Record { object: record.coerce_to_object()?.create_ref()?, began })
                    }
                    _ => None,
                };
                runtime.spawn(self.calls.begin(env, number, deferred, record, listening, call)?);
            }
            Err(failure) => deferred.reject(env, failure.into_beams_error(env, &self.host, 0)?)?,
        }
        Ok(promise)
    }

    /// Warns once of what applies to every client alike.
    pub fn warn_once(&self, env: &Env, message: &str) -> Result<()> {
        if self.has_warned.replace(true) { Ok(()) } else { self.host.warn(env, message) }
    }

    fn hearing(&self, env: &Env, signal: Option<Unknown<'static>>) -> Result<Hearing> {
        let number = self.calls.number();
        let Some(signal) = signal else { return Ok(Hearing::Listening(number, None)) };
        if self.host.text(env, &self.host.read(env, &signal, "aborted")?)? == "true" {
            return Ok(Hearing::Aborted(self.host.read(env, &signal, "reason")?));
        }
        let callback = env.create_function_from_closure("abort", move |context| {
            let environment = Self::of(context.env)?;
            environment.calls.abort(context.env, &environment.host, number)
        })?;
        Ok(Hearing::Listening(number, Some(Listening::start(env, &self.host, &signal, &callback)?)))
    }

    fn running(&self) -> crate::error::Result<Ref<'_, Runtime>> {
        if self.runtime.borrow().is_none() {
            let runtime = Runtime::start(self.calls.announcer())
                .map_err(|error| beams::error::Error::Internal(format!("no thread could be started: {error}")))?;
            self.runtime.replace(Some(runtime));
        }
        Ref::filter_map(self.runtime.borrow(), Option::as_ref).map_err(|_| Failure::Beams(beams::error::Error::Closed))
    }

    fn end(&self) {
        self.calls.close();
        if let Some(runtime) = self.runtime.take() {
            runtime.stop();
        }
    }
}

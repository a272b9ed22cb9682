//! The Node-API calls for which napi-rs has no fast or safe form. All unsafe code of the project is in this file.
//!
//! napi-rs settles each promise through a thread-safe function of its own; a wake-up for every publish would cost the
//! main thread more than everything else together. Here the thread that made a promise settles it, so that one wake-up
//! settles many.

#![allow(unsafe_code)]

use std::ptr;

use napi::bindgen_prelude::{FromNapiValue, ToNapiValue, Unknown};
use napi::threadsafe_function::ThreadsafeFunction;
use napi::{Env, Error, JsValue, Result, Status, sys};

/// The resolving side of a promise.
///
/// It is neither `Send` nor `Sync`, being a raw pointer, so it stays on the thread of the environment that made it.
/// Dropped unsettled, it rejects its promise with `undefined`.
pub struct Deferred {
    env: sys::napi_env,
    raw: sys::napi_deferred,
}

impl Deferred {
    /// A pending promise and what settles it.
    pub fn new<'env>(env: &'env Env) -> Result<(Unknown<'env>, Self)> {
        let (mut raw, mut promise) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: `env` is alive and on its own thread while it is borrowed; both pointers are valid for writing.
        check(unsafe { sys::napi_create_promise(env.raw(), &mut raw, &mut promise) })?;
        let deferred = Self { env: env.raw(), raw };
        // SAFETY: Node-API just wrote a valid value of this environment; the borrow of `env` bounds its life.
        Ok((unsafe { Unknown::from_napi_value(env.raw(), promise) }?, deferred))
    }

    /// Resolves the promise. Should the value be impossible to make, the promise rejects.
    pub fn resolve<T: ToNapiValue>(mut self, env: &Env, value: T) -> Result<()> {
        // SAFETY: `env` is alive and on its own thread while it is borrowed.
        let value = unsafe { T::to_napi_value(env.raw(), value) }?;
        // SAFETY: `take` makes sure that Node-API sees each deferred once.
        check(unsafe { sys::napi_resolve_deferred(env.raw(), self.take(), value) })
    }

    /// Rejects the promise. Should the reason be impossible to make, the promise rejects with `undefined`.
    pub fn reject<T: ToNapiValue>(mut self, env: &Env, reason: T) -> Result<()> {
        // SAFETY: `env` is alive and on its own thread while it is borrowed.
        let reason = unsafe { T::to_napi_value(env.raw(), reason) }?;
        // SAFETY: `take` makes sure that Node-API sees each deferred once.
        check(unsafe { sys::napi_reject_deferred(env.raw(), self.take(), reason) })
    }

    fn take(&mut self) -> sys::napi_deferred {
        std::mem::replace(&mut self.raw, ptr::null_mut())
    }
}

impl Drop for Deferred {
    fn drop(&mut self) {
        let raw = self.take();
        if raw.is_null() {
            return;
        }
        let mut undefined = ptr::null_mut();
        // SAFETY: a `Deferred` does not outlive its environment: `PendingCalls`, the only place where one is stored, is
        // cleared by the environment's clean-up hook, which runs on its thread before the environment is freed. Node-API
        // refuses both calls by their status where it can run no more JavaScript; the promise is unreachable then.
        unsafe {
            if sys::napi_get_undefined(self.env, &mut undefined) == sys::Status::napi_ok {
                sys::napi_reject_deferred(self.env, raw, undefined);
            }
        }
    }
}

/// Calls a function in a handle scope of its own, and leaves no exception pending.
pub fn isolated<T>(env: &Env, call: impl FnOnce() -> T) -> Result<T> {
    let mut scope = ptr::null_mut();
    // SAFETY: `env` is alive and on its own thread while it is borrowed; the pointer is valid for writing.
    check(unsafe { sys::napi_open_handle_scope(env.raw(), &mut scope) })?;
    let result = call();
    let (mut is_pending, mut exception) = (false, ptr::null_mut());
    // SAFETY: as above; `scope` was just opened, and scopes that `call` opens are closed when it returns.
    unsafe {
        sys::napi_is_exception_pending(env.raw(), &mut is_pending);
        if is_pending {
            sys::napi_get_and_clear_last_exception(env.raw(), &mut exception);
        }
        sys::napi_close_handle_scope(env.raw(), scope);
    }
    Ok(result)
}

/// Throws a string. The error that it returns tells napi-rs that an exception is pending.
pub fn throw(env: &Env, text: &str) -> Error {
    let mut value = ptr::null_mut();
    // SAFETY: `env` is alive and on its own thread while it is borrowed; Node-API copies the text, whose length it is given.
    let status = unsafe {
        match sys::napi_create_string_utf8(env.raw(), text.as_ptr().cast(), text.len() as isize, &mut value) {
            sys::Status::napi_ok => sys::napi_throw(env.raw(), value),
            status => status,
        }
    };
    match check(status) {
        Ok(()) => Error::from_status(Status::PendingException),
        Err(error) => error,
    }
}

/// A function that wakes the JavaScript thread from another. It does not keep the process alive by itself.
pub type WakeFunction = ThreadsafeFunction<(), (), (), Status, false, true>;

/// Sets whether the function keeps the environment's process alive.
pub fn set_ref(env: &Env, wake: &WakeFunction, is_ref: bool) -> Result<()> {
    wake.handle.with_read_aborted(|is_aborted| {
        if is_aborted {
            return Ok(());
        }
        // SAFETY: `env` is alive and on its own thread while it is borrowed. The read lock keeps the thread-safe
        // function from being finalized meanwhile, and `is_aborted` tells that it has not been.
        check(unsafe {
            if is_ref {
                sys::napi_ref_threadsafe_function(env.raw(), wake.raw())
            } else {
                sys::napi_unref_threadsafe_function(env.raw(), wake.raw())
            }
        })
    })
}

/// How many units a string has, which is known without a look at them; `None` for anything else.
pub fn utf16_len(value: &Unknown<'_>) -> Result<Option<usize>> {
    let (env, mut length) = (value.value().env, 0);
    // SAFETY: the environment is the value's own; without a buffer, Node-API only writes the length.
    match Status::from(unsafe { sys::napi_get_value_string_utf16(env, value.raw(), ptr::null_mut(), 0, &mut length) }) {
        Status::Ok => Ok(Some(length)),
        Status::StringExpected => Ok(None),
        status => Err(Error::from_status(status)),
    }
}

/// The first `max_len` units of a string; `None` for anything else.
pub fn utf16(value: &Unknown<'_>, max_len: usize) -> Result<Option<Vec<u16>>> {
    let Some(mut length) = utf16_len(value)? else { return Ok(None) };
    let env = value.value().env;
    // Node-API ends the text with a zero, which needs a place too.
    let mut units = Vec::with_capacity(length.min(max_len) + 1);
    let size = length.min(max_len) + 1;
    // SAFETY: the buffer has room for at least `size` units; Node-API writes no more than that, and only writes.
    check(unsafe { sys::napi_get_value_string_utf16(env, value.raw(), units.as_mut_ptr(), size, &mut length) })?;
    // SAFETY: Node-API has written `length` units beside the zero, so fewer than `size`.
    unsafe { units.set_len(length) };
    Ok(Some(units))
}

fn check(status: sys::napi_status) -> Result<()> {
    match Status::from(status) {
        Status::Ok => Ok(()),
        status => Err(Error::from_status(status)),
    }
}

//! The Node-API calls that napi-rs has no fast or safe form of. All unsafe code of the project is in this file.
//!
//! napi-rs settles a promise through a thread-safe function of its own for each; at a wake-up for every publish that
//! costs the main thread more than all the rest. Here a promise is settled by the thread that made it, so many can be
//! settled in one wake-up.

#![allow(unsafe_code)]

use std::ptr;

use napi::bindgen_prelude::{FromNapiValue, ToNapiValue, Uint8Array, Unknown};
use napi::threadsafe_function::ThreadsafeFunction;
use napi::{Env, Error, JsValue, Result, Status, sys};

/// A JavaScript value on its way into a call of a JavaScript function.
#[derive(Clone, Copy)]
pub struct Argument(sys::napi_value);

impl From<&Unknown<'_>> for Argument {
    fn from(value: &Unknown<'_>) -> Self {
        Self(value.raw())
    }
}

impl ToNapiValue for Argument {
    // SAFETY: the trait's own contract, an environment that is alive and on this thread, is all that is needed: an
    // argument is made and consumed within one native call, whose handle scope keeps the value alive.
    unsafe fn to_napi_value(_: sys::napi_env, argument: Self) -> Result<sys::napi_value> {
        Ok(argument.0)
    }
}

/// The two ends of a promise: what JavaScript awaits, and what settles it.
///
/// It is neither `Send` nor `Sync`, being a raw pointer, so it stays on the thread of the environment that made it.
/// Dropping it unsettled leaks a few bytes until the environment ends, and is otherwise harmless.
pub struct Deferred(sys::napi_deferred);

impl Deferred {
    /// A promise that waits.
    pub fn new<'env>(env: &'env Env) -> Result<(Unknown<'env>, Self)> {
        let (mut deferred, mut promise) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: `env` is alive and on its own thread while it is borrowed; both pointers are valid for writing.
        check(unsafe { sys::napi_create_promise(env.raw(), &mut deferred, &mut promise) })?;
        // SAFETY: Node-API just wrote a valid value of this environment; the borrow of `env` bounds its life.
        Ok((unsafe { Unknown::from_napi_value(env.raw(), promise) }?, Self(deferred)))
    }

    /// Resolves the promise.
    pub fn resolve<T: ToNapiValue>(self, env: &Env, value: T) -> Result<()> {
        // SAFETY: `env` is alive and on its own thread while it is borrowed.
        let value = unsafe { T::to_napi_value(env.raw(), value) }?;
        // SAFETY: a `Deferred` is consumed by settling it, so Node-API sees each of them once.
        check(unsafe { sys::napi_resolve_deferred(env.raw(), self.0, value) })
    }

    /// Rejects the promise.
    pub fn reject<T: ToNapiValue>(self, env: &Env, reason: T) -> Result<()> {
        // SAFETY: `env` is alive and on its own thread while it is borrowed.
        let reason = unsafe { T::to_napi_value(env.raw(), reason) }?;
        // SAFETY: a `Deferred` is consumed by settling it, so Node-API sees each of them once.
        check(unsafe { sys::napi_reject_deferred(env.raw(), self.0, reason) })
    }
}

/// A function that wakes the JavaScript thread from another. It does not keep the process alive by itself.
pub type Wake = ThreadsafeFunction<(), (), (), Status, false, true>;

/// Makes the environment's process stay alive for the function's sake, or no longer.
pub fn keep_alive(env: &Env, wake: &Wake, alive: bool) -> Result<()> {
    wake.handle.with_read_aborted(|aborted| {
        if aborted {
            return Ok(());
        }
        // SAFETY: `env` is alive and on its own thread while it is borrowed. The read lock keeps the thread-safe
        // function from being finalized meanwhile, and `aborted` tells that it has not been.
        check(unsafe {
            if alive {
                sys::napi_ref_threadsafe_function(env.raw(), wake.raw())
            } else {
                sys::napi_unref_threadsafe_function(env.raw(), wake.raw())
            }
        })
    })
}

/// The units of a string; `None` for anything else.
pub fn utf16(value: &Unknown<'_>) -> Result<Option<Vec<u16>>> {
    let (env, mut length) = (value.value().env, 0);
    // SAFETY: the environment is the value's own; without a buffer, Node-API only writes the length.
    match Status::from(unsafe { sys::napi_get_value_string_utf16(env, value.raw(), ptr::null_mut(), 0, &mut length) }) {
        Status::Ok => (),
        Status::StringExpected => return Ok(None),
        status => return Err(Error::from_status(status)),
    }
    // Node-API ends the text with a zero, which needs a place too.
    let mut units = Vec::with_capacity(length + 1);
    let room = units.capacity();
    // SAFETY: the buffer has room for as many units as are given; Node-API only writes to it.
    check(unsafe { sys::napi_get_value_string_utf16(env, value.raw(), units.as_mut_ptr(), room, &mut length) })?;
    // SAFETY: Node-API has written `length` units, beside the zero, and no more than there is room for.
    unsafe { units.set_len(length) };
    Ok(Some(units))
}

/// A copy of the bytes of a `Uint8Array`, which a `Buffer` is too; `None` for anything else.
pub fn bytes(value: &Unknown<'_>) -> Result<Option<Vec<u8>>> {
    if !value.is_typedarray()? {
        return Ok(None);
    }
    // SAFETY: the conversion itself checks that the value is a typed array of this element type, and fails otherwise.
    let array = unsafe { value.cast::<Uint8Array>() };
    Ok(array.ok().map(|array| array.to_vec()))
}

fn check(status: sys::napi_status) -> Result<()> {
    match Status::from(status) {
        Status::Ok => Ok(()),
        status => Err(Error::from_status(status)),
    }
}

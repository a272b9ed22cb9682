//! What `index.js` lends to the native side: the error class, and the few things that only JavaScript can do, or can do
//! in one call where Node-API needs one an element.

use napi::bindgen_prelude::{
    FnArgs, FromNapiValue, Function, FunctionRef, JsObjectValue, JsValuesTupleIntoVec, Object, Unknown,
};
use napi::{Env, Result};

use crate::ffi::Argument;

/// References to the functions, one each, taken when the package is loaded.
///
/// Whatever may run a user's code (a getter, a `toJSON`, a proxy's trap) goes through one of these calls, because they
/// hand an exception back as an error, where a bare Node-API call would leave it pending.
pub struct Host {
    beams_error: FunctionRef<FnArgs<(String, Argument)>, Unknown<'static>>,
    is_array: FunctionRef<Argument, bool>,
    is_iterable: FunctionRef<Argument, bool>,
    read: FunctionRef<FnArgs<(Argument, String)>, Unknown<'static>>,
    element: FunctionRef<FnArgs<(Argument, u32)>, Unknown<'static>>,
    text: FunctionRef<Argument, String>,
    parse: FunctionRef<String, Unknown<'static>>,
    body: FunctionRef<FnArgs<(&'static str, Argument, Argument, u32)>, Unknown<'static>>,
    joined: FunctionRef<FnArgs<(Argument, u32)>, Unknown<'static>>,
    listen: FunctionRef<FnArgs<(Argument, Argument)>, Unknown<'static>>,
    unlisten: FunctionRef<FnArgs<(Argument, Argument)>, Unknown<'static>>,
    warn: FunctionRef<String, Unknown<'static>>,
}

fn function<Args, Return>(host: &Object<'_>, name: &str) -> Result<FunctionRef<Args, Return>>
where
    Args: JsValuesTupleIntoVec,
    Return: FromNapiValue,
{
    host.get_named_property::<Function<'_, Args, Return>>(name)?.create_ref()
}

impl Host {
    /// Takes the functions from the object that `index.js` passes.
    pub fn new(host: &Object<'_>) -> Result<Self> {
        Ok(Self {
            beams_error: function(host, "BeamsError")?,
            is_array: function(host, "isArray")?,
            is_iterable: function(host, "isIterable")?,
            read: function(host, "read")?,
            element: function(host, "read")?,
            text: function(host, "text")?,
            parse: function(host, "parse")?,
            body: function(host, "body")?,
            joined: function(host, "joined")?,
            listen: function(host, "listen")?,
            unlisten: function(host, "unlisten")?,
            warn: function(host, "warn")?,
        })
    }

    /// `new BeamsError(message, details)`
    pub fn new_beams_error(&self, env: &Env, message: String, details: &Unknown<'_>) -> Result<Unknown<'static>> {
        self.beams_error.borrow_back(env)?.new_instance((message, details.into()).into())
    }

    /// `Array.isArray(value)`
    pub fn is_array(&self, env: &Env, value: &Unknown<'_>) -> Result<bool> {
        self.is_array.borrow_back(env)?.call(value.into())
    }

    /// Whether `for await` can go through the value.
    pub fn is_iterable(&self, env: &Env, value: &Unknown<'_>) -> Result<bool> {
        self.is_iterable.borrow_back(env)?.call(value.into())
    }

    /// `object[key]`
    pub fn read(&self, env: &Env, object: &Unknown<'_>, key: &str) -> Result<Unknown<'static>> {
        self.read.borrow_back(env)?.call((object.into(), key.to_owned()).into())
    }

    /// `list[index]`
    pub fn element(&self, env: &Env, list: &Unknown<'_>, index: u32) -> Result<Unknown<'static>> {
        self.element.borrow_back(env)?.call((list.into(), index).into())
    }

    /// The value as a template string shows it.
    pub fn text(&self, env: &Env, value: &Unknown<'_>) -> Result<String> {
        self.text.borrow_back(env)?.call(value.into())
    }

    /// `JSON.parse(json)`
    pub fn parse(&self, env: &Env, json: &str) -> Result<Unknown<'static>> {
        self.parse.borrow_back(env)?.call(json.to_owned())
    }

    /// The JSON of the payload with the list as its last member; no string where an element is none of 1 to `longest`
    /// units, or the payload no plain object.
    pub fn body(
        &self,
        env: &Env,
        key: &'static str,
        list: &Unknown<'_>,
        payload: &Unknown<'_>,
        longest: u32,
    ) -> Result<Unknown<'static>> {
        self.body.borrow_back(env)?.call((key, list.into(), payload.into(), longest).into())
    }

    /// The elements of the list with `","` between them; no string where one is none of 1 to `longest` units.
    pub fn joined(&self, env: &Env, list: &Unknown<'_>, longest: u32) -> Result<Unknown<'static>> {
        self.joined.borrow_back(env)?.call((list.into(), longest).into())
    }

    /// Has the callback called when the signal is aborted.
    pub fn listen(&self, env: &Env, signal: &Unknown<'_>, callback: &Unknown<'_>) -> Result<()> {
        self.listen.borrow_back(env)?.call((signal.into(), callback.into()).into()).map(drop)
    }

    /// Takes [`Host::listen`] back.
    pub fn unlisten(&self, env: &Env, signal: &Unknown<'_>, callback: &Unknown<'_>) -> Result<()> {
        self.unlisten.borrow_back(env)?.call((signal.into(), callback.into()).into()).map(drop)
    }

    /// `process.emitWarning(message)`
    pub fn warn(&self, env: &Env, message: &str) -> Result<()> {
        self.warn.borrow_back(env)?.call(message.to_owned()).map(drop)
    }
}

//! The only code that knows Node-API: options in, promises out, errors across.
//!
//! A call is read and checked on the JavaScript thread ([`push_notifications`], [`options`], [`targets`]), carried out on
//! the environment's own thread ([`runtime`]), left where it has ended ([`finished`]) and settled back on the JavaScript
//! thread ([`calls`]).

mod calls;
mod environment;
mod failure;
mod finished;
mod host;
mod log;
mod many_users;
mod node_api;
mod options;
mod push_notifications;
mod report;
mod runtime;
mod targets;
mod webhook;

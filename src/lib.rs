//! The Node-API binding of the Beams client: arguments in, promises out, errors across. It decides nothing about Beams.
//!
//! `lib/` reads what the caller passes and hands over strings and numbers. A call ([`client`], [`bulk`]) is spawned on the
//! environment's [`worker`], leaves its outcome in the [`completion_queue`], and is settled on the JavaScript thread by
//! [`pending_calls`]. CONTRIBUTING.md shows the whole way of a publish.

mod arguments;
mod bulk;
mod checks;
mod client;
mod environment;
mod error;
mod ffi;
mod log;
mod message;
mod node_codes;
mod numbers;
mod observers;
mod options;
mod output;
mod pending_calls;
mod testing;
mod webhook;
mod worker;

//! The Node-API binding of the Beams client: arguments in, promises out, errors across. It decides nothing about Beams.

mod bulk;
mod client;
mod completion_queue;
mod environment;
mod error;
mod ffi;
mod host;
mod log;
mod options;
mod pending_calls;
mod report;
mod targets;
mod webhook;
mod worker;

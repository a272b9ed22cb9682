//! What must hold for any input of the Beams client. Each module has one function, `check`, which panics where it does not.
//!
//! Inputs are text as far as possible, so that seeds and findings can be read. How a target reads its input is at the top
//! of its module.

pub mod endpoint;
mod input;
pub mod intake;
pub mod journal;
pub mod message;
pub mod payload;
pub mod proxy;
pub mod response;
pub mod retry_after;
pub mod targets;
pub mod webhook;

/// What checks an input.
pub type Check = fn(&[u8]);

/// Each target with its name.
pub const TARGETS: [(&str, Check); 10] = [
    ("endpoint", endpoint::check),
    ("intake", intake::check),
    ("journal", journal::check),
    ("message", message::check),
    ("payload", payload::check),
    ("proxy", proxy::check),
    ("response", response::check),
    ("retry_after", retry_after::check),
    ("targets", targets::check),
    ("webhook", webhook::check),
];

//! Errors of connections: which kinds there are, and how the errors of libraries become one of them.

mod classify;
mod kind;

pub(crate) use classify::{Classified, classify_body, classify_chain, is_too_many_open_files};
pub use classify::{classify, classify_io};
pub use kind::{ConnectionError, ConnectionErrorKind};

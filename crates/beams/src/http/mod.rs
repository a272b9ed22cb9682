//! One HTTP exchange with the service.

pub(crate) mod attempt;
pub(crate) mod body;
pub(crate) mod connections;
pub(crate) mod pool;
pub mod request;
mod resolver;
pub mod response;

//! One HTTP exchange with the service.

pub mod attempt;
pub(crate) mod body;
pub(crate) mod connections;
pub mod pool;
pub mod request;
mod resolver;
pub mod response;

//! One HTTP exchange with the service.

pub mod attempt;
pub mod pool;
pub mod request;
mod resolver;
pub mod response;

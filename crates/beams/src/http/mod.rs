//! One HTTP exchange with the service.

pub mod attempt;
pub mod request;
pub mod response;

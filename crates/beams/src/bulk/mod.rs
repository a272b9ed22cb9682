//! Many requests for one call: any number of users.

pub mod chunker;
pub mod publish;

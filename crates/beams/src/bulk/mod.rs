//! One call for any number of users: chunk after chunk is published, some side by side, until all are, or until there is
//! a reason to stop. Every id that comes in is accounted for.

pub mod chunker;
pub mod driver;
pub mod id_set;
pub mod report;

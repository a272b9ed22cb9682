//! One call for any number of users: chunk after chunk is published, some side by side, until all are, or until there is
//! a reason to stop. Every id that comes in is accounted for.
//!
//! [`handle`] is what the caller holds. The [`driver`] asks the [`intake`] what becomes of each id: the [`chunker`] puts it
//! into a chunk for its [`request`](requests), or it is accounted for in the [`report`] at once. A [`journal`] keeps what
//! has become of the users when the process dies.

pub mod chunker;
pub mod driver;
pub mod handle;
pub mod id_set;
pub mod intake;
pub mod journal;
pub mod report;
pub mod requests;
mod tally;

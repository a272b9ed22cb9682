//! One call for any number of users: chunk after chunk is published, some side by side, until all are, or until there is
//! a reason to stop. Every id that comes in is accounted for.
//!
//! The caller holds the [`handle`]. The [`driver`] passes each id to the [`intake`]: the [`chunker`] puts it into a chunk for its
//! [`request`](requests), or the [`report`] counts it as skipped or failed. A [`journal`] records the outcomes, so that a call can
//! resume after its process has died.

pub mod chunker;
pub mod driver;
pub mod handle;
pub mod id_set;
pub mod intake;
pub mod journal;
pub mod report;
pub mod requests;
mod tally;

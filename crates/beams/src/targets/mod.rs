//! Interests and users: kinds and limits, lists, and their JSON.

pub mod json;
pub mod kind;
pub mod list;
pub mod user_id;

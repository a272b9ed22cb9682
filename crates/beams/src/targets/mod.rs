//! Interests and users: kinds, limits and their JSON.

pub mod interests;
pub mod joined;
pub mod kind;
pub mod users;

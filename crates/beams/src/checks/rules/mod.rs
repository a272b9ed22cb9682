//! The table of rules, and what no rule can tell.

pub(super) mod apns;
pub(super) mod body;
mod facts;
pub(super) mod fcm;
pub(super) mod web;

pub use facts::{UNCHECKED, Unchecked};

use super::rule::{Platform, Rule};

/// Every rule with the platform that its section is about, in the order of the documentation.
pub static TABLES: [(Option<Platform>, &[&Rule]); 4] = [
    (None, body::RULES),
    (Some(Platform::Web), web::RULES),
    (Some(Platform::Fcm), fcm::RULES),
    (Some(Platform::Apns), apns::RULES),
];

/// Every rule.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    TABLES.iter().flat_map(|(_, rules)| rules.iter().copied())
}

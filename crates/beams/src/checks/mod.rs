//! Finds out before a publish why nothing would appear.
//!
//! Beams responds 200 to payloads that Apple, Google or a browser then drop, and 422 to some that every type system accepts.
//! A [`Rule`] in [`rules`] says when that happens, what follows, and what to write instead; [`apns`], [`fcm`], [`web`] and
//! [`body`] walk a payload once and say which rules apply. `docs/payload-checks.md` is written from the same table by
//! [`page`].
//!
//! A finding is [`Severity::Refused`] only if the refusal has been reported of the live service. One that is merely documented by
//! a platform, or follows from its code, is milder.

pub(crate) mod apns;
mod body;
mod fcm;
pub(crate) mod findings;
mod link;
mod members;
pub(crate) mod names;
mod page;
pub(crate) mod parse;
mod part;
mod rule;
pub mod rules;
mod size;
pub(crate) mod text;
mod web;

use serde_json::Value;

pub use findings::Finding;
pub use members::{Member, MemberKind, check_members};
pub use page::write_page;
pub use rule::{Language, Platform, Rule, Severity};

use crate::targets::kind::{TargetKind, USERS};
use findings::{Findings, Path};

/// Longer texts are refused for their size, whatever else is wrong with them.
const MAX_JSON_LEN: usize = 4 * USERS.max_body_bytes;

/// Checks a payload. `targets` is the kind of targets it is for, where that is known: it decides how large it may be.
pub fn check_payload(payload: &Value, targets: Option<&'static TargetKind>) -> Vec<Finding> {
    let mut findings = Findings::default();
    body::check(payload, targets, &mut findings);
    findings.into_sorted()
}

/// Checks a payload given as JSON, as `JSON.stringify` writes it: with lone surrogates, which UTF-8 has no form for, and of
/// any depth and size.
///
/// # Errors
///
/// Where it is not JSON.
pub fn check_json(json: &str, targets: Option<&'static TargetKind>) -> serde_json::Result<Vec<Finding>> {
    let mut findings = Findings::default();
    if json.len() > MAX_JSON_LEN {
        findings.add_size(&rules::body::TOO_LARGE, &Path::ROOT, json.len());
        return Ok(findings.into_sorted());
    }
    match parse::parse(json)? {
        Some(payload) => body::check(&payload, targets, &mut findings),
        None => findings.add(&rules::body::TOO_DEEP, &Path::ROOT),
    }
    Ok(findings.into_sorted())
}

#[cfg(test)]
mod tests;

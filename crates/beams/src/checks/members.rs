//! What was in a payload before it became JSON, and is lost or changed in it. Only the language of the caller sees it.

use super::findings::{Finding, Findings};
use super::rule::Rule;
use super::rules::body::{CHANGED_BY_JSON, LOST_IN_JSON, TARGETS_IN_REQUEST};

/// What becomes of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberKind {
    /// JSON leaves it out or empties it: a function, a `Map`.
    Lost,
    /// JSON has another form for it: a date.
    Changed,
    /// It is a list of targets, which are not taken from the payload.
    Targets,
}

/// A member that JSON does not show as it was.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its own name, after those of what it is in.
    pub names: Vec<String>,
    /// What becomes of it.
    pub kind: MemberKind,
}

impl MemberKind {
    fn rule(self) -> &'static Rule {
        match self {
            Self::Lost => &LOST_IN_JSON,
            Self::Changed => &CHANGED_BY_JSON,
            Self::Targets => &TARGETS_IN_REQUEST,
        }
    }
}

/// The findings of a payload together with those of members that its JSON does not show.
pub fn check_members(findings: Vec<Finding>, members: &[Member]) -> Vec<Finding> {
    let mut all = Findings::from(findings);
    for Member { names, kind } in members {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let rule = kind.rule();
        all.add_names(rule, &names, None, rule.message.to_owned());
    }
    all.into_sorted()
}

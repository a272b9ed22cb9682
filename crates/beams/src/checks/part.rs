//! The part of a payload that one platform gets.

use serde_json::{Map, Value};

use super::findings::{Findings, Path};
use super::rule::Rule;
use super::size::members_len;

/// A part, and its place in the payload.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a, 'p> {
    pub members: &'a Map<String, Value>,
    pub path: Path<'p>,
    /// Whether the payload is so large that this part can exceed its platform's limit.
    pub is_large: bool,
}

/// A part's title and body, where they are strings.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Texts<'a> {
    pub title: Option<&'a str>,
    pub body: Option<&'a str>,
}

impl Part<'_, '_> {
    /// Adds a finding if these members exceed a limit in bytes. Of several limits, the first that is exceeded counts.
    pub fn check_size(&self, names: &[&str], limits: &[(usize, &'static Rule)], findings: &mut Findings) {
        if !self.is_large {
            return;
        }
        let bytes = members_len(self.members, names);
        if let Some((_, rule)) = limits.iter().find(|(max_bytes, _)| bytes > *max_bytes) {
            findings.add_size(rule, &self.path, bytes);
        }
    }
}

impl<'a> Texts<'a> {
    /// The `title` and `body` of an object.
    pub fn read(object: &'a Map<String, Value>) -> Self {
        let read = |name| object.get(name).and_then(Value::as_str);
        Self { title: read("title"), body: read("body") }
    }
}

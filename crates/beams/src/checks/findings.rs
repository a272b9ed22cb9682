//! What the checker has found, and where.

use serde::Serialize;

use super::rule::{Platform, Rule, Severity};

/// More findings than these are of no use to anybody.
const MAX_FINDINGS: usize = 100;

/// A rule that applies to a member of a payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The id of the rule, such as `web/deep-link-not-absolute`.
    pub rule: &'static str,
    /// What becomes of the notification.
    pub severity: Severity,
    /// The platform that the member belongs to; `None` where it belongs to all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// Where the member is, or is missing, as a [JSON pointer](https://www.rfc-editor.org/rfc/rfc6901).
    pub path: String,
    /// What will happen, and what to write instead. It holds no value of the payload.
    pub message: String,
    /// The member or value to write instead, where there is exactly one. It holds no value of the payload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
    /// A page of Beams, Apple or Google.
    pub documentation: &'static str,
}

/// Where a member is. A list on the stack, because a path is rarely wanted as text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    name: &'a str,
}

/// The findings of one payload.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Finding>);

impl Finding {
    /// Whether a device shows nothing: Beams refuses the publish, or a platform drops the notification.
    pub fn shows_nothing(&self) -> bool {
        matches!(self.severity, Severity::Refused | Severity::Dropped)
    }

    /// The text of a warning or an error about it.
    pub fn describe(&self) -> String {
        let path = if self.path.is_empty() { "the payload" } else { &self.path };
        format!("{path}: {}", self.message)
    }
}

impl<'a> Path<'a> {
    /// The whole payload.
    pub const ROOT: Path<'static> = Path { parent: None, name: "" };

    /// A member of what is here.
    pub fn member(&'a self, name: &'a str) -> Path<'a> {
        Path { parent: Some(self), name }
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = std::iter::successors(Some(self), |path| path.parent)
            .filter(|p| p.parent.is_some())
            .map(|p| p.name)
            .collect();
        names.reverse();
        names
    }
}

impl Findings {
    /// A rule applies, and its text says all.
    pub fn add(&mut self, rule: &'static Rule, path: &Path<'_>) {
        self.add_names(rule, &path.names(), None, rule.message.to_owned());
    }

    /// A rule applies, and `instead` is to be written.
    pub fn add_instead(&mut self, rule: &'static Rule, path: &Path<'_>, instead: &str) {
        let message = rule.message.replace("{name}", path.name).replace("{instead}", instead);
        self.add_names(rule, &path.names(), Some(instead), message);
    }

    /// A rule about sizes applies.
    pub fn add_size(&mut self, rule: &'static Rule, path: &Path<'_>, bytes: usize) {
        self.add_names(rule, &path.names(), None, rule.message.replace("{bytes}", &bytes.to_string()));
    }

    /// A rule applies to a member that is known by its names.
    pub fn add_names(&mut self, rule: &'static Rule, names: &[&str], suggestion: Option<&str>, message: String) {
        if self.0.len() == MAX_FINDINGS {
            // The last of the mildest makes room for a worse one.
            match self.0.iter().enumerate().max_by_key(|(_, finding)| finding.severity) {
                Some((index, mildest)) if mildest.severity > rule.severity => drop(self.0.remove(index)),
                _ => return,
            }
        }
        let platform = rule.platform.or(match names.first() {
            Some(&"apns") => Some(Platform::Apns),
            Some(&"fcm") => Some(Platform::Fcm),
            Some(&"web") => Some(Platform::Web),
            _ => None,
        });
        let path = names.iter().flat_map(|name| ["/".to_owned(), name.replace('~', "~0").replace('/', "~1")]).collect();
        self.0.push(Finding {
            rule: rule.id,
            severity: rule.severity,
            platform,
            path,
            message,
            suggestion: suggestion.or(rule.suggestion).map(str::to_owned),
            documentation: rule.documentation,
        });
    }

    /// The worst first, otherwise in the payload's order.
    pub fn into_sorted(mut self) -> Vec<Finding> {
        self.0.sort_by_key(|finding| finding.severity);
        self.0
    }
}

impl From<Vec<Finding>> for Findings {
    fn from(findings: Vec<Finding>) -> Self {
        Self(findings)
    }
}

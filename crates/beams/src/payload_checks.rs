//! Checks payloads before they are published, each once, and decides whether their findings prevent the publish.

use std::hash::BuildHasher;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::{DefaultHashBuilder, HashMap};

use crate::checks::{Finding, check_json};
use crate::error::{Error, Result};
use crate::targets::json::utf8;
use crate::targets::kind::TargetKind;

/// The approximate maximum memory for the findings of one generation. Two generations are kept.
const MAX_GENERATION_BYTES: usize = 512 * 1024;

/// The approximate memory of an entry without its findings.
const ENTRY_BYTES: usize = 64;

/// Whether payloads are checked before they are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PayloadChecks {
    /// Payloads are not checked.
    #[default]
    Off,
    /// Payloads are checked, and published despite findings. The outcome has the findings.
    Warn,
    /// Payloads are checked, and rejected if a device would show nothing.
    Reject,
}

/// The findings of one payload; `None` where there are none.
pub type PayloadFindings = Option<Arc<[Finding]>>;

/// The findings of each payload that has any, of several.
pub type FindingsByPayload = Vec<Arc<[Finding]>>;

/// Checks the payloads of one client, each of them once.
pub(crate) struct PayloadChecker {
    mode: PayloadChecks,
    checked: Mutex<CheckedPayloads>,
}

/// A cache of findings by the hash of the payload, in two generations. When the recent one is full, the earlier one is dropped,
/// except for entries that were used in the meantime.
#[derive(Default)]
struct CheckedPayloads {
    recent: HashMap<u64, PayloadFindings>,
    recent_bytes: usize,
    earlier: HashMap<u64, PayloadFindings>,
    hasher: DefaultHashBuilder,
}

impl PayloadChecker {
    pub(crate) fn new(mode: PayloadChecks) -> Self {
        Self { mode, checked: Mutex::default() }
    }

    /// The findings of a payload, a JSON object in UTF-16. None where payloads are not checked.
    pub(crate) fn findings(&self, kind: &'static TargetKind, payload: &[u16]) -> PayloadFindings {
        if self.mode == PayloadChecks::Off {
            return None;
        }
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        // The hash has a random seed, so that collisions cannot be constructed.
        let hash = checked.hasher.hash_one((kind.key, payload));
        if let Some(findings) = checked.get(hash) {
            return findings;
        }
        let json = utf8(payload);
        // Invalid JSON has no findings: assembling the body reports it.
        let findings = std::str::from_utf8(&json).ok().and_then(|json| check_json(json, Some(kind)).ok());
        let findings = findings.filter(|findings| !findings.is_empty()).map(Arc::from);
        checked.insert(hash, findings.clone());
        findings
    }

    /// Rejects a payload of which a device would show nothing, in the mode [`PayloadChecks::Reject`].
    ///
    /// # Errors
    ///
    /// [`Error::Payload`] with the findings that prevent the publish.
    pub(crate) fn enforce(&self, findings: &PayloadFindings) -> Result<()> {
        if self.mode != PayloadChecks::Reject {
            return Ok(());
        }
        let findings: Vec<Finding> =
            findings.iter().flat_map(|findings| findings.iter()).filter(|it| it.shows_nothing()).cloned().collect();
        if findings.is_empty() { Ok(()) } else { Err(Error::Payload { findings }) }
    }
}

impl CheckedPayloads {
    fn get(&mut self, hash: u64) -> Option<PayloadFindings> {
        if let Some(findings) = self.recent.get(&hash) {
            return Some(findings.clone());
        }
        let findings = self.earlier.remove(&hash)?;
        self.insert(hash, findings.clone());
        Some(findings)
    }

    fn insert(&mut self, hash: u64, findings: PayloadFindings) {
        let bytes = ENTRY_BYTES + findings.iter().flat_map(|findings| findings.iter()).map(byte_size).sum::<usize>();
        if self.recent_bytes + bytes > MAX_GENERATION_BYTES {
            self.earlier = mem::take(&mut self.recent);
            self.recent_bytes = 0;
        }
        self.recent_bytes += bytes;
        self.recent.insert(hash, findings);
    }
}

fn byte_size(finding: &Finding) -> usize {
    size_of::<Finding>() + finding.path.len() + finding.message.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targets::kind::{INTERESTS, USERS};
    use crate::targets::list::tests::units;

    const RIGHT: &str = r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/"}}}"#;
    const HINT: &str = r#"{"web":{"notification":{"title":"Hello"}}}"#;
    const REFUSED: &str = r#"{"web":{"notification":{"title":"Hello","deep_link":"/inbox","icn":"x"}}}"#;

    fn rules(findings: &PayloadFindings) -> Vec<&'static str> {
        findings.iter().flat_map(|findings| findings.iter()).map(|finding| finding.rule).collect()
    }

    #[test]
    fn no_payload_is_checked_if_checks_are_off() {
        let checker = PayloadChecker::new(PayloadChecks::Off);
        assert!(checker.findings(&USERS, &units(REFUSED)).is_none());
        assert!(checker.checked.lock().unwrap().recent.is_empty());
    }

    #[test]
    fn only_a_payload_that_would_not_show_is_rejected() {
        for (payload, rejected) in [(RIGHT, ""), (HINT, ""), (REFUSED, "web/deep-link-not-absolute"), ("[", "")] {
            for mode in [PayloadChecks::Warn, PayloadChecks::Reject] {
                let checker = PayloadChecker::new(mode);
                let findings = checker.findings(&USERS, &units(payload));
                assert_eq!(rules(&findings).is_empty(), payload == RIGHT || payload == "[", "{payload}");
                match checker.enforce(&findings) {
                    Err(Error::Payload { findings }) if mode == PayloadChecks::Reject => {
                        assert_eq!(findings.iter().map(|it| it.rule).collect::<Vec<_>>(), [rejected]);
                    }
                    enforced => assert!(enforced.is_ok() && (mode == PayloadChecks::Warn || rejected.is_empty())),
                }
            }
        }
    }

    #[test]
    fn a_payload_is_checked_once_for_each_kind_of_targets() {
        let checker = PayloadChecker::new(PayloadChecks::Warn);
        let large = units(&format!(r#"{{"fcm":{{"data":{{"text":"{}"}},"priority":"high"}}}}"#, "x".repeat(11_000)));
        assert!(rules(&checker.findings(&INTERESTS, &large)).contains(&"body/too-large"));
        let first = checker.findings(&USERS, &large);
        assert!(!rules(&first).contains(&"body/too-large"));
        let again = checker.findings(&USERS, &large);
        assert!(Arc::ptr_eq(&first.unwrap(), &again.unwrap()));
        assert_eq!(checker.checked.lock().unwrap().recent.len(), 2);
    }

    #[test]
    fn the_cache_is_bounded_and_keeps_payloads_in_use() {
        let checker = PayloadChecker::new(PayloadChecks::Warn);
        let first = checker.findings(&USERS, &units(HINT));
        let mut max_count = 0;
        for number in 0..20_000 {
            checker.findings(&USERS, &units(&RIGHT.replace("Hello", &number.to_string())));
            assert!(Arc::ptr_eq(first.as_ref().unwrap(), &checker.findings(&USERS, &units(HINT)).unwrap()));
            let checked = checker.checked.lock().unwrap();
            max_count = max_count.max(checked.recent.len() + checked.earlier.len());
        }
        assert!(max_count <= 2 * MAX_GENERATION_BYTES / ENTRY_BYTES, "{max_count}");
    }
}

mod members;

use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::rules::{UNCHECKED, all};
use super::*;
use crate::targets::kind::{INTERESTS, USERS};

/// Expands the placeholders of an example: long strings and deep nesting.
fn expand(example: &str) -> String {
    let mut expanded = String::new();
    let mut rest = example;
    while let Some((before, (count, unit, after))) = next_placeholder(rest) {
        expanded.push_str(before);
        match unit {
            "characters" => expanded.push_str(&format!("\"{}\"", "x".repeat(count))),
            "levels" => expanded.push_str(&format!("{}{}", "[".repeat(count), "]".repeat(count))),
            unit => panic!("{unit}"),
        }
        rest = after;
    }
    expanded + rest
}

fn next_placeholder(text: &str) -> Option<(&str, (usize, &str, &str))> {
    let (before, after) = text.split_once("\"<")?;
    let (placeholder, after) = after.split_once(">\"")?;
    let (count, unit) = placeholder.split_once(' ')?;
    Some((before, (count.parse().ok()?, unit, after)))
}

fn ids(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.rule).collect()
}

fn check(payload: &Value) -> Vec<&'static str> {
    ids(&check_payload(payload, None))
}

#[test]
fn every_rule_has_an_example_that_fails_and_one_that_passes() {
    for rule in all().filter(|rule| rule.language == Language::Json) {
        let found = check_json(&expand(rule.fails), None).unwrap();
        let finding = found.iter().find(|finding| finding.rule == rule.id);
        let finding = finding.unwrap_or_else(|| panic!("{} is not found in {}", rule.id, rule.fails));
        assert_eq!(finding.severity, rule.severity);
        assert_eq!(finding.documentation, rule.documentation);
        assert!(finding.platform == rule.platform || rule.platform.is_none(), "{}", rule.id);
        assert!(!finding.message.contains(['{', '}']) || rule.message.contains("{ "), "{}", finding.message);
        assert_eq!(ids(&check_json(&expand(rule.passes), None).unwrap()), [""; 0], "{}: {}", rule.id, rule.passes);
    }
}

#[test]
fn the_rules_that_only_javascript_breaks_are_those_of_members() {
    let languages: Vec<_> = all().filter(|rule| rule.language == Language::JavaScript).map(|rule| rule.id).collect();
    let members = [
        Member { names: vec!["web".into(), "data".into(), "a/b~c".into()], kind: MemberKind::Changed },
        Member { names: vec!["web".into(), "data".into(), "tags".into()], kind: MemberKind::Lost },
        Member { names: vec!["users".into()], kind: MemberKind::Targets },
    ];
    let found = check_members(Vec::new(), &members);
    assert_eq!(ids(&found), ["body/lost-in-json", "body/targets-in-request", "body/changed-by-json"]);
    assert_eq!(found[2].path, "/web/data/a~1b~0c");
    assert_eq!(found[2].platform, Some(Platform::Web));
    assert_eq!(found[1].platform, None);
    assert_eq!(languages, ["body/lost-in-json", "body/changed-by-json"]);
}

#[test]
fn the_table_is_in_order() {
    let mut seen = HashSet::new();
    for rule in all() {
        assert!(seen.insert(rule.id), "{} is there twice", rule.id);
        let prefix = rule.platform.map_or("body".to_owned(), |it| format!("{it:?}").to_lowercase());
        assert!(rule.id.starts_with(&format!("{prefix}/")), "{}", rule.id);
        assert!(rule.title.ends_with('.') && rule.message.ends_with(['.', ')']), "{}", rule.id);
        assert!(rule.documentation.starts_with("https://"));
        assert!(!rule.fails.is_empty() && !rule.passes.is_empty() && rule.fails != rule.passes, "{}", rule.id);
    }
    for (_, rules) in super::rules::TABLES {
        assert!(rules.is_sorted_by_key(|rule| rule.severity), "the worst come first");
    }
}

#[test]
fn only_refusals_reported_of_the_live_service_have_the_severity_refused() {
    let known = ["A8", "A11", "W5", "W11", "G3", "S5"];
    let refused: Vec<_> = all().filter(|rule| rule.severity == Severity::Refused).collect();
    for rule in &refused {
        assert!(rule.facts.iter().all(|fact| known.contains(fact)), "{}", rule.id);
    }
    assert_eq!(refused.len(), known.len());
}

#[test]
fn every_fact_is_on_the_page_with_its_rule_or_the_reason_why_it_has_none() {
    let ruled: HashSet<_> = all().flat_map(|rule| rule.facts).copied().collect();
    let unchecked: HashSet<_> = UNCHECKED.iter().map(|unchecked| unchecked.fact).collect();
    let page = write_page();
    for (letter, count) in [('S', 6), ('A', 30), ('F', 33), ('W', 19), ('G', 9), ('P', 4)] {
        for number in 1..=count {
            let fact = format!("{letter}{number}");
            assert!(ruled.contains(fact.as_str()) || unchecked.contains(fact.as_str()), "{fact}");
            assert!(page.contains(&format!("\n- {fact}: ")), "{fact}");
        }
    }
}

#[test]
fn the_page_is_generated_from_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/payload-checks.md");
    let committed = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    assert_eq!(committed, write_page(), "cargo run --package beams --example payload-checks > docs/payload-checks.md");
}

#[test]
fn correct_payloads_have_no_finding() {
    let corpus: Vec<Value> = serde_json::from_str(include_str!("../../tests/payloads.json")).unwrap();
    assert!(corpus.len() >= 60);
    for entry in corpus {
        assert!(entry["source"].is_string());
        for targets in [None, Some(&INTERESTS), Some(&USERS)] {
            let found = check_payload(&entry["payload"], targets);
            assert_eq!(found, [], "{entry:#}");
        }
    }
}

#[test]
fn near_names_are_found_wherever_they_stand() {
    let suggestions = |payload: Value| -> Vec<(String, Option<String>)> {
        let findings = check_payload(&payload, None);
        findings.into_iter().filter(|it| it.suggestion.is_some()).map(|it| (it.path, it.suggestion)).collect()
    };
    for (payload, path, suggestion) in [
        (json!({"web": {"notification": {"titel": "x"}}}), "/web/notification/titel", "title"),
        (json!({"web": {"notification": {"deepLink": "x"}}}), "/web/notification/deepLink", "deep_link"),
        (json!({"web": {"notification": {"imageUrl": "x"}}}), "/web/notification/imageUrl", "icon"),
        (json!({"web": {"notification": {"timeToLive": 1}}}), "/web/notification/timeToLive", "web.time_to_live"),
        (json!({"web": {"notifcation": {"title": "x"}}}), "/web/notifcation", "notification"),
        (json!({"web": {"timeToLive": 60}}), "/web/timeToLive", "time_to_live"),
        (json!({"web": {"deepLink": "x"}}), "/web/deepLink", "web.notification.deep_link"),
        (json!({"fcm": {"ttl": 60}}), "/fcm/ttl", "time_to_live"),
        (json!({"fcm": {"clickAction": "x"}}), "/fcm/clickAction", "fcm.notification.click_action"),
        (json!({"fcm": {"notification": {"channelId": "x"}}}), "/fcm/notification/channelId", "android_channel_id"),
        (json!({"fcm": {"notification": {"ttl": 1}}}), "/fcm/notification/ttl", "fcm.time_to_live"),
        (json!({"apns": {"collapseId": "x"}}), "/apns/collapseId", "collapse_id"),
        (json!({"apns": {"mutableContent": 1}}), "/apns/mutableContent", "apns.aps.mutable-content"),
        (json!({"apns": {"aps": {"contentAvailable": 1}}}), "/apns/aps/contentAvailable", "content-available"),
        (json!({"apns": {"aps": {"mutable_content": 1}}}), "/apns/aps/mutable_content", "mutable-content"),
        (json!({"apns": {"aps": {"alert": {"locKey": "x"}}}}), "/apns/aps/alert/locKey", "loc-key"),
        (json!({"fmc": {}}), "/fmc", "fcm"),
        (json!({"ios": {}}), "/ios", "apns"),
    ] {
        let expected = (path.to_owned(), Some(suggestion.to_owned()));
        assert!(suggestions(payload.clone()).contains(&expected), "{payload}: {:?}", suggestions(payload.clone()));
    }
}

#[test]
fn unknown_members_have_no_finding() {
    let payload = json!({
        "apns": {"aps": {"alert": {"title": "x", "voice-over-hint": "y"}, "focus-filter-hint": "z"}},
        "fcm": {"notification": {"title": "x", "bubble_metadata": "y"}, "quality_of_service": "z"},
    });
    assert_eq!(check(&payload), [""; 0]);
}

#[test]
fn the_size_limit_depends_on_the_targets() {
    let payload = json!({"fcm": {"priority": "high", "data": {"text": "x".repeat(11_000)}}});
    let sized = |targets| ids(&check_payload(&payload, targets));
    assert_eq!(sized(Some(&INTERESTS)), ["body/too-large", "fcm/too-large"]);
    assert_eq!(sized(Some(&USERS)), ["fcm/too-large"]);
    assert_eq!(sized(None), ["fcm/too-large", "body/too-large-for-interests"]);
}

#[test]
fn sizes_count_utf8_bytes() {
    let payload = |text: &str, count: usize| json!({"apns": {"aps": {"alert": text.repeat(count)}}});
    assert_eq!(check(&payload("x", 3876)), [""; 0]);
    assert_eq!(check(&payload("x", 3900)), ["apns/too-large"]);
    assert_eq!(check(&payload("🍩", 960)), [""; 0]);
    assert_eq!(check(&payload("🍩", 980)), ["apns/too-large"]);
}

#[test]
fn a_payload_that_is_not_an_object_has_no_platform() {
    for payload in [json!(null), json!([]), json!("web"), json!(7)] {
        assert_eq!(check(&payload), ["body/no-platform"]);
    }
}

#[test]
fn deep_nesting_is_checked_without_recursion() {
    let mut value = json!(1);
    for _ in 0..400 {
        value = json!([{ "a": value }]);
    }
    let found = check(&json!({"web": {"data": value.clone(), "notification": {"title": value.clone()}}, "fcm": value}));
    assert!(found.contains(&"body/text-type"));
    assert_eq!(ids(&check_json(&format!("\"{}\"", "x".repeat(1 << 20)), None).unwrap()), ["body/too-large"]);
    assert_eq!(
        ids(&check_json(&format!("{}1{}", "[".repeat(300_000), "]".repeat(300_000)), None).unwrap()),
        ["body/too-deep"]
    );
}

#[test]
fn the_number_of_findings_is_bounded() {
    let data: serde_json::Map<_, _> = (0..100_000).map(|number| (format!("k{number}"), json!(number))).collect();
    assert_eq!(check(&json!({"fcm": {"data": data}})).len(), 100);
}

#[test]
fn the_worst_findings_are_listed_however_many_come_before_them() {
    let mut web: serde_json::Map<_, _> = (0..200).map(|number| (format!("a{number:03}"), json!(number))).collect();
    web.insert("notification".into(), json!({"title": 1, "deep_link": "/inbox"}));
    let findings = check_payload(&json!({"web": web}), None);
    let worst: Vec<_> = findings.iter().take_while(|finding| finding.shows_nothing()).map(|it| it.rule).collect();
    assert!(worst.contains(&"web/deep-link-not-absolute"), "{worst:?}");
    let milder: Vec<_> = findings.iter().skip(worst.len()).map(|finding| finding.path.as_str()).collect();
    assert_eq!((findings.len(), milder[0]), (100, "/web/a000"));
    // Each of the worst took the place of the last of the others.
    assert_eq!(milder.last().copied(), Some(format!("/web/a{:03}", 99 - worst.len()).as_str()));
}

/// Names that have a meaning somewhere, so that random payloads reach every check.
fn any_name() -> impl Strategy<Value = String> {
    let known = "apns fcm web aps alert notification data title body subtitle badge sound icon image deep_link priority \
        time_to_live expiration collapse_id pusher content-available mutable-content loc-key loc-args title_loc_args \
        interruption-level relevance-score hide_notification_if_site_has_focus click_action color info from headers \
        event android deepLink ttl titel users";
    let names: Vec<&'static str> = known.split_whitespace().collect();
    prop_oneof![8 => prop::sample::select(names).prop_map(str::to_owned), 1 => "\\PC{0,8}"]
}

/// Every string has the mark, which must not appear in any finding.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z:/. ]{0,6}§\\PC{0,12}".prop_map(Value::from),
        "https?://[a-z.]{0,9}/§".prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 128, 8, |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            6 => prop::collection::btree_map(any_name(), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_checked(payload in any_json()) {
        for finding in check_payload(&payload, Some(&USERS)) {
            prop_assert!(!finding.message.contains('§'), "{}", finding.message);
            prop_assert!(finding.suggestion.is_none_or(|suggestion| !suggestion.contains('§')));
            prop_assert!(finding.path.len() < 500);
            let parent = finding.path.rsplit_once('/').map_or("", |(parent, _)| parent);
            prop_assert!(payload.pointer(parent).is_some(), "{}", finding.path);
        }
    }

    #[test]
    fn any_text_is_checked_or_is_invalid_json(json in "[\\[\\]{}\",:\\\\ud8a0-9]{0,64}") {
        let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&json).is_ok();
        prop_assert!(check_json(&json, None).is_ok() || !is_json);
    }
}

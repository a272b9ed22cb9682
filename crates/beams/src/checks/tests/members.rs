//! What each member may hold, and the finding for a value beyond it.

use serde_json::{Value, json};

use super::{check, ids};
use crate::checks::{Finding, Platform, check_json, check_payload};
use crate::targets::kind::{INTERESTS, USERS};

/// A payload for one platform that has no finding.
fn correct(platform: &str) -> Value {
    let texts = json!({"title": "T", "body": "B"});
    match platform {
        "apns" => json!({"apns": {"aps": {"alert": texts}}}),
        "fcm" => json!({"fcm": {"notification": texts}}),
        _ => json!({"web": {"notification": {"title": "T", "body": "B", "deep_link": "https://example.com/"}}}),
    }
}

/// The findings for a correct payload in which the member at a path has another value.
fn with(path: &str, value: Value) -> Vec<Finding> {
    let mut payload = correct(path.split('/').nth(1).unwrap());
    let (parent, name) = path.rsplit_once('/').unwrap();
    payload.pointer_mut(parent).unwrap()[name] = value;
    check_payload(&payload, None)
}

/// Checks each value of a member. The rules are given without their platform.
fn assert_findings(path: &str, values: impl IntoIterator<Item = (Value, &'static [&'static str])>) {
    let platform = path.split('/').nth(1).unwrap();
    for (value, expected) in values {
        let expected = expected.iter().map(|rule| match rule.split_once('/') {
            Some(_) => (*rule).to_owned(),
            None => format!("{platform}/{rule}"),
        });
        let found = with(path, value.clone());
        assert_eq!(ids(&found), expected.collect::<Vec<_>>(), "{path}: {value}");
        let expected = match platform {
            "apns" => Platform::Apns,
            "fcm" => Platform::Fcm,
            _ => Platform::Web,
        };
        assert!(found.iter().all(|finding| finding.platform == Some(expected)), "{found:?}");
    }
}

/// Values without a finding, and values with the same one.
fn assert_allowed(path: &str, allowed: &[Value], refused: &[Value], finding: &'static [&'static str]) {
    assert_findings(path, allowed.iter().map(|value| (value.clone(), &[][..])));
    assert_findings(path, refused.iter().map(|value| (value.clone(), finding)));
}

#[test]
fn the_members_of_apns_have_their_types_and_ranges() {
    let id = |text: &str, count| json!(text.repeat(count));
    assert_allowed(
        "/apns/collapse_id",
        &[id("x", 1), id("x", 64), id("é", 32)],
        &[id("x", 0), id("x", 65), id("é", 33), json!(5)],
        &["collapse-id"],
    );
    assert_allowed(
        "/apns/priority",
        &[json!(1), json!(5), json!(10)],
        &[json!(0), json!(2), json!(9), json!(11), json!("10")],
        &["priority"],
    );
    assert_findings(
        "/apns/expiration",
        [
            (json!("4102444800"), &["expiration-type"][..]),
            (json!(0), &["expiration-zero"]),
            (json!(1), &["expiration-duration"]),
            (json!(999_999_999), &["expiration-duration"]),
            (json!(1_000_000_000), &["expiration-past"]),
            (json!(4_102_444_800_u64), &[]),
            (json!(99_999_999_999_u64), &[]),
            (json!(100_000_000_000_u64), &["expiration-milliseconds"]),
        ],
    );
    let tracking = |value: Value| json!({ "disable_delivery_tracking": value });
    assert_allowed(
        "/apns/pusher",
        &[json!({}), tracking(json!(true)), tracking(json!(false))],
        &[tracking(json!("true")), tracking(json!(1))],
        &["delivery-tracking-type"],
    );
    assert_findings(
        "/apns/data",
        [
            (json!({"pusher": 1}), &["data-pusher"][..]),
            (json!({"info": "{\"a\":1}"}), &["flutter-info"]),
            (json!({"info": "a"}), &[]),
            (json!({"info": {"a": 1}}), &[]),
        ],
    );
    assert_findings("/apns/title", [(json!("T"), &["belongs-in-aps"][..])]);
    assert_findings("/apns/foo", [(json!("T"), &["unknown-member"][..])]);
}

#[test]
fn the_members_of_aps_have_their_types_and_ranges() {
    assert_allowed(
        "/apns/aps/content-available",
        &[json!(1), json!(1.0)],
        &[json!(0), json!(true), json!("1"), json!(null)],
        &["content-available"],
    );
    assert_allowed(
        "/apns/aps/mutable-content",
        &[json!(0), json!(1)],
        &[json!(2), json!(true), json!("1")],
        &["mutable-content"],
    );
    assert_allowed("/apns/aps/badge", &[json!(0), json!(7)], &[json!(-1), json!(1.5), json!("+1")], &["badge"]);
    assert_allowed(
        "/apns/aps/relevance-score",
        &[json!(0), json!(0.5), json!(1)],
        &[json!(-0.1), json!(1.1), json!("1")],
        &["relevance-score"],
    );
    assert_allowed(
        "/apns/aps/interruption-level",
        &[json!("passive"), json!("active"), json!("time-sensitive"), json!("critical")],
        &[json!("timeSensitive"), json!("urgent"), json!(1)],
        &["interruption-level"],
    );
    let suggestion = |level: &str| with("/apns/aps/interruption-level", json!(level))[0].suggestion.clone();
    assert_eq!((suggestion("Time_Sensitive").as_deref(), suggestion("urgent")), (Some("time-sensitive"), None));
    assert_findings("/apns/aps/title", [(json!("T"), &["text-outside-alert"][..])]);
    assert_findings("/apns/aps/data", [(json!({}), &["data-in-aps"][..])]);
    for (name, instead) in [
        ("collapseId", "apns.collapse_id"),
        ("collapse-id", "apns.collapse_id"),
        ("expiration", "apns.expiration"),
        ("expiry", "apns.expiration"),
        ("priority", "apns.priority"),
    ] {
        let found = with(&format!("/apns/aps/{name}"), json!(5));
        assert_eq!(ids(&found), ["apns/belongs-outside-aps"]);
        assert_eq!(found[0].suggestion.as_deref(), Some(instead));
    }
}

#[test]
fn a_sound_is_a_name_or_the_dictionary_of_a_critical_alert() {
    assert_findings(
        "/apns/aps/sound",
        [
            (json!("default"), &[][..]),
            (json!(true), &["sound-type"]),
            (json!({"critical": 1, "name": "a", "volume": 0.5}), &["sound-dictionary"]),
            (json!({"critical": 1, "name": "a"}), &["sound-dictionary"]),
            (json!({"critical": 0, "name": "a"}), &["sound-dictionary", "critical-sound"]),
            (json!({"critical": 1}), &["sound-dictionary", "critical-sound"]),
            (json!({"critical": 1, "name": "a", "volume": 2}), &["sound-dictionary", "critical-sound"]),
            (json!({"critical": 1, "name": "a", "volume": "1"}), &["sound-dictionary", "critical-sound"]),
        ],
    );
}

#[test]
fn a_notification_without_text_sound_and_badge_must_wake_the_app_at_a_low_priority() {
    assert_findings(
        "/apns/aps",
        [
            (json!({}), &["nothing-to-show"][..]),
            (json!({"sound": "default"}), &[]),
            (json!({"badge": 1}), &[]),
            (json!({"sound": null}), &["nothing-to-show", "sound-type"]),
            (json!({"badge": null}), &["nothing-to-show", "badge"]),
            (json!({"content-available": null}), &["content-available", "nothing-to-show"]),
            (json!({"content-available": 1}), &["silent-priority"]),
            (json!({"content-available": 1, "sound": "default"}), &[]),
            (json!({"content-available": 1, "badge": 1}), &[]),
            (json!({"content-available": 1, "alert": "B"}), &[]),
            (json!({"event": "update"}), &["live-activity"]),
            (json!({"content-state": {}}), &["live-activity"]),
            (json!({"event": "update", "relevance-score": 75}), &["live-activity"]),
        ],
    );
    for (priority, expected) in [(10, &["apns/silent-priority"][..]), (5, &[]), (1, &[])] {
        assert_eq!(check(&json!({"apns": {"aps": {"content-available": 1}, "priority": priority}})), expected);
    }
    assert_eq!(check(&json!({"apns": {"aps": 5}})), ["apns/aps-missing"]);
}

#[test]
fn an_alert_is_a_text_or_has_one() {
    assert_findings(
        "/apns/aps/alert",
        [
            (json!("B"), &[][..]),
            (json!(""), &["nothing-to-show"]),
            (json!(null), &["nothing-to-show"]),
            (json!(5), &["alert-type"]),
            (json!({}), &["nothing-to-show"]),
            (json!({"title": ""}), &["nothing-to-show"]),
            (json!({"title": "T"}), &[]),
            (json!({"subtitle": "S"}), &[]),
            (json!({"subtitle": 5}), &["body/text-type"]),
            (json!({"loc-key": "K"}), &[]),
            (json!("{\"a\":1}"), &["body/text-is-json"]),
            (json!({"title": "{\"a\":1}"}), &[]),
            (json!({"body": "{\"a\":1}"}), &["body/text-is-json"]),
            (json!({"title": "undefined"}), &["body/placeholder-text"]),
            (json!({"loc-key": "K", "loc-args": ["a"]}), &[]),
            (json!({"loc-key": "K", "loc-args": null}), &[]),
            (json!({"loc-key": "K", "loc-args": [1]}), &["loc-args"]),
            (json!({"loc-key": "K", "loc-args": "a"}), &["loc-args"]),
            (json!({"title": "T", "loc-args": ["a"]}), &["loc-args"]),
            (json!({"title-loc-key": "K", "title-loc-args": ["a"]}), &[]),
            (json!({"subtitle-loc-key": "K", "title-loc-args": ["a"]}), &["loc-args"]),
        ],
    );
}

#[test]
fn the_members_of_fcm_have_their_types_and_ranges() {
    for flag in ["content_available", "mutable_content"] {
        let path = format!("/fcm/{flag}");
        assert_allowed(&path, &[json!(true), json!(false)], &[json!(1), json!("true")], &["ios-flag"]);
    }
    assert_allowed("/fcm/dry_run", &[json!(false)], &[json!(true)], &["dry-run"]);
    assert_allowed("/fcm/quality_of_service", &[json!({})], &[], &[]);
    for name in ["android", "token", "registration_ids"] {
        assert_findings(&format!("/fcm/{name}"), [(json!({}), &["version-1-member"][..])]);
    }
    assert_allowed(
        "/fcm/time_to_live",
        &[json!(1), json!(2_419_200)],
        &[json!(2_419_201), json!(-1), json!("60")],
        &["time-to-live"],
    );
    assert_findings("/fcm/time_to_live", [(json!(0), &["time-to-live-zero"][..])]);
    assert_allowed(
        "/fcm/priority",
        &[json!("normal"), json!("high")],
        &[json!("NORMAL"), json!("High"), json!("urgent"), json!(10)],
        &["priority"],
    );
    for (priority, instead) in [("NORMAL", Some("normal")), ("High", Some("high")), ("urgent", None)] {
        assert_eq!(with("/fcm/priority", json!(priority))[0].suggestion.as_deref(), instead);
    }
    let found = with("/fcm/icon", json!("ic"));
    assert_eq!(ids(&found), ["fcm/belongs-in-notification"]);
    assert_eq!(found[0].suggestion.as_deref(), Some("fcm.notification.icon"));
    for (payload, expected) in [
        (json!({}), &["fcm/empty"][..]),
        (json!({"data": {"a": "b"}}), &["fcm/data-only"]),
        (json!({"data": {"a": "b"}, "priority": "high"}), &[]),
        (json!({"data": {"click_action": "A"}, "priority": "high"}), &[]),
        (json!({"notification": {"title": "T", "click_action": "A"}, "data": {"click_action": "A"}}), &[]),
    ] {
        assert_eq!(check(&json!({ "fcm": payload })), expected, "{payload}");
    }
}

#[test]
fn data_for_android_holds_strings_under_names_that_are_free() {
    assert_findings(
        "/fcm/data",
        [
            (json!(5), &["data-not-a-string"][..]),
            (json!({"a": 1}), &["data-not-a-string"]),
            (json!({"a": "1", "goo": "1", "infos": "1"}), &[]),
            (json!({"collapse_key": "a"}), &["data-collapse-key"]),
            (json!({"notification": "a"}), &["data-notification-key"]),
            (json!({"pusher": "a"}), &["data-pusher"]),
            (json!({"pusherTokenValidation": "true"}), &["data-token-validation"]),
            (json!({"pusherTokenValidation": "false"}), &[]),
            (json!({"click_action": "A"}), &["click-action-in-data"]),
            (json!({"click_action": "FLUTTER_NOTIFICATION_CLICK"}), &[]),
            (json!({"info": {}}), &["data-not-a-string", "flutter-info"]),
            (json!({"info": "{}"}), &[]),
            (json!({"from": "a"}), &["data-reserved-key"]),
            (json!({"message_type": "a"}), &["data-reserved-key"]),
            (json!({"google.a": "a"}), &["data-reserved-key"]),
            (json!({"gcm.a": "a"}), &["data-reserved-key"]),
            (json!({"googlePlace": "a"}), &["data-google-name"]),
            (json!({"gcm": "a"}), &["data-google-name"]),
        ],
    );
}

#[test]
fn the_members_of_a_notification_for_android_have_their_forms() {
    for name in ["icon", "sound"] {
        let finding: &[_] = if name == "icon" { &["icon-not-a-name"] } else { &["sound-not-a-name"] };
        let refused = [json!("a.png"), json!("a/b"), json!("a:b"), json!("a\\b"), json!(5)];
        assert_allowed(&format!("/fcm/notification/{name}"), &[json!("ic_bell")], &refused, finding);
    }
    assert_allowed(
        "/fcm/notification/color",
        &[json!("#ff00AA")],
        &[json!("#ff00A"), json!("#ff00AAA"), json!("ff00AAA"), json!("#ff00AG"), json!(5)],
        &["color"],
    );
    assert_allowed(
        "/fcm/notification/click_action",
        &[json!("OPEN"), json!(5)],
        &[json!("https://example.com")],
        &["click-action-url"],
    );
    assert_allowed(
        "/fcm/notification/image",
        &[json!("https://example.com/a.png")],
        &[json!("http://example.com/a.png"), json!("/a.png"), json!(5)],
        &["image-url"],
    );
    assert_findings(
        "/fcm/notification/image",
        [(json!("https://example.com/undefined"), &["body/placeholder-in-link"][..])],
    );
    assert_findings(
        "/fcm/notification",
        [
            (json!({"icon": "ic_bell"}), &["notification-empty"][..]),
            (json!({"title": ""}), &["notification-empty"]),
            (json!({"body": "B"}), &[]),
            (json!({"title": "T", "subtitle": "S"}), &["subtitle"]),
            (json!({"title": "T", "data": {}}), &["data-in-notification"]),
            (json!({"title": "T", "priority": "high"}), &["belongs-outside-notification"]),
            (json!({"title": "T", "collapseKey": "a"}), &["belongs-outside-notification"]),
            (json!({"title": "T", "ttl": 5}), &["belongs-outside-notification"]),
            (json!({"title_loc_key": "K", "title_loc_args": ["a"]}), &[]),
            (json!({"title_loc_key": "K", "title_loc_args": "[\"a\"]"}), &[]),
            (json!({"title_loc_key": "K", "title_loc_args": "[1]"}), &["loc-args"]),
            (json!({"title_loc_key": "K", "title_loc_args": [1]}), &["loc-args"]),
            (json!({"title_loc_key": "K", "title_loc_args": 5}), &["loc-args"]),
            (json!({"body": "B", "title_loc_args": ["a"]}), &["loc-args"]),
            (json!({"body_loc_key": "K", "body_loc_args": ["a"]}), &[]),
            (json!({"body_loc_key": "K", "title_loc_args": ["a"]}), &["loc-args"]),
            (json!({"title": "T", "title_loc_key": "K"}), &["loc-key-beside-text"]),
            (json!({"title": "T", "body_loc_key": "K"}), &[]),
            (json!({"body": "B", "body_loc_key": "K"}), &["loc-key-beside-text"]),
            (json!({"body": "B", "title_loc_key": "K"}), &[]),
        ],
    );
}

#[test]
fn the_members_of_web_have_their_forms() {
    assert_findings("/web/notification", [(json!(5), &["notification-missing"][..])]);
    assert_findings("/web/data", [(json!({"pusher": 1}), &["data-pusher"][..]), (json!({"a": 1}), &[])]);
    assert_allowed(
        "/web/time_to_live",
        &[json!(1), json!(2_419_200)],
        &[json!(2_419_201), json!("60")],
        &["time-to-live"],
    );
    assert_findings("/web/time_to_live", [(json!(0), &["time-to-live-zero"][..])]);
    assert_findings("/web/foo", [(json!(1), &["unknown-member"][..])]);
    let found = with("/web/body", json!("B"));
    assert_eq!(
        (ids(&found), found[0].suggestion.as_deref()),
        (vec!["web/belongs-in-notification"], Some("web.notification.body"))
    );
    let hide = "/web/notification/hide_notification_if_site_has_focus";
    assert_allowed(hide, &[json!(true), json!(false)], &[json!("true"), json!(1)], &["hide-flag-not-a-boolean"]);
    assert_findings("/web/notification/data", [(json!({}), &["data-in-notification"][..])]);
    assert_findings("/web/notification/title", [(json!(""), &["title-missing"][..])]);
    assert_findings("/web/notification/foo", [(json!(1), &["own-service-worker-only"][..])]);
    assert_findings(
        "/web/notification/deep_link",
        [
            (json!("http://example.com/"), &["deep-link-insecure"][..]),
            (json!("http://localhost/"), &["deep-link-local"]),
            (json!("myapp://inbox"), &["deep-link-scheme"]),
            (json!("https://"), &["deep-link-scheme"]),
            (json!("/inbox"), &["deep-link-not-absolute"]),
            (json!(5), &["deep-link-not-absolute"]),
            (json!("https://example.com/undefined"), &["body/placeholder-in-link"]),
        ],
    );
    assert_findings(
        "/web/notification/icon",
        [
            (json!("https://example.com/a.png"), &[][..]),
            (json!("data:image/png;base64,AAAA"), &[]),
            (json!("http://example.com/a.png"), &["icon-not-reachable"]),
            (json!("https://localhost/a.png"), &["icon-not-reachable"]),
            (json!("/a.png"), &["icon-not-absolute"]),
            (json!("https://"), &["icon-not-absolute"]),
            (json!(5), &["icon-not-absolute"]),
            (json!("https://example.com/null"), &["body/placeholder-in-link"]),
        ],
    );
}

#[test]
fn the_members_of_a_payload_are_its_platforms_and_the_webhook() {
    for (name, value, expected) in [
        ("webhookUrl", json!("https://example.com"), &[][..]),
        ("interests", json!(["a"]), &["body/targets-in-request"]),
        ("users", json!(["a"]), &["body/targets-in-request"]),
        ("apns", json!(5), &["body/platform-not-an-object"]),
        ("webb", json!({}), &["body/platform-name"]),
        ("foo", json!({}), &["body/unknown-member"]),
    ] {
        let mut payload = correct("fcm");
        payload[name] = value;
        assert_eq!(check(&payload), expected, "{name}");
    }
    assert_eq!(check(&json!({"fcm": 5})), ["body/platform-not-an-object"]);
    assert_eq!(check(&json!({"users": ["a"]})), ["body/no-platform", "body/targets-in-request"]);
}

#[test]
fn texts_that_differ_in_one_place_are_found() {
    for (other, expected) in [
        (("T", "B"), &[][..]),
        (("U", "C"), &[]),
        (("T", "C"), &["body/texts-differ"]),
        (("U", "B"), &["body/texts-differ"]),
    ] {
        let mut payload = correct("fcm");
        payload["apns"] = json!({"aps": {"alert": {"title": other.0, "body": other.1}}});
        assert_eq!(check(&payload), expected, "{other:?}");
    }
    // Every platform is compared with the first that has both texts.
    let alert = json!({"aps": {"alert": "B"}});
    let web = json!({"notification": {"title": "T", "body": "C", "deep_link": "https://example.com/"}});
    let payload = json!({"apns": alert, "fcm": correct("fcm")["fcm"], "web": web});
    let found = check_payload(&payload, None);
    assert_eq!((ids(&found), found[0].path.as_str()), (vec!["body/texts-differ"], "/web"));
}

#[test]
fn data_is_missed_where_another_platform_has_some() {
    let payload = |data: Value| {
        let mut payload = correct("fcm");
        payload["apns"] = json!({"aps": {"alert": {"title": "T", "body": "B"}}, "data": data});
        payload
    };
    for (data, expected) in [(json!({}), &[][..]), (json!({"a": 1}), &["/fcm"])] {
        let found = check_payload(&payload(data.clone()), None);
        assert_eq!(found.iter().map(|finding| finding.path.as_str()).collect::<Vec<_>>(), expected, "{data}");
    }
}

#[test]
fn a_payload_may_have_exactly_the_maximum_size() {
    let sized = |bytes: usize| {
        let mut payload = json!({"fcm": {"notification": {"title": "T"}, "android": ""}});
        payload["fcm"]["android"] = json!("x".repeat(bytes - payload.to_string().len()));
        payload
    };
    let found = |bytes, targets| {
        let found = check_payload(&sized(bytes), targets);
        let found = found.iter().map(|finding| finding.rule).filter(|&rule| rule != "fcm/version-1-member");
        found.collect::<Vec<_>>()
    };
    for (bytes, targets, expected) in [
        (10_240, Some(&INTERESTS), &[][..]),
        (10_241, Some(&INTERESTS), &["body/too-large"]),
        (10_240, None, &[]),
        (10_241, None, &["body/too-large-for-interests"]),
        (10_241, Some(&USERS), &[]),
        (204_800, Some(&USERS), &[]),
        (204_801, Some(&USERS), &["body/too-large"]),
        (204_801, None, &["body/too-large"]),
    ] {
        assert_eq!(found(bytes, targets), expected, "{bytes} {targets:?}");
    }
    for (max_len, path, rule) in [
        (3900, "/apns", "apns/too-large"),
        (3896, "/fcm", "fcm/too-large"),
        (3000, "/web", "web/large"),
        (3819, "/web", "web/too-large"),
    ] {
        let sized = |bytes: usize| {
            let mut payload = correct(&path[1..]);
            payload[&path[1..]]["data"] = json!({"a": ""});
            let len = payload[&path[1..]].to_string().len();
            payload[&path[1..]]["data"]["a"] = json!("x".repeat(bytes - len));
            check(&payload)
        };
        assert!(!sized(max_len).contains(&rule), "{rule} at {max_len}");
        assert!(sized(max_len + 1).contains(&rule), "{rule} above {max_len}");
    }
}

#[test]
fn a_text_is_parsed_unless_it_is_four_times_as_long_as_a_body_may_be() {
    const MAX_LEN: usize = 4 * 200 * 1024;
    let payload = correct("fcm").to_string();
    let padded = |len: usize| payload.clone() + &" ".repeat(len - payload.len());
    assert_eq!(check_json(&padded(MAX_LEN), None).unwrap(), []);
    assert_eq!(ids(&check_json(&padded(MAX_LEN + 1), None).unwrap()), ["body/too-large"]);
}

#[test]
fn a_finding_says_where_it_is_and_whether_anything_is_shown() {
    for (payload, text, shows_nothing) in [
        (json!({}), "the payload: ", true),
        (json!({"fcm": {}}), "/fcm: ", true),
        (json!({"fcm": {"notification": {"title": 5}}}), "/fcm/notification/title: ", false),
    ] {
        let found = check_payload(&payload, None);
        assert_eq!(found[0].describe(), format!("{text}{}", found[0].message));
        assert_eq!(found[0].shows_nothing(), shows_nothing, "{payload}");
    }
    let earlier = check_payload(&json!({}), None);
    assert_eq!(super::check_members(earlier.clone(), &[]), earlier);
}

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{from_json, to_publish_request};
use crate::checks::check_payload;

/// In 2033.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(2_000_000_000)
}

fn build(message: Value) -> Value {
    to_publish_request(&message, now()).unwrap()
}

fn refusal(message: Value) -> String {
    to_publish_request(&message, now()).unwrap_err().to_string()
}

/// A message with a title and body, and more.
fn message(more: Value) -> Value {
    let mut message = json!({"title": "Order", "body": "On its way"});
    message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    message
}

#[test]
fn every_member_gets_the_name_of_each_platform() {
    let request = build(json!({
        "title": "Order", "subtitle": "No. 7", "body": "On its way", "link": "/orders/7", "icon": "icon.png",
        "image": "https://cdn.example.com/a.png", "data": {"id": 7, "info": {"a": [1]}, "none": null, "text": "x"},
        "badge": 2, "sound": "sounds/bell.caf", "ttl": 3600, "priority": "high", "collapseKey": "order-7",
        "category": "ORDER", "baseUrl": "https://example.com/shop/",
    }));
    assert_eq!(
        request,
        json!({
            "apns": {
                "aps": {
                    "alert": {"title": "Order", "subtitle": "No. 7", "body": "On its way"}, "badge": 2,
                    "sound": "sounds/bell.caf", "category": "ORDER", "mutable-content": 1,
                },
                "data": {"id": 7, "info": {"a": [1]}, "none": null, "text": "x", "link": "https://example.com/orders/7",
                    "image": "https://cdn.example.com/a.png"},
                "collapse_id": "order-7", "priority": 10, "expiration": 2_000_003_600,
            },
            "fcm": {
                "notification": {"title": "Order", "body": "On its way", "image": "https://cdn.example.com/a.png",
                    "sound": "bell"},
                "data": {"id": "7", "info": "{\"a\":[1]}", "text": "x", "link": "https://example.com/orders/7",
                    "image": "https://cdn.example.com/a.png"},
                "collapse_key": "order-7", "priority": "high", "time_to_live": 3600,
            },
            "web": {
                "notification": {"title": "Order", "body": "On its way", "icon": "https://example.com/shop/icon.png",
                    "deep_link": "https://example.com/orders/7"},
                "data": {"id": 7, "info": {"a": [1]}, "none": null, "text": "x", "link": "https://example.com/orders/7",
                    "image": "https://cdn.example.com/a.png"},
                "time_to_live": 3600,
            },
        })
    );
    assert_eq!(check_payload(&request, None), []);
}

#[test]
fn a_silent_message_wakes_the_apps_only() {
    let request = build(json!({"silent": true, "data": {"id": 7}, "ttl": 60}));
    assert_eq!(
        request,
        json!({
            "apns": {"aps": {"content-available": 1}, "data": {"id": 7}, "priority": 5, "expiration": 2_000_000_060},
            "fcm": {"data": {"id": "7"}, "priority": "normal", "time_to_live": 60},
        })
    );
    assert_eq!(check_payload(&request, None), []);
    let bare = build(json!({"silent": true, "priority": "high"}));
    assert_eq!(bare["apns"]["priority"], 5);
    assert_eq!(bare["fcm"], json!({"data": {}, "priority": "high"}));
    assert_eq!(
        refusal(json!({"silent": true, "title": "x"})),
        "a silent message shows nothing: leave out message.title"
    );
    assert!(refusal(json!({"silent": true, "platforms": ["web"]})).starts_with("browsers have no silent"));
}

#[test]
fn a_localized_text_replaces_the_plain_one_in_apps() {
    let request = build(message(json!({"localized": {"titleKey": "ORDER", "titleArgs": ["7"], "bodyKey": "SENT"}})));
    assert_eq!(
        request["apns"]["aps"]["alert"],
        json!({"title-loc-key": "ORDER", "title-loc-args": ["7"], "loc-key": "SENT"})
    );
    assert_eq!(
        request["fcm"]["notification"],
        json!({"title_loc_key": "ORDER", "title_loc_args": ["7"], "body_loc_key": "SENT"})
    );
    assert_eq!(request["web"]["notification"], json!({"title": "Order", "body": "On its way"}));
}

#[test]
fn overrides_are_merged_and_null_removes() {
    let request = build(message(json!({
        "sound": "default",
        "apns": {"aps": {"alert": {"body": "Shorter"}, "thread-id": "orders", "sound": null}},
        "fcm": {"notification": {"android_channel_id": "orders"}, "new": {"a": {"b": null}}},
        "platforms": ["fcm", "apns"],
    })));
    assert_eq!(
        request,
        json!({
            "apns": {"aps": {"alert": {"title": "Order", "body": "Shorter"}, "thread-id": "orders"}},
            "fcm": {"notification": {"title": "Order", "body": "On its way", "sound": "default",
                "android_channel_id": "orders"}, "new": {"a": {}}},
        })
    );
}

#[test]
fn a_link_into_the_app_is_for_apps() {
    let request = build(message(json!({"link": "myapp://orders/7", "data": {"image": "mine"}})));
    assert_eq!(request["apns"]["data"], json!({"link": "myapp://orders/7", "image": "mine"}));
    assert_eq!(request["web"]["notification"], json!({"title": "Order", "body": "On its way"}));
}

#[test]
fn an_invalid_member_is_refused_by_its_name() {
    for (wrong, text) in [
        (json!([]), "message argument must be a plain object"),
        (json!({"body": "x"}), "message.title is required"),
        (json!({"title": "x"}), "message.body is required"),
        (json!({"title": "", "body": "x"}), "message.title must be a non-empty string"),
        (json!({"title": 7, "body": "x"}), "message.title must be a non-empty string"),
        (message(json!({"titel": "x"})), "message has no member `titel`; did you mean `title`?"),
        (message(json!({"url": "x"})), "message has no member `url`; did you mean `link`?"),
        (message(json!({"interests": []})), "message has no member `interests`"),
        (message(json!({"link": "/a"})), "message.link is relative: write an absolute URL, or give message.baseUrl"),
        (message(json!({"icon": "https://"})), "message.icon is not a valid URL: empty host"),
        (
            message(json!({"link": "/a", "baseUrl": "example.com"})),
            "message.link cannot be resolved against message.baseUrl: relative URL without a base",
        ),
        (message(json!({"ttl": 0})), "message.ttl must be a number of seconds from 1 to 2419200"),
        (message(json!({"ttl": "60s"})), "message.ttl must be a non-negative integer"),
        (message(json!({"badge": -1})), "message.badge must be a non-negative integer"),
        (message(json!({"priority": "HIGH"})), "message.priority must be 'high' or 'normal'"),
        (message(json!({"collapseKey": "é".repeat(33)})), "message.collapseKey must have at most 64 bytes in UTF-8"),
        (message(json!({"silent": 1})), "message.silent must be true or false"),
        (message(json!({"data": []})), "message.data must be an object"),
        (
            message(json!({"data": {"from": "x"}})),
            "message.data.from is reserved by Google or Beams: choose another name",
        ),
        (
            message(json!({"data": {"google.a": "x"}})),
            "message.data.google.a is reserved by Google or Beams: choose another name",
        ),
        (
            message(json!({"data": {"gcm.a": "x"}})),
            "message.data.gcm.a is reserved by Google or Beams: choose another name",
        ),
        (message(json!({"platforms": []})), "message.platforms must be an array of 'apns', 'fcm' and 'web'"),
        (message(json!({"platforms": ["ios"]})), "message.platforms must be an array of 'apns', 'fcm' and 'web'"),
        (message(json!({"web": true})), "message.web must be an object"),
        (message(json!({"localized": "x"})), "message.localized must be an object"),
        (
            message(json!({"localized": {"title_key": "x"}})),
            "message.localized has no member `title_key`; did you mean `titleKey`?",
        ),
        (
            message(json!({"localized": {"titleKey": "x", "titleArgs": [7]}})),
            "message.localized.titleArgs must be an array of strings",
        ),
        (
            message(json!({"localized": {"titleKey": ""}})),
            "message.localized.titleKey must be the key of a localized string in the app",
        ),
        (
            message(json!({"localized": {"bodyArgs": ["x"]}})),
            "message.localized.bodyKey must be the key of a localized string in the app",
        ),
    ] {
        assert_eq!(refusal(wrong.clone()), text, "{wrong}");
    }
}

#[test]
fn null_means_absent() {
    let nothing = json!({"link": null, "data": null, "badge": null, "localized": null, "platforms": null, "web": null});
    assert_eq!(build(message(nothing)), build(message(json!({}))));
    let silent = json!({"silent": true, "title": null});
    assert_eq!(build(silent), build(json!({"silent": true})));
    let localized = |args: Value| build(message(json!({"localized": {"titleKey": "ORDER", "titleArgs": args}})));
    assert_eq!(localized(json!(null)), build(message(json!({"localized": {"titleKey": "ORDER"}}))));
}

#[test]
fn a_collapse_key_may_have_as_many_bytes_as_apple_takes() {
    let key = "é".repeat(32);
    assert_eq!(build(message(json!({"collapseKey": key})))["apns"]["collapse_id"], key);
}

#[test]
fn android_gets_a_sound_by_its_name_or_not_at_all() {
    let sound = |file: &str| build(message(json!({"sound": file})))["fcm"]["notification"]["sound"].clone();
    for (file, expected) in
        [("bell", json!("bell")), ("a/b\\c:bell.v2.caf", json!("bell")), (".caf", json!(null)), ("a/", json!(null))]
    {
        assert_eq!(sound(file), expected, "{file}");
    }
}

#[test]
fn the_json_of_a_message_becomes_that_of_its_request() {
    let json = r#"{"title":"Order","body":"On its way","platforms":["web"]}"#;
    let request: Value = serde_json::from_str(&from_json(json, &[], now()).unwrap()).unwrap();
    assert_eq!(request, json!({"web": {"notification": {"title": "Order", "body": "On its way"}}}));
    let lost = vec!["data".into(), "when".into()];
    assert_eq!(
        from_json(json, &[lost], now()).unwrap_err().to_string(),
        "message.data.when cannot be represented in JSON: use plain objects, arrays, strings and finite numbers"
    );
}

/// A text without what the checker takes for a mistake of its writer.
fn any_text() -> impl Strategy<Value = String> {
    "[^\\[{]\\PC{0,60}".prop_filter("it is somebody's mistake", |text| {
        !["undefined", "null", "NaN"].iter().any(|word| text.contains(word))
    })
}

fn any_data() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any_text().prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,6}", inner, 0..4).prop_map(|it| json!(it)),
        ]
    });
    prop::collection::btree_map("[a-eA-Z/~]{1,8}", value, 0..6).prop_map(|data| json!(data))
}

fn any_link() -> impl Strategy<Value = String> {
    prop_oneof![
        // Two slashes would begin a host name.
        "/([a-z0-9?=#é][a-z0-9/?=#é]{0,19})?",
        "https://[a-z]{1,8}\\.example/[a-z ]{0,8}",
        Just("http://localhost:3000/a".to_owned()),
        Just("myapp://inbox".to_owned()),
    ]
}

fn any_message() -> impl Strategy<Value = Value> {
    let some = |strategy: BoxedStrategy<Value>| prop::option::of(strategy);
    let texts = (any_text(), any_text(), some(any_text().prop_map(Value::from).boxed()));
    let members = (
        some(any_link().prop_map(Value::from).boxed()),
        some("/[a-z]{1,9}\\.png".prop_map(Value::from).boxed()),
        some("https://[a-z]{1,9}\\.example/a\\.jpg".prop_map(Value::from).boxed()),
        some(any_data().boxed()),
        some((0..1000_u32).prop_map(Value::from).boxed()),
        some("[a-z/.]{0,9}[a-z]".prop_map(Value::from).boxed()),
        some((1..=2_419_200_u32).prop_map(Value::from).boxed()),
        some(prop_oneof!["high", "normal"].prop_map(Value::from).boxed()),
        some("\\PC{1,16}".prop_map(Value::from).boxed()),
        some("[A-Z]{1,9}".prop_map(Value::from).boxed()),
    );
    let localized = some(
        (any_text(), prop::collection::vec(any_text(), 0..3))
            .prop_map(|(key, args)| json!({"titleKey": key, "titleArgs": args}))
            .boxed(),
    );
    let platforms = some(
        prop::sample::subsequence(vec!["apns", "fcm", "web"], 1..=3).prop_map(|platforms| json!(platforms)).boxed(),
    );
    (texts, members, localized, platforms, any::<bool>()).prop_map(|(texts, members, localized, platforms, silent)| {
        let (title, body, subtitle) = texts;
        let (link, icon, image, data, badge, sound, ttl, priority, collapse_key, category) = members;
        let mut message = json!({
            "link": link, "data": data, "ttl": ttl, "priority": priority, "collapseKey": collapse_key,
            "baseUrl": "https://shop.example/", "silent": silent,
        });
        let visible = json!({
            "title": title, "body": body, "subtitle": subtitle, "icon": icon, "image": image, "badge": badge,
            "sound": sound, "category": category, "localized": localized, "platforms": platforms,
        });
        if !silent {
            message.as_object_mut().unwrap().extend(visible.as_object().unwrap().clone());
        }
        message
    })
}

proptest! {
    #[test]
    fn a_message_has_findings_of_its_content_only(message in any_message()) {
        let request = to_publish_request(&message, now()).unwrap();
        for finding in check_payload(&request, None) {
            let is_content = ["too-large", "large", "deep-link-local", "deep-link-missing"]
                .iter()
                .any(|rule| finding.rule.ends_with(&format!("/{rule}")));
            prop_assert!(is_content, "{message:#} becomes {request:#}: {finding:?}");
        }
    }
}

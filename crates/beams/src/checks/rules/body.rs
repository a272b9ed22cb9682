//! The rules about a payload as a whole, and those that are the same for every platform.

use crate::checks::rule::{Language, Rule, Severity, pages, rules};

rules! { None;
    NO_PLATFORM = Refused "body/no-platform" ["G3"] BEAMS_API
        when "`apns`, `fcm` and `web` are all missing."
        then "Beams refuses a publish without a platform (422). Add `apns`, `fcm` or `web`."
        Json r#"{"notification":{"title":"Hello"}}"#
        not r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/"}}}"#;

    TOO_LARGE = Refused "body/too-large" ["S5"] BEAMS_API
        when "The payload is larger than a request body may be: 10 KiB for interests, 200 KiB for users."
        then "The payload has {bytes} bytes as JSON; Beams refuses request bodies of more than 10 KiB for interests and 200 KiB for users (400). Send an id in `data`, and let the app fetch the rest."
        Json r#"{"fcm":{"data":{"article":"<205000 characters>"},"priority":"high"}}"#
        not r#"{"fcm":{"data":{"articleId":"7"},"priority":"high"}}"#;

    PLATFORM_NOT_AN_OBJECT = Dropped "body/platform-not-an-object" ["G3"] BEAMS_PAYLOADS
        when "`apns`, `fcm` or `web` is not an object."
        then "Each of `apns`, `fcm` and `web` must be an object. Devices of this platform get nothing, and Beams may refuse the publish. Leave the member out, or write the platform's payload."
        Json r#"{"web":null,"fcm":{"notification":{"title":"Hello"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"}}}"#;

    PLATFORM_NAME = Dropped "body/platform-name" ["G3"] BEAMS_PAYLOADS
        when "A platform is misspelled, or has the name that another service gives it (`ios`, `android`, `webpush`)."
        then "Beams does not know `{name}`: no device gets it. Write `{instead}`."
        Json r#"{"apns":{"aps":{"alert":"Hello"}},"android":{"notification":{"title":"Hello"}}}"#
        not r#"{"apns":{"aps":{"alert":"Hello"}},"fcm":{"notification":{"title":"Hello"}}}"#;

    UNKNOWN_MEMBER = Degraded "body/unknown-member" ["G3"] BEAMS_PAYLOADS
        when "There is a member beside the platforms that Beams does not know."
        then "Beams takes `apns`, `fcm`, `web` and `webhookUrl` here; this member has no effect. Move it into each platform that it is for."
        Json r#"{"title":"Hello","fcm":{"notification":{"title":"Hello"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"}}}"#;

    TARGETS_IN_REQUEST = Degraded "body/targets-in-request" ["G4"] BEAMS_API
        when "There are `interests` or `users` in the payload."
        then "Targets are the first argument of the publish; those in the payload are ignored. Remove them."
        Json r#"{"users":["user-1"],"fcm":{"notification":{"title":"Hello"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"}}}"#;

    TEXT_TYPE = Degraded "body/text-type" [] BEAMS_PAYLOADS
        when "A title, subtitle or body is not a string."
        then "Texts must be strings: anything else is not shown, or the platform refuses the notification. Write a string, or leave the member out."
        Json r#"{"fcm":{"notification":{"title":"Your total","body":42}}}"#
        not r#"{"fcm":{"notification":{"title":"Your total","body":"42"}}}"#;

    PLACEHOLDER_TEXT = Degraded "body/placeholder-text" ["W4"] BEAMS_PAYLOADS
        when "A text holds `undefined`, `NaN` or `[object Object]`, or is `null`."
        then "People will read a value that was missing when the text was put together (`undefined`, `null`, `NaN` or `[object Object]`). Look for the variable, and write a text for the case that it is not set."
        Json r#"{"fcm":{"notification":{"title":"Hello, undefined!"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello, Anna!"}}}"#;

    TEXT_IS_JSON = Degraded "body/text-is-json" ["F33"] BEAMS_PAYLOADS
        when "A body is JSON."
        then "People will read JSON. Write a sentence here, and put the values into `data`."
        Json r#"{"fcm":{"notification":{"title":"Your order","body":"{\"route\":\"/orders/7\"}"}}}"#
        not r#"{"fcm":{"notification":{"title":"Your order","body":"It is on its way."},"data":{"route":"/orders/7"}}}"#;

    PLACEHOLDER_LINK = Degraded "body/placeholder-in-link" ["W4"] BEAMS_PAYLOADS
        when "A URL has `undefined`, `null`, `NaN` or `[object Object]` as a part."
        then "The URL holds a value that was missing when it was put together, and leads nowhere. Look for the variable."
        Json r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/orders/undefined"}}}"#
        not r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/orders/7"}}}"#;

    LOST_IN_JSON = Degraded "body/lost-in-json" ["G7"] STRINGIFY
        when "`data` holds a `Map`, a `Set`, a function, a symbol or another value that JSON has no form for."
        then "`JSON.stringify` leaves out a function or symbol and writes `{}` for a `Map`, a `Set` or an instance without members: the value does not travel. Write plain objects, arrays and strings, such as `[...set]` or `Object.fromEntries(map)`."
        JavaScript "{ web: { notification, data: { tags: new Set(['a']) } } }"
        not "{ web: { notification, data: { tags: ['a'] } } }";

    TOO_LARGE_FOR_INTERESTS = Hint "body/too-large-for-interests" ["S5"] BEAMS_API
        when "The payload is larger than 10 KiB, and it is not known whether it is for interests or users."
        then "The payload has {bytes} bytes as JSON. Beams refuses more than 10 KiB in a publish to interests (400)."
        Json r#"{"fcm":{"data":{"article":"<11000 characters>"},"priority":"high"}}"#
        not r#"{"fcm":{"data":{"articleId":"7"},"priority":"high"}}"#;

    CHANGED_BY_JSON = Hint "body/changed-by-json" ["G7"] STRINGIFY
        when "`data` holds a `Date`, a `Buffer`, an instance of a class, `NaN` or `undefined`, which JSON writes in another form or leaves out."
        then "`JSON.stringify` writes a `Date` as text, `NaN` and `Infinity` as `null`, bytes as an object of numbers and an instance as a plain object, and leaves out `undefined`. If that is intended, write the form yourself, such as `date.toISOString()`."
        JavaScript "{ web: { notification, data: { due: new Date() } } }"
        not "{ web: { notification, data: { due: new Date().toISOString() } } }";

    TOO_DEEP = Hint "body/too-deep" [] BEAMS_API
        when "The payload is nested in more than 127 levels."
        then "The payload is nested too deeply to be checked. Flatten it."
        Json r#"{"web":{"notification":{"title":"Hello"},"data":{"tree":"<200 levels>"}}}"#
        not r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/"},"data":{"tree":"<20 levels>"}}}"#;

    DATA_NOT_EVERYWHERE = Hint "body/data-not-everywhere" ["A28"] BEAMS_PAYLOADS
        when "One platform has `data`, and another has none."
        then "Another platform has `data`, and this one has none: its apps get no data. Each platform reads its own `data`. Repeat it here."
        Json r#"{"apns":{"aps":{"alert":"Hello"}},"fcm":{"notification":{"title":"Hello"},"data":{"id":"7"}}}"#
        not r#"{"apns":{"aps":{"alert":"Hello"},"data":{"id":"7"}},"fcm":{"notification":{"title":"Hello"},"data":{"id":"7"}}}"#;

    TEXTS_DIFFER = Hint "body/texts-differ" ["G8"] BEAMS_PAYLOADS
        when "Two platforms have the same title with different bodies, or the same body with different titles."
        then "This text differs from another platform's, while the rest is the same. If that is not intended, write the text once and use it for each platform."
        Json r#"{"apns":{"aps":{"alert":{"title":"Hello","body":"User authenticated"}}},"fcm":{"notification":{"title":"Hello","body":"Your order is on its way"}}}"#
        not r#"{"apns":{"aps":{"alert":{"title":"Hello","body":"Your order is on its way"}}},"fcm":{"notification":{"title":"Hello","body":"Your order is on its way"}}}"#;
}

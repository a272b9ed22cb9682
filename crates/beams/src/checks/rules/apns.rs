//! The rules for Apple devices.

use crate::checks::rule::{Language, Platform, Rule, Severity, pages, rules};

rules! { Some(Platform::Apns);
    CONTENT_AVAILABLE = Refused "apns/content-available" ["A8"] APPLE_BACKGROUND
        when "`content-available` is anything but the number 1."
        then "Beams refuses the publish (422): `content-available` must be the number 1, or absent. `true`, \"1\" and 0 are refused too."
        => "1"
        Json r#"{"apns":{"aps":{"alert":"Hello","content-available":true}}}"#
        not r#"{"apns":{"aps":{"alert":"Hello","content-available":1}}}"#;

    SOUND_DICTIONARY = Refused "apns/sound-dictionary" ["A11"] APPLE_PAYLOAD
        when "`sound` is an object."
        then "Beams refuses the publish (422): it does not take the dictionary of critical alerts. Write the name of a sound file in the app, or \"default\"."
        Json r#"{"apns":{"aps":{"alert":"Hello","sound":{"critical":1,"name":"default","volume":1}}}}"#
        not r#"{"apns":{"aps":{"alert":"Hello","sound":"default"}}}"#;

    APS_MISSING = Dropped "apns/aps-missing" ["A1"] BEAMS_IOS
        when "`apns` has no `aps` object."
        then "Nothing is shown, or Beams refuses the publish: Apple's part must be in `apns.aps`, such as `apns: { aps: { alert: { title, body } } }`."
        Json r#"{"apns":{"alert":{"title":"Hello"}}}"#
        not r#"{"apns":{"aps":{"alert":{"title":"Hello"}}}}"#;

    NOTHING_TO_SHOW = Dropped "apns/nothing-to-show" ["A3"] APPLE_PAYLOAD
        when "`aps` has no text in `alert`, and neither `sound`, `badge` nor `content-available`."
        then "Nothing is shown. Write `alert` with `title` and `body`; or, for a silent notification, `content-available: 1` with `priority: 5`."
        Json r#"{"apns":{"aps":{},"data":{"id":7}}}"#
        not r#"{"apns":{"aps":{"alert":"Hello"},"data":{"id":7}}}"#;

    ALERT_TYPE = Dropped "apns/alert-type" ["A3"] APPLE_PAYLOAD
        when "`alert` is neither a string nor an object."
        then "Nothing is shown: `alert` must be a string or an object with `title` and `body`."
        Json r#"{"apns":{"aps":{"alert":["Hello"],"sound":"default"}}}"#
        not r#"{"apns":{"aps":{"alert":"Hello","sound":"default"}}}"#;

    TOO_LARGE = Dropped "apns/too-large" ["S1", "S4"] APPLE_PAYLOAD
        when "`aps` and `data` have more than 3 900 bytes as JSON (UTF-8), which are 4 096 with what Beams adds."
        then "`aps` and `data` have {bytes} bytes as JSON; Apple takes 4096, of which Beams needs about 200. Nothing is shown. Shorten the texts, or send an id and let the app fetch the rest. An emoji counts 4 bytes, most Chinese or Japanese characters 3."
        Json r#"{"apns":{"aps":{"alert":"<3900 characters>"}}}"#
        not r#"{"apns":{"aps":{"alert":"<200 characters>"}}}"#;

    PRIORITY = Dropped "apns/priority" ["A18"] APPLE_SENDING
        when "`priority` is not 10, 5 or 1."
        then "`priority` must be the number 10 (at once), 5 or 1. Apple refuses anything else (BadPriority), or Beams does."
        Json r#"{"apns":{"aps":{"alert":"Hello"},"priority":"high"}}"#
        not r#"{"apns":{"aps":{"alert":"Hello"},"priority":10}}"#;

    COLLAPSE_ID = Dropped "apns/collapse-id" ["A25"] APPLE_SENDING
        when "`collapse_id` is not a string of 1 to 64 bytes."
        then "Apple refuses the notification (BadCollapseId): `collapse_id` must be a string of at most 64 bytes in UTF-8. Shorten it, with a hash if need be."
        Json r#"{"apns":{"aps":{"alert":"Hello"},"collapse_id":"<65 characters>"}}"#
        not r#"{"apns":{"aps":{"alert":"Hello"},"collapse_id":"<64 characters>"}}"#;

    LIVE_ACTIVITY = Dropped "apns/live-activity" ["A29"] APPLE_LIVE
        when "`aps` has `event` or `content-state`, the keys of Live Activities."
        then "A Live Activity needs a push type and a topic that Beams has no member for: the update is not delivered. Send it to Apple directly."
        Json r#"{"apns":{"aps":{"event":"update","content-state":{"score":1},"timestamp":1700000000}}}"#
        not r#"{"apns":{"aps":{"alert":"The score is 1"}}}"#;

    BELONGS_IN_APS = Degraded "apns/belongs-in-aps" ["A1", "A4"] BEAMS_IOS
        when "`alert`, `title`, `badge` or another member of `aps` stands directly in `apns`."
        then "`{name}` does not reach the device from here. Write it in `{instead}`."
        Json r#"{"apns":{"aps":{"alert":"Hello"},"badge":1}}"#
        not r#"{"apns":{"aps":{"alert":"Hello","badge":1}}}"#;

    UNKNOWN_MEMBER = Degraded "apns/unknown-member" ["A4"] BEAMS_IOS
        when "`apns` has a member of your own beside `aps` and `data`."
        then "Beams drops it: the device gets only `aps` and `data`. Write it in `apns.data`."
        => "apns.data"
        Json r#"{"apns":{"aps":{"alert":"Hello"},"orderId":7}}"#
        not r#"{"apns":{"aps":{"alert":"Hello"},"data":{"orderId":7}}}"#;

    OTHER_SDK_MEMBER = Degraded "apns/other-sdk-member" ["A5"] BEAMS_PAYLOADS
        when "`apns` has `headers` or `payload`, the form of firebase-admin."
        then "Beams drops it. Write what is in `payload` directly in `apns`, and headers as `priority`, `expiration` and `collapse_id`."
        Json r#"{"apns":{"headers":{"apns-priority":"5"},"aps":{"alert":"Hello"}}}"#
        not r#"{"apns":{"priority":5,"aps":{"alert":"Hello"}}}"#;

    TEXT_OUTSIDE_ALERT = Degraded "apns/text-outside-alert" ["A2"] APPLE_PAYLOAD
        when "`title`, `subtitle` or `body` stands in `aps` beside `alert`."
        then "iOS ignores `{name}` here. Write it in `{instead}`."
        Json r#"{"apns":{"aps":{"alert":"Hello","title":"Anna"}}}"#
        not r#"{"apns":{"aps":{"alert":{"title":"Anna","body":"Hello"}}}}"#;

    DATA_IN_APS = Degraded "apns/data-in-aps" ["A6"] BEAMS_IOS
        when "`data` stands in `aps`."
        then "Apps and the Beams SDK look for `data` beside `aps`, and do not find it here. Write it in `apns.data`."
        => "apns.data"
        Json r#"{"apns":{"aps":{"alert":"Hello","data":{"id":7}}}}"#
        not r#"{"apns":{"aps":{"alert":"Hello"},"data":{"id":7}}}"#;

    DATA_PUSHER = Degraded "apns/data-pusher" ["A7"] BEAMS_PAYLOADS
        when "`data` has a member `pusher`."
        then "`pusher` in `data` is Beams' own: it is overwritten, or deliveries and opens are not reported. Choose another name."
        Json r#"{"apns":{"aps":{"alert":"Hello"},"data":{"pusher":{"id":7}}}}"#
        not r#"{"apns":{"aps":{"alert":"Hello"},"data":{"order":{"id":7}}}}"#;

    MUTABLE_CONTENT = Degraded "apns/mutable-content" ["A9"] APPLE_PAYLOAD
        when "`mutable-content` is not the number 1 (or 0)."
        then "The app's extension does not run, so that there is no picture and nothing is decrypted: `mutable-content` must be the number 1."
        => "1"
        Json r#"{"apns":{"aps":{"alert":"Hello","mutable-content":true}}}"#
        not r#"{"apns":{"aps":{"alert":"Hello","mutable-content":1}}}"#;

    BADGE = Degraded "apns/badge" ["A10"] APPLE_PAYLOAD
        when "`badge` is not an integer of 0 or more."
        then "The number on the icon does not change: `badge` must be an integer, not a string; 0 removes it."
        Json r#"{"apns":{"aps":{"alert":"Hello","badge":"+1"}}}"#
        not r#"{"apns":{"aps":{"alert":"Hello","badge":1}}}"#;

    SOUND_TYPE = Degraded "apns/sound-type" ["A11"] APPLE_PAYLOAD
        when "`sound` is neither a string nor an object."
        then "No sound is played: `sound` must be the name of a sound file in the app, or \"default\"."
        => "default"
        Json r#"{"apns":{"aps":{"alert":"Hello","sound":true}}}"#
        not r#"{"apns":{"aps":{"alert":"Hello","sound":"default"}}}"#;

    CRITICAL_SOUND = Degraded "apns/critical-sound" ["A12"] APPLE_CRITICAL
        when "In the dictionary of a critical alert, `name` is missing, `critical` is not 1 or `volume` is not between 0 and 1."
        then "iOS plays no critical sound for this dictionary: it needs a `name`, `critical: 1` and a `volume` from 0 to 1."
        Json r#"{"apns":{"aps":{"alert":"Hello","sound":{"critical":true,"volume":100}}}}"#
        not r#"{"apns":{"aps":{"alert":"Hello","sound":"default"}}}"#;

    INTERRUPTION_LEVEL = Degraded "apns/interruption-level" ["A13"] APPLE_PAYLOAD
        when "`interruption-level` is not `passive`, `active`, `time-sensitive` or `critical`."
        then "iOS ignores this level, or takes it as \"active\". Write \"passive\", \"active\", \"time-sensitive\" or \"critical\"."
        Json r#"{"apns":{"aps":{"alert":"Hello","interruption-level":"timeSensitive"}}}"#
        not r#"{"apns":{"aps":{"alert":"Hello","interruption-level":"time-sensitive"}}}"#;

    RELEVANCE_SCORE = Degraded "apns/relevance-score" ["A14"] APPLE_PAYLOAD
        when "`relevance-score` is not a number from 0 to 1."
        then "iOS does not use the score for its summary: it must be a number from 0 to 1."
        Json r#"{"apns":{"aps":{"alert":"Hello","relevance-score":75}}}"#
        not r#"{"apns":{"aps":{"alert":"Hello","relevance-score":0.75}}}"#;

    LOC_ARGS = Degraded "apns/loc-args" ["A15"] APPLE_PAYLOAD
        when "`…-loc-args` is not an array of strings, or its `…-loc-key` is missing."
        then "The placeholders of the localized text stay empty: `…-loc-args` must be an array of strings beside the `…-loc-key` of a text in the app."
        Json r#"{"apns":{"aps":{"alert":{"loc-key":"NEW_MESSAGES","loc-args":[3]}}}}"#
        not r#"{"apns":{"aps":{"alert":{"loc-key":"NEW_MESSAGES","loc-args":["3"]}}}}"#;

    NEAR_NAME = Degraded "apns/near-name" ["A16", "A17"] APPLE_PAYLOAD
        when "A member is misspelled, or has another SDK's name (`contentAvailable`, `thread_id`, `locKey`, `collapseId`)."
        then "`{name}` has no effect. Write `{instead}`."
        Json r#"{"apns":{"aps":{"alert":"Hello","threadId":"chat-7"}}}"#
        not r#"{"apns":{"aps":{"alert":"Hello","thread-id":"chat-7"}}}"#;

    BELONGS_OUTSIDE_APS = Degraded "apns/belongs-outside-aps" ["A16"] BEAMS_PAYLOADS
        when "`priority`, `expiration` or `collapse_id` stands in `aps`."
        then "`{name}` has no effect in `aps`. Write it beside `aps`, as `{instead}`."
        Json r#"{"apns":{"aps":{"alert":"Hello","collapseId":"score"}}}"#
        not r#"{"apns":{"aps":{"alert":"Hello"},"collapse_id":"score"}}"#;

    SILENT_PRIORITY = Degraded "apns/silent-priority" ["A19"] APPLE_BACKGROUND
        when "`aps` only wakes the app (`content-available` alone), and `priority` is 10 or absent."
        then "Apple may drop or delay a silent notification of priority 10, and calls it an error. Write `priority: 5`."
        => "5"
        Json r#"{"apns":{"aps":{"content-available":1},"data":{"id":7}}}"#
        not r#"{"apns":{"aps":{"content-available":1},"data":{"id":7},"priority":5}}"#;

    EXPIRATION_TYPE = Degraded "apns/expiration-type" ["A21", "A22"] APPLE_SENDING
        when "`expiration` is not an integer."
        then "`expiration` must be a date in whole seconds since 1970, such as `Math.floor(Date.now() / 1000) + 3600`. Otherwise Beams may refuse the publish."
        Json r#"{"apns":{"aps":{"alert":"Hello"},"expiration":"2100-01-01T00:00:00Z"}}"#
        not r#"{"apns":{"aps":{"alert":"Hello"},"expiration":4102444800}}"#;

    EXPIRATION_DURATION = Degraded "apns/expiration-duration" ["A21"] APPLE_SENDING
        when "`expiration` is a duration, not a date."
        then "`expiration` is a date in seconds since 1970; this one is long past, so that devices that are off never get the notification. Write `Math.floor(Date.now() / 1000) + seconds`."
        Json r#"{"apns":{"aps":{"alert":"Hello"},"expiration":3600}}"#
        not r#"{"apns":{"aps":{"alert":"Hello"},"expiration":4102444800}}"#;

    EXPIRATION_MILLISECONDS = Degraded "apns/expiration-milliseconds" ["A22"] APPLE_SENDING
        when "`expiration` is in milliseconds."
        then "`expiration` is a date in seconds since 1970; in milliseconds it is thousands of years ahead, and the notification never expires. Write `Math.floor(milliseconds / 1000)`."
        Json r#"{"apns":{"aps":{"alert":"Hello"},"expiration":4102444800000}}"#
        not r#"{"apns":{"aps":{"alert":"Hello"},"expiration":4102444800}}"#;

    EXPIRATION_PAST = Degraded "apns/expiration-past" ["A23"] APPLE_SENDING
        when "`expiration` is past."
        then "Apple tries once and does not store the notification: devices that are off never get it. Write a date that is ahead."
        Json r#"{"apns":{"aps":{"alert":"Hello"},"expiration":1500000000}}"#
        not r#"{"apns":{"aps":{"alert":"Hello"},"expiration":4102444800}}"#;

    DELIVERY_TRACKING_TYPE = Degraded "apns/delivery-tracking-type" ["A27"] BEAMS_INSIGHTS
        when "`pusher.disable_delivery_tracking` is not a boolean."
        then "`disable_delivery_tracking` must be `true` or `false`: otherwise delivery tracking stays on, or Beams refuses the publish."
        => "true"
        Json r#"{"apns":{"aps":{"alert":"Hello"},"pusher":{"disable_delivery_tracking":"true"}}}"#
        not r#"{"apns":{"aps":{"alert":"Hello"},"pusher":{"disable_delivery_tracking":true}}}"#;

    EXPIRATION_ZERO = Hint "apns/expiration-zero" ["A24"] APPLE_SENDING
        when "`expiration` is 0."
        then "Apple tries once and does not store the notification: devices that are off never get it. If that is not intended, write a date that is ahead, or leave `expiration` out."
        Json r#"{"apns":{"aps":{"alert":"Hello"},"expiration":0}}"#
        not r#"{"apns":{"aps":{"alert":"Hello"}}}"#;

    FLUTTER_INFO = Hint "apns/flutter-info" ["A30"] BEAMS_FLUTTER
        when "`data.info` is JSON text."
        then "In a Flutter app, the Beams plugin reads `data.info` on iOS as an object; only Android wants JSON text. Write the object itself here."
        Json r#"{"apns":{"aps":{"alert":"Hello"},"data":{"info":"{\"id\":7}"}}}"#
        not r#"{"apns":{"aps":{"alert":"Hello"},"data":{"info":{"id":7}}}}"#;
}

//! The rules for Android devices.

use crate::checks::rule::{Language, Platform, Rule, Severity, pages, rules};

rules! { Some(Platform::Fcm);
    DATA_NOT_STRINGS = Dropped "fcm/data-not-a-string" ["F1"] GOOGLE_MESSAGE
        when "A value in `data` is not a string."
        then "Google takes only strings in `data`, and refuses the whole message for anything else; that Beams turns it into text first is not documented. Write `String(value)`, or `JSON.stringify(value)` for objects and lists."
        Json r#"{"fcm":{"notification":{"title":"Hello"},"data":{"orderId":7}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"},"data":{"orderId":"7"}}}"#;

    EMPTY = Dropped "fcm/empty" ["F7"] BEAMS_PAYLOADS
        when "There is neither `notification` nor `data`."
        then "Nothing happens on Android. Add `notification` with `title` and `body`, or `data` for an app that handles it."
        Json r#"{"fcm":{"priority":"high"}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"},"priority":"high"}}"#;

    TOO_LARGE = Dropped "fcm/too-large" ["S2", "S4"] GOOGLE_TYPES
        when "`notification` and `data` have more than 3 896 bytes as JSON (UTF-8), which are 4 096 with what Beams adds."
        then "`notification` and `data` have {bytes} bytes as JSON; Google takes 4096, of which Beams needs about 200. Nothing is shown. Shorten the texts, or send an id and let the app fetch the rest. An emoji counts 4 bytes, most Chinese or Japanese characters 3."
        Json r#"{"fcm":{"notification":{"title":"News","body":"<3900 characters>"}}}"#
        not r#"{"fcm":{"notification":{"title":"News","body":"<200 characters>"}}}"#;

    DATA_RESERVED_KEY = Dropped "fcm/data-reserved-key" ["F2"] GOOGLE_MESSAGE
        when "A key in `data` is `from` or `message_type`, or begins with `google.` or `gcm.`."
        then "The key is reserved: Google refuses the message, or the device removes the member. Choose another name, such as `sender` for `from`."
        Json r#"{"fcm":{"notification":{"title":"Hello"},"data":{"from":"Anna"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"},"data":{"sender":"Anna"}}}"#;

    DATA_TOKEN_VALIDATION = Dropped "fcm/data-token-validation" ["F6"] BEAMS_ANDROID
        when "`data.pusherTokenValidation` is `\"true\"`."
        then "The Beams SDK takes the message for its own and keeps it from the app. Remove the member."
        Json r#"{"fcm":{"notification":{"title":"Hello"},"data":{"pusherTokenValidation":"true"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"}}}"#;

    PRIORITY = Dropped "fcm/priority" ["F15"] GOOGLE_MESSAGE
        when "`priority` is neither `\"normal\"` nor `\"high\"`."
        then "`priority` must be \"normal\" or \"high\", in lower case. For anything else Beams or Google refuses the message."
        Json r#"{"fcm":{"notification":{"title":"Hello"},"priority":"HIGH"}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"},"priority":"high"}}"#;

    TIME_TO_LIVE = Dropped "fcm/time-to-live" ["F16"] GOOGLE_MESSAGE
        when "`time_to_live` is not an integer from 0 to 2 419 200."
        then "`time_to_live` must be a number of seconds, an integer of at most 2419200 (4 weeks). For anything else, such as \"3600s\" or milliseconds, Google refuses the message."
        Json r#"{"fcm":{"notification":{"title":"Hello"},"time_to_live":"3600s"}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"},"time_to_live":3600}}"#;

    DRY_RUN = Dropped "fcm/dry-run" ["F31"] GOOGLE_MESSAGE
        when "`dry_run` is `true`."
        then "Google checks the message and does not deliver it. Remove `dry_run` to deliver it."
        Json r#"{"fcm":{"notification":{"title":"Hello"},"dry_run":true}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"}}}"#;

    NOTIFICATION_EMPTY = Dropped "fcm/notification-empty" ["F28"] BEAMS_PAYLOADS
        when "`notification` has neither `title` nor `body`."
        then "Android shows an empty notification, or none. Write `title` and `body`."
        Json r#"{"fcm":{"notification":{"icon":"ic_bell"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello","icon":"ic_bell"}}}"#;

    DATA_PUSHER = Degraded "fcm/data-pusher" ["F5"] BEAMS_PAYLOADS
        when "`data` has a member `pusher`."
        then "`pusher` in `data` is Beams' own: it is overwritten, or deliveries and opens are not reported. Choose another name."
        Json r#"{"fcm":{"notification":{"title":"Hello"},"data":{"pusher":"7"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"},"data":{"order":"7"}}}"#;

    DATA_COLLAPSE_KEY = Degraded "fcm/data-collapse-key" ["F3"] GOOGLE_MESSAGE
        when "`data` has a member `collapse_key`."
        then "The device removes `collapse_key` from `data`. Write it in `fcm`, or choose another name."
        => "fcm.collapse_key"
        Json r#"{"fcm":{"notification":{"title":"Hello"},"data":{"collapse_key":"score"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"},"collapse_key":"score"}}"#;

    VERSION_1_MEMBER = Degraded "fcm/version-1-member" ["F11"] BEAMS_PAYLOADS
        when "There is a member of Google's HTTP v1 message or of firebase-admin (`android`, `message`, `token`, …)."
        then "Beams takes Google's legacy form, in which this member has no effect, nor has what it holds. Write `priority`, `time_to_live` and `collapse_key` in `fcm`, and texts in `fcm.notification`. Beams chooses the devices."
        Json r#"{"fcm":{"notification":{"title":"Hello"},"android":{"priority":"high"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"},"priority":"high"}}"#;

    BELONGS_IN_NOTIFICATION = Degraded "fcm/belongs-in-notification" ["F12"] BEAMS_PAYLOADS
        when "`title`, `body`, `icon` or another member of `notification` stands directly in `fcm`."
        then "`{name}` has no effect here. Write it in `{instead}`."
        Json r#"{"fcm":{"title":"Hello","notification":{"body":"Hello, Anna"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello","body":"Hello, Anna"}}}"#;

    DATA_IN_NOTIFICATION = Degraded "fcm/data-in-notification" ["F13"] BEAMS_PAYLOADS
        when "`data` stands in `notification`."
        then "`data` in `notification` does not reach the app. Write it in `fcm.data`."
        => "fcm.data"
        Json r#"{"fcm":{"notification":{"title":"Hello","data":{"id":"7"}}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"},"data":{"id":"7"}}}"#;

    BELONGS_OUTSIDE = Degraded "fcm/belongs-outside-notification" ["F14"] BEAMS_PAYLOADS
        when "`priority`, `time_to_live` or `collapse_key` stands in `notification`."
        then "`{name}` has no effect in `notification`. Write it in `fcm`, as `{instead}`."
        Json r#"{"fcm":{"notification":{"title":"Hello","priority":"high"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"},"priority":"high"}}"#;

    NEAR_NAME = Degraded "fcm/near-name" ["F18", "F19"] BEAMS_PAYLOADS
        when "A member is misspelled, or has another SDK's name (`timeToLive`, `clickAction`, `channel_id`, `imageUrl`)."
        then "`{name}` has no effect. Write `{instead}`."
        Json r#"{"fcm":{"notification":{"title":"Hello","clickAction":"OPEN_INBOX"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello","click_action":"OPEN_INBOX"}}}"#;

    CLICK_ACTION_URL = Degraded "fcm/click-action-url" ["F21"] BEAMS_ANDROID
        when "`click_action` is a URL."
        then "`click_action` is the action of an intent filter: no activity has a URL for one, and a tap closes the app. Send the URL in `data`, or declare an action and write its name."
        Json r#"{"fcm":{"notification":{"title":"Hello","click_action":"https://example.com/inbox"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello","click_action":"OPEN_INBOX"}}}"#;

    ICON_NOT_A_NAME = Degraded "fcm/icon-not-a-name" ["F22"] GOOGLE_MESSAGE
        when "`icon` is a URL or a file name."
        then "`icon` is the name of a drawable in the app, without a path or extension: Android shows the default icon. A picture from the network is `image`."
        Json r#"{"fcm":{"notification":{"title":"Hello","icon":"https://example.com/icon.png"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello","icon":"ic_bell"}}}"#;

    SOUND_NOT_A_NAME = Degraded "fcm/sound-not-a-name" ["F23"] GOOGLE_MESSAGE
        when "`sound` has a path or an extension."
        then "`sound` is the name of a raw resource in the app, without a path or extension: Android plays the default sound. Write \"bell\" for res/raw/bell.mp3."
        Json r#"{"fcm":{"notification":{"title":"Hello","sound":"bell.mp3"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello","sound":"bell"}}}"#;

    COLOR = Degraded "fcm/color" ["F24"] GOOGLE_MESSAGE
        when "`color` is not `#rrggbb`."
        then "`color` must be `#rrggbb`, six hexadecimal digits. Android shows the default colour, or Google refuses the message."
        => "#rrggbb"
        Json r#"{"fcm":{"notification":{"title":"Hello","color":"red"}}}"#
        not r##"{"fcm":{"notification":{"title":"Hello","color":"#ff0000"}}}"##;

    IMAGE_URL = Degraded "fcm/image-url" ["F25"] GOOGLE_MESSAGE
        when "`image` is not an `https:` URL that everybody can reach."
        then "The notification is shown without the picture: `image` must be an absolute `https:` URL on a public host, of at most 1 MB."
        Json r#"{"fcm":{"notification":{"title":"Hello","image":"/a.png"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello","image":"https://example.com/a.png"}}}"#;

    LOC_ARGS = Degraded "fcm/loc-args" ["F26"] GOOGLE_MESSAGE
        when "`title_loc_args` or `body_loc_args` is not a list of strings, or its `…_loc_key` is missing."
        then "The text is not localized: `…_loc_args` must be an array of strings, or such an array as JSON text, beside a `…_loc_key` of the app."
        Json r#"{"fcm":{"notification":{"title":"Hello","body_loc_key":"new_messages","body_loc_args":[3]}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello","body_loc_key":"new_messages","body_loc_args":["3"]}}}"#;

    LOC_KEY_BESIDE_TEXT = Degraded "fcm/loc-key-beside-text" ["F27"] GOOGLE_MESSAGE
        when "`title` stands beside `title_loc_key`, or `body` beside `body_loc_key`."
        then "The plain text wins, and the localized one is never shown. Remove one of the two."
        Json r#"{"fcm":{"notification":{"title":"Hello","title_loc_key":"greeting"}}}"#
        not r#"{"fcm":{"notification":{"title_loc_key":"greeting"}}}"#;

    IOS_FLAG = Degraded "fcm/ios-flag" ["F30"] GOOGLE_MESSAGE
        when "`content_available` or `mutable_content` is not a boolean."
        then "The flag has no effect: in `fcm` it must be `true` or `false`. (In `apns.aps` it is the number 1.)"
        => "true"
        Json r#"{"fcm":{"notification":{"title":"Hello"},"content_available":1}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"},"content_available":true}}"#;

    DATA_ONLY = Hint "fcm/data-only" ["F8", "F9"] BEAMS_ANDROID
        when "There is `data` without `notification`, and no `priority`."
        then "Android shows nothing for `data` alone: the app needs a messaging service of its own, and a device that sleeps gets the message late. Add `notification` to show something; otherwise say with `priority` whether it may wait (\"normal\") or not (\"high\")."
        Json r#"{"fcm":{"data":{"id":"7"}}}"#
        not r#"{"fcm":{"data":{"id":"7"},"priority":"high"}}"#;

    TIME_TO_LIVE_ZERO = Hint "fcm/time-to-live-zero" ["F17"] GOOGLE_MESSAGE
        when "`time_to_live` is 0."
        then "The notification is lost for every device that cannot be reached at this moment. Write the seconds for which it is of use."
        Json r#"{"fcm":{"notification":{"title":"Hello"},"time_to_live":0}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"},"time_to_live":60}}"#;

    DATA_NOTIFICATION_KEY = Hint "fcm/data-notification-key" ["F4"] GOOGLE_MESSAGE
        when "`data` has a member `notification`."
        then "Google documents `notification` in `data` as reserved, though it is taken today. To show something, write it in `fcm.notification`; otherwise choose another name."
        Json r#"{"fcm":{"notification":{"title":"Hello"},"data":{"notification":"7"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"},"data":{"notificationId":"7"}}}"#;

    DATA_GOOGLE_NAME = Hint "fcm/data-google-name" ["F2"] GOOGLE_MESSAGE
        when "A key in `data` begins with `google` or `gcm`, without a dot after it."
        then "Some of Google's pages reserve all names that begin so, though its Android SDK removes only those with a dot after it. Another name is safer."
        Json r#"{"fcm":{"notification":{"title":"Hello"},"data":{"googlePlace":"7"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"},"data":{"place":"7"}}}"#;

    SUBTITLE = Hint "fcm/subtitle" ["P1"] GOOGLE_MESSAGE
        when "`notification` has a `subtitle`."
        then "Android shows no subtitle; only Apple devices that are registered with Firebase do. Put the text into `body`."
        Json r#"{"fcm":{"notification":{"title":"Hello","subtitle":"From Anna"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello","body":"From Anna"}}}"#;

    CLICK_ACTION_IN_DATA = Hint "fcm/click-action-in-data" ["P2"] BEAMS_ANDROID
        when "`click_action` stands in `data` and not in `notification`."
        then "A tap opens the launcher activity: Android reads `click_action` from `notification`. If the app reads it from `data` itself, choose another name to say so."
        => "fcm.notification.click_action"
        Json r#"{"fcm":{"notification":{"title":"Hello"},"data":{"click_action":"OPEN_INBOX"}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello","click_action":"OPEN_INBOX"}}}"#;

    FLUTTER_INFO = Hint "fcm/flutter-info" ["F32"] BEAMS_FLUTTER
        when "`data.info` is an object."
        then "In a Flutter app, the Beams plugin reads `data.info` on Android as JSON text. Write `JSON.stringify(info)` here, and the object itself in `apns`."
        Json r#"{"fcm":{"notification":{"title":"Hello"},"data":{"info":{"id":"7"}}}}"#
        not r#"{"fcm":{"notification":{"title":"Hello"},"data":{"info":"{\"id\":\"7\"}"}}}"#;
}

//! What a rule of the checker is. The rules themselves are in [`rules`](super::rules).

use serde::Serialize;

/// What becomes of a notification. The order is from worst to mildest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Beams responds with 4xx: nobody gets the publish. Only where this has been reported of the live service.
    Refused,
    /// A platform drops the notification, or shows nothing.
    Dropped,
    /// A part of it has no effect.
    Degraded,
    /// It works, but perhaps not as intended.
    Hint,
}

/// The part of a payload that a platform gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// Apple devices.
    Apns,
    /// Android devices.
    Fcm,
    /// Browsers.
    Web,
}

/// The language of a rule's examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// A payload as JSON. `"<4000 characters>"` stands for a string of that length, `"<200 levels>"` for nested arrays.
    Json,
    /// A payload that only JavaScript can hold.
    JavaScript,
}

/// One rule: when it applies, what happens then, and what to write instead.
#[derive(Debug)]
pub struct Rule {
    /// Such as `web/deep-link-not-absolute`.
    pub id: &'static str,
    /// What becomes of the notification.
    pub severity: Severity,
    /// `None` where the rule is about the whole payload, or about every platform.
    pub platform: Option<Platform>,
    /// The rows of the list of payload facts that it comes from; none where it follows from the types of the documentation.
    pub facts: &'static [&'static str],
    /// A page of Beams, Apple or Google.
    pub documentation: &'static str,
    /// When it applies.
    pub title: &'static str,
    /// What happens, and what to write instead. `{name}` is the member's name, `{instead}` the suggestion, `{bytes}` a size.
    pub message: &'static str,
    /// The member or value to write instead, where it is always the same.
    pub suggestion: Option<&'static str>,
    /// The language of the two examples.
    pub language: Language,
    /// A payload for which the rule applies.
    pub fails: &'static str,
    /// The same payload, corrected.
    pub passes: &'static str,
}

/// Declares rules and collects them in `RULES`, so that none can be left out of the table.
macro_rules! rules {
    ($platform:expr; $($name:ident = $severity:ident $id:literal [$($fact:literal),*] $documentation:ident
        when $title:literal
        then $message:literal $(=> $suggestion:literal)?
        $language:ident $fails:literal
        not $passes:literal;)+) => {
        $(pub(in crate::checks) static $name: Rule = Rule {
            id: $id,
            severity: Severity::$severity,
            platform: $platform,
            facts: &[$($fact),*],
            documentation: pages::$documentation,
            title: $title,
            message: $message,
            suggestion: rules!(@optional $($suggestion)?),
            language: Language::$language,
            fails: $fails,
            passes: $passes,
        };)+

        /// All rules of this file.
        pub(in crate::checks) static RULES: &[&Rule] = &[$(&$name),+];
    };
    (@optional) => { None };
    (@optional $value:literal) => { Some($value) };
}
pub(super) use rules;

/// The pages that rules refer to.
pub(super) mod pages {
    pub const BEAMS_PAYLOADS: &str = "https://pusher.com/docs/beams/reference/publish-payloads/";
    pub const BEAMS_API: &str = "https://pusher.com/docs/beams/reference/publish-api/";
    pub const BEAMS_IOS: &str = "https://pusher.com/docs/beams/getting-started/ios/publish-notifications/";
    pub const BEAMS_INSIGHTS: &str = "https://pusher.com/docs/beams/concepts/insights/";
    pub const BEAMS_ANDROID: &str = "https://pusher.com/docs/beams/guides/handle-incoming-notifications/android/";
    pub const BEAMS_WEB: &str = "https://pusher.com/docs/beams/guides/handle-incoming-notifications/web/";
    pub const BEAMS_FLUTTER: &str = "https://pusher.com/docs/beams/guides/handle-incoming-notifications/flutter/";
    pub const BEAMS_WEB_SDK: &str = "https://pusher.com/docs/beams/getting-started/web/sdk-integration/";
    pub const APPLE_PAYLOAD: &str =
        "https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification";
    pub const APPLE_SENDING: &str =
        "https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns";
    pub const APPLE_BACKGROUND: &str =
        "https://developer.apple.com/documentation/usernotifications/pushing-background-updates-to-your-app";
    pub const APPLE_LIVE: &str = "https://developer.apple.com/documentation/activitykit/starting-and-updating-live-activities-with-activitykit-push-notifications";
    pub const APPLE_CRITICAL: &str =
        "https://developer.apple.com/documentation/usernotifications/unnotificationsound/defaultcritical";
    pub const GOOGLE_TYPES: &str =
        "https://firebase.google.com/docs/cloud-messaging/customize-messages/set-message-type";
    pub const GOOGLE_MESSAGE: &str = "https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages";
    pub const PUSH_ENCRYPTION: &str = "https://www.rfc-editor.org/rfc/rfc8291#section-4";
    pub const PUSH_TTL: &str = "https://www.rfc-editor.org/rfc/rfc8030#section-5.2";
    pub const STRINGIFY: &str =
        "https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/JSON/stringify#description";
}

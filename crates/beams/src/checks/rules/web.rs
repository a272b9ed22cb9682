//! The rules for browsers.

use crate::checks::rule::{Language, Platform, Rule, Severity, pages, rules};

rules! { Some(Platform::Web);
    DEEP_LINK_NOT_ABSOLUTE = Refused "web/deep-link-not-absolute" ["W5"] BEAMS_PAYLOADS
        when "`deep_link` is not an absolute URL."
        then "Beams refuses the publish (422): `deep_link` must be an absolute URL. Write the site's origin in front, as `new URL(path, 'https://your-site.example').href` does."
        Json r#"{"web":{"notification":{"title":"Hello","deep_link":"/inbox"}}}"#
        not r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/inbox"}}}"#;

    HIDE_NOT_A_BOOLEAN = Refused "web/hide-flag-not-a-boolean" ["W11"] BEAMS_PAYLOADS
        when "`hide_notification_if_site_has_focus` is not a boolean."
        then "Beams refuses the publish (422): `hide_notification_if_site_has_focus` must be `true` or `false`, not a string or a number."
        Json r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/","hide_notification_if_site_has_focus":"true"}}}"#
        not r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/","hide_notification_if_site_has_focus":true}}}"#;

    NOTIFICATION_MISSING = Dropped "web/notification-missing" ["W1"] BEAMS_WEB
        when "`web` has no `notification` object."
        then "Nothing is shown: the default service worker fails without `notification`, and browsers may withdraw the permission of a site that shows nothing. Add `notification` with a `title`."
        Json r#"{"web":{"data":{"id":7}}}"#
        not r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/"},"data":{"id":7}}}"#;

    TOO_LARGE = Dropped "web/too-large" ["S3", "S4"] PUSH_ENCRYPTION
        when "`notification` and `data` have more than 3 819 bytes as JSON (UTF-8), which are 3 993 with what Beams adds."
        then "`notification` and `data` have {bytes} bytes as JSON; with what Beams adds, push services take about 3 800 bytes and refuse more. Nothing is shown. Shorten the texts, or send an id and let the page fetch the rest. An emoji counts 4 bytes, most Chinese or Japanese characters 3."
        Json r#"{"web":{"notification":{"title":"News","body":"<3800 characters>","deep_link":"https://example.com/"}}}"#
        not r#"{"web":{"notification":{"title":"News","body":"<200 characters>","deep_link":"https://example.com/"}}}"#;

    DATA_PUSHER = Dropped "web/data-pusher" ["W15"] BEAMS_PAYLOADS
        when "`data` has a member `pusher`."
        then "`pusher` in `data` is Beams' own: the documentation forbids it. The publish is refused or the member overwritten. Choose another name."
        Json r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/"},"data":{"pusher":{"id":7}}}}"#
        not r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/"},"data":{"order":{"id":7}}}}"#;

    BELONGS_IN_NOTIFICATION = Degraded "web/belongs-in-notification" ["W2"] BEAMS_PAYLOADS
        when "`title`, `body`, `icon`, `deep_link` or the focus flag stands directly in `web`."
        then "`{name}` has no effect here. Write it in `{instead}`."
        Json r#"{"web":{"notification":{"title":"Hello"},"deep_link":"https://example.com/"}}"#
        not r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/"}}}"#;

    TITLE_MISSING = Degraded "web/title-missing" ["W3"] BEAMS_WEB
        when "`notification` has no `title`, or an empty one."
        then "The notification has an empty title, and shows \"undefined\" with a service worker that reads `title` itself. Write a title."
        Json r#"{"web":{"notification":{"body":"Hello","deep_link":"https://example.com/"}}}"#
        not r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/"}}}"#;

    DEEP_LINK_LOCAL = Degraded "web/deep-link-local" ["W6"] BEAMS_WEB
        when "`deep_link` leads to `localhost`, to a private address or to a name without a dot."
        then "The link leads to a private host: on other people's devices it opens nothing. Write the public address of the site, or see whether an environment variable is missing."
        Json r#"{"web":{"notification":{"title":"Hello","deep_link":"http://localhost:3000/"}}}"#
        not r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/"}}}"#;

    DEEP_LINK_SCHEME = Degraded "web/deep-link-scheme" ["W7"] BEAMS_WEB
        when "`deep_link` is neither `https:` nor `http:`, or cannot be parsed."
        then "Browsers open only `https:` and `http:` URLs from a notification: the click does nothing. Link to a page, which may open the app."
        Json r#"{"web":{"notification":{"title":"Hello","deep_link":"myapp://inbox"}}}"#
        not r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/inbox"}}}"#;

    ICON_NOT_ABSOLUTE = Degraded "web/icon-not-absolute" ["W10"] BEAMS_PAYLOADS
        when "`icon` is not an absolute URL."
        then "`icon` must be an absolute URL: a relative one is resolved against the service worker, and one program reports that Beams refused it. Write the site's origin in front."
        Json r#"{"web":{"notification":{"title":"Hello","icon":"/icon.png","deep_link":"https://example.com/"}}}"#
        not r#"{"web":{"notification":{"title":"Hello","icon":"https://example.com/icon.png","deep_link":"https://example.com/"}}}"#;

    ICON_NOT_REACHABLE = Degraded "web/icon-not-reachable" ["W10"] BEAMS_WEB_SDK
        when "`icon` leads to a private host, or is loaded over `http:`."
        then "Browsers do not load this icon: it is on a private host, or its `http:` URL is mixed content on a site with `https:`. Write an `https:` URL that everybody can reach."
        Json r#"{"web":{"notification":{"title":"Hello","icon":"http://localhost:3000/icon.png","deep_link":"https://example.com/"}}}"#
        not r#"{"web":{"notification":{"title":"Hello","icon":"https://example.com/icon.png","deep_link":"https://example.com/"}}}"#;

    DATA_IN_NOTIFICATION = Degraded "web/data-in-notification" ["W13"] BEAMS_PAYLOADS
        when "`data` stands in `notification`."
        then "`data` in `notification` does not reach the service worker's `payload.data`. Write it in `web.data`."
        => "web.data"
        Json r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/","data":{"id":7}}}}"#
        not r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/"},"data":{"id":7}}}"#;

    NEAR_NAME = Degraded "web/near-name" ["W14", "W16"] BEAMS_PAYLOADS
        when "A member is misspelled, or has another SDK's name (`deepLink`, `url`, `imageUrl`, `ttl`)."
        then "`{name}` has no effect. Write `{instead}`."
        Json r#"{"web":{"notification":{"title":"Hello","deepLink":"https://example.com/"}}}"#
        not r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/"}}}"#;

    UNKNOWN_MEMBER = Degraded "web/unknown-member" ["W18"] BEAMS_PAYLOADS
        when "`web` has a member other than `notification`, `data` and `time_to_live`."
        then "Beams takes `notification`, `data` and `time_to_live` here; this member is ignored. Write what your own code reads in `data`."
        Json r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/"},"excluded_users":["user-1"]}}"#
        not r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/"}}}"#;

    TIME_TO_LIVE = Degraded "web/time-to-live" ["W16"] BEAMS_PAYLOADS
        when "`time_to_live` is not an integer from 0 to 2 419 200."
        then "`time_to_live` must be a number of seconds, an integer of at most 2419200 (4 weeks). Beams refuses anything else, or keeps the notification for 4 weeks."
        Json r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/"},"time_to_live":"3600"}}"#
        not r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/"},"time_to_live":3600}}"#;

    LARGE = Hint "web/large" ["S3", "S4", "S6"] PUSH_ENCRYPTION
        when "`notification` and `data` have more than 3 000 bytes as JSON (UTF-8)."
        then "`notification` and `data` have {bytes} bytes as JSON. Some push services, Firefox for Android among them, take less than the 3 800 that the others do. Keep below 3000 to be sure."
        Json r#"{"web":{"notification":{"title":"News","body":"<3100 characters>","deep_link":"https://example.com/"}}}"#
        not r#"{"web":{"notification":{"title":"News","body":"<200 characters>","deep_link":"https://example.com/"}}}"#;

    DEEP_LINK_MISSING = Hint "web/deep-link-missing" ["W9"] BEAMS_WEB
        when "`notification` has no `deep_link`."
        then "A click only closes the notification. Add `deep_link`, the absolute URL of the page to open."
        Json r#"{"web":{"notification":{"title":"Hello"}}}"#
        not r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/"}}}"#;

    DEEP_LINK_INSECURE = Hint "web/deep-link-insecure" ["W6"] BEAMS_WEB_SDK
        when "`deep_link` has the scheme `http:`."
        then "Web push needs a site with `https:`, so an `http:` link is not the page that is already open: the click opens a second tab. Write `https:`."
        Json r#"{"web":{"notification":{"title":"Hello","deep_link":"http://example.com/"}}}"#
        not r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/"}}}"#;

    OWN_WORKER_ONLY = Hint "web/own-service-worker-only" ["W12"] BEAMS_WEB
        when "`notification` has a member that browsers know and the default service worker does not show (`image`, `actions`, `tag`, …), or an unknown one."
        then "The default service worker shows `title`, `body` and `icon` only. This member has an effect only in an `onNotificationReceived` handler of your own."
        Json r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/","image":"https://example.com/a.png"}}}"#
        not r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/","icon":"https://example.com/a.png"}}}"#;

    TIME_TO_LIVE_ZERO = Hint "web/time-to-live-zero" ["W17"] PUSH_TTL
        when "`time_to_live` is 0."
        then "The notification is lost wherever the browser is not connected at this moment. Write the seconds for which it is of use."
        Json r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/"},"time_to_live":0}}"#
        not r#"{"web":{"notification":{"title":"Hello","deep_link":"https://example.com/"},"time_to_live":60}}"#;
}

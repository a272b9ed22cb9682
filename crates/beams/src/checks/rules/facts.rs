//! What is known about payloads and cannot be told from a request, or is not a mistake.

/// A fact without a rule, or the part of a fact that its rules do not check.
#[derive(Debug)]
pub struct Unchecked {
    /// The letter and number of the fact on the page.
    pub fact: &'static str,
    /// What happens.
    pub title: &'static str,
    /// Why no rule tells it.
    pub reason: &'static str,
}

const fn unchecked(fact: &'static str, title: &'static str, reason: &'static str) -> Unchecked {
    Unchecked { fact, title, reason }
}

/// The facts without a rule, and the unchecked parts of others, in the order of the list.
pub static UNCHECKED: &[Unchecked] = &[
    unchecked(
        "A20",
        "Apple throttles silent notifications beyond 2 or 3 an hour.",
        "A check would have to remember what each device got. Send silent notifications rarely.",
    ),
    unchecked(
        "A26",
        "`alert` beside `content-available: 1` may call the app's delegate twice.",
        "It is allowed, and Beams adds `content-available: 1` itself to track deliveries.",
    ),
    unchecked(
        "A27",
        "With `disable_delivery_tracking: true`, iOS devices send no delivery and open events, and no webhook follows.",
        "The request does not tell whether webhooks are used.",
    ),
    unchecked(
        "F10",
        "With `notification`, Android does not run the app's own code in the background.",
        "The request does not tell whether the app relies on it. Send `data` alone if it does.",
    ),
    unchecked(
        "F20",
        "A channel in `android_channel_id` that the app has not created is replaced by a default one.",
        "Only the app knows its channels.",
    ),
    unchecked(
        "F29",
        "Google keeps at most four different `collapse_key`s for a device.",
        "A check would have to remember what each device got. Use few keys, not one for each message.",
    ),
    unchecked(
        "W8",
        "A click focuses an open tab only if its URL is exactly `deep_link`.",
        "Only the browser knows the tabs. Write the URL as the site does, with the same slash, query and hash.",
    ),
    unchecked("W19", "Safari's old push service once ignored `data`.", "Safari 16 and later take standard web push."),
    unchecked("G1", "Beams refuses a publish in which a user is named twice.", "The client removes duplicates."),
    unchecked(
        "G2",
        "Beams probably refuses a publish in which an interest is named twice, too.",
        "The client removes duplicates.",
    ),
    unchecked(
        "G5",
        "A user id may have 164 bytes of UTF-8 according to the documentation, and 164 UTF-16 units according to the official SDKs.",
        "Targets are checked by the publish itself, not with the payload.",
    ),
    unchecked(
        "G6",
        "Devices of a platform that has no payload get nothing, and no webhook says so.",
        "The request does not tell which platforms the app has devices on.",
    ),
    unchecked(
        "G9",
        "Publishing to slices of 100 interests in a loop notifies a device twice if it subscribes to interests in two slices.",
        "A check would have to remember earlier requests. Publish to users, or to one interest that all subscribe to.",
    ),
    unchecked(
        "P3",
        "The same text, sent to an interest and to one of its users, is shown twice.",
        "A check would have to remember earlier requests.",
    ),
    unchecked(
        "P4",
        "A platform that is not configured on the dashboard may fail the whole publish.",
        "The request does not tell. One user has reported it.",
    ),
];

//! One message for all platforms, turned into the payload of each.
//!
//! What each member becomes is in the table of `types/message.d.ts`. The payloads are right by construction: a property
//! test runs them through [`checks`](crate::checks).

mod members;

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};
use url::Url;

use crate::checks::{self, names::Names};
use crate::error::{Error, Result};
use members::{check_names, is_present, merge, put, read_data, read_integer, read_text, read_url, resource_name};

/// The longest time that Google and push services store a message, in seconds: 4 weeks.
const MAX_TTL: u64 = 2_419_200;

/// The longest collapse id at Apple, in bytes.
const MAX_COLLAPSE_KEY_LEN: usize = 64;

const PLATFORMS: [&str; 3] = ["apns", "fcm", "web"];

/// What a message that shows nothing cannot have.
const VISIBLE: [&str; 9] = ["title", "subtitle", "body", "icon", "image", "badge", "sound", "category", "localized"];

static NAMES: Names = Names {
    known: &[
        "title",
        "subtitle",
        "body",
        "link",
        "icon",
        "image",
        "data",
        "badge",
        "sound",
        "ttl",
        "priority",
        "collapseKey",
        "category",
        "silent",
        "localized",
        "baseUrl",
        "platforms",
        "apns",
        "fcm",
        "web",
    ],
    accepted: &[],
    aliases: &[
        ("url", "link"),
        ("deeplink", "link"),
        ("clickaction", "link"),
        ("timetolive", "ttl"),
        ("collapseid", "collapseKey"),
        ("message", "body"),
        ("text", "body"),
        ("imageurl", "image"),
    ],
};

static LOCALIZED_NAMES: Names = Names {
    known: &["titleKey", "titleArgs", "subtitleKey", "subtitleArgs", "bodyKey", "bodyArgs"],
    accepted: &[],
    aliases: &[("key", "bodyKey"), ("args", "bodyArgs")],
};

type Object = Map<String, Value>;

/// A message whose members have been checked.
struct Message<'a> {
    members: &'a Object,
    is_silent: bool,
    is_urgent: Option<bool>,
    link: Option<Url>,
    icon: Option<Url>,
    image: Option<Url>,
    /// The caller's, and the link and image for apps.
    data: Object,
    ttl: Option<u64>,
}

/// The payloads of a message, for each of its platforms. `now` is what an expiry is counted from.
///
/// # Errors
///
/// [`Error::InvalidArgument`] for the first member that is missing, mistyped or unknown.
pub fn to_publish_request(message: &Value, now: SystemTime) -> Result<Value> {
    let members = message.as_object().ok_or_else(|| Error::invalid("message argument must be a plain object"))?;
    check_names(members, &NAMES, "message")?;
    let message = Message::read(members)?;
    let mut request = Object::new();
    for platform in message.platforms()? {
        let mut part = match platform {
            "apns" => message.apns(now),
            "fcm" => message.fcm(),
            _ => message.web(),
        }?;
        match members.get(platform) {
            None | Some(Value::Null) => {}
            Some(Value::Object(overrides)) => merge(&mut part, overrides),
            Some(_) => return Err(Error::invalid(format!("message.{platform} must be an object"))),
        }
        request.insert(platform.to_owned(), Value::Object(part));
    }
    Ok(Value::Object(request))
}

/// The JSON of [`to_publish_request`] for the JSON of a message. `lost` are members of it that JSON cannot represent.
///
/// # Errors
///
/// Its errors; and those of a text that is not JSON.
pub fn from_json(message: &str, lost: &[Vec<String>], now: SystemTime) -> Result<String> {
    if let Some(names) = lost.first() {
        return Err(Error::invalid(format!(
            "message.{} cannot be represented in JSON: use plain objects, arrays and strings",
            names.join(".")
        )));
    }
    let message = checks::parse::parse(message)
        .map_err(|error| Error::invalid(format!("message argument could not be read: {error}")))?
        .ok_or_else(|| Error::invalid("message argument is nested too deeply"))?;
    to_publish_request(&message, now).map(|request| request.to_string())
}

impl<'a> Message<'a> {
    fn read(members: &'a Object) -> Result<Self> {
        let is_silent = match members.get("silent") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(silent)) => *silent,
            Some(_) => return Err(Error::invalid("message.silent must be true or false")),
        };
        if let Some(name) = VISIBLE.iter().find(|name| is_silent && is_present(members, name)) {
            return Err(Error::invalid(format!("a silent message shows nothing: leave out message.{name}")));
        }
        if !is_silent {
            for name in ["title", "body"] {
                read_text(members, name)?.ok_or_else(|| Error::invalid(format!("message.{name} is required")))?;
            }
        }
        let is_urgent = match read_text(members, "priority")? {
            None => None,
            Some("high") => Some(true),
            Some("normal") => Some(false),
            Some(_) => return Err(Error::invalid("message.priority must be 'high' or 'normal'")),
        };
        let ttl = read_integer(members, "ttl")?;
        if ttl.is_some_and(|ttl| !(1..=MAX_TTL).contains(&ttl)) {
            return Err(Error::invalid(format!("message.ttl must be a number of seconds from 1 to {MAX_TTL}")));
        }
        let [link, icon, image] = [read_url(members, "link")?, read_url(members, "icon")?, read_url(members, "image")?];
        let data = read_data(members, [("link", link.as_ref()), ("image", image.as_ref())])?;
        Ok(Self { members, is_silent, is_urgent, link, icon, image, data, ttl })
    }

    /// Browsers have to show something for each push, so a silent message is not for them.
    fn platforms(&self) -> Result<Vec<&'static str>> {
        let mistyped = || Error::invalid("message.platforms must be an array of 'apns', 'fcm' and 'web'");
        let chosen = match self.members.get("platforms") {
            None | Some(Value::Null) => {
                return Ok(PLATFORMS.into_iter().filter(|it| !self.is_silent || *it != "web").collect());
            }
            Some(Value::Array(platforms)) if !platforms.is_empty() => platforms,
            Some(_) => return Err(mistyped()),
        };
        let find = |name: &Value| PLATFORMS.into_iter().find(|platform| name == platform).ok_or_else(mistyped);
        let platforms = chosen.iter().map(find).collect::<Result<Vec<_>>>()?;
        if self.is_silent && platforms.contains(&"web") {
            return Err(Error::invalid("browsers have no silent notifications: leave 'web' out of message.platforms"));
        }
        Ok(platforms)
    }

    fn apns(&self, now: SystemTime) -> Result<Object> {
        let mut aps = Object::new();
        if self.is_silent {
            aps.insert("content-available".into(), json!(1));
        } else {
            aps.insert("alert".into(), Value::Object(self.apple_alert()?));
        }
        put(&mut aps, "badge", read_integer(self.members, "badge")?);
        put(&mut aps, "sound", read_text(self.members, "sound")?);
        put(&mut aps, "category", read_text(self.members, "category")?);
        // An extension of the app loads the picture.
        put(&mut aps, "mutable-content", self.image.as_ref().map(|_| 1));

        let mut part = Object::new();
        part.insert("aps".into(), Value::Object(aps));
        put(&mut part, "data", self.data());
        put(&mut part, "collapse_id", self.collapse_key()?);
        // Apple's rule for silent notifications.
        let priority = if self.is_silent { Some(5) } else { self.is_urgent.map(|urgent| if urgent { 10 } else { 5 }) };
        put(&mut part, "priority", priority);
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        put(&mut part, "expiration", self.ttl.map(|ttl| now + ttl));
        Ok(part)
    }

    fn apple_alert(&self) -> Result<Object> {
        let mut alert = Object::new();
        for (name, key, prefix) in
            [("title", "titleKey", "title-"), ("subtitle", "subtitleKey", "subtitle-"), ("body", "bodyKey", "")]
        {
            match self.localized(key)? {
                Some((key, args)) => {
                    alert.insert(format!("{prefix}loc-key"), key);
                    put(&mut alert, &format!("{prefix}loc-args"), args);
                }
                None => put(&mut alert, name, read_text(self.members, name)?),
            }
        }
        Ok(alert)
    }

    fn fcm(&self) -> Result<Object> {
        let mut part = Object::new();
        if !self.is_silent {
            let mut notification = Object::new();
            for (name, key) in [("title", "titleKey"), ("body", "bodyKey")] {
                // Beside a plain text, the localized one is never shown.
                match self.localized(key)? {
                    Some((key, args)) => {
                        notification.insert(format!("{name}_loc_key"), key);
                        put(&mut notification, &format!("{name}_loc_args"), args);
                    }
                    None => put(&mut notification, name, read_text(self.members, name)?),
                }
            }
            put(&mut notification, "image", self.image.as_ref().map(Url::as_str));
            put(&mut notification, "sound", read_text(self.members, "sound")?.and_then(resource_name));
            part.insert("notification".into(), Value::Object(notification));
        }
        // Google takes strings only.
        let data = self.data().map(|data| {
            let texts = data.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| match value {
                Value::String(_) => (name, value),
                value => (name, Value::String(value.to_string())),
            });
            texts.collect::<Object>()
        });
        put(&mut part, "data", data.or_else(|| self.is_silent.then(Object::new)));
        put(&mut part, "collapse_key", self.collapse_key()?);
        let priority = self.is_urgent.or(self.is_silent.then_some(false));
        put(&mut part, "priority", priority.map(|urgent| if urgent { "high" } else { "normal" }));
        put(&mut part, "time_to_live", self.ttl);
        Ok(part)
    }

    fn web(&self) -> Result<Object> {
        let mut notification = Object::new();
        for name in ["title", "body"] {
            put(&mut notification, name, read_text(self.members, name)?);
        }
        put(&mut notification, "icon", self.icon.as_ref().map(Url::as_str));
        // A browser opens no other scheme from a notification.
        let page = self.link.as_ref().filter(|link| matches!(link.scheme(), "https" | "http"));
        put(&mut notification, "deep_link", page.map(Url::as_str));
        let mut part = Object::new();
        part.insert("notification".into(), Value::Object(notification));
        put(&mut part, "data", self.data());
        put(&mut part, "time_to_live", self.ttl);
        Ok(part)
    }

    fn data(&self) -> Option<Object> {
        (!self.data.is_empty()).then(|| self.data.clone())
    }

    fn collapse_key(&self) -> Result<Option<&'a str>> {
        let key = read_text(self.members, "collapseKey")?;
        if key.is_some_and(|key| key.len() > MAX_COLLAPSE_KEY_LEN) {
            return Err(Error::invalid(format!(
                "message.collapseKey must have at most {MAX_COLLAPSE_KEY_LEN} bytes in UTF-8"
            )));
        }
        Ok(key)
    }

    /// The key of a localized text, and its arguments.
    fn localized(&self, key: &str) -> Result<Option<(Value, Option<Value>)>> {
        let localized = match self.members.get("localized") {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Object(localized)) => localized,
            Some(_) => return Err(Error::invalid("message.localized must be an object")),
        };
        check_names(localized, &LOCALIZED_NAMES, "message.localized")?;
        let args_name = key.replace("Key", "Args");
        let args = localized.get(&args_name).filter(|args| !args.is_null());
        if args.is_some_and(|args| args.as_array().is_none_or(|args| !args.iter().all(Value::is_string))) {
            return Err(Error::invalid(format!("message.localized.{args_name} must be an array of strings")));
        }
        match (localized.get(key), args) {
            (None | Some(Value::Null), None) => Ok(None),
            (Some(Value::String(key)), args) if !key.is_empty() => Ok(Some((json!(key), args.cloned()))),
            _ => {
                Err(Error::invalid(format!("message.localized.{key} must be the key of a localized string in the app")))
            }
        }
    }
}

#[cfg(test)]
mod tests;

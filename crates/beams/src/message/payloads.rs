//! Builds the payload of each platform from a message.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use url::Url;

use super::members::{Object, check_names, put, read_integer, read_text, resource_name};
use super::parse::Message;
use crate::checks::apns::MAX_COLLAPSE_ID_LEN;
use crate::checks::names::Names;
use crate::error::{Error, Result};

static LOCALIZED_NAMES: Names = Names {
    known: &["titleKey", "titleArgs", "subtitleKey", "subtitleArgs", "bodyKey", "bodyArgs"],
    accepted: &[],
    aliases: &[("key", "bodyKey"), ("args", "bodyArgs")],
};

impl<'a> Message<'a> {
    pub(super) fn apns(&self, now: SystemTime) -> Result<Object> {
        let mut aps = Object::new();
        if self.is_silent {
            aps.insert("content-available".into(), json!(1));
        } else {
            aps.insert("alert".into(), Value::Object(self.apple_alert()?));
        }
        put(&mut aps, "badge", read_integer(self.members, "badge")?);
        put(&mut aps, "sound", read_text(self.members, "sound")?);
        put(&mut aps, "category", read_text(self.members, "category")?);
        // The app's notification service extension downloads the image.
        put(&mut aps, "mutable-content", self.image.as_ref().map(|_| 1));

        let mut part = Object::new();
        part.insert("aps".into(), Value::Object(aps));
        put(&mut part, "data", self.data());
        put(&mut part, "collapse_id", self.collapse_key()?);
        // Apple requires priority 5 for silent notifications.
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

    pub(super) fn fcm(&self) -> Result<Object> {
        let mut part = Object::new();
        if !self.is_silent {
            let mut notification = Object::new();
            for (name, key) in [("title", "titleKey"), ("body", "bodyKey")] {
                // If both are present, Android shows only the plain text.
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
        // FCM accepts only strings.
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

    pub(super) fn web(&self) -> Result<Object> {
        let mut notification = Object::new();
        for name in ["title", "body"] {
            put(&mut notification, name, read_text(self.members, name)?);
        }
        put(&mut notification, "icon", self.icon.as_ref().map(Url::as_str));
        // Browsers open no other scheme from a notification.
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
        if key.is_some_and(|key| key.len() > MAX_COLLAPSE_ID_LEN) {
            return Err(Error::invalid(format!(
                "message.collapseKey must have at most {MAX_COLLAPSE_ID_LEN} bytes in UTF-8"
            )));
        }
        Ok(key)
    }

    /// The key of a localized string, and its arguments.
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

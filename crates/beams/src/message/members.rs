//! Reads the members of a message, and writes those of a payload.

use serde_json::{Map, Value, json};
use url::Url;

use crate::checks::names::Names;
use crate::checks::text::integer;
use crate::error::{Error, Result};

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// Rejects unknown members.
pub(super) fn check_names(members: &Object, names: &Names, owner: &str) -> Result<()> {
    let Some(name) = members.keys().find(|name| !names.contains(name)) else { return Ok(()) };
    let instead = names.nearest(name).map(|instead| format!("; did you mean `{instead}`?")).unwrap_or_default();
    Err(Error::invalid(format!("{owner} has no member `{name}`{instead}")))
}

/// Whether a member is present and not `null`.
pub(super) fn is_present(members: &Object, name: &str) -> bool {
    members.get(name).is_some_and(|value| !value.is_null())
}

/// A non-empty string.
pub(super) fn read_text<'a>(members: &'a Object, name: &str) -> Result<Option<&'a str>> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
        Some(_) => Err(Error::invalid(format!("message.{name} must be a non-empty string"))),
    }
}

/// A non-negative integer.
pub(super) fn read_integer(members: &Object, name: &str) -> Result<Option<u64>> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => integer(value)
            .map(Some)
            .ok_or_else(|| Error::invalid(format!("message.{name} must be a non-negative integer"))),
    }
}

/// An absolute URL; a relative one is resolved against `baseUrl`.
pub(super) fn read_url(members: &Object, name: &str) -> Result<Option<Url>> {
    let Some(text) = read_text(members, name)? else { return Ok(None) };
    let url = match (Url::parse(text), read_text(members, "baseUrl")?) {
        (Ok(url), _) => url,
        (Err(url::ParseError::RelativeUrlWithoutBase), Some(base)) => {
            Url::parse(base).and_then(|base| base.join(text)).map_err(|error| {
                Error::invalid(format!("message.{name} cannot be resolved against message.baseUrl: {error}"))
            })?
        }
        (Err(url::ParseError::RelativeUrlWithoutBase), None) => {
            return Err(Error::invalid(format!(
                "message.{name} is relative: write an absolute URL, or give message.baseUrl"
            )));
        }
        (Err(error), _) => return Err(Error::invalid(format!("message.{name} is not a valid URL: {error}"))),
    };
    Ok(Some(url))
}

/// The caller's data with the URLs, because apps find them only there.
pub(super) fn read_data(members: &Object, urls: [(&str, Option<&Url>); 2]) -> Result<Object> {
    let mut data = match members.get("data") {
        None | Some(Value::Null) => Object::new(),
        Some(Value::Object(data)) => data.clone(),
        Some(_) => return Err(Error::invalid("message.data must be an object")),
    };
    if let Some(name) = data.keys().find(|name| is_reserved(name)) {
        return Err(Error::invalid(format!("message.data.{name} is reserved by Google or Beams: choose another name")));
    }
    for (name, url) in urls {
        if let Some(url) = url.filter(|_| !data.contains_key(name)) {
            data.insert(name.to_owned(), json!(url.as_str()));
        }
    }
    Ok(data)
}

fn is_reserved(name: &str) -> bool {
    let names =
        ["from", "message_type", "collapse_key", "notification", "click_action", "pusher", "pusherTokenValidation"];
    names.contains(&name) || name.starts_with("google.") || name.starts_with("gcm.")
}

/// Android names a sound without its path and extension.
pub(super) fn resource_name(file: &str) -> Option<&str> {
    let name = file.rsplit(['/', '\\', ':']).next().unwrap_or_default();
    name.split('.').next().filter(|name| !name.is_empty())
}

/// Inserts the value, if there is one.
pub(super) fn put<V: Into<Value>>(object: &mut Object, name: &str, value: Option<V>) {
    if let Some(value) = value {
        object.insert(name.to_owned(), value.into());
    }
}

/// [JSON Merge Patch](https://www.rfc-editor.org/rfc/rfc7396): objects are merged, `null` removes.
pub(super) fn merge(target: &mut Object, overrides: &Object) {
    for (name, value) in overrides {
        match (value, target.get_mut(name)) {
            (Value::Null, _) => {
                target.remove(name);
            }
            (Value::Object(overrides), Some(Value::Object(target))) => merge(target, overrides),
            (Value::Object(overrides), _) => {
                let mut merged = Object::new();
                merge(&mut merged, overrides);
                target.insert(name.clone(), Value::Object(merged));
            }
            (value, _) => {
                target.insert(name.clone(), value.clone());
            }
        }
    }
}

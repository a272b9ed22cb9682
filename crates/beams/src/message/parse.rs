//! Reads and checks a message.

use serde_json::Value;
use url::Url;

use super::members::{Object, check_names, is_present, read_data, read_integer, read_text, read_url};
use crate::checks::names::Names;
use crate::checks::text::MAX_TIME_TO_LIVE;
use crate::error::{Error, Result};

const PLATFORMS: [&str; 3] = ["apns", "fcm", "web"];

/// The members that a silent message cannot have.
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

/// A message whose members have been checked.
pub(super) struct Message<'a> {
    pub members: &'a Object,
    pub is_silent: bool,
    pub is_urgent: Option<bool>,
    pub link: Option<Url>,
    pub icon: Option<Url>,
    pub image: Option<Url>,
    /// The caller's data, with the link and image that apps read from it.
    pub data: Object,
    pub ttl: Option<u64>,
}

impl<'a> Message<'a> {
    /// Reads the members of a message.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] for the first member that is missing, mistyped or unknown.
    pub fn read(members: &'a Object) -> Result<Self> {
        check_names(members, &NAMES, "message")?;
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
        if ttl.is_some_and(|ttl| !(1..=MAX_TIME_TO_LIVE).contains(&ttl)) {
            return Err(Error::invalid(format!(
                "message.ttl must be a number of seconds from 1 to {MAX_TIME_TO_LIVE}"
            )));
        }
        let [link, icon, image] = [read_url(members, "link")?, read_url(members, "icon")?, read_url(members, "image")?];
        let data = read_data(members, [("link", link.as_ref()), ("image", image.as_ref())])?;
        Ok(Self { members, is_silent, is_urgent, link, icon, image, data, ttl })
    }

    /// The platforms to build payloads for. By default, a silent message leaves `web` out, because a browser has to show a
    /// notification for each push.
    pub fn platforms(&self) -> Result<Vec<&'static str>> {
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
}

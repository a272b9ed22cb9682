//! The requests: paths, headers and bodies as the service documents them
//! (<https://pusher.com/docs/beams/reference/publish-api>, <https://pusher.com/docs/beams/reference/customer-api>).

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::bulk::chunker::JsonIds;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::retry::Idempotency;
use crate::targets::joined::Joined;
use crate::targets::kind::{MAX_TARGET_LEN, TargetKind};
use crate::targets::users::EncodedUserId;

/// What every request says about its sender, in the header `X-Pusher-Library`.
const LIBRARY: &str = concat!("beams-native ", env!("CARGO_PKG_VERSION"));

/// One request, ready to be sent any number of times.
#[derive(Debug, Clone)]
pub struct Request {
    /// What it is for, in log lines.
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// JSON, for a publish.
    pub(crate) body: Option<Bytes>,
    pub(crate) idempotency: Idempotency,
}

/// A notification and whom it is for: a request body, as JSON in UTF-16. Turning it into UTF-8 is left to
/// [`Routes::publish`], so that it can happen on another thread than the one that wrote it.
#[derive(Debug)]
pub struct PublishBody {
    kind: &'static TargetKind,
    body: Vec<u16>,
    /// The targets, where the body has none.
    joined: Option<Joined>,
}

/// What follows the targets in a body.
const TAIL: &str = "]}";

impl PublishBody {
    /// A body with its targets in it, or with none and the targets `joined`. `None` where [`TargetKind::accepts`] does not accept
    /// the body, or it has no place for the targets.
    pub fn new(kind: &'static TargetKind, body: Vec<u16>, joined: Option<Joined>) -> Option<Self> {
        let has_place = joined.is_none() || body.ends_with(&b"[]}".map(u16::from));
        (has_place && kind.accepts(&body)).then_some(Self { kind, body, joined })
    }

    fn utf8(&self) -> Bytes {
        match &self.joined {
            None => utf8(&self.body),
            Some(joined) => assemble(&head(&self.body), &joined.json()),
        }
    }
}

/// The most that the body of a publish to users may have.
const MAX_USERS_BODY_BYTES: usize = 200 * 1024;

/// The most that one user takes in a body: each unit as `\u0000`, between quotes.
const MAX_USER_BYTES: usize = MAX_TARGET_LEN * 6 + 2;

/// A notification for users that are yet to be told.
#[derive(Debug)]
pub struct BodyPrefix {
    /// The body up to the first user.
    head: Bytes,
}

impl BodyPrefix {
    /// The template of a body that is for no users, as JSON in UTF-16.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] where the payload leaves no room for a user.
    pub fn new(body: &[u16]) -> Result<Self> {
        let template = Self { head: head(body) };
        if template.room() < MAX_USER_BYTES {
            return Err(Error::invalid(format!(
                "publishRequest argument is too large: with one user it exceeds the maximum of {MAX_USERS_BODY_BYTES} bytes"
            )));
        }
        Ok(template)
    }

    /// How many bytes users may take, as the members of an array in JSON.
    pub fn room(&self) -> usize {
        MAX_USERS_BODY_BYTES.saturating_sub(self.head.len() + TAIL.len())
    }

    fn body(&self, users: &JsonIds) -> Bytes {
        assemble(&self.head, users.json.as_bytes())
    }
}

/// The URLs of one instance, parsed once.
pub struct Routes {
    interests: Url,
    users: Url,
    /// All of a user's URL but the encoded id.
    user: String,
}

/// The headers that every request has.
pub fn headers(config: &Config) -> HeaderMap {
    HeaderMap::from_iter([
        (ACCEPT, HeaderValue::from_static("application/json")),
        (AUTHORIZATION, config.secret.bearer.clone()),
        (HeaderName::from_static("x-pusher-library"), HeaderValue::from_static(LIBRARY)),
    ])
}

impl Routes {
    /// The URLs that follow from the settings.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] where the settings make no URL.
    pub fn new(config: &Config) -> Result<Self> {
        let base = config.base.as_str().trim_end_matches('/');
        let instance = &config.instance_id;
        let url = |path: &str| {
            Url::parse(&format!("{base}/publish_api/v1/instances/{instance}/publishes/{path}"))
                .map_err(|error| Error::invalid(format!("endpoint makes no valid URL: {error}")))
        };
        Ok(Self {
            interests: url("interests")?,
            users: url("users")?,
            user: format!("{base}/customer_api/v1/instances/{instance}/users/"),
        })
    }

    /// A publish.
    pub fn publish(&self, publish: &PublishBody) -> Request {
        let (operation, url) = match publish.kind.key {
            "users" => ("publish to users", &self.users),
            _ => ("publish to interests", &self.interests),
        };
        let body = Some(publish.utf8());
        Request { operation, method: Method::POST, url: url.clone(), body, idempotency: Idempotency::NonIdempotent }
    }

    /// A publish to a chunk of users.
    pub fn publish_chunk(&self, template: &BodyPrefix, users: &JsonIds) -> Request {
        Request {
            operation: "publish to users",
            method: Method::POST,
            url: self.users.clone(),
            body: Some(template.body(users)),
            idempotency: Idempotency::NonIdempotent,
        }
    }

    /// The deletion of a user.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`], should a checked id not make a URL.
    pub fn delete_user(&self, user: &EncodedUserId) -> Result<Request> {
        let url = Url::parse(&format!("{}{}", self.user, user.0))
            .map_err(|error| Error::Internal(format!("a user's URL could not be made: {error}")))?;
        Ok(Request {
            operation: "delete user",
            method: Method::DELETE,
            url,
            body: None,
            idempotency: Idempotency::Idempotent,
        })
    }
}

/// A body without targets, up to where they belong.
fn head(body: &[u16]) -> Bytes {
    let mut head = utf8(body);
    head.truncate(head.len().saturating_sub(TAIL.len()));
    head
}

fn assemble(head: &[u8], targets: &[u8]) -> Bytes {
    [head, targets, TAIL.as_bytes()].concat().into()
}

/// `JSON.stringify` escapes halves of surrogate pairs, so nothing is lost here; nearly all JSON is ASCII.
pub(crate) fn utf8(json: &[u16]) -> Bytes {
    // All units are looked at, even after a hit: like this, many are looked at at once.
    let is_ascii = json.iter().fold(true, |all, &unit| all & (unit < 0x80));
    if is_ascii { json.iter().map(|&unit| unit as u8).collect() } else { String::from_utf16_lossy(json).into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ClientOptions;
    use crate::targets::interests::INTERESTS;
    use crate::targets::users::USERS;

    fn routes(endpoint: Option<&str>) -> Routes {
        let options = ClientOptions {
            instance_id: "my-instance".into(),
            secret_key: "key".into(),
            endpoint: endpoint.map(Into::into),
            ..ClientOptions::default()
        };
        Routes::new(&Config::new(options).unwrap()).unwrap()
    }

    #[test]
    fn a_publish_goes_to_the_path_of_its_targets() {
        for (kind, path, body) in [
            (&INTERESTS, "interests", r#"{"web":{"notification":{"title":"é"}},"interests":["hello"]}"#),
            (&USERS, "users", r#"{"users":["u\ud800","\u{1f600}"]}"#),
        ] {
            let publish = PublishBody::new(kind, body.encode_utf16().collect(), None).unwrap();
            let request = routes(None).publish(&publish);
            let base =
                "https://my-instance.pushnotifications.pusher.com/publish_api/v1/instances/my-instance/publishes";
            assert_eq!(request.url.as_str(), format!("{base}/{path}"));
            assert_eq!(request.body.unwrap(), body);
        }
    }

    #[test]
    fn joined_targets_take_their_place_in_the_body() {
        let units = |text: &str| text.encode_utf16().collect::<Vec<_>>();
        let joined = || Joined::new(&USERS, units(r#"a","é"#), 2);
        let publish = PublishBody::new(&USERS, units(r#"{"web":{"x":[]},"users":[]}"#), joined()).unwrap();
        assert_eq!(routes(None).publish(&publish).body.unwrap(), r#"{"web":{"x":[]},"users":["a","é"]}"#);
        assert!(PublishBody::new(&USERS, units(r#"{"users":["b"]}"#), joined()).is_none());
    }

    #[test]
    fn a_user_stays_one_segment_of_the_path() {
        for (user_id, path) in [("a/../b", "a%2F..%2Fb"), ("%2e%2e", "%252e%252e"), ("\\", "%5C"), ("a'b", "a'b")] {
            let user = EncodedUserId::new(&user_id.encode_utf16().collect::<Vec<_>>()).unwrap();
            let request = routes(None).delete_user(&user).unwrap();
            assert_eq!(request.url.path(), format!("/customer_api/v1/instances/my-instance/users/{path}"));
        }
    }

    #[test]
    fn a_base_path_is_kept() {
        for endpoint in ["http://localhost:1/base", "http://localhost:1/base/"] {
            let user = EncodedUserId::new(&[0x75]).unwrap();
            let request = routes(Some(endpoint)).delete_user(&user).unwrap();
            assert_eq!(request.url.as_str(), "http://localhost:1/base/customer_api/v1/instances/my-instance/users/u");
        }
    }
}

//! The requests: paths, headers and bodies as the service documents them
//! (<https://pusher.com/docs/beams/reference/publish-api>, <https://pusher.com/docs/beams/reference/customer-api>).

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::beams::config::Config;
use crate::beams::error::{Error, Result};
use crate::beams::retry::Repeatable;
use crate::beams::targets::Targets;
use crate::beams::users::PathUser;

/// What every request says about its sender, in the header `X-Pusher-Library`.
const LIBRARY: &str = concat!("beams-native ", env!("CARGO_PKG_VERSION"));

/// One request, ready to be sent any number of times.
#[derive(Debug, Clone)]
pub struct Request {
    /// What it is for, in log lines.
    pub(super) operation: &'static str,
    pub(super) method: Method,
    pub(super) url: Url,
    /// JSON, for a publish.
    pub(super) body: Option<Bytes>,
    pub(super) repeatable: Repeatable,
}

/// A notification and whom it is for, as two JSON texts in UTF-16. Joining them is left to [`Routes::publish`], so that
/// it can happen on another thread than the one that wrote them.
#[derive(Debug)]
pub struct Publish {
    /// Whom it is for.
    pub targets: Targets,
    /// A JSON object with the payloads, without a key for targets.
    pub payload: Vec<u16>,
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
    pub(super) fn new(config: &Config) -> Result<Self> {
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

    /// A publish. The targets' key comes last, as in the official SDK.
    pub fn publish(&self, publish: &Publish) -> Request {
        let Publish { targets, payload } = publish;
        let key = targets.rules.key;
        let mut body = Vec::with_capacity(payload.len() + targets.json.len() + key.len() + 8);
        push_utf8(&mut body, payload.strip_suffix(&[b'}'.into()]).unwrap_or(payload));
        if body.len() > 1 {
            body.push(b',');
        }
        body.extend_from_slice(format!("\"{key}\":").as_bytes());
        push_utf8(&mut body, &targets.json);
        body.push(b'}');
        let (operation, url) = match key {
            "users" => ("publish to users", &self.users),
            _ => ("publish to interests", &self.interests),
        };
        Request {
            operation,
            method: Method::POST,
            url: url.clone(),
            body: Some(Bytes::from(body)),
            repeatable: Repeatable::UnlessCarriedOut,
        }
    }

    /// The deletion of a user.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`], should a checked id not make a URL.
    pub fn delete_user(&self, user: &PathUser) -> Result<Request> {
        let url = Url::parse(&format!("{}{}", self.user, user.0))
            .map_err(|error| Error::Internal(format!("a user's URL could not be made: {error}")))?;
        Ok(Request {
            operation: "delete user",
            method: Method::DELETE,
            url,
            body: None,
            repeatable: Repeatable::Always,
        })
    }
}

/// `JSON.stringify` escapes halves of surrogate pairs, so nothing is lost here; nearly all JSON is ASCII.
fn push_utf8(body: &mut Vec<u8>, json: &[u16]) {
    if json.iter().all(|&unit| unit < 0x80) {
        body.extend(json.iter().map(|&unit| unit as u8));
    } else {
        body.extend_from_slice(String::from_utf16_lossy(json).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::beams::config::Options;
    use crate::beams::interests::INTERESTS;
    use crate::beams::users::USERS;

    fn routes(endpoint: Option<&str>) -> Routes {
        let options = Options {
            instance_id: "my-instance".into(),
            secret_key: "key".into(),
            endpoint: endpoint.map(Into::into),
            ..Options::default()
        };
        Routes::new(&Config::new(options).unwrap()).unwrap()
    }

    fn publish(rules: &'static crate::beams::targets::Rules, targets: &str, payload: &str) -> (String, String) {
        let targets = rules.accept(targets.encode_utf16().collect()).unwrap();
        let request = routes(None).publish(&Publish { targets, payload: payload.encode_utf16().collect() });
        (request.url.to_string(), String::from_utf8(request.body.unwrap().to_vec()).unwrap())
    }

    #[test]
    fn a_publish_has_its_targets_last() {
        let (url, body) = publish(&INTERESTS, r#"["hello"]"#, r#"{"web":{"notification":{"title":"é"}}}"#);
        assert_eq!(
            url,
            "https://my-instance.pushnotifications.pusher.com/publish_api/v1/instances/my-instance/publishes/interests"
        );
        assert_eq!(body, r#"{"web":{"notification":{"title":"é"}},"interests":["hello"]}"#);

        let (url, body) = publish(&USERS, r#"["u\ud800","\u{1f600}"]"#, "{}");
        assert!(url.ends_with("/publishes/users"));
        assert_eq!(body, r#"{"users":["u\ud800","\u{1f600}"]}"#);
    }

    #[test]
    fn a_user_stays_one_segment_of_the_path() {
        for (user_id, path) in [("a/../b", "a%2F..%2Fb"), ("%2e%2e", "%252e%252e"), ("\\", "%5C"), ("a'b", "a'b")] {
            let user = PathUser::new(&user_id.encode_utf16().collect::<Vec<_>>()).unwrap();
            let request = routes(None).delete_user(&user).unwrap();
            assert_eq!(request.url.path(), format!("/customer_api/v1/instances/my-instance/users/{path}"));
        }
    }

    #[test]
    fn a_base_path_is_kept() {
        for endpoint in ["http://localhost:1/base", "http://localhost:1/base/"] {
            let user = PathUser::new(&[0x75]).unwrap();
            let request = routes(Some(endpoint)).delete_user(&user).unwrap();
            assert_eq!(request.url.as_str(), "http://localhost:1/base/customer_api/v1/instances/my-instance/users/u");
        }
    }
}

//! The requests: paths, headers and bodies as the service documents them
//! (<https://pusher.com/docs/beams/reference/publish-api>, <https://pusher.com/docs/beams/reference/customer-api>).

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::publish::PublishBody;
use crate::retry::Idempotency;
use crate::targets::kind::{TargetKind, USERS};
use crate::targets::user_id::EncodedUserId;

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

impl Request {
    /// The host, with its port unless that is the default of the protocol.
    pub(crate) fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
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
                .map_err(|error| Error::invalid(format!("endpoint is not a valid URL: {error}")))
        };
        Ok(Self {
            interests: url("interests")?,
            users: url("users")?,
            user: format!("{base}/customer_api/v1/instances/{instance}/users/"),
        })
    }

    /// The method and the URL of the requests that publish to targets of a kind or, without one, delete a user, whose id is
    /// replaced.
    pub fn describe(&self, kind: Option<&TargetKind>) -> (Method, String) {
        match kind {
            Some(kind) => (Method::POST, self.publishes(kind).to_string()),
            None => (Method::DELETE, format!("{}REDACTED", self.user)),
        }
    }

    fn publishes(&self, kind: &TargetKind) -> &Url {
        if kind.key == USERS.key { &self.users } else { &self.interests }
    }

    /// The request of a publish.
    pub fn publish(&self, body: PublishBody) -> Request {
        Request {
            operation: body.kind.operation,
            method: Method::POST,
            url: self.publishes(body.kind).clone(),
            body: Some(body.json),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ClientOptions;
    use crate::config::tests::options;
    use crate::publish::BodyPrefix;
    use crate::targets::kind::INTERESTS;
    use crate::targets::list::JsonIds;

    fn routes(endpoint: Option<&str>) -> Routes {
        let options = ClientOptions { endpoint: endpoint.map(Into::into), ..options() };
        Routes::new(&Config::new(options).unwrap()).unwrap()
    }

    #[test]
    fn a_publish_goes_to_the_path_of_its_targets() {
        for kind in [&INTERESTS, &USERS] {
            let body =
                BodyPrefix::new(kind, &"{}".encode_utf16().collect::<Vec<_>>()).unwrap().assemble(&JsonIds::default());
            let request = routes(None).publish(body);
            let base =
                "https://my-instance.pushnotifications.pusher.com/publish_api/v1/instances/my-instance/publishes";
            assert_eq!(request.url.as_str(), format!("{base}/{}", kind.key));
            assert_eq!(request.body.unwrap(), format!(r#"{{"{}":[]}}"#, kind.key));
        }
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

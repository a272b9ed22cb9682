//! Tokens that tie a device to a user: <https://pusher.com/docs/beams/concepts/authenticated-users>.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use jsonwebtoken::crypto::JwtSigner;
use jsonwebtoken::signature::Signer;
use ring::hmac;

use crate::endpoint::instance_host;
use crate::error::{Error, Result};
use crate::targets::json::write_string;
use crate::targets::user_id::UserId;

/// How long a token is valid.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The order of the members is the official SDK's; [`jsonwebtoken::Header`] writes them the other way round.
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// The crate's own signer would digest the key again for every token.
struct PreparedKey(hmac::Key);

impl Signer<Vec<u8>> for PreparedKey {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, jsonwebtoken::signature::Error> {
        Ok(hmac::sign(&self.0, message).as_ref().to_vec())
    }
}

impl JwtSigner for PreparedKey {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

/// Signs tokens for one instance. The key and all that is the same in every token are prepared once.
pub struct TokenSigner {
    key: PreparedKey,
    header: String,
    issuer: String,
}

impl TokenSigner {
    pub(crate) fn new(instance_id: &str, secret_key: &str) -> Self {
        Self {
            key: PreparedKey(hmac::Key::new(hmac::HMAC_SHA256, secret_key.as_bytes())),
            header: URL_SAFE_NO_PAD.encode(HEADER),
            issuer: format!("https://{}", instance_host(instance_id)),
        }
    }

    /// A token for the user, good for 24 hours from `now`. Its time of issue is `now`, which gives the official SDK's own
    /// bytes, or earlier by `backdate`.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] where the crypto library refuses to sign.
    pub fn sign(&self, user: UserId<'_>, now: SystemTime, backdate: Duration) -> Result<String> {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let (issued, expires) = (now.saturating_sub(backdate), now + LIFETIME);
        let mut claims =
            format!(r#"{{"iat":{},"exp":{},"iss":"{}","sub":"#, issued.as_secs(), expires.as_secs(), self.issuer);
        write_string(user.0, &mut claims);
        claims.push('}');
        let mut token = self.header.clone();
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let signature =
            self.key.try_sign(token.as_bytes()).map_err(|error| Error::Internal(format!("signing failed: {error}")))?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_the_official_bytes() {
        let user: Vec<u16> = "user-1".encode_utf16().collect();
        let signer = TokenSigner::new("INSTANCE_ID", "12345");
        let now = UNIX_EPOCH + Duration::from_millis(1_700_000_000_999);
        let token = signer.sign(UserId::new(&user).unwrap(), now, Duration::ZERO).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        assert_eq!(URL_SAFE_NO_PAD.decode(parts[0]).unwrap(), HEADER.as_bytes());
        assert_eq!(
            String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap(),
            r#"{"iat":1700000000,"exp":1700086400,"iss":"https://INSTANCE_ID.pushnotifications.pusher.com","sub":"user-1"}"#
        );
        assert_eq!(parts[2], "m5x9MYD20GS7hAaj2HNk4cwpUsk4r_cfvniBLYnvD7M");
    }
}

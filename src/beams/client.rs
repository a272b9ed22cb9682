//! The four operations.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use reqwest::redirect;

use crate::beams::attempt::attempt;
use crate::beams::config::{Config, Limits};
use crate::beams::error::{Error, Result};
use crate::beams::reply::Reply;
use crate::beams::request::{Publish, Request, Routes, headers};
use crate::beams::tls;
use crate::beams::token::TokenSigner;
use crate::beams::users::{PathUser, TokenUser};

/// Servers and load balancers drop an idle connection after 55 seconds or more; one that is dropped just as a request
/// goes out on it leaves the caller not knowing.
const IDLE_LIMIT: Duration = Duration::from_secs(30);

/// A dead HTTP/2 connection would otherwise eat every request until its timeout.
const PING_INTERVAL: Duration = Duration::from_secs(10);

/// A client for one instance. Cheap to make: certificates are read and connections made by the first call.
pub struct Client {
    config: Config,
    routes: Routes,
    tokens: TokenSigner,
    http: OnceLock<reqwest::Client>,
}

/// How a call ended, with what there is to tell about it either way.
#[derive(Debug)]
pub struct Ended<T> {
    /// The answer.
    pub result: Result<T>,
    /// How many requests were made.
    pub attempts: u32,
    /// The last reply's status, if one came.
    pub status: Option<u16>,
}

impl<T> Ended<T> {
    /// The same end with another form of the answer.
    pub fn map<U>(self, form: impl FnOnce(T) -> U) -> Ended<U> {
        Ended { result: self.result.map(form), attempts: self.attempts, status: self.status }
    }
}

impl Client {
    /// A client with these settings.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] where the settings make no URL.
    pub fn new(config: Config) -> Result<Self> {
        Ok(Self {
            routes: Routes::new(&config)?,
            tokens: TokenSigner::new(&config.instance_id, &config.secret.key),
            http: OnceLock::new(),
            config,
        })
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Publishes a notification and answers with its publish id.
    pub async fn publish(&self, publish: &Publish, limits: &Limits) -> Ended<String> {
        self.call(&self.routes.publish(publish), limits, Reply::publish_id).await
    }

    /// Deletes a user and all of their devices. Answers with the reply's body, if there was one.
    pub async fn delete_user(&self, user: &PathUser, limits: &Limits) -> Ended<Option<String>> {
        match self.routes.delete_user(user) {
            Ok(request) => self.call(&request, limits, Reply::deletion).await,
            Err(error) => Ended { result: Err(error), attempts: 0, status: None },
        }
    }

    /// Makes a token for the user. Needs no network.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] where the crypto library refuses to sign.
    pub fn generate_token(&self, user: TokenUser<'_>) -> Result<String> {
        self.tokens.sign(user, SystemTime::now())
    }

    async fn call<T>(&self, request: &Request, limits: &Limits, read: fn(Reply) -> Result<T>) -> Ended<T> {
        let mut status = None;
        let result = async {
            let reply = attempt(self.http()?, request, limits).await?;
            status = Some(reply.status);
            read(reply)
        };
        Ended { result: result.await, attempts: 1, status }
    }

    fn http(&self) -> Result<&reqwest::Client> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let http = connect(&self.config)?;
        Ok(self.http.get_or_init(|| http))
    }
}

fn connect(config: &Config) -> Result<reqwest::Client> {
    let tls =
        tls::client_config(&config.ca).map_err(|error| Error::Internal(format!("TLS is not available: {error}")))?;
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .default_headers(headers(config))
        .connect_timeout(config.limits.connect_timeout)
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .pool_idle_timeout(IDLE_LIMIT)
        .http2_keep_alive_interval(PING_INTERVAL)
        .http2_keep_alive_timeout(PING_INTERVAL)
        .build()
        .map_err(|error| Error::Internal(format!("the HTTP client could not be made: {error}")))
}

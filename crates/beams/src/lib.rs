//! A client for Pusher Beams, without Node.
//!
//! Read it from the top: a [`client`] turns validated [`targets`] into an HTTP request; `http::attempt` sends it once
//! and returns the response or an [`error`]. `call` is the loop around it: `permits` decide when an attempt may start, [`retry`]
//! decides whether another follows. [`payload_checks`] finds payloads that no device would show. [`bulk`] publishes to any number
//! of users in chunks. [`token`] and [`webhook`] need no network.
//!
//! Wire format, limits and texts are those of the documented API (<https://pusher.com/docs/beams/reference/publish-api>)
//! and of the official Node.js SDK.

mod attempt_log;
pub mod bulk;
mod call;
pub mod checks;
pub mod client;
pub mod config;
mod deadline;
pub mod endpoint;
pub mod error;
pub mod fake_service;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod http;
mod limits;
pub mod message;
mod no_proxy;
mod outcome;
pub mod payload_checks;
mod permits;
pub mod proxy;
pub mod publish;
mod rate_limit;
pub mod retry;
mod secret;
pub mod targets;
mod tls;
pub mod token;
pub mod webhook;

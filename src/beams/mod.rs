//! A client for Pusher Beams, without Node.
//!
//! Read it as a story: a [`client`] turns validated targets ([`interests`], [`users`]) into a [`request`]; an [`attempt`]
//! carries it to the service once and comes back with a [`reply`] or an [`error`]. [`pace`] says when an attempt may start,
//! [`retry`] whether another follows. [`many_users`] makes many calls of one, out of [`chunks`]. [`token`] and
//! [`webhook`] need no network.
//! Wire format, limits and texts are those of the documented API (<https://pusher.com/docs/beams/reference/publish-api>)
//! and of the official Node.js SDK.

pub mod attempt;
pub mod chunks;
pub mod client;
pub mod config;
pub mod endpoint;
pub mod error;
pub mod fault;
pub mod interests;
pub mod joined;
pub mod many_users;
pub mod pace;
pub mod reply;
pub mod request;
pub mod retry;
pub mod targets;
pub mod tls;
pub mod token;
pub mod users;
pub mod webhook;

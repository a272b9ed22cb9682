//! The native half of the `beams-native` npm package, a server SDK for Pusher Beams.
//!
//! | module | what |
//! |---|---|
//! | [`beams`] | the Beams client in plain Rust: client → request → attempt → reply. It knows nothing of JavaScript. |
//! | [`binding`] | the Node-API skin: options in, promises out, errors across. It decides nothing about Beams. |
//!
//! Dependence goes one way: `index.js` → [`binding`] → [`beams`].

pub mod beams;

// Without Node there is nothing to bind to: `cargo test` runs the client alone.
#[cfg(not(test))]
pub mod binding;

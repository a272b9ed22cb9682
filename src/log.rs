//! `BEAMS_LOG=debug` prints a line for every attempt to the standard error output.

use std::env;
use std::io;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Does what the variable says; nothing, if it is not set or is no level.
pub fn start() {
    let Some(level) =
        env::var("BEAMS_LOG").ok().and_then(|level| level.parse::<tracing::level_filters::LevelFilter>().ok())
    else {
        return;
    };
    let lines = fmt::layer().with_ansi(false).with_target(false).with_writer(io::stderr);
    let own = Targets::new().with_target("beams", level);
    // Another environment of this process may have been first.
    let _ = tracing_subscriber::registry().with(lines).with(own).try_init();
}

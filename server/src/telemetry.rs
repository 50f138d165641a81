//! The log: one line for each thing that happened, to standard error.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Begins to log what `filter` lets through. A second call changes nothing.
pub fn start(filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|_| {
        format!(
            "RIVULET_LOG is {filter:?}, but must be a level such as info, or filters such as info,rivulet::http=debug"
        )
    })?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_target(false);
    // A file or a service manager has no use for colours.
    let _ = log.with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal()).try_init();
    Ok(())
}

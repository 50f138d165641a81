//! The log: one line for each thing that happened, to standard error.

use tracing_subscriber::EnvFilter;

/// Begins to log what `filter` lets through. A second call changes nothing.
pub fn start(filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|error| format!("RIVULET_LOG is {filter:?}, but {error}"))?;
    let _ =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).try_init();
    Ok(())
}

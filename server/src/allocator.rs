//! The allocator of the binary, and when it gives memory back.
//!
//! After thousands of streams have ended, glibc's allocator keeps nearly all of their memory. jemalloc returns it within seconds,
//! but for up to 4 MiB of each arena that its background thread does not find worth waking up for, and for what each thread has put
//! aside: `docs/performance.md` has the figures, and `.cargo/config.toml` what is set when it is built.

use std::time::Duration;
use tikv_jemalloc_ctl::{Access, AsName, Result};

/// The binary's global allocator; who embeds this crate chooses their own.
pub use tikv_jemallocator::Jemalloc;

/// How often to look whether nothing runs.
const PAUSE: Duration = Duration::from_secs(10);

/// Whenever nothing runs, gives back what is free. `running` tells how many answers are being written.
pub(crate) async fn give_back(running: impl Fn() -> usize) {
    whenever_idle(running, purge).await;
}

/// The same for what the thread that this runs on has put aside: the next [`give_back`] finds it in its arenas.
pub(crate) async fn put_back(running: impl Fn() -> usize) {
    whenever_idle(running, flush).await;
}

async fn whenever_idle(running: impl Fn() -> usize, tidy: fn() -> Result<()>) {
    loop {
        tokio::time::sleep(PAUSE).await;
        if running() == 0
            && let Err(error) = tidy()
        {
            return tracing::debug!(%error, "jemalloc does not give memory back");
        }
    }
}

/// There is no safe call for `thread.tcache.flush`; to do without the cache for a moment does the same.
fn flush() -> Result<()> {
    let cache = b"thread.tcache.enabled\0".name();
    cache.write(false)?;
    cache.write(true)
}

/// Makes each arena give back what is free. There is no safe call for `arena.<i>.purge`; to set the time after which free
/// memory is given back to zero does the same.
fn purge() -> Result<()> {
    let arenas: u32 = b"arenas.narenas\0".name().read()?;
    for arena in 0..arenas {
        let name = format!("arena.{arena}.dirty_decay_ms\0");
        let decay: &tikv_jemalloc_ctl::Name = name.as_bytes().name();
        // An arena that no thread has used yet is not there.
        let Ok(usual) = Access::<isize>::read(decay) else { continue };
        decay.write(0_isize)?;
        decay.write(usual)?;
    }
    Ok(())
}

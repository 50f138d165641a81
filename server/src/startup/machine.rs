//! What the machine gives: descriptors and memory, from which some limits follow that nobody has set.

use sysinfo::{MemoryRefreshKind, ProcessRefreshKind, ProcessesToUpdate, RefreshKind, System};

/// What is open besides connections: the log, the listener, files of the page, connections that are being refused.
const OTHER_DESCRIPTORS: u64 = 256;
/// Where the system does not say.
const USUAL_DESCRIPTORS: u64 = 1024;
const USUAL_MEMORY: u64 = 1 << 30;
/// The events of answers may take this part of the memory. Sockets, stored conversations and what the allocator holds back need
/// the rest, as do answers that grow after they were admitted.
const EVENTS_SHARE: u64 = 4;
/// The files of questions that wait for a model may take this part, and bodies that arrive as much again.
const FILES_SHARE: u64 = 8;

/// Raises the limit on open descriptors to what the process may have at most: the usual soft limit of 1024 is from the days of
/// `select`. Returns how many connections it allows, as an answer needs another descriptor to its provider.
pub(super) fn connections() -> usize {
    let descriptors = rlimit::increase_nofile_limit(u64::MAX).unwrap_or_else(|error| {
        tracing::warn!(%error, "the limit on open descriptors could not be raised");
        rlimit::Resource::NOFILE.get().map_or(USUAL_DESCRIPTORS, |(soft, _)| soft)
    });
    reserve_descriptors(descriptors);
    allowed_connections(descriptors)
}

/// The system's table of a process's descriptors grows by doubling, and while it does every thread that opens one waits: for 5 to
/// 30 ms each time, in the middle of a burst of connections. One descriptor far up makes it large at once.
fn reserve_descriptors(descriptors: u64) {
    /// Half a megabyte of table.
    const MOST: u64 = 65_536;
    let last = i32::try_from(descriptors.min(MOST)).unwrap_or(i32::MAX) - 1;
    // Where that is refused, it grows when it must.
    let _ = rustix::io::fcntl_dupfd_cloexec(std::io::stderr(), last);
}

fn allowed_connections(descriptors: u64) -> usize {
    let others = OTHER_DESCRIPTORS.min(descriptors / 2);
    usize::try_from((descriptors - others) / 2).unwrap_or(usize::MAX).max(1)
}

/// The part of the machine's memory, or of its container's, that the events of answers may take, in bytes.
pub(super) fn memory_for_events() -> usize {
    share(EVENTS_SHARE)
}

/// The same for the files of questions that wait for a model, and for bodies that arrive.
pub(super) fn memory_for_files() -> usize {
    share(FILES_SHARE)
}

fn share(part: u64) -> usize {
    usize::try_from(memory().unwrap_or(USUAL_MEMORY) / part).unwrap_or(usize::MAX)
}

fn memory() -> Option<u64> {
    let kind = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let mut system = System::new_with_specifics(kind).ok()?;
    let machine = Some(system.total_memory()).filter(|bytes| *bytes > 0);
    let own = sysinfo::get_current_pid().ok()?;
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[own]), false, ProcessRefreshKind::nothing());
    let container = system.process(own).and_then(|process| process.cgroup_limits()).or_else(|| system.cgroup_limits());
    machine.into_iter().chain(container.map(|limits| limits.total_memory)).min()
}

/// How many threads can run at one time.
pub(super) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_a_provider_beside_every_connection() {
        for (descriptors, connections) in [(20_000, 9872), (1024, 384), (256, 64), (3, 1), (0, 1)] {
            assert_eq!(allowed_connections(descriptors), connections, "{descriptors}");
        }
        assert!(allowed_connections(u64::MAX) > 1 << 40);
    }

    #[test]
    fn the_limit_on_descriptors_is_raised() {
        connections();
        let (soft, hard) = rlimit::Resource::NOFILE.get().unwrap();
        assert!(soft == hard || cfg!(target_os = "macos"), "{soft} of {hard}");
    }

    #[test]
    fn the_machine_has_some_memory() {
        let (events, files) = (memory_for_events(), memory_for_files());
        assert!(events > files && files > 1 << 20, "{events} {files}");
    }
}

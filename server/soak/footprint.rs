//! What the process holds: memory, tasks of the server, descriptors.

use std::fmt;
use tokio::runtime::Runtime;

/// One measurement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Footprint {
    /// Resident memory of the process, in KiB.
    memory: u64,
    /// Tasks that are alive on the server's runtime.
    tasks: usize,
    /// Open descriptors of the process.
    descriptors: usize,
}

/// How much memory may grow: an allocator gives back what it likes.
const MEMORY_SHARE: f64 = 0.2;
/// The same, in KiB, for a small process.
const MEMORY_SLACK: u64 = 8 << 10;
/// How many tasks and descriptors may come and go by themselves, such as those of a list of models that is being refreshed.
const COUNT_SLACK: usize = 3;

impl Footprint {
    /// Measures now.
    pub(crate) fn measure(serving: &Runtime) -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        Self {
            memory: memory.trim().trim_end_matches(" kB").parse().unwrap(),
            tasks: serving.metrics().num_alive_tasks(),
            descriptors: std::fs::read_dir("/proc/self/fd").unwrap().count(),
        }
    }

    /// What is more than it was, beyond what may come and go by itself.
    pub(crate) fn grown_since(self, before: Self) -> Vec<String> {
        let mut grown = Vec::new();
        let most = before.memory + MEMORY_SLACK + (before.memory as f64 * MEMORY_SHARE) as u64;
        if self.memory > most {
            grown.push(format!(
                "memory grew from {} to {} KiB; at most {most} would be right",
                before.memory, self.memory
            ));
        }
        for (what, before, now) in
            [("tasks", before.tasks, self.tasks), ("descriptors", before.descriptors, self.descriptors)]
        {
            if now > before + COUNT_SLACK {
                grown.push(format!(
                    "{what} grew from {before} to {now}; at most {} would be right",
                    before + COUNT_SLACK
                ));
            }
        }
        grown
    }
}

impl fmt::Display for Footprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { memory, tasks, descriptors } = self;
        write!(f, "{memory:>7} KiB resident, {tasks:>3} tasks of the server, {descriptors:>3} descriptors")
    }
}

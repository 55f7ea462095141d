//! The machine that figures are of.

use serde::Serialize;
use std::{fs::read_to_string, thread::available_parallelism, time::Instant};

/// What figures depend on.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// Name of the processor.
    pub processor: String,
    /// Threads that it runs at once.
    pub threads: usize,
    /// Whether the code is optimised.
    pub optimised: bool,
}

impl Machine {
    /// This machine.
    pub fn here() -> Self {
        let processors = read_to_string("/proc/cpuinfo").unwrap_or_default();
        let name = processors
            .lines()
            .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
            .map_or("unknown", |(_, name)| name);
        Self {
            processor: name.to_owned(),
            threads: threads(),
            optimised: !cfg!(debug_assertions),
        }
    }
}

/// Threads that the machine runs at once.
pub fn threads() -> usize {
    available_parallelism().map_or(1, Into::into)
}

/// The most memory this process has held so far, in MiB, as far as the system tells.
pub fn peak_memory_mib() -> Option<f64> {
    let status = read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

/// Makes the peak begin anew from what is held now. Gives that, in MiB, as far as the system allows.
pub fn forget_peak_memory() -> Option<f64> {
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    peak_memory_mib()
}

/// How many of `count` things were done in a second since `started`.
pub fn per_second(count: u64, started: Instant) -> f64 {
    count as f64 / started.elapsed().as_secs_f64()
}

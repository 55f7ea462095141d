//! What phases take: time that passed, and time of processors, which others on the machine do not lengthen.

use std::{error::Error, fs, time::Instant};

/// A phase's times, in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spent {
    /// Time that passed.
    pub wall: f64,
    /// Time of all processors.
    pub cpu: f64,
}

impl Spent {
    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self {
            wall: self.wall + other.wall,
            cpu: self.cpu + other.cpu,
        }
    }
}

/// A stopwatch with named laps.
#[derive(Debug)]
pub struct Clock {
    since: (Instant, f64),
    /// Phases in their order.
    pub phases: Vec<(&'static str, Spent)>,
}

impl Clock {
    /// Starts.
    pub fn start() -> Self {
        Self {
            since: (Instant::now(), cpu_seconds()),
            phases: Vec::new(),
        }
    }

    /// Ends a phase, or adds to one of that name, and starts the next.
    pub fn lap(&mut self, name: &'static str) {
        let now = (Instant::now(), cpu_seconds());
        let spent = Spent {
            wall: (now.0 - self.since.0).as_secs_f64(),
            cpu: now.1 - self.since.1,
        };
        self.since = now;
        match self.phases.iter_mut().find(|(known, _)| *known == name) {
            Some((_, before)) => *before = before.plus(spent),
            None => self.phases.push((name, spent)),
        }
    }

    /// What a phase took.
    pub fn spent(&self, name: &str) -> Spent {
        let found = self.phases.iter().find(|(known, _)| *known == name);
        found.map(|(_, spent)| *spent).unwrap_or_default()
    }
}

/// Seconds of processors that this process used, of all its threads.
fn cpu_seconds() -> f64 {
    // Fields 14 and 15 behind the name in parentheses: ticks of a hundredth of a second.
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

/// The most memory this process ever held.
pub fn peak_memory_bytes() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kibibytes: u64 = kibibytes.ok_or("the system does not tell VmHWM")?.parse()?;
    Ok(kibibytes * 1_024)
}

//! Announces each stage of a command and prints how many seconds it took.

use crate::failure::Result;
use std::time::Instant;

/// Runs `work` as a named stage.
pub fn stage<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("==> {name}");
    let started = Instant::now();
    let outcome = work();
    let word = if outcome.is_ok() { "done" } else { "failed" };
    eprintln!(
        "<== {name}: {word} in {:.1} s",
        started.elapsed().as_secs_f64()
    );
    outcome
}

//! The phases of a run: announced, and their seconds kept.

use anyhow::{Context, Result};
use std::time::Instant;

/// Seconds by phase, in the order in which they ran.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Phases(Vec<(String, f64)>);

impl Phases {
    /// Runs a phase after saying what it does.
    ///
    /// # Errors
    /// What the phase fails with, after its name.
    pub async fn run<T>(
        &mut self,
        name: &str,
        what: &str,
        phase: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        eprintln!("==> {what}");
        let started = Instant::now();
        let outcome = phase.await.with_context(|| format!("{name} failed"))?;
        self.note(name, started.elapsed().as_secs_f64());
        Ok(outcome)
    }

    /// Keeps the seconds of something that was timed elsewhere.
    pub fn note(&mut self, name: &str, seconds: f64) {
        self.0.push((name.to_owned(), seconds));
    }

    /// All phases so far.
    pub fn all(&self) -> &[(String, f64)] {
        &self.0
    }
}

//! How large the round is: the command line.

use std::{error::Error, path::PathBuf};

/// The round's size.
#[derive(Debug)]
pub struct Size {
    /// Leaves of the tree before the round.
    pub contributors: u32,
    /// Contributors that hand something in.
    pub active: u32,
    /// What each of them hands in.
    pub submissions: u32,
    /// Jobs.
    pub jobs: u32,
    /// Validators.
    pub validators: u8,
    /// File for the figures.
    pub json: Option<PathBuf>,
    /// Document to rewrite.
    pub document: Option<PathBuf>,
}

/// Different jobs that one contributor works for.
pub const JOBS_EACH: u32 = 10;

impl Size {
    /// Reads the command line.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut size = Self {
            contributors: 3_000_000,
            active: 300_000,
            submissions: 100,
            jobs: 1_000,
            validators: 20,
            json: None,
            document: None,
        };
        while let Some(name) = words.next() {
            let value = words.next().ok_or(format!("{name} needs a value"))?;
            match name.as_str() {
                "--contributors" => {
                    size.contributors = value.parse()?;
                    // A tenth is active, as in the design.
                    size.active = size.contributors / 10;
                }
                "--submissions-per-contributor" => size.submissions = value.parse()?,
                "--jobs" => size.jobs = value.parse()?,
                "--validators" => size.validators = value.parse()?,
                "--json" => size.json = Some(value.into()),
                "--document" => size.document = Some(value.into()),
                _ => return Err(format!("there is no option {name}").into()),
            }
        }
        let (active, jobs) = (size.active, size.jobs);
        if jobs == 0
            || !active.is_multiple_of(jobs)
            || !jobs.is_multiple_of(JOBS_EACH)
            || !size.submissions.is_multiple_of(JOBS_EACH)
            || size.validators == 0
        {
            return Err(format!(
                "a tenth of the contributors ({active}) must divide among the jobs, jobs and submissions by {JOBS_EACH}, and somebody must validate"
            )
            .into());
        }
        Ok(size)
    }

    /// Contributions of one job.
    pub const fn per_job(&self) -> u32 {
        self.active / self.jobs * JOBS_EACH * (self.submissions / JOBS_EACH)
    }

    /// Contributions of the round.
    pub fn contributions(&self) -> u64 {
        u64::from(self.per_job()) * u64::from(self.jobs)
    }
}

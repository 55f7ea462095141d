//! One round at full size, and what bare SHA-256 takes for the tree's blocks: `cargo xtask bench epoch` runs it and
//! writes docs/performance-epoch.md.
//!
//! Everything is computed as validators and indexers compute it. Contributions are made up job by job, so that
//! thirty million need not be held; what the run leaves out is measured on a part (`left_out`).

mod chain;
mod clock;
mod left_out;
mod report;
mod round;
mod size;

use clock::Clock;
use report::Report;
use size::Size;
use std::{error::Error, fs, process::ExitCode};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("epoch: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let size = Size::parse(std::env::args().skip(1))?;
    let mut clock = Clock::start();
    let round = round::play(&size, &mut clock)?;
    let peak = clock::peak_memory_bytes()?;
    let left_out = left_out::measure(&size)?;
    let report = Report::new(&size, &clock, &round, peak, &left_out);
    println!("{}", report.table());
    if let Some(file) = &size.json {
        fs::write(file, report.json())?;
    }
    if let Some(document) = &size.document {
        let text = fs::read_to_string(document)?;
        fs::write(document, report.rewritten(&text)?)?;
    }
    Ok(())
}

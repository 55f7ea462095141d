//! Accuracy and speed of aggregation: `aggregate FOLDER...`, each with `answer.csv` and `truth.csv`.
//!
//! Times are the fastest of ten runs, with the answers in memory as rows of text at first.

use sheaf_kinds::quest::{accuracy, dawid_skene, majority, read_answers, read_truth};
use std::{
    error::Error,
    fs,
    path::Path,
    time::{Duration, Instant},
};

fn fastest<T, E>(mut run: impl FnMut() -> Result<T, E>) -> Result<(T, Duration), E> {
    let mut timed = || {
        let start = Instant::now();
        run().map(|result| (result, start.elapsed()))
    };
    let mut best = timed()?;
    for _ in 1..10 {
        let next = timed()?;
        if next.1 < best.1 {
            best = next;
        }
    }
    Ok(best)
}

fn main() -> Result<(), Box<dyn Error>> {
    for folder in std::env::args().skip(1) {
        let file = |name| fs::read(Path::new(&folder).join(name));
        let csv = file("answer.csv")?;
        let truth = read_truth(&file("truth.csv")?)?;
        let (answers, reading) = fastest(|| read_answers(&csv))?;
        let (choices, counting) = fastest(|| Ok::<_, std::fmt::Error>(majority(&answers)))?;
        let (estimate, estimating) = fastest(|| dawid_skene(&answers))?;
        let right = |choices| accuracy(&answers, choices, &truth).share().unwrap_or(0.0);
        println!("{folder}: reading the table {reading:.2?}");
        println!("  majority     {:.4}  {counting:.2?}", right(&choices));
        println!(
            "  dawid-skene  {:.4}  {estimating:.2?}, {} iterations, converged: {}",
            right(&estimate.choices),
            estimate.iterations,
            estimate.converged
        );
    }
    Ok(())
}

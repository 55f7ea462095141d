//! Speed of valuing: `value RECORDS VALIDATION LABEL K THREADS`, both files CSV. The fastest of five runs.

use sheaf_kinds::dataset::value::{Scale, read_table, value};
use std::{error::Error, fs, time::Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [records, validation, label, k, threads] = arguments.as_slice() else {
        return Err("say: value RECORDS VALIDATION LABEL K THREADS".into());
    };
    let start = Instant::now();
    let records = read_table(&fs::read(records)?, label, None)?;
    let validation = read_table(&fs::read(validation)?, label, None)?;
    println!("reading {:.3?}", start.elapsed());
    for _ in 0..5 {
        let start = Instant::now();
        let found = value(
            &records,
            &validation,
            k.parse()?,
            Scale::None,
            threads.parse()?,
        )?;
        println!(
            "{:.3?}: utility {}, sum {}",
            start.elapsed(),
            found.utility,
            found.sum()
        );
    }
    Ok(())
}

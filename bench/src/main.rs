//! `sheaf-bench`: how much an indexer takes in, beside what the machine could do.
//!
//! - [`intake`]: signed submissions over HTTP; [`ingest`]: events of finalised transactions.
//! - [`database`]: the databases measured; [`report`]: figures as JSON and in `docs/performance.md`;
//!   [`machine`]: the machine, and memory.

mod database;
mod ingest;
mod intake;
mod machine;
mod report;

use anyhow::{Context as _, bail};
use std::path::PathBuf;

const USAGE: &str = "usage: sheaf-bench intake|ingest [--json FILE]";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1);
    let bench = words.next().context(USAGE)?;
    if bench == intake::SERVE {
        return intake::serve(words).await;
    }
    let json = match (words.next().as_deref(), words.next()) {
        (None, None) => None,
        (Some("--json"), Some(file)) => Some(PathBuf::from(file)),
        _ => bail!("{USAGE}"),
    };
    let report = match bench.as_str() {
        "intake" => intake::measure().await?,
        "ingest" => ingest::measure().await?,
        _ => bail!("{USAGE}"),
    };
    report.publish(json.as_deref())
}

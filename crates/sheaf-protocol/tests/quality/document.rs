//! `docs/quality.md`: prose, and between marks what the simulation gives.

use crate::{scenario::Scenario, simulate::Finding};
use std::{fmt::Write as _, path::PathBuf};

const BEGIN: &str = "<!-- simulated -->\n";
const END: &str = "<!-- end of simulated -->";

/// Where the document is.
pub fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/quality.md")
}

/// The document with these findings. `None` without marks.
pub fn rewritten(text: &str, findings: &[(&Scenario, Finding)]) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{}{END}{after}", table(findings)))
}

fn table(findings: &[(&Scenario, Finding)]) -> String {
    let mut text = "| of 20 validators | mean error | 1 in 100 is off by more than | off by more than 1,000 | worthless work is paid | \
        other work is paid | their pay | jailed |\n|---|---:|---:|---:|---:|---:|---:|---|\n"
        .to_owned();
    for (scenario, finding) in findings {
        let jailed = if finding.jailed { "yes" } else { "no" };
        let line = match &finding.round {
            None => format!(
                "| {} | void | void | void | nothing | nothing | {} % | {jailed} |",
                scenario.name, finding.pay_percent
            ),
            Some(round) => format!(
                "| {} | {} bps | {} bps | {} | {} | {} | {} | {jailed} |",
                scenario.name,
                round.mean_error_bps,
                round.far_off_bps,
                percent(round.wrong_bps),
                percent(round.junk_paid_bps),
                percent(round.work_paid_bps),
                if scenario.some == 0 {
                    "-".to_owned()
                } else {
                    format!("{} %", finding.pay_percent)
                }
            ),
        };
        writeln!(text, "{line}").expect("a string takes all");
    }
    text
}

fn percent(bps: u64) -> String {
    format!("{}.{} %", bps / 100, bps % 100 / 10)
}

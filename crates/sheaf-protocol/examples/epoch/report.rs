//! What was measured, as JSON and as tables.

use crate::{
    chain::{fees, rent, transactions},
    clock::{Clock, Spent},
    left_out::LeftOut,
    round::{INPUTS, LIMIT, PHASES, Played},
    size::Size,
};
use serde_json::{Value, json};
use std::fmt::Write as _;

const BEGIN: &str = "<!-- measured -->\n";
const END: &str = "<!-- end of measured -->";

/// The aims.
const AIM_SECONDS: f64 = 20.0;
const AIM_BYTES: u64 = 3 << 30;
const AIM_TIMES_LIMIT: f64 = 2.0;

/// A measured round.
pub struct Report<'a> {
    size: &'a Size,
    clock: &'a Clock,
    round: &'a Played,
    peak: u64,
    left_out: &'a LeftOut,
}

impl<'a> Report<'a> {
    /// All of it.
    pub const fn new(
        size: &'a Size,
        clock: &'a Clock,
        round: &'a Played,
        peak: u64,
        left_out: &'a LeftOut,
    ) -> Self {
        Self {
            size,
            clock,
            round,
            peak,
            left_out,
        }
    }

    /// Both trees.
    fn tree(&self) -> Spent {
        self.clock
            .spent(PHASES[0])
            .plus(self.clock.spent(PHASES[2]))
    }

    fn all(&self) -> Spent {
        PHASES.iter().fold(Spent::default(), |sum, name| {
            sum.plus(self.clock.spent(name))
        })
    }

    /// The figures.
    pub fn json(&self) -> String {
        let phase = |name: &&str| {
            let spent = self.clock.spent(name);
            (
                (*name).to_owned(),
                json!({"wall_seconds": spent.wall, "cpu_seconds": spent.cpu}),
            )
        };
        let names = PHASES.iter().chain([&INPUTS, &LIMIT]);
        let phases: serde_json::Map<String, Value> = names.map(phase).collect();
        let rows = transactions(self.size, self.round);
        let (size, round, out) = (self.size, self.round, self.left_out);
        let limit = self.clock.spent(LIMIT);
        let value = json!({
            "size": {
                "contributors": size.contributors,
                "active": size.active,
                "submissions_per_contributor": size.submissions,
                "contributions": size.contributions(),
                "jobs": size.jobs,
                "validators": size.validators,
            },
            "threads": round.threads,
            "phases": phases,
            "all": {"wall_seconds": self.all().wall, "cpu_seconds": self.all().cpu},
            "tree_blocks": round.tree_blocks,
            "tree_times_limit": {"wall": self.tree().wall / limit.wall, "cpu": self.tree().cpu / limit.cpu},
            "peak_memory_bytes": self.peak,
            "paid_contributions": round.paid,
            "leaf_count": round.leaf_count,
            "debits": round.debits,
            "proofs": round.proofs,
            "attestation": hex::encode(round.attestation),
            "published_bytes": {
                "batches": out.batch_bytes,
                "scores": out.score_bytes,
                "leaves": out.leaf_bytes,
            },
            "chain": {
                "transactions": rows.iter().map(|(_, count)| count).sum::<u64>(),
                "fees_lamports": fees(&rows),
                "rent_lamports": rent(size),
            },
            "left_out_cpu_seconds": {
                "signatures": out.signatures,
                "batch_roots": out.batch_roots,
                "score_roots": out.score_roots,
                "score_lookups": out.score_lookups,
            },
        });
        format!("{value:#}\n")
    }

    /// The document with these figures between its marks.
    pub fn rewritten(&self, text: &str) -> Result<String, &'static str> {
        let (before, rest) = text.split_once(BEGIN).ok_or("the document has no mark")?;
        let (_, after) = rest.split_once(END).ok_or("the document has no end mark")?;
        Ok(format!("{before}{BEGIN}{}{END}{after}", self.table()))
    }

    /// The figures for people.
    pub fn table(&self) -> String {
        let mut text = String::new();
        self.write(&mut text).unwrap_or_default();
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let (size, round, out) = (self.size, self.round, self.left_out);
        writeln!(
            text,
            "{} leaves, {} active contributors with {} contributions each ({} in all), {} jobs, {} validators; {} threads.\n",
            grouped(size.contributors.into()),
            grouped(size.active.into()),
            size.submissions,
            grouped(size.contributions()),
            grouped(size.jobs.into()),
            size.validators,
            round.threads
        )?;
        writeln!(
            text,
            "| phase | seconds | processor seconds |\n|---|---:|---:|"
        )?;
        let what = [
            "tree before the round, from its leaves",
            "reviewers, medians, amounts, debits, earnings",
            "the new tree",
            "proofs of all active contributors",
            "plan of the settlement, attestation",
        ];
        for (name, what) in PHASES.iter().zip(what) {
            let spent = self.clock.spent(name);
            writeln!(text, "| {what} | {:.2} | {:.2} |", spent.wall, spent.cpu)?;
        }
        let all = self.all();
        writeln!(text, "| **all** | **{:.2}** | {:.2} |", all.wall, all.cpu)?;
        let limit = self.clock.spent(LIMIT);
        let tree = self.tree();
        writeln!(text, "\n| | measured | aim |\n|---|---:|---:|")?;
        writeln!(text, "| seconds | {:.2} | {AIM_SECONDS:.0} |", all.wall)?;
        writeln!(
            text,
            "| peak memory (VmHWM) | {:.2} GiB | {:.0} GiB |",
            gibibytes(self.peak),
            gibibytes(AIM_BYTES)
        )?;
        writeln!(
            text,
            "| both trees, in times the limit (processor seconds) | {:.2} | {AIM_TIMES_LIMIT:.0} |",
            tree.cpu / limit.cpu
        )?;
        writeln!(
            text,
            "\nThe limit: bare SHA-256 over the {} blocks that both trees' definitions ask for took {:.2} s ({:.2} processor seconds), in the \
             same run on the same threads. Making the inputs up took {:.2} s and is not counted.",
            grouped(round.tree_blocks),
            limit.wall,
            limit.cpu,
            self.clock.spent(INPUTS).wall
        )?;
        let draw_blocks = size.contributions() * (1 + u64::from(size.validators));
        writeln!(
            text,
            "\nDrawing reviewers asks for {} blocks, one for each contribution and one more for each validator: at the limit's rate {:.1} \
             processor seconds of those above.",
            grouped(draw_blocks),
            draw_blocks as f64 * limit.cpu / round.tree_blocks as f64
        )?;
        writeln!(
            text,
            "\n| published | bytes |\n|---|---:|\n| batch files | {} |\n| score files, {} scores each | {} |\n| leaves | {} |",
            grouped(out.batch_bytes),
            grouped(out.scores_each),
            grouped(out.score_bytes),
            grouped(out.leaf_bytes)
        )?;
        writeln!(text, "\n| transactions | |\n|---|---:|")?;
        let rows = transactions(size, round);
        for (name, count) in &rows {
            writeln!(text, "| {name} | {} |", grouped(*count))?;
        }
        writeln!(
            text,
            "\nTogether {} transactions and {} SOL of fees at 5,000 lamports a signature; batches and round hold {} SOL of rent until they are \
             closed. Claims are paid by who claims.",
            grouped(rows.iter().map(|(_, count)| count).sum()),
            sol(fees(&rows)),
            sol(rent(size))
        )?;
        writeln!(
            text,
            "\n| left out of the run | seconds of one processor |\n|---|---:|\n| signatures of all contributions | {:.0} |\n\
             | ids and roots of all batch files | {:.1} |\n| order and roots of all score files | {:.1} |\n| looking up all scores | {:.1} |",
            out.signatures, out.batch_roots, out.score_roots, out.score_lookups
        )
    }
}

fn gibibytes(bytes: u64) -> f64 {
    bytes as f64 / (1u64 << 30) as f64
}

fn sol(lamports: u64) -> String {
    format!("{:.4}", lamports as f64 / 1e9)
}

/// A number with commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

//! What an audit found, and how it is printed.

use serde::Serialize;
use std::fmt::{Display, Write as _};

/// What to do about a difference: the headings are those of `docs/runbook.md`.
pub mod remedy {
    /// The database is not what the chain says.
    pub const REBUILD: &str =
        "the chain is right: rebuild the database (runbook, \"The database is lost\")";
    /// The database has not read everything yet.
    pub const WAIT: &str =
        "see that the indexer runs and reads on (runbook, \"The RPC lags\"), then audit again";
    /// A version that can read more.
    pub const UPGRADE: &str = "an event that this version cannot read: upgrade sheaf-indexer";
    /// A promise of the program is broken, or an RPC lies.
    pub const ALARM: &str = "ask another RPC; if it says the same, call the guardian (runbook, \"The audit finds a difference\")";
    /// Somebody else's batch, or a lost one.
    pub const BATCH: &str = "another aggregator posted it, or it is lost here: restore a backup (runbook, \"Restoring from a backup\")";
    /// A transaction's end was misjudged.
    pub const JOURNAL: &str = "ask another RPC with `solana confirm -v`; if it says the same, keep the database and report it";
}

/// One value that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it is about: an account, a round, a transaction.
    pub account: String,
    /// Which of its values.
    pub value: String,
    /// What the chain says.
    pub chain: String,
    /// What the database says, or what it must be by the chain's other values.
    pub database: String,
    /// What to do.
    pub remedy: &'static str,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// Values compared.
    pub compared: u64,
    /// Those that differ.
    pub differences: Vec<Difference>,
    /// What could not be compared, and why.
    pub skipped: Option<String>,
}

impl Check {
    /// A check that has compared nothing yet.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            compared: 0,
            differences: Vec::new(),
            skipped: None,
        }
    }

    /// Compares one value.
    pub fn same<T: PartialEq + Display>(
        &mut self,
        account: &str,
        value: &str,
        (chain, database): (T, T),
        remedy: &'static str,
    ) {
        self.holds(account, value, chain == database, (chain, database), remedy);
    }

    /// Checks something about two values.
    pub fn holds(
        &mut self,
        account: &str,
        value: &str,
        holds: bool,
        (chain, database): (impl Display, impl Display),
        remedy: &'static str,
    ) {
        self.compared += 1;
        if !holds {
            self.differences.push(Difference {
                account: account.to_owned(),
                value: value.to_owned(),
                chain: chain.to_string(),
                database: database.to_string(),
                remedy,
            });
        }
    }
}

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Finalised slot of the chain that was looked at.
    pub slot: u64,
    /// The pool's last event at that slot.
    pub sequence: u64,
    /// The checks.
    pub checks: Vec<Check>,
}

impl Report {
    /// Values that differ.
    pub fn differences(&self) -> usize {
        self.checks
            .iter()
            .map(|check| check.differences.len())
            .sum()
    }

    /// Whether chain and database agree.
    pub fn agrees(&self) -> bool {
        self.differences() == 0
    }

    /// The report for people.
    pub fn table(&self) -> String {
        let mut text = format!(
            "at finalised slot {}, event {} of the pool\n\n{:<12} {:>10} {:>12}\n",
            self.slot, self.sequence, "check", "compared", "differences"
        );
        // Writing to a string never fails.
        for check in &self.checks {
            let _ = writeln!(
                text,
                "{:<12} {:>10} {:>12}",
                check.name,
                check.compared,
                check.differences.len()
            );
        }
        for check in &self.checks {
            if let Some(skipped) = &check.skipped {
                let _ = writeln!(text, "\n{}: not compared: {skipped}", check.name);
            }
            for difference in &check.differences {
                let _ = writeln!(
                    text,
                    "\n{}: {}, {}\n  chain:    {}\n  database: {}\n  to do:    {}",
                    check.name,
                    difference.account,
                    difference.value,
                    difference.chain,
                    difference.database,
                    difference.remedy
                );
            }
        }
        text
    }

    /// The report for machines.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn json(&self) -> serde_json::Result<String> {
        let report = serde_json::json!({
            "slot": self.slot,
            "sequence": self.sequence,
            "agrees": self.agrees(),
            "differences": self.differences(),
            "checks": self.checks,
        });
        Ok(serde_json::to_string_pretty(&report)? + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mut check = Check::new("pool");
        check.same("pool", "claimed", (5, 5), remedy::ALARM);
        check.same("pool", "escrow", (5, 6), remedy::REBUILD);
        Report {
            slot: 9,
            sequence: 3,
            checks: vec![check, Check::new("pages")],
        }
    }

    #[test]
    fn a_difference_names_the_account_both_values_and_what_to_do() {
        let text = report().table();
        let expected = "pool: pool, escrow\n  chain:    5\n  database: 6\n  to do:    the chain is";
        assert!(text.contains(expected), "{text}");
        assert!(!text.contains("claimed"), "{text}");
        assert_eq!((report().differences(), report().agrees()), (1, false));
    }

    #[test]
    fn machines_read_the_same() {
        let text = report().json().expect("written");
        let json: serde_json::Value = serde_json::from_str(&text).expect("json");
        assert_eq!(json["agrees"], false);
        assert_eq!(json["checks"][0]["differences"][0]["database"], "6");
        assert_eq!(json["checks"][0]["compared"], 2);
    }
}

//! What a run ends with: a ledger for people, and the same as JSON.

use crate::{ledger::Accounts, phases::Phases};
use serde_json::{Value, json};
use sheaf_client::amount;
use std::{
    fmt::{self, Write},
    path::PathBuf,
};

/// Somebody's earnings and claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earnings {
    /// Name of the wallet.
    pub name: String,
    /// What else is to be said: region, conduct.
    pub remark: String,
    /// Whether it owns a node.
    pub is_contributor: bool,
    /// Whether its node is a lazy one.
    pub is_lazy: bool,
    /// Lifetime earnings, in base units.
    pub earned: u64,
    /// Base units paid by its claim.
    pub paid: u64,
    /// The claim's transaction.
    pub signature: Option<String>,
}

/// A whole run.
#[derive(Clone, Debug)]
pub struct Report {
    /// Decimals of the mint.
    pub decimals: u8,
    /// The chain's numbers.
    pub accounts: Accounts,
    /// Everybody who could earn.
    pub earnings: Vec<Earnings>,
    /// What a repeated claim said.
    pub repeated: String,
    /// What the requester received, in words.
    pub delivered: String,
    /// Seconds by phase.
    pub phases: Phases,
    /// Where things lie: what, and where.
    pub places: Vec<(&'static str, PathBuf)>,
}

impl Report {
    /// What lazy nodes earned together.
    pub fn lazy_node_earned(&self) -> u64 {
        let lazy = self.earnings.iter().filter(|earner| earner.is_lazy);
        lazy.map(|earner| earner.earned).sum()
    }

    /// Contributors that a claim paid something.
    pub fn contributors_paid(&self) -> usize {
        let paid = |earner: &&Earnings| earner.is_contributor && earner.paid > 0;
        self.earnings.iter().filter(paid).count()
    }

    /// Signatures of the claims that paid.
    pub fn claims(&self) -> Vec<&str> {
        let signatures = self.earnings.iter().map(|earner| &earner.signature);
        signatures.filter_map(Option::as_deref).collect()
    }

    /// The report as JSON: amounts in base units.
    pub fn json(&self) -> Value {
        let Accounts {
            jobs,
            leaves,
            pages_claimed,
            ..
        } = self.accounts;
        let seconds: serde_json::Map<String, Value> = self
            .phases
            .all()
            .iter()
            .map(|(name, seconds)| (name.clone(), json!((seconds * 10.0).round() / 10.0)))
            .collect();
        json!({
            "funded": jobs.funded,
            "in_escrow": jobs.balance,
            "refunded": jobs.refunded,
            "settled": jobs.settled,
            "claimed": pages_claimed,
            "unclaimed": leaves.unclaimed,
            "treasury": leaves.treasury,
            "validators": leaves.validators,
            "contributors": leaves.contributors,
            "vault": self.accounts.vault,
            "decimals": self.decimals,
            "balanced": self.accounts.balanced(),
            "lazy_node_earned": self.lazy_node_earned(),
            "contributors_paid": self.contributors_paid(),
            "claims": self.claims(),
            "seconds": seconds,
        })
    }

    fn tokens(&self, base_units: u64) -> String {
        grouped(&amount::format(base_units, self.decimals))
    }

    fn write_earnings(&self, text: &mut String) -> fmt::Result {
        writeln!(
            text,
            "Earned (regions are self-declared: nobody checks them)"
        )?;
        for earner in &self.earnings {
            let (name, earned) = (&earner.name, self.tokens(earner.earned));
            writeln!(text, "  {name:<15}{earned:>14}  {}", earner.remark)?;
        }
        writeln!(text)
    }

    fn write_claims(&self, text: &mut String) -> fmt::Result {
        writeln!(text, "Claims, each a transaction of its own")?;
        for earner in &self.earnings {
            if let Some(signature) = &earner.signature {
                let (name, paid) = (&earner.name, self.tokens(earner.paid));
                writeln!(text, "  {name:<15}{paid:>14}  {signature}")?;
            }
        }
        writeln!(text, "  a repeated claim paid 0: {}\n", self.repeated)?;
        writeln!(text, "Delivered: {}\n", self.delivered)
    }

    fn write_ledger(&self, text: &mut String) -> fmt::Result {
        let Accounts { jobs, leaves, .. } = &self.accounts;
        let mut row = |name: &str, base_units: u64| {
            writeln!(text, "  {name:<15}{:>14}", self.tokens(base_units))
        };
        row("funded", jobs.funded)?;
        row("  in escrow", jobs.balance)?;
        row("  refunded", jobs.refunded)?;
        row("  settled", jobs.settled)?;
        row("settled", jobs.settled)?;
        row("  claimed", self.accounts.pages_claimed)?;
        row("  unclaimed", leaves.unclaimed)?;
        row("settled for", jobs.settled)?;
        row("  contributors", leaves.contributors)?;
        row("  validators", leaves.validators)?;
        row("  treasury", leaves.treasury)?;
        row("in the vault", self.accounts.vault)?;
        writeln!(text, "\nEquations, in base units")?;
        for equation in self.accounts.equations() {
            let mark = if equation.holds() { " " } else { "!" };
            writeln!(text, " {mark}{equation}")?;
        }
        writeln!(text)
    }

    fn write_places(&self, text: &mut String) -> fmt::Result {
        writeln!(text, "Where everything lies")?;
        for (what, path) in &self.places {
            writeln!(text, "  {what:<15}{}", path.display())?;
        }
        writeln!(text, "\nSeconds")?;
        for (name, seconds) in self.phases.all() {
            writeln!(text, "  {name:<15}{seconds:>8.1}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write_earnings(&mut text)?;
        self.write_claims(&mut text)?;
        self.write_places(&mut text)?;
        writeln!(text, "\nLedger, in tokens")?;
        self.write_ledger(&mut text)?;
        let verdict = if self.accounts.balanced() {
            "Balanced to the last unit."
        } else {
            "NOT BALANCED: see the equations marked with !"
        };
        writeln!(text, "{verdict}")?;
        formatter.write_str(&text)
    }
}

/// A number with commas between its thousands.
fn grouped(number: &str) -> String {
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, format!(".{fraction}")),
        None => (number, String::new()),
    };
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text + &fraction
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Jobs, Leaves, PoolTotals};

    fn earner(name: &str, earned: u64, is_lazy: bool) -> Earnings {
        Earnings {
            name: name.to_owned(),
            remark: String::new(),
            is_contributor: name.starts_with("contributor"),
            is_lazy,
            earned,
            paid: earned,
            signature: (earned > 0).then(|| format!("signature of {name}")),
        }
    }

    fn report() -> Report {
        let accounts = Accounts {
            jobs: Jobs {
                funded: 1_000_000_000,
                balance: 999_999_900,
                refunded: 0,
                settled: 100,
            },
            pool: PoolTotals {
                arrived: 1_000_000_000,
                escrow: 999_999_900,
                active: 100,
                claimed: 100,
                ..PoolTotals::default()
            },
            leaves: Leaves {
                contributors: 85,
                validators: 10,
                treasury: 5,
                unclaimed: 0,
            },
            pages_claimed: 100,
            vault: 999_999_900,
            received: 100,
        };
        let mut phases = Phases::default();
        phases.note("network", 1.26);
        Report {
            decimals: 6,
            accounts,
            earnings: vec![
                earner("contributor-1", 85, false),
                earner("contributor-2", 0, true),
                earner("validator-1", 10, false),
                earner("treasury", 5, false),
            ],
            repeated: "everything is claimed".to_owned(),
            delivered: "1 page".to_owned(),
            phases,
            places: vec![("logs", PathBuf::from("/l"))],
        }
    }

    #[test]
    fn the_json_says_what_was_promised() {
        let json = report().json();
        for (key, expected) in [
            ("funded", 1_000_000_000),
            ("in_escrow", 999_999_900),
            ("refunded", 0),
            ("settled", 100),
            ("claimed", 100),
            ("unclaimed", 0),
            ("treasury", 5),
            ("validators", 10),
            ("lazy_node_earned", 0),
            ("contributors_paid", 1),
        ] {
            assert_eq!(json[key].as_u64(), Some(expected), "{key}");
        }
        assert_eq!(json["balanced"], true);
        assert_eq!(json["claims"].as_array().map(Vec::len), Some(3));
        assert_eq!(json["seconds"]["network"], 1.3);
    }

    #[test]
    fn the_text_shows_tokens_and_a_broken_equation() {
        let mut report = report();
        let text = report.to_string();
        assert!(text.contains("funded                  1,000\n"), "{text}");
        assert!(text.contains("999.9999"), "{text}");
        assert!(text.contains("Balanced to the last unit."), "{text}");
        report.accounts.vault -= 1;
        assert!(report.to_string().contains("NOT BALANCED"));
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped("1"), "1");
        assert_eq!(grouped("1000"), "1,000");
        assert_eq!(grouped("1234567.0001"), "1,234,567.0001");
    }
}

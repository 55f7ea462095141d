//! A job's account, as people and programs read it.

use crate::output::fields;
use serde::Serialize;
use sheaf_client::{amount, layout::Job};
use sheaf_format::stage::JobKind;
use sheaf_protocol::text::{AgeKey, Amount, Base58Key, HexHash};
use solana_sdk::pubkey::Pubkey;
use std::fmt;

/// A job's account.
#[derive(Debug, Serialize)]
pub struct JobReport {
    number: u64,
    address: Base58Key,
    pool: Base58Key,
    requester: Base58Key,
    aggregator: Base58Key,
    encryption_key: AgeKey,
    kind: &'static str,
    specification_hash: HexHash,
    last_paid_root: HexHash,
    balance: Amount,
    reserved: Amount,
    reserved_round: u64,
    funded_total: Amount,
    settled_total: Amount,
    refunded_total: Amount,
    price_per_unit: Amount,
    round_cap: Amount,
    minimum_earning: Amount,
    deadline: i64,
    cancelled_at: i64,
    stall_seconds: i64,
    treasury_bps: u16,
    validators_bps: u16,
    decimals: u8,
    /// `active`, `cancelled` or `expired`, by the chain's clock.
    state: &'static str,
}

impl JobReport {
    /// What the account says; `decimals` are the mint's, `now` is the chain's unix time.
    pub fn new(address: &Pubkey, job: &Job, decimals: u8, now: i64) -> Self {
        Self {
            number: job.number,
            address: address.to_bytes().into(),
            pool: job.pool.into(),
            requester: job.requester.into(),
            aggregator: job.aggregator.into(),
            encryption_key: job.encryption_key.into(),
            kind: kind_name(job.kind),
            specification_hash: job.specification_hash.into(),
            last_paid_root: job.last_paid_root.into(),
            balance: job.balance.into(),
            reserved: job.reserved.into(),
            reserved_round: job.reserved_round,
            funded_total: job.funded_total.into(),
            settled_total: job.settled_total.into(),
            refunded_total: job.refunded_total.into(),
            price_per_unit: job.price_per_unit.into(),
            round_cap: job.round_cap.into(),
            minimum_earning: job.minimum_earning.into(),
            deadline: job.deadline,
            cancelled_at: job.cancelled_at,
            stall_seconds: job.stall_seconds,
            treasury_bps: job.treasury_bps,
            validators_bps: job.validators_bps,
            decimals,
            state: match (job.cancelled_at, job.deadline) {
                (0, deadline) if now < deadline => "active",
                (0, _) => "expired",
                _ => "cancelled",
            },
        }
    }

    fn tokens(&self, amount: Amount) -> String {
        amount::format(amount.0, self.decimals)
    }
}

const fn kind_name(byte: u8) -> &'static str {
    match JobKind::from_byte(byte) {
        Some(JobKind::Web) => "web",
        Some(JobKind::Quest) => "quest",
        Some(JobKind::Dataset) => "dataset",
        Some(JobKind::Compute) => "compute",
        None => "unknown",
    }
}

impl fmt::Display for JobReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = format!("{} ({}, {})", self.number, self.kind, self.state);
        let reserved = match self.reserved_round {
            0 => "nothing".to_owned(),
            round => format!("{} by round {round}", self.tokens(self.reserved)),
        };
        let fees = format!(
            "treasury {} bps, validators {} bps",
            self.treasury_bps, self.validators_bps
        );
        fields(
            formatter,
            &[
                ("Job", &title),
                ("Address", &self.address),
                ("Pool", &self.pool),
                ("Requester", &self.requester),
                ("Aggregator", &self.aggregator),
                ("Recipient", &self.encryption_key),
                ("Specification", &self.specification_hash),
                ("Balance", &self.tokens(self.balance)),
                ("Reserved", &reserved),
                ("Funded", &self.tokens(self.funded_total)),
                ("Settled", &self.tokens(self.settled_total)),
                ("Refunded", &self.tokens(self.refunded_total)),
                ("Price of a unit", &self.tokens(self.price_per_unit)),
                ("Cap of a round", &self.tokens(self.round_cap)),
                ("Minimum earning", &self.tokens(self.minimum_earning)),
                ("Deadline", &format!("unix time {}", self.deadline)),
                ("Fees", &fees),
            ],
        )
    }
}

/// All jobs of a pool.
#[derive(Debug, Serialize)]
pub struct JobList(pub Vec<JobReport>);

impl fmt::Display for JobList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return writeln!(formatter, "no jobs yet");
        }
        writeln!(
            formatter,
            "{:>6}  {:9}  {:7}  {:>18}  {:>18}  {:>14}  requester",
            "job", "state", "kind", "balance", "settled", "price"
        )?;
        for job in &self.0 {
            writeln!(
                formatter,
                "{:>6}  {:9}  {:7}  {:>18}  {:>18}  {:>14}  {}",
                job.number,
                job.state,
                job.kind,
                job.tokens(job.balance),
                job.tokens(job.settled_total),
                job.tokens(job.price_per_unit),
                job.requester
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    fn report(cancelled_at: i64, now: i64) -> JobReport {
        let job = Job {
            number: 3,
            balance: 12_500,
            deadline: 100,
            cancelled_at,
            ..Job::zeroed()
        };
        JobReport::new(&Pubkey::default(), &job, 3, now)
    }

    #[test]
    fn a_jobs_state_follows_the_chains_clock() {
        assert_eq!(report(0, 99).state, "active");
        assert_eq!(report(0, 100).state, "expired");
        assert_eq!(report(50, 99).state, "cancelled");
    }

    #[test]
    fn a_list_is_an_array_for_programs_and_a_table_for_people() -> anyhow::Result<()> {
        let list = JobList(vec![report(0, 1)]);
        let json = serde_json::to_value(&list)?;
        assert_eq!(json[0]["balance"], "12500");
        assert_eq!(json[0]["number"], 3);
        assert!(list.to_string().contains(" 12.5  "));
        assert_eq!(JobList(Vec::new()).to_string(), "no jobs yet\n");
        Ok(())
    }
}

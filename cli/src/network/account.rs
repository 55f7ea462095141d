//! The network's account, as people and programs read it.

use crate::output::fields;
use serde::Serialize;
use sheaf_client::{
    Addresses,
    layout::{Network, NetworkParameters},
};
use sheaf_protocol::text::{Amount, Base58Key};
use std::fmt;

/// The network's account.
#[derive(Debug, Serialize)]
pub struct NetworkReport {
    network: Base58Key,
    program: Base58Key,
    admin: Base58Key,
    treasury: Base58Key,
    stake_mint: Base58Key,
    genesis_hash: Base58Key,
    sequence: u64,
    parameters: ParametersReport,
    aggregators: Vec<Base58Key>,
    validators: Vec<ValidatorReport>,
}

#[derive(Debug, Serialize)]
struct ParametersReport {
    minimum_stake: Amount,
    unbonding_seconds: i64,
    stall_seconds: i64,
    intake_slots: u32,
    commit_slots: u32,
    reveal_slots: u32,
    attest_slots: u32,
    window_slots: u32,
    settle_slots: u32,
    grace_slots: u32,
    quorum_bps: u16,
    treasury_bps: u16,
    validators_bps: u16,
}

#[derive(Debug, Serialize)]
struct ValidatorReport {
    authority: Base58Key,
    stake: Amount,
}

impl NetworkReport {
    /// What the account says.
    pub fn new(addresses: &Addresses, network: &Network) -> Self {
        let aggregators = network.active_aggregators().iter();
        let validators = network.active_validators().map(|entry| ValidatorReport {
            authority: entry.authority.into(),
            stake: entry.stake.into(),
        });
        Self {
            network: addresses.network().to_bytes().into(),
            program: addresses.program.to_bytes().into(),
            admin: network.admin.into(),
            treasury: network.treasury.into(),
            stake_mint: network.stake_mint.into(),
            genesis_hash: network.genesis_hash.into(),
            sequence: network.sequence,
            parameters: (&network.parameters).into(),
            aggregators: aggregators.map(|key| (*key).into()).collect(),
            validators: validators.collect(),
        }
    }
}

impl From<&NetworkParameters> for ParametersReport {
    fn from(parameters: &NetworkParameters) -> Self {
        Self {
            minimum_stake: parameters.minimum_stake.into(),
            unbonding_seconds: parameters.unbonding_seconds,
            stall_seconds: parameters.stall_seconds,
            intake_slots: parameters.intake_slots,
            commit_slots: parameters.commit_slots,
            reveal_slots: parameters.reveal_slots,
            attest_slots: parameters.attest_slots,
            window_slots: parameters.window_slots,
            settle_slots: parameters.settle_slots,
            grace_slots: parameters.grace_slots,
            quorum_bps: parameters.quorum_bps,
            treasury_bps: parameters.treasury_bps,
            validators_bps: parameters.validators_bps,
        }
    }
}

impl fmt::Display for NetworkReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let p = &self.parameters;
        let stages = format!(
            "intake {}, commit {}, reveal {}, attest {}, window {}, settle {}, grace {}",
            p.intake_slots,
            p.commit_slots,
            p.reveal_slots,
            p.attest_slots,
            p.window_slots,
            p.settle_slots,
            p.grace_slots
        );
        let shares = format!(
            "treasury {} bps, validators {} bps, quorum {} bps of the stake",
            p.treasury_bps, p.validators_bps, p.quorum_bps
        );
        let limits = format!(
            "unbonding {} s, stall limit {} s",
            p.unbonding_seconds, p.stall_seconds
        );
        let minimum = format!("{} base units", p.minimum_stake);
        fields(
            formatter,
            &[
                ("Network", &self.network),
                ("Program", &self.program),
                ("Admin", &self.admin),
                ("Treasury", &self.treasury),
                ("Stake mint", &self.stake_mint),
                ("Genesis hash", &self.genesis_hash),
                ("Slots of a round", &stages),
                ("Shares", &shares),
                ("Limits", &limits),
                ("Minimum stake", &minimum),
            ],
        )?;
        for aggregator in &self.aggregators {
            writeln!(formatter, "Aggregator        {aggregator}")?;
        }
        for validator in &self.validators {
            let ValidatorReport { authority, stake } = validator;
            writeln!(
                formatter,
                "Validator         {authority}  stake {stake} base units"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;
    use sheaf_client::layout::StakeEntry;
    use solana_sdk::pubkey::Pubkey;

    #[test]
    fn amounts_are_strings_and_free_slots_are_left_out() -> anyhow::Result<()> {
        let mut network = Network::zeroed();
        network.parameters.minimum_stake = u64::MAX;
        network.aggregator_count = 1;
        network.validators[5] = StakeEntry {
            authority: [9; 32],
            stake: 7,
        };
        let report = NetworkReport::new(&Addresses::new(Pubkey::default()), &network);
        let json = serde_json::to_value(&report)?;
        assert_eq!(json["parameters"]["minimum_stake"], u64::MAX.to_string());
        assert_eq!(json["aggregators"].as_array().map(Vec::len), Some(1));
        assert_eq!(json["validators"].as_array().map(Vec::len), Some(1));
        assert_eq!(json["validators"][0]["stake"], "7");
        assert!(report.to_string().contains("stake 7 base units"));
        Ok(())
    }
}

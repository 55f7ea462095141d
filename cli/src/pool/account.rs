//! A pool's account, as people and programs read it.

use crate::output::fields;
use serde::Serialize;
use sheaf_client::{amount, layout::Pool, token::TokenAccount};
use sheaf_format::stage::PoolStage;
use sheaf_protocol::text::{Amount, Base58Key, HexHash};
use solana_sdk::pubkey::Pubkey;
use std::fmt;

/// A pool's account with its vault.
#[derive(Debug, Serialize)]
pub struct PoolReport {
    pool: Base58Key,
    mint: Base58Key,
    vault: Base58Key,
    token_program: Base58Key,
    decimals: u8,
    active_root: HexHash,
    active_total: Amount,
    active_leaf_count: u32,
    active_round: u64,
    claimed_total: Amount,
    escrow_total: Amount,
    in_round_total: Amount,
    arrived_total: Amount,
    refunded_total: Amount,
    vault_balance: Amount,
    reserve_lamports: Amount,
    sequence: u64,
    next_job: u64,
    round: u64,
    round_stage: &'static str,
    round_started_slot: u64,
    round_seed_slot: u64,
    round_deadline_slot: u64,
    round_batch_count: u32,
}

impl PoolReport {
    /// What the account says; `reserve_lamports` is what it holds above its own rent.
    pub fn new(address: &Pubkey, pool: &Pool, vault: &TokenAccount, reserve_lamports: u64) -> Self {
        Self {
            pool: address.to_bytes().into(),
            mint: pool.mint.into(),
            vault: pool.vault.into(),
            token_program: pool.token_program.into(),
            decimals: pool.decimals,
            active_root: pool.active_root.into(),
            active_total: pool.active_total.into(),
            active_leaf_count: pool.active_leaf_count,
            active_round: pool.active_round,
            claimed_total: pool.claimed_total.into(),
            escrow_total: pool.escrow_total.into(),
            in_round_total: pool.in_round_total.into(),
            arrived_total: pool.arrived_total.into(),
            refunded_total: pool.refunded_total.into(),
            vault_balance: vault.amount.into(),
            reserve_lamports: reserve_lamports.into(),
            sequence: pool.sequence,
            next_job: pool.next_job,
            round: pool.round,
            round_stage: stage_name(pool.round_stage),
            round_started_slot: pool.round_started_slot,
            round_seed_slot: pool.round_seed_slot,
            round_deadline_slot: pool.round_deadline_slot,
            round_batch_count: pool.round_batch_count,
        }
    }
}

const fn stage_name(byte: u8) -> &'static str {
    match PoolStage::from_byte(byte) {
        Some(PoolStage::Idle) => "idle",
        Some(PoolStage::Intake) => "intake",
        Some(PoolStage::Closed) => "closed",
        Some(PoolStage::Open) => "open",
        None => "unknown",
    }
}

impl fmt::Display for PoolReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tokens = |amount: Amount| amount::format(amount.0, self.decimals);
        let round = match self.round_stage {
            "idle" => format!("none live, the last was {}", self.round),
            stage => format!(
                "{} ({stage}), {} batches",
                self.round, self.round_batch_count
            ),
        };
        let tree = format!(
            "{} of {} earners, active since round {}",
            self.active_root, self.active_leaf_count, self.active_round
        );
        let reserve = format!(
            "{} SOL for ledger pages",
            amount::format(self.reserve_lamports.0, amount::SOL_DECIMALS)
        );
        fields(
            formatter,
            &[
                ("Pool", &self.pool),
                ("Mint", &self.mint),
                ("Vault", &self.vault),
                ("Round", &round),
                ("Jobs", &self.next_job),
                ("Tree", &tree),
                ("Arrived", &tokens(self.arrived_total)),
                ("In escrow", &tokens(self.escrow_total)),
                ("In the round", &tokens(self.in_round_total)),
                ("Earned", &tokens(self.active_total)),
                ("Claimed", &tokens(self.claimed_total)),
                ("Refunded", &tokens(self.refunded_total)),
                ("In the vault", &tokens(self.vault_balance)),
                ("Reserve", &reserve),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    #[test]
    fn programs_read_base_units_and_people_tokens() -> anyhow::Result<()> {
        let pool = Pool {
            active_total: 1_500_000,
            decimals: 6,
            round: 4,
            ..Pool::zeroed()
        };
        let vault = TokenAccount {
            mint: Pubkey::default(),
            owner: Pubkey::default(),
            amount: u64::MAX,
            frozen: false,
        };
        let report = PoolReport::new(&Pubkey::default(), &pool, &vault, 9);
        let json = serde_json::to_value(&report)?;
        assert_eq!(json["active_total"], "1500000");
        assert_eq!(json["vault_balance"], u64::MAX.to_string());
        assert_eq!(json["round"], 4);
        assert_eq!(json["round_stage"], "idle");
        let text = report.to_string();
        assert!(text.contains("Earned        1.5\n"), "{text}");
        assert!(text.contains("the last was 4"), "{text}");
        Ok(())
    }
}

//! One function per instruction of the program: accounts in the program's order, then the
//! discriminator and the arguments' bytes.
//!
//! The order of accounts is written in `programs/sheaf/README.md`.

mod budget;
mod challenge;
mod claim;
mod dataset;
mod fraud;
mod job;
mod network;
mod pool;
mod round;
mod validator;

pub use budget::{compute_budget, create_associated_token, transfer_lamports};
pub use challenge::{
    ChallengeAccounts, answer_challenge, close_challenge, open_challenge, void_unanswered,
};
pub use claim::{ClaimAccounts, claim, claim_neighbours, open_page, sync_page};
pub use dataset::{
    close_dataset, license_dataset, post_distribution, publish_dataset, record_usage,
};
pub use fraud::{
    FraudAccounts, cache_evidence, close_evidence, prove_fraud, prove_page_fraud, slash_validator,
};
pub use job::{
    cancel_job, close_job, create_job, extend_job, fund_job, refund_job, set_job_aggregator,
};
pub use network::{
    accept_admin, create_network, pause_network, propose_admin, set_guardian, set_parameters,
    unpause_network,
};
pub use pool::{PoolAccounts, create_pool};
pub use round::{
    attest_result, close_batch, close_intake, close_round, commit_scores, finalise_round,
    open_round, post_batch, release_batch, reveal_scores, settle_round, tally_round, veto_round,
    void_round,
};
pub use validator::{
    StakeMint, add_stake, count_duties, register_validator, request_unstake, unjail_validator,
    withdraw_stake,
};

use crate::address::Addresses;
use sheaf_format::digest::instruction_discriminator;
use solana_sdk::{
    instruction::{AccountMeta, Instruction},
    pubkey::Pubkey,
};

/// An instruction of the program that ends with what every event needs: the signer of events
/// and the program itself.
fn build(
    at: &Addresses,
    name: &str,
    mut accounts: Vec<AccountMeta>,
    arguments: &[&[u8]],
) -> Instruction {
    accounts.push(read(at.event_authority()));
    accounts.push(read(at.program));
    build_silent(at, name, accounts, arguments)
}

/// An instruction of the program that emits no event.
fn build_silent(
    at: &Addresses,
    name: &str,
    accounts: Vec<AccountMeta>,
    arguments: &[&[u8]],
) -> Instruction {
    let mut data = instruction_discriminator(name).to_vec();
    data.extend(arguments.iter().copied().flatten());
    Instruction {
        program_id: at.program,
        accounts,
        data,
    }
}

/// A list behind fixed arguments: a `u32` count, then the items.
fn list(items: impl ExactSizeIterator<Item = impl AsRef<[u8]>>) -> Vec<u8> {
    let mut bytes = (items.len() as u32).to_le_bytes().to_vec();
    for item in items {
        bytes.extend_from_slice(item.as_ref());
    }
    bytes
}

const fn read(address: Pubkey) -> AccountMeta {
    AccountMeta {
        pubkey: address,
        is_signer: false,
        is_writable: false,
    }
}

const fn write(address: Pubkey) -> AccountMeta {
    AccountMeta {
        pubkey: address,
        is_signer: false,
        is_writable: true,
    }
}

const fn sign(address: Pubkey) -> AccountMeta {
    AccountMeta {
        pubkey: address,
        is_signer: true,
        is_writable: false,
    }
}

const fn pay(address: Pubkey) -> AccountMeta {
    AccountMeta {
        pubkey: address,
        is_signer: true,
        is_writable: true,
    }
}

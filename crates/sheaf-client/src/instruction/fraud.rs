//! Instructions on evidence and fraud.

use super::{StakeMint, build, pay, read, sign, write};
use crate::{
    address::{Addresses, SYSTEM_PROGRAM, associated_token},
    layout::{CacheEvidenceArguments, ProveFraudArguments},
};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey};

/// Proves a page of a round's base or pending tree.
pub fn cache_evidence(
    at: &Addresses,
    prover: &Pubkey,
    pool: &Pubkey,
    round: u64,
    arguments: &CacheEvidenceArguments,
) -> Instruction {
    let round = at.round(pool, round);
    let accounts = vec![
        pay(*prover),
        write(*pool),
        read(round),
        write(at.evidence(&round, prover)),
        read(SYSTEM_PROGRAM),
    ];
    build(
        at,
        "cache_evidence",
        accounts,
        &[bytemuck::bytes_of(arguments)],
    )
}

/// Closes the prover's own evidence about a round.
pub fn close_evidence(at: &Addresses, prover: &Pubkey, pool: &Pubkey, round: u64) -> Instruction {
    let evidence = at.evidence(&at.round(pool, round), prover);
    let accounts = vec![pay(*prover), write(*pool), write(evidence)];
    build(at, "close_evidence", accounts, &[])
}

/// Proves by two leaves that a round's root is a fraud.
pub fn prove_fraud(
    at: &Addresses,
    prover: &Pubkey,
    pool: &Pubkey,
    round: u64,
    arguments: &ProveFraudArguments,
) -> Instruction {
    prove(
        at,
        "prove_fraud",
        prover,
        pool,
        round,
        &[bytemuck::bytes_of(arguments)],
    )
}

/// Proves by a page's sums that a round's root is a fraud.
pub fn prove_page_fraud(at: &Addresses, prover: &Pubkey, pool: &Pubkey, round: u64) -> Instruction {
    prove(at, "prove_page_fraud", prover, pool, round, &[])
}

fn prove(
    at: &Addresses,
    name: &str,
    prover: &Pubkey,
    pool: &Pubkey,
    round: u64,
    arguments: &[&[u8]],
) -> Instruction {
    let round = at.round(pool, round);
    let accounts = vec![
        sign(*prover),
        write(*pool),
        write(round),
        read(at.evidence(&round, prover)),
    ];
    build(at, name, accounts, arguments)
}

/// A round whose root was proven a fraud, and who receives what is slashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FraudAccounts {
    /// The pool.
    pub pool: Pubkey,
    /// Number of the round.
    pub round: u64,
    /// Who proved it.
    pub prover: Pubkey,
    /// The round's treasury.
    pub treasury: Pubkey,
}

/// Slashes a validator who attested to a fraud. Reward and rest go to the canonical token accounts of
/// prover and treasury.
pub fn slash_validator(
    at: &Addresses,
    authority: &Pubkey,
    stake: &StakeMint,
    fraud: &FraudAccounts,
) -> Instruction {
    let validator = at.validator(authority);
    let tokens = |wallet| associated_token(wallet, &stake.mint, &stake.token_program).0;
    let accounts = vec![
        write(at.network()),
        write(validator),
        write(at.round(&fraud.pool, fraud.round)),
        write(at.stake(&validator)),
        write(tokens(&fraud.prover)),
        write(tokens(&fraud.treasury)),
        read(stake.mint),
        read(stake.token_program),
    ];
    build(at, "slash_validator", accounts, &[])
}

//! Instructions on batches and rounds.

use super::{build, list, pay, read, sign, write};
use crate::{
    address::{Addresses, SLOT_HASHES, SYSTEM_PROGRAM},
    layout::{
        AttestArguments, CommitArguments, PostBatchArguments, RevealArguments, SettleArguments,
        TallyArguments,
    },
};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey};

/// Posts a job's batch for a round and reserves what it may cost.
pub fn post_batch(
    at: &Addresses,
    aggregator: &Pubkey,
    pool: &Pubkey,
    job_number: u64,
    arguments: &PostBatchArguments,
) -> Instruction {
    let job = at.job(pool, job_number);
    let accounts = vec![
        pay(*aggregator),
        read(at.network()),
        write(*pool),
        write(job),
        write(at.batch(&job, arguments.round)),
        read(SYSTEM_PROGRAM),
    ];
    build(at, "post_batch", accounts, &[bytemuck::bytes_of(arguments)])
}

/// Closes the live round's intake and fixes the slot whose hash seeds the assignment. An aggregator
/// may as soon as intake is over, anyone after a grace.
pub fn close_intake(at: &Addresses, caller: &Pubkey, pool: &Pubkey) -> Instruction {
    let accounts = vec![sign(*caller), read(at.network()), write(*pool)];
    build(at, "close_intake", accounts, &[])
}

/// Opens the round: creates its account with the stake table; or fixes another seed slot, when
/// the hash of the first expired unseen. An aggregator may as soon as the hash is there, anyone
/// after a grace.
pub fn open_round(at: &Addresses, payer: &Pubkey, pool: &Pubkey, round: u64) -> Instruction {
    let accounts = vec![
        pay(*payer),
        read(at.network()),
        write(*pool),
        write(at.round(pool, round)),
        read(SLOT_HASHES),
        read(SYSTEM_PROGRAM),
    ];
    build(at, "open_round", accounts, &[])
}

fn ballot(
    at: &Addresses,
    name: &str,
    vote_key: &Pubkey,
    authority: &Pubkey,
    pool: &Pubkey,
    round: u64,
    arguments: &[u8],
) -> Instruction {
    let accounts = vec![
        sign(*vote_key),
        read(at.network()),
        write(at.validator(authority)),
        write(*pool),
        write(at.round(pool, round)),
    ];
    build(at, name, accounts, &[arguments])
}

/// Commits a validator to its scores.
pub fn commit_scores(
    at: &Addresses,
    vote_key: &Pubkey,
    authority: &Pubkey,
    pool: &Pubkey,
    round: u64,
    arguments: &CommitArguments,
) -> Instruction {
    let bytes = bytemuck::bytes_of(arguments);
    ballot(at, "commit_scores", vote_key, authority, pool, round, bytes)
}

/// Reveals a validator's scores root.
pub fn reveal_scores(
    at: &Addresses,
    vote_key: &Pubkey,
    authority: &Pubkey,
    pool: &Pubkey,
    round: u64,
    arguments: &RevealArguments,
) -> Instruction {
    let bytes = bytemuck::bytes_of(arguments);
    ballot(at, "reveal_scores", vote_key, authority, pool, round, bytes)
}

/// Attests to a round's result.
pub fn attest_result(
    at: &Addresses,
    vote_key: &Pubkey,
    authority: &Pubkey,
    pool: &Pubkey,
    round: u64,
    arguments: &AttestArguments,
) -> Instruction {
    let bytes = bytemuck::bytes_of(arguments);
    ballot(at, "attest_result", vote_key, authority, pool, round, bytes)
}

/// Ends a round whose result is pending, at the guardian's word.
pub fn veto_round(at: &Addresses, guardian: &Pubkey, pool: &Pubkey, round: u64) -> Instruction {
    let accounts = vec![
        sign(*guardian),
        read(at.network()),
        write(*pool),
        write(at.round(pool, round)),
    ];
    build(at, "veto_round", accounts, &[])
}

/// Makes the result with the quorum pending. Anyone may.
pub fn tally_round(
    at: &Addresses,
    pool: &Pubkey,
    round: u64,
    arguments: &TallyArguments,
) -> Instruction {
    let accounts = vec![
        read(at.network()),
        write(*pool),
        write(at.round(pool, round)),
    ];
    build(
        at,
        "tally_round",
        accounts,
        &[bytemuck::bytes_of(arguments)],
    )
}

/// Settles some debits, ascending by job number: at most
/// [`MAX_DEBITS_PER_SETTLE`](sheaf_format::limits::MAX_DEBITS_PER_SETTLE) of `(job number, amount)`.
/// The arguments name the chain of the debits that remain after these. Anyone may.
pub fn settle_round(
    at: &Addresses,
    pool: &Pubkey,
    round: u64,
    arguments: &SettleArguments,
    debits: &[(u64, u64)],
) -> Instruction {
    let amounts = list(debits.iter().map(|(_, amount)| amount.to_le_bytes()));
    let mut instruction = build(
        at,
        "settle_round",
        vec![write(*pool), write(at.round(pool, round))],
        &[bytemuck::bytes_of(arguments), &amounts],
    );
    for (number, _) in debits {
        let job = at.payer(pool, *number);
        instruction.accounts.push(write(job));
        instruction.accounts.push(write(at.batch(&job, round)));
    }
    instruction
}

/// Makes the pending root active once all debits are settled. Anyone may.
pub fn finalise_round(at: &Addresses, pool: &Pubkey, round: u64) -> Instruction {
    let accounts = vec![write(*pool), write(at.round(pool, round))];
    build(at, "finalise_round", accounts, &[])
}

/// Ends a round that cannot become final. Anyone may.
pub fn void_round(at: &Addresses, pool: &Pubkey, round: u64) -> Instruction {
    let accounts = vec![write(*pool), write(at.round(pool, round))];
    build(at, "void_round", accounts, &[])
}

/// Ends a batch's reservation after its round. Anyone may.
pub fn release_batch(at: &Addresses, pool: &Pubkey, job_number: u64, round: u64) -> Instruction {
    let job = at.payer(pool, job_number);
    let accounts = vec![
        write(*pool),
        write(job),
        write(at.batch(&job, round)),
        write(at.round(pool, round)),
    ];
    build(at, "release_batch", accounts, &[])
}

/// Closes a released batch; the rent goes to the aggregator that posted it.
pub fn close_batch(
    at: &Addresses,
    aggregator: &Pubkey,
    pool: &Pubkey,
    job_number: u64,
    round: u64,
) -> Instruction {
    let job = at.payer(pool, job_number);
    let accounts = vec![
        write(*pool),
        write(job),
        write(at.batch(&job, round)),
        write(*aggregator),
    ];
    build(at, "close_batch", accounts, &[])
}

/// Closes an ended round; the rent goes to who opened it.
pub fn close_round(at: &Addresses, payer: &Pubkey, pool: &Pubkey, round: u64) -> Instruction {
    let accounts = vec![write(*pool), write(at.round(pool, round)), write(*payer)];
    build(at, "close_round", accounts, &[])
}

//! Instructions on challenges. Anyone may send them.

use super::{build, pay, read, write};
use crate::{
    address::{Addresses, SYSTEM_PROGRAM},
    layout::{AnswerChallengeArguments, OpenChallengeArguments},
};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey};

/// Demands to see one leaf of a round's pending root, with a bond.
pub fn open_challenge(
    at: &Addresses,
    challenger: &Pubkey,
    pool: &Pubkey,
    round: u64,
    arguments: &OpenChallengeArguments,
) -> Instruction {
    let round = at.round(pool, round);
    let accounts = vec![
        pay(*challenger),
        write(*pool),
        write(round),
        write(at.challenge(&round, arguments.index)),
        read(SYSTEM_PROGRAM),
    ];
    build(
        at,
        "open_challenge",
        accounts,
        &[bytemuck::bytes_of(arguments)],
    )
}

/// One challenge: of an index of a round, by somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChallengeAccounts {
    /// The pool.
    pub pool: Pubkey,
    /// Number of the round.
    pub round: u64,
    /// Leaf index in question.
    pub index: u32,
    /// Who challenged.
    pub challenger: Pubkey,
}

/// Shows the challenged leaf and takes the bond. `prover` is whose evidence holds the index's page
/// in the pending tree.
pub fn answer_challenge(
    at: &Addresses,
    answerer: &Pubkey,
    challenge: &ChallengeAccounts,
    prover: &Pubkey,
    arguments: &AnswerChallengeArguments,
) -> Instruction {
    let round = at.round(&challenge.pool, challenge.round);
    let accounts = vec![
        pay(*answerer),
        write(challenge.pool),
        write(round),
        write(at.challenge(&round, challenge.index)),
        read(at.evidence(&round, prover)),
        write(challenge.challenger),
    ];
    build(
        at,
        "answer_challenge",
        accounts,
        &[bytemuck::bytes_of(arguments)],
    )
}

/// Ends a pending round whose challenge was not answered, and returns the bond.
pub fn void_unanswered(at: &Addresses, challenge: &ChallengeAccounts) -> Instruction {
    end(at, "void_unanswered", challenge)
}

/// Returns the bond of a challenge to a void round.
pub fn close_challenge(at: &Addresses, challenge: &ChallengeAccounts) -> Instruction {
    end(at, "close_challenge", challenge)
}

fn end(at: &Addresses, name: &str, challenge: &ChallengeAccounts) -> Instruction {
    let round = at.round(&challenge.pool, challenge.round);
    let accounts = vec![
        write(challenge.pool),
        write(round),
        write(at.challenge(&round, challenge.index)),
        write(challenge.challenger),
    ];
    build(at, name, accounts, &[])
}

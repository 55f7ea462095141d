//! Instructions on validators and their stakes.

use super::{build, pay, read, sign, write};
use crate::{
    address::{Addresses, SYSTEM_PROGRAM, associated_token},
    layout::{AddStakeArguments, RegisterValidatorArguments},
    token::Mint,
};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey};

/// The mint of the stakes, with its token program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StakeMint {
    /// The mint.
    pub mint: Pubkey,
    /// The mint's token program.
    pub token_program: Pubkey,
}

impl From<&Mint> for StakeMint {
    fn from(mint: &Mint) -> Self {
        Self {
            mint: mint.address,
            token_program: mint.token_program,
        }
    }
}

/// Registers a validator and moves its stake from the authority's canonical token account.
pub fn register_validator(
    at: &Addresses,
    authority: &Pubkey,
    stake: &StakeMint,
    arguments: &RegisterValidatorArguments,
) -> Instruction {
    let validator = at.validator(authority);
    let source = associated_token(authority, &stake.mint, &stake.token_program).0;
    let accounts = vec![
        pay(*authority),
        write(at.network()),
        write(validator),
        write(at.stake(&validator)),
        write(source),
        read(stake.mint),
        read(stake.token_program),
        read(SYSTEM_PROGRAM),
    ];
    build(
        at,
        "register_validator",
        accounts,
        &[bytemuck::bytes_of(arguments)],
    )
}

/// Asks for the stake back: it stops voting and unbonds.
pub fn request_unstake(at: &Addresses, authority: &Pubkey) -> Instruction {
    let accounts = vec![
        sign(*authority),
        write(at.network()),
        write(at.validator(authority)),
    ];
    build(at, "request_unstake", accounts, &[])
}

/// Withdraws an unbonded stake to the authority's canonical token account and closes the validator.
pub fn withdraw_stake(at: &Addresses, authority: &Pubkey, stake: &StakeMint) -> Instruction {
    let validator = at.validator(authority);
    let destination = associated_token(authority, &stake.mint, &stake.token_program).0;
    let accounts = vec![
        pay(*authority),
        write(at.network()),
        write(validator),
        write(at.stake(&validator)),
        write(destination),
        write(stake.mint),
        read(stake.token_program),
    ];
    build(at, "withdraw_stake", accounts, &[])
}

/// Adds to a stake from the authority's canonical token account.
pub fn add_stake(
    at: &Addresses,
    authority: &Pubkey,
    stake: &StakeMint,
    arguments: &AddStakeArguments,
) -> Instruction {
    let validator = at.validator(authority);
    let source = associated_token(authority, &stake.mint, &stake.token_program).0;
    let accounts = vec![
        sign(*authority),
        write(at.network()),
        write(validator),
        write(at.stake(&validator)),
        write(source),
        read(stake.mint),
        read(stake.token_program),
    ];
    build(at, "add_stake", accounts, &[bytemuck::bytes_of(arguments)])
}

/// Counts how a validator did its duties in an ended round. Anyone may.
pub fn count_duties(at: &Addresses, authority: &Pubkey, pool: &Pubkey, round: u64) -> Instruction {
    let accounts = vec![
        write(at.network()),
        write(at.validator(authority)),
        write(at.round(pool, round)),
    ];
    build(at, "count_duties", accounts, &[])
}

/// Gives a jailed validator its vote back.
pub fn unjail_validator(at: &Addresses, authority: &Pubkey) -> Instruction {
    let accounts = vec![
        sign(*authority),
        write(at.network()),
        write(at.validator(authority)),
    ];
    build(at, "unjail_validator", accounts, &[])
}

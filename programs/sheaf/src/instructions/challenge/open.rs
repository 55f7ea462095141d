//! `open_challenge`

// The derive also declares the instruction's arguments where none of its code reads them.
#![allow(unused_variables)]

use crate::{
    arithmetic::add,
    clock::now,
    error::SheafError,
    event::ChallengeOpened,
    instructions::arguments::OpenChallengeArguments,
    state::{Challenge, Pool, Round},
};
use anchor_lang::prelude::*;
use sheaf_format::{
    limits::{CHALLENGE_BOND_LAMPORTS, MAX_LEAVES},
    seeds,
};

/// Accounts of `open_challenge`.
#[event_cpi]
#[derive(Accounts)]
#[instruction(arguments: OpenChallengeArguments)]
pub struct OpenChallenge {
    /// Pays rent and bond. Anyone may.
    #[account(mut)]
    pub challenger: Signer,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The round.
    #[account(mut, constraint = round.pool == pool.address().to_bytes() @ SheafError::WrongRound)]
    pub round: Account<Round>,
    /// The challenge: one of each index of each round.
    #[account(
        init, payer = challenger,
        seeds = [seeds::CHALLENGE, round.address().as_ref(), arguments.index.to_le_bytes()], bump,
    )]
    pub challenge: Account<Challenge>,
    /// Creates the account and moves the bond.
    pub system_program: Program<System>,
}

/// Challenges an index of a pending root inside its window. Whoever shows the leaf there, or that there
/// is none, within a window's length takes the bond; otherwise the round is void.
pub fn open(ctx: &mut Context<OpenChallenge>, arguments: &OpenChallengeArguments) -> Result<()> {
    let now = now()?;
    let OpenChallengeArguments { index } = *arguments;
    let accounts = &mut ctx.accounts;

    // When.
    accounts.round.check_window(now.slot)?;

    // What.
    require!(index < MAX_LEAVES, SheafError::IndexOutOfRange);

    // Effects.
    system_program::transfer(
        CpiContext::new(
            accounts.system_program.address(),
            system_program::Transfer {
                from: accounts.challenger.try_cpi_handle_mut()?,
                to: accounts.challenge.try_cpi_handle_mut()?,
            },
        ),
        CHALLENGE_BOND_LAMPORTS,
    )?;
    let OpenChallenge {
        challenger,
        pool,
        round,
        challenge,
        ..
    } = accounts;
    round.count_challenge()?;
    challenge.round = round.address().to_bytes();
    challenge.challenger = challenger.address().to_bytes();
    challenge.bond_lamports = CHALLENGE_BOND_LAMPORTS;
    challenge.answer_until_slot = add(now.slot, round.window_slots.into())?;
    challenge.index = index;
    challenge.bump = ctx.bumps.challenge;

    // Event.
    let event = ChallengeOpened {
        sequence: pool.next_event()?,
        pool: round.pool,
        challenger: challenge.challenger,
        round: round.number,
        index: index.into(),
        bond_lamports: challenge.bond_lamports,
        answer_until_slot: challenge.answer_until_slot,
    };
    emit_cpi!(event);
    Ok(())
}

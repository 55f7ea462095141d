//! `commit_scores`, `reveal_scores`, `attest_result`

use crate::{
    clock::now,
    error::SheafError,
    event::{ResultAttested, ScoresCommitted, ScoresRevealed},
    instructions::arguments::{AttestArguments, CommitArguments, RevealArguments},
    state::{Network, Pool, Round, RoundValidator, Validator},
};
use anchor_lang::prelude::*;
use sheaf_format::{digest, Key};

/// Accounts of `commit_scores`, `reveal_scores` and `attest_result`.
#[event_cpi]
#[derive(Accounts)]
pub struct Vote {
    /// The validator's vote key, or its authority.
    pub voter: Signer,
    /// The network, which names the cluster.
    pub network: Account<Network>,
    /// The validator.
    #[account(mut)]
    pub validator: Account<Validator>,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The round.
    #[account(mut, constraint = round.pool == pool.address().to_bytes() @ SheafError::WrongRound)]
    pub round: Account<Round>,
}

/// Commits a validator to the root of its scores.
pub fn commit(ctx: &mut Context<Vote>, arguments: &CommitArguments) -> Result<()> {
    let CommitArguments { commitment } = *arguments;
    let now = now()?;

    check_who(&ctx.accounts)?;
    ctx.accounts.round.check_commit_stage(now.slot)?;
    ballot(&mut ctx.accounts)?.commit(commitment)?;

    let event = ScoresCommitted {
        sequence: ctx.accounts.pool.next_event()?,
        pool: ctx.accounts.round.pool,
        validator: ctx.accounts.validator.authority,
        commitment,
        round: ctx.accounts.round.number,
    };
    emit_cpi!(event);
    Ok(())
}

/// Reveals scores root and salt of a commitment. It names its validator, so that a copied one fits
/// nobody else.
pub fn reveal(ctx: &mut Context<Vote>, arguments: &RevealArguments) -> Result<()> {
    let RevealArguments { scores_root, salt } = *arguments;
    let now = now()?;

    check_who(&ctx.accounts)?;
    ctx.accounts.round.check_reveal_stage(now.slot)?;
    let scope = ctx.accounts.round.scope(ctx.accounts.network.genesis_hash);
    let authority: Key = ctx.accounts.validator.authority;
    let commitment = digest::commitment(&scope, &authority, &scores_root, &salt);
    ballot(&mut ctx.accounts)?.reveal(scores_root, &commitment)?;

    let event = ScoresRevealed {
        sequence: ctx.accounts.pool.next_event()?,
        pool: ctx.accounts.round.pool,
        validator: authority,
        scores_root,
        round: ctx.accounts.round.number,
    };
    emit_cpi!(event);
    Ok(())
}

/// Attests to the hash of the round's result.
pub fn attest(ctx: &mut Context<Vote>, arguments: &AttestArguments) -> Result<()> {
    let AttestArguments { attestation } = *arguments;
    let now = now()?;

    check_who(&ctx.accounts)?;
    ctx.accounts.round.check_attest_stage(now.slot)?;
    ballot(&mut ctx.accounts)?.attest(attestation)?;

    let event = ResultAttested {
        sequence: ctx.accounts.pool.next_event()?,
        pool: ctx.accounts.round.pool,
        validator: ctx.accounts.validator.authority,
        attestation,
        round: ctx.accounts.round.number,
    };
    emit_cpi!(event);
    Ok(())
}

/// Who: the validator's key, and a stake that votes.
fn check_who(accounts: &Vote) -> Result<()> {
    accounts
        .validator
        .check_voter(accounts.voter.address().as_array())?;
    accounts.validator.check_votes()?;
    Ok(())
}

/// The validator's ballot in this round. Whoever takes it up stays slashable for it.
fn ballot(accounts: &mut Vote) -> Result<&mut RoundValidator> {
    let until = accounts.round.slashable_until_slot();
    accounts.validator.keep_slashable_until(until);
    Ok(accounts.round.ballot_of(&accounts.validator)?)
}

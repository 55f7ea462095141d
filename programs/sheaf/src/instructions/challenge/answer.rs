//! `answer_challenge`

use crate::{
    clock::now,
    error::SheafError,
    event::ChallengeAnswered,
    instructions::arguments::AnswerChallengeArguments,
    state::{Challenge, Evidence, Occupant, Pool, Round},
};
use anchor_lang::{prelude::*, AccountClose};
use sheaf_format::{stage::RoundState, tree::PageProof};

/// Accounts of `answer_challenge`.
#[event_cpi]
#[derive(Accounts)]
pub struct AnswerChallenge {
    /// Takes the bond. Anyone may answer.
    #[account(mut)]
    pub answerer: Signer,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The round.
    #[account(mut, constraint = round.pool == pool.address().to_bytes() @ SheafError::WrongRound)]
    pub round: Account<Round>,
    /// The challenge; closed.
    #[account(mut, constraint = challenge.round == round.address().to_bytes()
        @ SheafError::WrongChallenge)]
    pub challenge: Account<Challenge>,
    /// The page of the challenged index in the pending tree, proven before by whomever.
    #[account(constraint = evidence.round == round.address().to_bytes() @ SheafError::WrongEvidence)]
    pub evidence: Account<Evidence>,
    /// CHECK: who challenged; gets the rent back.
    #[account(mut, address = challenge.challenger @ SheafError::WrongRentReceiver)]
    pub challenger: UncheckedAccount,
}

/// Answers a challenge in time by showing the leaf at its index in the pending tree, or that there is
/// none, and takes the bond. The instruction's data make the leaf public.
pub fn answer(
    ctx: &mut Context<AnswerChallenge>,
    arguments: &AnswerChallengeArguments,
) -> Result<()> {
    let now = now()?;
    let AnswerChallenge {
        answerer,
        pool,
        round,
        challenge,
        evidence,
        ..
    } = &mut ctx.accounts;
    let occupant = Occupant {
        contributor: arguments.contributor,
        cumulative: arguments.cumulative,
    };
    let proof: &PageProof = bytemuck::try_cast_ref(&arguments.proof)
        .map_err(|_| ErrorCode::InstructionDidNotDeserialize)?;

    // When.
    round.check_state(RoundState::Pending)?;
    challenge.check_answerable(now.slot)?;

    // What.
    evidence.check_pending(challenge.index, &occupant, proof)?;

    // Effects.
    round.forget_challenge()?;
    challenge.sub_lamports(challenge.bond_lamports)?;
    answerer.add_lamports(challenge.bond_lamports)?;

    // Event.
    let event = ChallengeAnswered {
        sequence: pool.next_event()?,
        pool: round.pool,
        answerer: answerer.address().to_bytes(),
        contributor: occupant.contributor,
        round: round.number,
        index: challenge.index.into(),
        cumulative: occupant.cumulative,
    };
    emit_cpi!(event);

    // The account goes last.
    let challenger = *ctx.accounts.challenger.account();
    ctx.accounts.challenge.close(challenger)
}

//! `prove_fraud`, `prove_page_fraud`

use crate::{
    clock::now,
    error::SheafError,
    event::FraudProven,
    instructions::{arguments::ProveFraudArguments, round::end_opened},
    state::{Comparison, Evidence, Occupant, Pool, Round},
};
use anchor_lang::prelude::*;
use sheaf_format::{
    stage::{RoundState, VoidCause},
    tree::PageProof,
};

/// Accounts of `prove_fraud` and `prove_page_fraud`.
#[event_cpi]
#[derive(Accounts)]
pub struct ProveFraud {
    /// Whose evidence it is; earns a part of what is slashed.
    pub prover: Signer,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The round.
    #[account(mut, constraint = round.pool == pool.address().to_bytes() @ SheafError::WrongRound)]
    pub round: Account<Round>,
    /// The prover's evidence, with the page in both trees.
    #[account(
        constraint = evidence.round == round.address().to_bytes()
            && evidence.prover == prover.address().to_bytes() @ SheafError::WrongEvidence,
    )]
    pub evidence: Account<Evidence>,
}

/// Proves by two leaves and their ways to the page that the attested tree takes earnings away or gives
/// an index to another contributor.
pub fn prove(ctx: &mut Context<ProveFraud>, arguments: &ProveFraudArguments) -> Result<()> {
    let base_proof: &PageProof = bytemuck::try_cast_ref(&arguments.base_proof)
        .map_err(|_| ErrorCode::InstructionDidNotDeserialize)?;
    let pending_proof: &PageProof = bytemuck::try_cast_ref(&arguments.pending_proof)
        .map_err(|_| ErrorCode::InstructionDidNotDeserialize)?;
    let compared = Comparison {
        index: arguments.index,
        base: Occupant {
            contributor: arguments.base_contributor,
            cumulative: arguments.base_cumulative,
        },
        pending: Occupant {
            contributor: arguments.pending_contributor,
            cumulative: arguments.pending_cumulative,
        },
        base_proof,
        pending_proof,
    };
    convict(ctx, |evidence| {
        evidence.check_fraud(&compared).map_err(Into::into)
    })
}

/// Proves by the page alone that the attested tree takes earnings away on the page, or anywhere beside
/// its way to the root.
pub fn prove_page(ctx: &mut Context<ProveFraud>) -> Result<()> {
    convict(ctx, |evidence| {
        evidence.check_page_shrinks().map_err(Into::into)
    })
}

/// Ends the round, if it is still pending, and names the prover: from here on who attested can be
/// slashed. That a round ended otherwise in the meantime saves nobody.
fn convict(
    ctx: &mut Context<ProveFraud>,
    judge: impl FnOnce(&Evidence) -> Result<()>,
) -> Result<()> {
    let now = now()?;
    let ProveFraud {
        pool,
        round,
        evidence,
        ..
    } = &mut ctx.accounts;

    // When.
    round.check_accusable(now.slot)?;

    // What.
    judge(evidence)?;

    // Effects and events.
    round.convict(evidence.prover)?;
    let voided = if round.check_state(RoundState::Pending).is_ok() {
        Some(end_opened(pool, round, now.slot, VoidCause::Fraud)?)
    } else {
        None
    };
    let proven = FraudProven {
        sequence: pool.next_event()?,
        pool: round.pool,
        prover: round.prover,
        round: round.number,
    };
    if let Some(voided) = voided {
        emit_cpi!(voided);
    }
    emit_cpi!(proven);
    Ok(())
}

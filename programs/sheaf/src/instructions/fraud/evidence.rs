//! `cache_evidence`, `close_evidence`

use crate::{
    clock::now,
    error::SheafError,
    event::{EvidenceCached, EvidenceClosed},
    instructions::arguments::CacheEvidenceArguments,
    state::{Evidence, Pool, Round},
};
use anchor_lang::{prelude::*, AccountClose};
use sheaf_format::{
    seeds,
    stage::TreeSide,
    tree::{Node, PoolProof},
};

/// Accounts of `cache_evidence`.
#[event_cpi]
#[derive(Accounts)]
pub struct CacheEvidence {
    /// Pays the rent. Anyone may.
    #[account(mut)]
    pub prover: Signer,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The round.
    #[account(constraint = round.pool == pool.address().to_bytes() @ SheafError::WrongRound)]
    pub round: Account<Round>,
    /// The evidence: one of each prover for each round, created when it is not there.
    #[account(
        init_if_needed, payer = prover,
        seeds = [seeds::EVIDENCE, round.address().as_ref(), prover.address().as_ref()], bump,
    )]
    pub evidence: Account<Evidence>,
    /// Creates the account.
    pub system_program: Program<System>,
}

/// Accounts of `close_evidence`.
#[event_cpi]
#[derive(Accounts)]
pub struct CloseEvidence {
    /// Whose evidence it is; gets the rent back.
    #[account(mut)]
    pub prover: Signer,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The evidence; closed.
    #[account(
        mut,
        constraint = evidence.pool == pool.address().to_bytes() @ SheafError::WrongEvidence,
        constraint = evidence.prover == prover.address().to_bytes() @ SheafError::WrongRentReceiver,
    )]
    pub evidence: Account<Evidence>,
}

/// Proves a page of an attested round's base or pending tree: the first half of a fraud proof, and
/// of an answer to a challenge, because both halves do not fit one transaction.
pub fn cache(ctx: &mut Context<CacheEvidence>, arguments: &CacheEvidenceArguments) -> Result<()> {
    let now = now()?;
    let CacheEvidenceArguments { page, side, .. } = *arguments;
    let CacheEvidence {
        prover,
        pool,
        round,
        evidence,
        ..
    } = &mut ctx.accounts;
    let node: Node = bytemuck::pod_read_unaligned(&arguments.node);
    let proof: &PoolProof = bytemuck::try_cast_ref(&arguments.proof)
        .map_err(|_| ErrorCode::InstructionDidNotDeserialize)?;

    // When.
    round.check_accusable(now.slot)?;

    // What, and effects.
    let side = TreeSide::from_byte(side).ok_or(SheafError::WrongEvidence)?;
    evidence.pool = round.pool;
    evidence.round = round.address().to_bytes();
    evidence.prover = prover.address().to_bytes();
    evidence.bump = ctx.bumps.evidence;
    evidence.cache(side, round.root_of(side), page, node, proof)?;

    // Event.
    let event = EvidenceCached {
        sequence: pool.next_event()?,
        pool: round.pool,
        prover: evidence.prover,
        round: round.number,
        page: page.into(),
        side: u64::from(side as u8),
    };
    emit_cpi!(event);
    Ok(())
}

/// Closes somebody's own evidence. It says nothing that could not be proven again.
pub fn close(ctx: &mut Context<CloseEvidence>) -> Result<()> {
    let CloseEvidence { pool, evidence, .. } = &mut ctx.accounts;

    // Event.
    let event = EvidenceClosed {
        sequence: pool.next_event()?,
        pool: evidence.pool,
        prover: evidence.prover,
    };
    emit_cpi!(event);

    // Effects: the account goes last.
    let prover = *ctx.accounts.prover.account();
    ctx.accounts.evidence.close(prover)
}

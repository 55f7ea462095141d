//! `finalise_round`

use crate::{
    arithmetic::sub,
    clock::now,
    error::SheafError,
    event::RoundFinalised,
    state::{Pool, Round},
};
use anchor_lang::prelude::*;
use sheaf_format::stage::RoundState;

/// Accounts of `finalise_round`.
#[event_cpi]
#[derive(Accounts)]
pub struct FinaliseRound {
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The round.
    #[account(mut, constraint = round.pool == pool.address().to_bytes() @ SheafError::WrongRound)]
    pub round: Account<Round>,
}

/// Makes a pending root active, once its window is over and every debit is settled. Anyone may send
/// it. From here on the root can be claimed against for ever.
pub fn finalise(ctx: &mut Context<FinaliseRound>) -> Result<()> {
    let now = now()?;
    let FinaliseRound { pool, round, .. } = &mut ctx.accounts;

    // When.
    round.check_settlement_stage(now.slot)?;
    round.check_unchallenged()?;

    // What.
    round.check_all_settled()?;
    require!(
        round.number == pool.round
            && round.base_root == pool.active_root
            && round.base_total == pool.active_total,
        SheafError::WrongRound
    );

    // Effects.
    let old_total = pool.active_total;
    pool.in_round_total = sub(pool.in_round_total, round.debits_total)?;
    pool.active_root = round.root;
    pool.active_total = round.total;
    pool.active_leaf_count = round.leaf_count;
    pool.active_round = round.number;
    pool.vetoes_in_a_row = 0;
    pool.become_idle();
    round.end(RoundState::Final, now.slot);

    // Event.
    let event = RoundFinalised {
        sequence: pool.next_event()?,
        pool: round.pool,
        root: round.root,
        round: round.number,
        old_total,
        new_total: round.total,
        leaf_count: round.leaf_count.into(),
    };
    emit_cpi!(event);
    Ok(())
}

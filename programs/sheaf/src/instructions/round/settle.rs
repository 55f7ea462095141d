//! `settle_round`

use crate::{
    clock::now,
    error::SheafError,
    event::DebitsSettled,
    instructions::arguments::SettleArguments,
    state::{Batch, Payer, Pool, Round, Settlement},
    zero_copy,
};
use anchor_lang::prelude::*;
use sheaf_format::{limits::MAX_DEBITS_PER_SETTLE, Key};

/// Accounts of `settle_round`. The job (or dataset) and the batch of each debit
/// follow, both writable.
#[event_cpi]
#[derive(Accounts)]
pub struct SettleRound {
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The round.
    #[account(mut, constraint = round.pool == pool.address().to_bytes() @ SheafError::WrongRound)]
    pub round: Account<Round>,
}

/// Settles the next debits of a pending result, after its window: each moves from its job's balance
/// into the round, never beyond what the batch reserved. Anyone may send it; only the debits that
/// were attested to, in their order, are taken.
pub fn settle(
    ctx: &mut Context<SettleRound>,
    arguments: &SettleArguments,
    amounts: &[u64],
) -> Result<()> {
    let now = now()?;
    let SettleArguments { rest_hash } = *arguments;
    let mut accounts = ctx.remaining_accounts()?;
    let SettleRound { pool, round, .. } = &mut ctx.accounts;

    // When.
    round.check_settlement_stage(now.slot)?;

    // What.
    require!(
        !amounts.is_empty() && amounts.len() <= MAX_DEBITS_PER_SETTLE,
        SheafError::DebitsMismatch
    );
    let (pairs, odd) = accounts.as_chunks_mut::<2>();
    require!(
        pairs.len() == amounts.len() && odd.is_empty(),
        SheafError::DebitsMismatch
    );

    // Effects.
    let mut debits = [(0, [0; 32], 0); MAX_DEBITS_PER_SETTLE];
    for ((debit, pair), amount) in debits.iter_mut().zip(pairs).zip(amounts) {
        *debit = debit_job(pair, round, *amount)?;
    }
    let sum = round.settle(&Settlement {
        debits: &debits[..amounts.len()],
        rest_hash,
    })?;
    pool.move_into_round(sum)?;

    // Event.
    let event = DebitsSettled {
        sequence: pool.next_event()?,
        pool: round.pool,
        round: round.number,
        count: amounts.len() as u64,
        settled_total: round.settled_total,
    };
    emit_cpi!(event);
    Ok(())
}

/// Debits one job or dataset for its batch in this round. Returns its number in the order of debits,
/// its address, and the amount.
fn debit_job(pair: &mut [AccountView; 2], round: &Round, amount: u64) -> Result<(u64, Key, u64)> {
    let [job_view, batch_view] = pair;
    let address = job_view.address().to_bytes();
    let mut payer = Payer::load_mut(job_view, &round.pool)?;
    let mut batch = zero_copy::load_mut::<Batch>(batch_view)?;
    require!(
        batch.job == address && batch.round == round.number,
        SheafError::WrongBatch
    );
    batch.settle(amount)?;
    payer.reservation().debit(amount)?;
    Ok((payer.number(), address, amount))
}

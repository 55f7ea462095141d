//! `tally_round`

use crate::{
    clock::now,
    error::SheafError,
    event::RoundTallied,
    instructions::arguments::TallyArguments,
    state::{Network, Pool, Round},
};
use anchor_lang::prelude::*;
use sheaf_format::{
    digest::{self, RoundResult},
    stage::RoundState,
};

/// Accounts of `tally_round`.
#[event_cpi]
#[derive(Accounts)]
pub struct TallyRound {
    /// The network, which names the cluster.
    pub network: Account<Network>,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The round.
    #[account(mut, constraint = round.pool == pool.address().to_bytes() @ SheafError::WrongRound)]
    pub round: Account<Round>,
}

/// Makes the first result pending that reaches the quorum, given the preimage of the attested hash.
/// Anyone may send it. The window starts here.
pub fn tally(ctx: &mut Context<TallyRound>, arguments: &TallyArguments) -> Result<()> {
    let now = now()?;
    let TallyRound {
        network,
        pool,
        round,
        ..
    } = &mut ctx.accounts;
    let result = RoundResult {
        base_root: round.base_root,
        root: arguments.root,
        total: arguments.total,
        leaf_count: arguments.leaf_count,
        debits_hash: arguments.debits_hash,
        debits_total: arguments.debits_total,
        manifest_hash: arguments.manifest_hash,
    };

    // When.
    round.check_state(RoundState::Voting)?;
    round.check_before_deadline(now.slot)?;

    // What.
    round.check_result(&result)?;
    let attestation = digest::attestation(&round.scope(network.genesis_hash), &result);
    let stake = round.tally(&attestation)?;

    // Effects.
    round.make_pending(&result, attestation, now.slot)?;

    // Event.
    let event = RoundTallied {
        sequence: pool.next_event()?,
        pool: round.pool,
        root: result.root,
        manifest_hash: result.manifest_hash,
        round: round.number,
        total: result.total,
        debits_total: result.debits_total,
        leaf_count: result.leaf_count.into(),
        stake,
    };
    emit_cpi!(event);
    Ok(())
}

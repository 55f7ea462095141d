//! `sync_page`

use crate::{
    error::SheafError,
    event::PageSynced,
    instructions::arguments::SyncPageArguments,
    state::{ActiveTree, LedgerPage, Pool},
};
use anchor_lang::prelude::*;
use sheaf_format::tree::{Node, PoolProof};

/// Accounts of `sync_page`.
#[event_cpi]
#[derive(Accounts)]
pub struct SyncPage {
    /// The pool, whose active root the page syncs to.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The page.
    #[account(mut, constraint = page.pool == pool.address().to_bytes() @ SheafError::IndexMismatch)]
    pub page: Account<LedgerPage>,
}

/// Brings a page to the active root, given its node there and the proof. Anyone may send it. The
/// page's sum never falls, and the previous root stays good for claims under way.
pub fn sync_page(ctx: &mut Context<SyncPage>, arguments: &SyncPageArguments) -> Result<()> {
    let SyncPage { pool, page, .. } = &mut ctx.accounts;
    let node: Node = bytemuck::pod_read_unaligned(&arguments.node);
    let proof: &PoolProof = bytemuck::try_cast_ref(&arguments.proof)
        .map_err(|_| ErrorCode::InstructionDidNotDeserialize)?;

    // What, and effects.
    let old_sum = page.sum;
    let active = ActiveTree {
        root: Node {
            hash: pool.active_root,
            sum: pool.active_total,
        },
        round: pool.active_round,
    };
    page.sync(&active, node, proof)?;

    // Event.
    let event = PageSynced {
        sequence: pool.next_event()?,
        pool: page.pool,
        page: page.page.into(),
        root: page.root,
        old_sum,
        new_sum: page.sum,
        round: page.synced_round,
    };
    emit_cpi!(event);
    Ok(())
}

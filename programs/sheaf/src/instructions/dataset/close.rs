//! `close_dataset`

use crate::{
    error::SheafError,
    event::DatasetClosed,
    state::{Dataset, Pool},
};
use anchor_lang::{prelude::*, AccountClose};

/// Accounts of `close_dataset`.
#[event_cpi]
#[derive(Accounts)]
pub struct CloseDataset {
    /// Who published the dataset; gets the rent back.
    #[account(mut)]
    pub requester: Signer,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// The dataset; closed.
    #[account(mut, constraint = dataset.pool == pool.address().to_bytes()
        @ SheafError::WrongDataset)]
    pub dataset: Account<Dataset>,
}

/// Ends the offer of a dataset whose licences are all distributed.
pub fn close(ctx: &mut Context<CloseDataset>) -> Result<()> {
    let CloseDataset {
        requester,
        pool,
        dataset,
        ..
    } = &mut ctx.accounts;

    // Who.
    require!(
        requester.address().to_bytes() == dataset.requester,
        SheafError::NotRequester
    );

    // When.
    dataset.check_closable()?;

    // Event.
    let event = DatasetClosed {
        sequence: pool.next_event()?,
        pool: dataset.pool,
        dataset: dataset.address().to_bytes(),
    };
    emit_cpi!(event);

    // Effects: the account goes last.
    let requester = *ctx.accounts.requester.account();
    ctx.accounts.dataset.close(requester)
}

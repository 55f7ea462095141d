//! `open_round`

use crate::{
    arithmetic::add,
    clock::{now, Now},
    error::SheafError,
    event::{IntakeClosed, RoundOpened},
    slot_hashes::{lookup, Lookup},
    state::{Network, Pool, Round},
    zero_copy,
};
use anchor_lang::prelude::*;
use sheaf_format::{limits::SEED_SLOTS_AHEAD, seeds, stage::PoolStage, Hash};

/// The sysvar with the hashes of recent slots.
const SLOT_HASHES: Address = anchor_lang::address!("SysvarS1otHashes111111111111111111111111111");

/// Accounts of `open_round`.
#[event_cpi]
#[derive(Accounts)]
pub struct OpenRound {
    /// Pays the rent: an aggregator of the network; anyone after the grace.
    #[account(mut)]
    pub payer: Signer,
    /// The network, whose terms and stake table the round copies.
    pub network: Account<Network>,
    /// The pool.
    #[account(mut)]
    pub pool: Account<Pool>,
    /// CHECK: the round, created here at its address, unless the seed has to be fixed anew.
    #[account(
        mut, seeds = [seeds::ROUND, pool.address().as_ref(), pool.round.to_le_bytes()], bump,
    )]
    pub round: UncheckedAccount,
    /// CHECK: the sysvar `SlotHashes`.
    #[account(address = SLOT_HASHES)]
    pub slot_hashes: UncheckedAccount,
    /// Creates the account.
    pub system_program: Program<System>,
}

/// Opens the live round for commitments, seeded by the target slot's hash.
///
/// When that hash expired before anybody opened the round, another target slot is fixed instead,
/// and an event says so.
pub fn open(ctx: &mut Context<OpenRound>) -> Result<()> {
    let now = now()?;
    let accounts = &ctx.accounts;
    let (network, pool) = (&accounts.network, &accounts.pool);
    let grace_until = add(pool.round_seed_slot, network.parameters.grace_slots.into())?;

    // Who.
    require!(
        now.slot >= grace_until || network.is_aggregator(accounts.payer.address().as_array()),
        SheafError::NotAggregator
    );

    // When.
    network.check_running(now.unix_time)?;
    pool.check_stage(PoolStage::Closed)?;
    pool.check_before_deadline(now.slot)?;
    let seed = lookup(&accounts.slot_hashes.try_borrow()?, pool.round_seed_slot)?;

    // Effects and event.
    match seed {
        Lookup::NotYet => Err(SheafError::SeedNotReady.into()),
        Lookup::Expired => retarget(ctx, now),
        Lookup::Found(seed) => open_with(ctx, now, seed),
    }
}

fn retarget(ctx: &mut Context<OpenRound>, now: Now) -> Result<()> {
    let pool = &mut ctx.accounts.pool;
    pool.round_seed_slot = add(now.slot, SEED_SLOTS_AHEAD)?;

    let event = IntakeClosed {
        sequence: pool.next_event()?,
        pool: pool.address().to_bytes(),
        round: pool.round,
        seed_slot: pool.round_seed_slot,
        retargeted: 1,
    };
    emit_cpi!(event);
    Ok(())
}

fn open_with(ctx: &mut Context<OpenRound>, now: Now, seed: Hash) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let pool = &mut accounts.pool;
    let address = pool.address().to_bytes();
    let number = pool.round;
    let bump = ctx.bumps.round;

    let mut view = *accounts.round.account();
    create_account_signed(
        accounts.payer.account(),
        &view,
        zero_copy::space::<Round>(),
        &crate::ID,
        &[seeds::ROUND, &address, &number.to_le_bytes(), &[bump]],
    )?;
    let stake_total = {
        let mut round = zero_copy::initialise::<Round>(&mut view)?;
        round.open(&accounts.network, address, pool, seed, now.slot)?;
        round.payer = accounts.payer.address().to_bytes();
        round.bump = bump;
        round.stake_total
    };
    pool.round_stage = PoolStage::Open as u8;

    let event = RoundOpened {
        sequence: pool.next_event()?,
        pool: address,
        seed,
        round: number,
        opened_slot: now.slot,
        stake_total,
    };
    emit_cpi!(event);
    Ok(())
}

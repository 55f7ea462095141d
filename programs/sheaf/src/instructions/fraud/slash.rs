//! `slash_validator`

use crate::{
    arithmetic::{later, sub},
    clock::now,
    error::SheafError,
    event::ValidatorSlashed,
    state::{Network, Round, Validator},
    token::{self, admit, TransferChecked},
};
use anchor_lang::prelude::*;
use sheaf_format::{
    limits::{BPS, PROVER_REWARD_BPS},
    seeds,
};

/// Accounts of `slash_validator`.
#[event_cpi]
#[derive(Accounts)]
pub struct SlashValidator {
    /// The network.
    #[account(mut)]
    pub network: Account<Network>,
    /// The validator.
    #[account(mut)]
    pub validator: Account<Validator>,
    /// The round whose root was proven a fraud.
    #[account(mut)]
    pub round: Account<Round>,
    /// CHECK: the stake's token account, by its address.
    #[account(mut, seeds = [seeds::STAKE, validator.address().as_ref()], bump)]
    pub stake_vault: UncheckedAccount,
    /// CHECK: receives the reward; a token account that the prover owns.
    #[account(mut)]
    pub prover_account: UncheckedAccount,
    /// CHECK: receives the rest; a token account that the round's treasury owns.
    #[account(mut)]
    pub treasury_account: UncheckedAccount,
    /// CHECK: the network's stake mint.
    #[account(
        address = network.stake_mint @ SheafError::WrongMint,
        owner = *token_program.address() @ SheafError::WrongTokenProgram,
    )]
    pub stake_mint: UncheckedAccount,
    /// CHECK: the stake mint's token program: it owns the mint.
    pub token_program: UncheckedAccount,
}

/// Slashes one validator who attested to a proven fraud, once: the stake that stood behind the
/// attestation goes to the prover in part and to the treasury for the rest, and the validator is
/// jailed. Anyone may send it.
pub fn slash(ctx: &mut Context<SlashValidator>) -> Result<()> {
    let now = now()?;
    let accounts = &mut ctx.accounts;

    // When.
    accounts.round.check_accusable(now.slot)?;

    // What.
    let receivers = [
        (&accounts.prover_account, accounts.round.prover),
        (&accounts.treasury_account, accounts.round.treasury),
    ];
    let stake_behind = accounts.round.slash(&accounts.validator)?;
    for (account, owner) in receivers {
        token::check_account(
            account.account(),
            accounts.token_program.address(),
            &accounts.network.stake_mint,
            &owner,
        )?;
    }
    let terms = admit(&accounts.stake_mint.try_borrow()?)?;

    // Effects.
    let slashed = stake_behind.min(accounts.validator.stake);
    let reward = reward_of(slashed);
    let rest = sub(slashed, reward)?;
    let jailed_until = later(now.unix_time, accounts.network.parameters.unbonding_seconds)?;
    accounts.validator.stake = sub(accounts.validator.stake, slashed)?;
    accounts.validator.jail(jailed_until);
    accounts.network.seat_validator(&accounts.validator)?;
    let (authority, bump) = (accounts.validator.authority, [accounts.validator.bump]);
    let seeds: [&[u8]; 3] = [seeds::VALIDATOR, &authority, &bump];
    let signer = [&seeds[..]];
    for (receiver, amount) in [
        (&mut accounts.prover_account, reward),
        (&mut accounts.treasury_account, rest),
    ] {
        TransferChecked {
            program: accounts.token_program.address(),
            from: accounts.stake_vault.try_cpi_handle_mut()?.into(),
            mint: accounts.stake_mint.cpi_handle(),
            to: receiver.try_cpi_handle_mut()?.into(),
            authority: accounts.validator.cpi_handle(),
            amount,
            decimals: terms.decimals,
        }
        .invoke(&signer);
    }

    // Event.
    let event = ValidatorSlashed {
        sequence: accounts.network.next_event()?,
        authority,
        pool: accounts.round.pool,
        prover: accounts.round.prover,
        round: accounts.round.number,
        slashed,
        reward,
        stake: accounts.validator.stake,
        jailed_until: accounts.validator.jailed_until,
    };
    emit_cpi!(event);
    Ok(())
}

/// The prover's part of a slashed stake, rounded down.
fn reward_of(slashed: u64) -> u64 {
    let reward = u128::from(slashed) * u128::from(PROVER_REWARD_BPS) / u128::from(BPS);
    // Never more than what was slashed.
    u64::try_from(reward).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prover_earns_at_most_a_tenth() {
        assert_eq!(reward_of(50_000), 5_000);
        assert_eq!(reward_of(9), 0);
        assert_eq!(reward_of(u64::MAX), u64::MAX / 10);
    }
}

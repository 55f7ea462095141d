//! `create_network`

use crate::{
    error::SheafError,
    event::NetworkCreated,
    instructions::arguments::CreateNetworkArguments,
    state::Network,
    token::{admit, TOKEN, TOKEN_2022},
};
use anchor_lang::prelude::*;
use sheaf_format::{seeds, Key};

/// The loader that holds upgradeable programs.
const UPGRADEABLE_LOADER: Address =
    anchor_lang::address!("BPFLoaderUpgradeab1e11111111111111111111111");
/// First bytes of the loader's account that holds a program's code: its type.
const PROGRAM_DATA_TYPE: [u8; 4] = [3, 0, 0, 0];

/// Accounts of `create_network`.
#[event_cpi]
#[derive(Accounts)]
pub struct CreateNetwork {
    /// The program's upgrade authority. Pays the rent and becomes the admin.
    #[account(mut)]
    pub authority: Signer,
    /// The network.
    #[account(init, payer = authority, seeds = [seeds::NETWORK], bump)]
    pub network: Account<Network>,
    /// CHECK: mint of the validators' stakes; admitted by its extensions.
    pub stake_mint: UncheckedAccount,
    /// CHECK: the loader's account that names this program's upgrade authority; its address is
    /// derived from the program's.
    #[account(
        seeds = [crate::ID], bump, seeds::program = UPGRADEABLE_LOADER,
    )]
    pub program_data: UncheckedAccount,
    /// Creates the account.
    pub system_program: Program<System>,
}

/// Creates the network, signed by the program's upgrade authority.
pub fn create(
    ctx: &mut Context<CreateNetwork>,
    arguments: &CreateNetworkArguments,
    aggregators: &[Key],
) -> Result<()> {
    let CreateNetworkArguments {
        genesis_hash,
        treasury,
        parameters,
    } = *arguments;
    let accounts = &mut ctx.accounts;
    let admin = accounts.authority.address().to_bytes();

    // Who.
    let upgrade_authority = upgrade_authority(&accounts.program_data.try_borrow()?);
    require!(
        upgrade_authority == Some(admin),
        SheafError::NotUpgradeAuthority
    );

    // What.
    let mint = &accounts.stake_mint;
    require!(
        mint.owned_by(&TOKEN) || mint.owned_by(&TOKEN_2022),
        SheafError::WrongMint
    );
    admit(&mint.try_borrow()?)?;
    let stake_mint = mint.address().to_bytes();

    // Effects.
    let bump = ctx.bumps.network;
    let network = &mut accounts.network;
    network.set(treasury, parameters, aggregators)?;
    network.admin = admin;
    network.stake_mint = stake_mint;
    network.genesis_hash = genesis_hash;
    network.bump = bump;

    // Event.
    let event = NetworkCreated {
        sequence: network.next_event()?,
        admin,
        treasury,
        stake_mint,
        genesis_hash,
        parameters,
    };
    emit_cpi!(event);
    Ok(())
}

/// The upgrade authority that the loader's account names: type (4 bytes), slot (8 bytes), a flag,
/// the authority.
fn upgrade_authority(program_data: &[u8]) -> Option<Key> {
    let (kind, rest) = program_data.split_first_chunk::<4>()?;
    let (flag, authority) = rest.get(8..)?.split_first()?;
    (*kind == PROGRAM_DATA_TYPE && *flag == 1)
        .then(|| authority.first_chunk::<32>().copied())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upgrade_authority_is_read_from_the_loaders_account() {
        let mut data = vec![3, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 1];
        data.extend([7; 32]);
        data.extend([0xff; 100]);
        assert_eq!(upgrade_authority(&data), Some([7; 32]));
        data[12] = 0;
        assert_eq!(upgrade_authority(&data), None, "a final program has none");
        data[12] = 1;
        data[0] = 2;
        assert_eq!(
            upgrade_authority(&data),
            None,
            "a program account is not its data"
        );
        assert_eq!(upgrade_authority(&[3, 0, 0, 0, 1]), None);
        assert_eq!(upgrade_authority(&[]), None);
    }
}

//! Instructions on the network.

use super::{build, list, pay, read, sign, write};
use crate::{
    address::{Addresses, SYSTEM_PROGRAM},
    layout::{CreateNetworkArguments, SetParametersArguments},
};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey};

/// Creates the network. `authority` is the program's upgrade authority; it pays and becomes the
/// admin.
pub fn create_network(
    at: &Addresses,
    authority: &Pubkey,
    stake_mint: &Pubkey,
    arguments: &CreateNetworkArguments,
    aggregators: &[Pubkey],
) -> Instruction {
    let accounts = vec![
        pay(*authority),
        write(at.network()),
        read(*stake_mint),
        read(at.program_data()),
        read(SYSTEM_PROGRAM),
    ];
    let aggregators = list(aggregators.iter());
    build(
        at,
        "create_network",
        accounts,
        &[bytemuck::bytes_of(arguments), &aggregators],
    )
}

/// Sets parameters, treasury and aggregators for what begins from now on.
pub fn set_parameters(
    at: &Addresses,
    admin: &Pubkey,
    arguments: &SetParametersArguments,
    aggregators: &[Pubkey],
) -> Instruction {
    let accounts = vec![sign(*admin), write(at.network())];
    let aggregators = list(aggregators.iter());
    build(
        at,
        "set_parameters",
        accounts,
        &[bytemuck::bytes_of(arguments), &aggregators],
    )
}

//! Instructions on the network.

use super::{build, list, pay, read, sign, write};
use crate::{
    address::{Addresses, SYSTEM_PROGRAM},
    layout::{
        CreateNetworkArguments, PauseArguments, ProposeAdminArguments, SetGuardianArguments,
        SetParametersArguments,
    },
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

/// Proposes another admin, who has to accept.
pub fn propose_admin(
    at: &Addresses,
    admin: &Pubkey,
    arguments: &ProposeAdminArguments,
) -> Instruction {
    let accounts = vec![sign(*admin), write(at.network())];
    build(
        at,
        "propose_admin",
        accounts,
        &[bytemuck::bytes_of(arguments)],
    )
}

/// Makes the proposed admin the admin.
pub fn accept_admin(at: &Addresses, pending_admin: &Pubkey) -> Instruction {
    let accounts = vec![sign(*pending_admin), write(at.network())];
    build(at, "accept_admin", accounts, &[])
}

/// Names the guardian.
pub fn set_guardian(
    at: &Addresses,
    admin: &Pubkey,
    arguments: &SetGuardianArguments,
) -> Instruction {
    let accounts = vec![sign(*admin), write(at.network())];
    build(
        at,
        "set_guardian",
        accounts,
        &[bytemuck::bytes_of(arguments)],
    )
}

/// Pauses what brings in new work and money, for a while.
pub fn pause_network(at: &Addresses, guardian: &Pubkey, arguments: &PauseArguments) -> Instruction {
    let accounts = vec![sign(*guardian), write(at.network())];
    build(
        at,
        "pause_network",
        accounts,
        &[bytemuck::bytes_of(arguments)],
    )
}

/// Ends a pause early. `caller` is the guardian or the admin.
pub fn unpause_network(at: &Addresses, caller: &Pubkey) -> Instruction {
    let accounts = vec![sign(*caller), write(at.network())];
    build(at, "unpause_network", accounts, &[])
}

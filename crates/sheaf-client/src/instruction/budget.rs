//! Instructions of Solana's own programs that the commands need.

use crate::address::{
    ASSOCIATED_TOKEN_PROGRAM, COMPUTE_BUDGET_PROGRAM, SYSTEM_PROGRAM, associated_token,
};
use solana_sdk::{
    instruction::{AccountMeta, Instruction},
    pubkey::Pubkey,
};

/// Asks for `limit` compute units and, when `price` is above zero, offers that many
/// micro-lamports for each.
pub fn compute_budget(limit: u32, price: u64) -> Vec<Instruction> {
    let instruction = |tag: u8, value: &[u8]| Instruction {
        program_id: COMPUTE_BUDGET_PROGRAM,
        accounts: Vec::new(),
        data: [&[tag], value].concat(),
    };
    let mut instructions = vec![instruction(2, &limit.to_le_bytes())];
    if price > 0 {
        instructions.push(instruction(3, &price.to_le_bytes()));
    }
    instructions
}

/// Creates a wallet's canonical token account; succeeds when it is there already.
pub fn create_associated_token(
    payer: &Pubkey,
    wallet: &Pubkey,
    mint: &Pubkey,
    token_program: &Pubkey,
) -> Instruction {
    let (address, _) = associated_token(wallet, mint, token_program);
    Instruction {
        program_id: ASSOCIATED_TOKEN_PROGRAM,
        accounts: vec![
            AccountMeta::new(*payer, true),
            AccountMeta::new(address, false),
            AccountMeta::new_readonly(*wallet, false),
            AccountMeta::new_readonly(*mint, false),
            AccountMeta::new_readonly(SYSTEM_PROGRAM, false),
            AccountMeta::new_readonly(*token_program, false),
        ],
        // "create if it does not exist"
        data: vec![1],
    }
}

/// Moves lamports from a wallet.
pub fn transfer_lamports(from: &Pubkey, to: &Pubkey, lamports: u64) -> Instruction {
    Instruction {
        program_id: SYSTEM_PROGRAM,
        accounts: vec![AccountMeta::new(*from, true), AccountMeta::new(*to, false)],
        data: [&2u32.to_le_bytes()[..], &lamports.to_le_bytes()].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_written_as_the_runtime_reads_it() {
        let both = compute_budget(0x0102_0304, 5);
        assert_eq!(both[0].data, [2, 4, 3, 2, 1]);
        assert_eq!(both[1].data, [3, 5, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(compute_budget(1, 0).len(), 1);
    }

    #[test]
    fn lamports_move_by_the_system_programs_second_instruction() {
        let instruction = transfer_lamports(&Pubkey::default(), &Pubkey::default(), 7);
        assert_eq!(instruction.data, [2, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0]);
    }
}

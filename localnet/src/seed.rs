//! What a new chain starts with beside the program: a mint, and wallets with SOL and tokens. All
//! of it through transactions that the faucet signs and the JSON-RPC takes, as on any network.

use crate::{
    token::{MINT_LENGTH, create_mint_account, initialize_mint, mint_to},
    wallets::Wallets,
};
use anyhow::{Context, Result};
use sheaf_client::{
    Chain,
    address::TOKEN_PROGRAM,
    instruction::{create_associated_token, transfer_lamports},
    send::{Signed, Terms},
};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey, signature::Keypair};

/// Decimals of the test mint.
pub const DECIMALS: u8 = 6;

/// What a wallet gets: 100 SOL, and a million tokens where it has any.
const LAMPORTS: u64 = 100 * 1_000_000_000;
const TOKENS: u64 = 1_000_000 * 10u64.pow(DECIMALS as u32);

/// Wallets funded by one transaction: with seven it would outgrow a packet.
const PER_TRANSACTION: usize = 6;

/// Somebody to fund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The wallet.
    pub address: Pubkey,
    /// Whether it gets tokens beside SOL.
    pub has_tokens: bool,
}

/// Creates the mint and funds the wallets of the folder and those named by `--fund`.
///
/// # Errors
/// When a transaction is refused.
pub async fn seed(chain: &Chain, wallets: &Wallets, named: &[Pubkey]) -> Result<()> {
    let (faucet, mint) = (wallets.faucet_address(), wallets.mint_address());
    let rent = chain.rent(MINT_LENGTH).await?;
    let creation = [
        create_mint_account(faucet, mint, rent),
        initialize_mint(mint, DECIMALS, faucet),
    ];
    let signers = [wallets.faucet(), wallets.mint()];
    let mut sent = vec![
        send(chain, &creation, &signers)
            .await
            .context("cannot create the mint")?,
    ];

    let named = named.iter().map(|address| Recipient {
        address: *address,
        has_tokens: true,
    });
    let recipients: Vec<Recipient> = wallets.recipients().chain(named).collect();
    for group in recipients.chunks(PER_TRANSACTION) {
        let instructions = fund(faucet, mint, group);
        let signed = send(chain, &instructions, &[wallets.faucet()]).await;
        sent.push(signed.context("cannot fund the wallets")?);
    }
    for signed in &sent {
        chain
            .confirm(signed)
            .await
            .context("cannot fund the wallets")?;
    }
    Ok(())
}

/// Signs and hands over a transaction without waiting for a block: the next may build upon it.
async fn send(chain: &Chain, instructions: &[Instruction], signers: &[&Keypair]) -> Result<Signed> {
    let terms = Terms {
        simulate: false,
        ..Terms::default()
    };
    let signed = chain.sign(instructions, signers, &terms).await?;
    chain.submit(&signed).await?;
    Ok(signed)
}

fn fund(faucet: Pubkey, mint: Pubkey, recipients: &[Recipient]) -> Vec<Instruction> {
    let mut instructions = Vec::new();
    for Recipient {
        address,
        has_tokens,
    } in recipients
    {
        instructions.push(transfer_lamports(&faucet, address, LAMPORTS));
        if *has_tokens {
            instructions.push(create_associated_token(
                &faucet,
                address,
                &mint,
                &TOKEN_PROGRAM,
            ));
            instructions.push(mint_to(mint, *address, faucet, TOKENS));
        }
    }
    instructions
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_client::{
        instruction::compute_budget,
        send::{PACKET_DATA_SIZE, wire_size},
    };
    use solana_sdk::{signature::Signer, transaction::Transaction};

    #[test]
    fn a_full_group_fits_a_packet() {
        let faucet = Keypair::new();
        let recipients: Vec<Recipient> = (0..PER_TRANSACTION)
            .map(|_| Recipient {
                address: Pubkey::new_unique(),
                has_tokens: true,
            })
            .collect();
        let mut instructions = compute_budget(1_400_000, 1);
        instructions.extend(fund(faucet.pubkey(), Pubkey::new_unique(), &recipients));
        let mut transaction = Transaction::new_with_payer(&instructions, Some(&faucet.pubkey()));
        transaction.signatures.resize(1, Default::default());
        assert!(
            wire_size(&transaction) <= PACKET_DATA_SIZE,
            "{}",
            wire_size(&transaction)
        );
    }
}

//! That a wallet has the tokens a command is about to move: said before anything is sent.

use anyhow::bail;
use sheaf_client::{
    Chain, amount,
    token::{Mint, TokenAccount},
};
use solana_sdk::pubkey::Pubkey;

/// Checks that `wallet` can spend `needed` base units of `mint` from its canonical token account.
///
/// # Errors
/// When it has none, too few, or they are frozen.
pub async fn require_tokens(
    chain: &Chain,
    mint: &Mint,
    wallet: &Pubkey,
    needed: u64,
) -> anyhow::Result<()> {
    let (address, _) = mint.account_of(wallet);
    let account = chain.token_account(&address).await?;
    match lack(account.as_ref(), needed, mint.decimals) {
        None => Ok(()),
        Some(lack) => bail!(
            "wallet {wallet} {lack} (mint {}, token account {address})",
            mint.address
        ),
    }
}

/// What is missing, if anything.
fn lack(account: Option<&TokenAccount>, needed: u64, decimals: u8) -> Option<String> {
    let tokens = |base_units| amount::format(base_units, decimals);
    match account {
        None => Some(format!(
            "has no tokens of this mint, and this takes {}: send it some first",
            tokens(needed)
        )),
        Some(account) if account.frozen => Some(
            "cannot spend its tokens: the issuer froze the account. Ask the issuer, or use another wallet"
                .to_owned(),
        ),
        Some(account) if account.amount < needed => Some(format!(
            "has {} tokens, and this takes {}: send it more first",
            tokens(account.amount),
            tokens(needed)
        )),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(amount: u64, frozen: bool) -> TokenAccount {
        TokenAccount {
            mint: Pubkey::default(),
            owner: Pubkey::default(),
            amount,
            frozen,
        }
    }

    #[test]
    fn what_is_missing_is_said_in_tokens() {
        assert_eq!(lack(Some(&account(1_500, false)), 1_500, 3), None);
        let less = lack(Some(&account(1_500, false)), 2_000, 3).expect("too few");
        assert!(less.contains("has 1.5 tokens") && less.contains("takes 2"));
        assert!(lack(None, 2_000, 3).is_some_and(|lack| lack.contains("no tokens")));
        let frozen = lack(Some(&account(9_000, true)), 1, 3);
        assert!(frozen.is_some_and(|lack| lack.contains("froze")));
    }
}

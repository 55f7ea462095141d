//! What a landed transaction brought its recipient, as the chain measured it.

use crate::chain::Chain;
use solana_sdk::{pubkey::Pubkey, signature::Signature};
use solana_transaction_status_client_types::{
    UiTransactionStatusMeta, UiTransactionTokenBalance, option_serializer::OptionSerializer,
};
use std::time::Duration;

/// How often the transaction is asked for: an RPC may know its status before its effects.
const TRIES: usize = 10;
/// Pause between tries.
const PAUSE: Duration = Duration::from_millis(300);

impl Chain {
    /// Base units of `mint` by which a landed transaction increased what `owner` holds; a
    /// transfer fee is not in it. `None` when the RPC does not say.
    pub async fn tokens_received(
        &self,
        signature: &Signature,
        owner: &Pubkey,
        mint: &Pubkey,
    ) -> Option<u64> {
        for _ in 0..TRIES {
            if let Some(meta) = self.meta_of(signature).await {
                return received(&meta, &owner.to_string(), &mint.to_string());
            }
            tokio::time::sleep(PAUSE).await;
        }
        None
    }
}

fn received(meta: &UiTransactionStatusMeta, owner: &str, mint: &str) -> Option<u64> {
    let before = held(&meta.pre_token_balances, owner, mint)?;
    let after = held(&meta.post_token_balances, owner, mint)?;
    after.checked_sub(before)
}

/// Sum of what `owner` holds of `mint`, among the accounts the transaction names.
fn held(
    balances: &OptionSerializer<Vec<UiTransactionTokenBalance>>,
    owner: &str,
    mint: &str,
) -> Option<u64> {
    let OptionSerializer::Some(balances) = balances else {
        return None;
    };
    let theirs = balances.iter().filter(|balance| {
        balance.mint == mint
            && matches!(&balance.owner, OptionSerializer::Some(found) if found == owner)
    });
    let mut amounts = theirs.map(|balance| balance.ui_token_amount.amount.parse::<u64>().ok());
    amounts.try_fold(0u64, |sum, amount| sum.checked_add(amount?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn balance(owner: &str, mint: &str, amount: u64) -> Value {
        let amount = json!({
            "amount": amount.to_string(), "decimals": 0, "uiAmount": null, "uiAmountString": "",
        });
        json!({"accountIndex": 1, "mint": mint, "owner": owner, "uiTokenAmount": amount})
    }

    fn meta(before: &Value, after: &Value) -> UiTransactionStatusMeta {
        let meta = json!({
            "err": null, "status": {"Ok": null}, "fee": 5000,
            "preBalances": [], "postBalances": [],
            "preTokenBalances": before, "postTokenBalances": after,
        });
        serde_json::from_value(meta).expect("what an RPC answers")
    }

    #[test]
    fn what_arrived_is_the_owners_difference_in_that_mint() {
        let before = json!([balance("a", "m", 10), balance("vault", "m", 90)]);
        let after = json!([
            balance("a", "m", 39),
            balance("vault", "m", 60),
            balance("a", "n", 5)
        ]);
        assert_eq!(received(&meta(&before, &after), "a", "m"), Some(29));
    }

    #[test]
    fn an_account_created_by_the_transaction_held_nothing_before() {
        let after = json!([balance("a", "m", 7)]);
        assert_eq!(received(&meta(&json!([]), &after), "a", "m"), Some(7));
    }

    #[test]
    fn an_rpc_that_does_not_say_is_not_taken_for_zero() {
        assert_eq!(received(&meta(&json!(null), &json!(null)), "a", "m"), None);
        let before = json!([balance("a", "m", 7)]);
        assert_eq!(received(&meta(&before, &json!([])), "a", "m"), None);
    }
}

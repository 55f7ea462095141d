//! A websocket that says when the pool changed, so that polling looks sooner. Nothing depends on
//! it: a subscription that dies silently costs time, not data.

use solana_client::{nonblocking::pubsub_client::PubsubClient, rpc_config::RpcAccountInfoConfig};
use solana_commitment_config::CommitmentConfig;
use solana_sdk::pubkey::Pubkey;
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

use futures_util::StreamExt as _;

/// Pause before a lost connection is tried again.
const PAUSE: Duration = Duration::from_secs(3);
/// A subscription that is silent for so long is made anew.
const SILENCE: Duration = Duration::from_secs(60);

/// Wakes `bells` whenever the account changes, for ever.
pub async fn wake(url: String, account: Pubkey, bells: Vec<Arc<Notify>>) {
    let mut told = false;
    loop {
        match listen(&url, &account, &bells).await {
            Ok(()) => told = false,
            Err(reason) if !told => {
                told = true;
                tracing::info!("no websocket at {url} ({reason}); polling goes on without it");
            }
            Err(_) => {}
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen(url: &str, account: &Pubkey, bells: &[Arc<Notify>]) -> Result<(), String> {
    let client = PubsubClient::new(url)
        .await
        .map_err(|error| error.to_string())?;
    let config = RpcAccountInfoConfig {
        commitment: Some(CommitmentConfig::confirmed()),
        ..RpcAccountInfoConfig::default()
    };
    let (mut changes, _unsubscribe) = client
        .account_subscribe(account, Some(config))
        .await
        .map_err(|error| error.to_string())?;
    while let Ok(Some(_)) = tokio::time::timeout(SILENCE, changes.next()).await {
        for bell in bells {
            bell.notify_one();
        }
    }
    Ok(())
}

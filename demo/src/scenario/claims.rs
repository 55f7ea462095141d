//! Everybody claims, each through a `sheaf claim` of its own.

use super::{Earner, Scenario};
use anyhow::{Context, Result, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use sheaf_protocol::text::Amount;

/// Claims under way at once.
const AT_ONCE: usize = 4;

/// What `sheaf claim` prints.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Claimed {
    /// Whose claim it was.
    pub contributor: String,
    /// Base units paid by it.
    pub paid: Amount,
    /// Its transaction; none when there was nothing to pay.
    pub signature: Option<String>,
    /// What happened, in words.
    pub message: String,
}

impl Scenario {
    /// One claim.
    ///
    /// # Errors
    /// When the command fails.
    pub async fn claim(&self, earner: &Earner) -> Result<Claimed> {
        let wallet = earner.wallet.to_string();
        let claim = ["claim", &wallet, "--indexer", self.indexer.url()];
        let claimed: Claimed = self.stack.cli.json(&earner.payer, &claim).await?;
        ensure!(
            claimed.contributor == wallet,
            "`sheaf claim {wallet}` claimed for {}",
            claimed.contributor
        );
        Ok(claimed)
    }

    /// Claims for everybody, whether they earned or not, in the order of [`Scenario::earners`].
    ///
    /// # Errors
    /// When a command fails.
    pub async fn claim_for_all(&self) -> Result<Vec<Claimed>> {
        // The first one opens and syncs the page for all.
        let first = self.earners.first().context("nobody can earn")?;
        let mut claimed = vec![self.claim(first).await?];
        let others: Vec<Claimed> = stream::iter(&self.earners[1..])
            .map(|earner| self.claim(earner))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        claimed.extend(others);
        Ok(claimed)
    }
}

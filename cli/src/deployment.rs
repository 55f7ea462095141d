//! That an indexer serves the very deployment the RPC has: same cluster, same program.

use anyhow::ensure;
use sheaf_client::{Chain, indexer::Indexer};
use sheaf_format::{Hash, Key};
use sheaf_protocol::api::Status;
use solana_sdk::pubkey::Pubkey;

/// An indexer that serves the chain's deployment.
#[derive(Clone, Debug)]
pub struct Served {
    /// What it says of itself.
    pub status: Status,
    /// Genesis hash of the cluster.
    pub genesis: Hash,
    /// The pool it serves.
    pub pool: Pubkey,
}

/// Asks the indexer where it stands, and whether it belongs to this chain.
///
/// # Errors
/// When one of both does not answer, or they do not belong together.
pub async fn served(chain: &Chain, indexer: &Indexer) -> anyhow::Result<Served> {
    let status = indexer.status().await?;
    let genesis = chain.genesis_hash().await?.to_bytes();
    check(&status, &genesis, &chain.program().to_bytes(), chain.url())?;
    Ok(Served {
        pool: Pubkey::new_from_array(status.pool.0),
        status,
        genesis,
    })
}

fn check(status: &Status, genesis: &Hash, program: &Key, url: &str) -> anyhow::Result<()> {
    ensure!(
        status.genesis.0 == *genesis,
        "the indexer serves the cluster with genesis hash {}, the RPC {url} is another: correct --indexer or -u",
        status.genesis,
    );
    ensure!(
        status.program.0 == *program,
        "the indexer serves program {}, not {}: correct --indexer or --program-id",
        status.program,
        Pubkey::new_from_array(*program),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_cluster_or_program_is_refused_by_name() {
        let key = |byte: u8| [byte; 32].into();
        let status = Status {
            genesis: key(1),
            program: key(2),
            pool: key(3),
            mint: key(4),
            decimals: 6,
            slot: 1,
            intake_round: 1,
            live: None,
            aggregator: key(5),
            last_indexed_slot: 1,
        };
        assert!(check(&status, &[1; 32], &[2; 32], "url").is_ok());
        let refused = |genesis: u8, program: u8| {
            let outcome = check(&status, &[genesis; 32], &[program; 32], "url");
            outcome.expect_err("refused").to_string()
        };
        assert!(refused(9, 2).contains("genesis hash"));
        assert!(refused(1, 9).contains("--program-id"));
    }
}

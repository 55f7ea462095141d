//! A handle on one deployment of the program, on one cluster, at one commitment.

use crate::{
    address::{Addresses, CLOCK},
    error::Error,
    layout::{self, AccountLayout, Batch, Job, LedgerPage, Network, Pool, Round, Validator},
    token::{Mint, TokenAccount},
};
use solana_client::{client_error::ClientError, nonblocking::rpc_client::RpcClient};
use solana_commitment_config::CommitmentConfig;
use solana_sdk::{account::Account, hash::Hash, pubkey::Pubkey};
use std::{sync::Arc, time::Duration};

/// How long one RPC call may take.
const RPC_TIMEOUT: Duration = Duration::from_secs(30);

/// Most accounts that one RPC call may ask for.
const ACCOUNTS_PER_CALL: usize = 100;

/// One deployment of the program on one cluster. Cheap to clone.
#[derive(Clone)]
pub struct Chain {
    rpc: Arc<RpcClient>,
    url: Arc<str>,
    addresses: Addresses,
    commitment: CommitmentConfig,
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chain")
            .field("url", &self.url)
            .field("program", &self.addresses.program)
            .field("commitment", &self.commitment.commitment)
            .finish()
    }
}

impl Chain {
    /// A handle on `program` on the cluster at `url`. Nothing is asked of the RPC yet.
    pub fn new(url: &str, program: Pubkey, commitment: CommitmentConfig) -> Self {
        let rpc =
            RpcClient::new_with_timeout_and_commitment(url.to_owned(), RPC_TIMEOUT, commitment);
        Self {
            rpc: Arc::new(rpc),
            url: url.into(),
            addresses: Addresses::new(program),
            commitment,
        }
    }

    /// The same deployment at another commitment.
    #[must_use]
    pub fn at(&self, commitment: CommitmentConfig) -> Self {
        Self {
            commitment,
            ..self.clone()
        }
    }

    /// The RPC client below, for what this handle does not offer.
    pub fn rpc(&self) -> &RpcClient {
        &self.rpc
    }

    /// URL of the RPC.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The program.
    pub const fn program(&self) -> Pubkey {
        self.addresses.program
    }

    /// The addresses the program derives.
    pub const fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Commitment at which accounts are read and transactions awaited.
    pub const fn commitment(&self) -> CommitmentConfig {
        self.commitment
    }

    pub(crate) fn failed(&self, action: &str, error: &ClientError) -> Error {
        Error::from_rpc(&self.url, action, error)
    }

    /// Genesis hash of the cluster.
    ///
    /// # Errors
    /// When the RPC cannot be asked.
    pub async fn genesis_hash(&self) -> Result<Hash, Error> {
        let asked = self.rpc.get_genesis_hash().await;
        asked.map_err(|error| self.failed("the genesis hash", &error))
    }

    /// The current slot.
    ///
    /// # Errors
    /// When the RPC cannot be asked.
    pub async fn slot(&self) -> Result<u64, Error> {
        let asked = self.rpc.get_slot_with_commitment(self.commitment).await;
        asked.map_err(|error| self.failed("the slot", &error))
    }

    /// The chain's unix time, in seconds.
    ///
    /// # Errors
    /// When the RPC cannot be asked, or shows no clock.
    pub async fn unix_time(&self) -> Result<i64, Error> {
        let clock = self.account(&CLOCK).await?;
        // The clock ends with it.
        let bytes = clock.and_then(|clock| clock.data.last_chunk::<8>().copied());
        bytes.map(i64::from_le_bytes).ok_or_else(|| Error::Missing {
            what: "clock".to_owned(),
            address: CLOCK,
            url: self.url.to_string(),
        })
    }

    /// Lamports of a wallet; 0 when the chain does not know it.
    ///
    /// # Errors
    /// When the RPC cannot be asked.
    pub async fn lamports(&self, wallet: &Pubkey) -> Result<u64, Error> {
        let account = self.account(wallet).await?;
        Ok(account.map_or(0, |account| account.lamports))
    }

    /// Lamports that an account of `length` bytes must hold.
    ///
    /// # Errors
    /// When the RPC cannot be asked.
    pub async fn rent(&self, length: usize) -> Result<u64, Error> {
        let asked = self
            .rpc
            .get_minimum_balance_for_rent_exemption(length)
            .await;
        asked.map_err(|error| self.failed("the rent of an account", &error))
    }

    /// An account, if it exists.
    ///
    /// # Errors
    /// When the RPC cannot be asked.
    pub async fn account(&self, address: &Pubkey) -> Result<Option<Account>, Error> {
        // The client's call for a single account hides why it failed.
        let found = self.accounts(&[*address]).await?.into_iter().next();
        Ok(found.flatten().filter(|account| account.lamports > 0))
    }

    /// Accounts, each if it exists, in the order asked. More than a hundred take several calls, so
    /// they may be of different slots.
    ///
    /// # Errors
    /// When the RPC cannot be asked.
    pub async fn accounts(&self, addresses: &[Pubkey]) -> Result<Vec<Option<Account>>, Error> {
        let mut found = Vec::with_capacity(addresses.len());
        for some in addresses.chunks(ACCOUNTS_PER_CALL) {
            let asked = self
                .rpc
                .get_multiple_accounts_with_commitment(some, self.commitment)
                .await;
            found.extend(
                asked
                    .map_err(|error| self.failed("accounts", &error))?
                    .value,
            );
        }
        Ok(found)
    }

    /// An account of the program, if it exists; `what` names it in errors.
    ///
    /// # Errors
    /// When the RPC cannot be asked, or the account is not what it should be.
    pub async fn find<T: AccountLayout>(
        &self,
        what: &str,
        address: &Pubkey,
    ) -> Result<Option<T>, Error> {
        let account = self.account(address).await?;
        // Lamports that somebody sent in advance do not make an account of the program.
        let account = account.filter(|account| !account.data.is_empty());
        account
            .map(|account| self.read(what, address, &account))
            .transpose()
    }

    /// An account of the program that must exist; `what` names it in errors.
    ///
    /// # Errors
    /// When the RPC cannot be asked, or the account is missing or not what it should be.
    pub async fn fetch<T: AccountLayout>(&self, what: &str, address: &Pubkey) -> Result<T, Error> {
        let found = self.find(what, address).await?;
        found.ok_or_else(|| Error::Missing {
            what: what.to_owned(),
            address: *address,
            url: self.url.to_string(),
        })
    }

    /// Reads an account of the program after checking its owner.
    ///
    /// # Errors
    /// When the account is not what it should be.
    pub fn read<T: AccountLayout>(
        &self,
        what: &str,
        address: &Pubkey,
        account: &Account,
    ) -> Result<T, Error> {
        if account.owner != self.program() {
            return Err(Error::WrongOwner {
                what: what.to_owned(),
                address: *address,
                owner: account.owner,
                program: self.program(),
            });
        }
        layout::decode(&account.data).map_err(|source| Error::Decode {
            what: what.to_owned(),
            address: *address,
            source,
        })
    }

    /// The network.
    ///
    /// # Errors
    /// When the RPC cannot be asked or there is none.
    pub async fn network(&self) -> Result<Network, Error> {
        self.fetch(
            "network (`sheaf network init` creates it)",
            &self.addresses.network(),
        )
        .await
    }

    /// The pool at an address.
    ///
    /// # Errors
    /// When the RPC cannot be asked or there is none.
    pub async fn pool(&self, address: &Pubkey) -> Result<Pool, Error> {
        self.fetch("pool", address).await
    }

    /// Job `number` of a pool.
    ///
    /// # Errors
    /// When the RPC cannot be asked or there is none.
    pub async fn job(&self, pool: &Pubkey, number: u64) -> Result<Job, Error> {
        self.fetch(
            &format!("job {number} of pool {pool}"),
            &self.addresses.job(pool, number),
        )
        .await
    }

    /// A validator by its wallet.
    ///
    /// # Errors
    /// When the RPC cannot be asked or there is none.
    pub async fn validator(&self, authority: &Pubkey) -> Result<Validator, Error> {
        self.fetch(
            &format!("validator {authority}"),
            &self.addresses.validator(authority),
        )
        .await
    }

    /// Round `number` of a pool, if it was opened.
    ///
    /// # Errors
    /// When the RPC cannot be asked.
    pub async fn round(&self, pool: &Pubkey, number: u64) -> Result<Option<Round>, Error> {
        self.find(
            &format!("round {number}"),
            &self.addresses.round(pool, number),
        )
        .await
    }

    /// A job's batch in a round, if it was posted.
    ///
    /// # Errors
    /// When the RPC cannot be asked.
    pub async fn batch(&self, job: &Pubkey, round: u64) -> Result<Option<Batch>, Error> {
        self.find(
            &format!("batch of job {job} in round {round}"),
            &self.addresses.batch(job, round),
        )
        .await
    }

    /// A ledger page, if it was opened.
    ///
    /// # Errors
    /// When the RPC cannot be asked.
    pub async fn page(&self, pool: &Pubkey, page: u32) -> Result<Option<LedgerPage>, Error> {
        self.find(&format!("page {page}"), &self.addresses.page(pool, page))
            .await
    }

    /// A mint.
    ///
    /// # Errors
    /// When the RPC cannot be asked, or there is no mint at the address.
    pub async fn mint(&self, address: &Pubkey) -> Result<Mint, Error> {
        let account = self.account(address).await?;
        account
            .ok_or_else(|| "there is no such account".to_owned())
            .and_then(|account| Mint::read(address, &account))
            .map_err(|reason| Error::NotAMint {
                address: *address,
                url: self.url.to_string(),
                reason,
            })
    }

    /// A token account, if it exists.
    ///
    /// # Errors
    /// When the RPC cannot be asked.
    pub async fn token_account(&self, address: &Pubkey) -> Result<Option<TokenAccount>, Error> {
        let account = self.account(address).await?;
        Ok(account.as_ref().and_then(TokenAccount::read))
    }
}

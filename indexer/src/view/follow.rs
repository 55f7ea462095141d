//! Reads the view again and again. Jobs, batches and validators are read only when a number of
//! events shows that something changed: every change of theirs emits one.

use super::View;
use crate::place::Place;
use anyhow::{Context as _, ensure};
use sheaf_client::{
    address::{CLOCK, SYSTEM_PROGRAM},
    layout::{AccountLayout, Batch, Job, Network, Pool, Round, Validator},
    token::TokenAccount,
};
use solana_sdk::{account::Account, pubkey::Pubkey};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::sync::{Notify, watch};

/// How often the chain is looked at, unless woken.
const POLL: Duration = Duration::from_millis(300);
/// Shortest pause between two looks.
const SHORTEST_PAUSE: Duration = Duration::from_millis(80);
/// Longest pause between tries while the RPC does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The newest view, for all who need it.
pub type Watch = watch::Receiver<Arc<View>>;

/// The accounts that every look reads.
struct Core {
    slot: u64,
    unix_time: i64,
    network: Network,
    pool: Pool,
    held: u64,
    round: Option<Round>,
}

/// The first view.
///
/// # Errors
/// When the RPC does not answer, or accounts are missing.
pub async fn first(place: &Place) -> anyhow::Result<View> {
    let pool = place.chain.pool(&place.pool).await?;
    complete(place, core(place, pool.round).await?, None).await
}

/// Keeps telling the newest view. Ends when nobody listens.
pub async fn follow(place: Place, wake: Arc<Notify>, tell: watch::Sender<Arc<View>>) {
    let mut pause = POLL;
    loop {
        let woken = tokio::time::timeout(pause, wake.notified()).await.is_ok();
        if woken {
            tokio::time::sleep(SHORTEST_PAUSE).await;
        }
        let before = Arc::clone(&tell.borrow());
        match next(&place, &before).await {
            Ok(view) => {
                if pause != POLL {
                    tracing::info!("the RPC answers again");
                    pause = POLL;
                }
                // A node that lags behind must not turn time back.
                if view.slot >= before.slot && tell.send(Arc::new(view)).is_err() {
                    return;
                }
            }
            Err(error) => {
                if pause == POLL {
                    tracing::warn!("cannot look at the chain: {error:#}; trying again");
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
        if tell.is_closed() {
            return;
        }
    }
}

async fn next(place: &Place, before: &View) -> anyhow::Result<View> {
    let mut core = core(place, before.pool.round).await?;
    if core.pool.round != before.pool.round {
        // The account read is that of the round before.
        let number = core.pool.round;
        let address = place.chain.addresses().round(&place.pool, number);
        let found = existing(place, "round", core.slot, vec![((), address)]).await?;
        core.round = found.into_iter().next().map(|(_, _, round)| round);
    }
    complete(place, core, Some(before)).await
}

/// Adds jobs, batches and validators: those of `before` where no event shows a change.
async fn complete(place: &Place, core: Core, before: Option<&View>) -> anyhow::Result<View> {
    let same_pool = before.filter(|before| before.pool.sequence == core.pool.sequence);
    let (jobs, batches) = match same_pool {
        Some(before) => (before.jobs.clone(), before.batches.clone()),
        None => {
            let jobs = jobs(place, &core).await?;
            let batches = batches(place, &core, &jobs).await?;
            (jobs, batches)
        }
    };
    let same_network = before.filter(|before| before.network.sequence == core.network.sequence);
    let validators = match same_network {
        Some(before) => before.validators.clone(),
        None => validators(place, &core).await?,
    };
    Ok(View {
        slot: core.slot,
        unix_time: core.unix_time,
        network: core.network,
        validators,
        pool: core.pool,
        held: core.held,
        jobs,
        round: core.round,
        batches,
    })
}

/// One call for what changes all the time, so that it is of one slot.
async fn core(place: &Place, round: u64) -> anyhow::Result<Core> {
    let addresses = place.chain.addresses();
    let (network, round) = (addresses.network(), addresses.round(&place.pool, round));
    let vault = addresses.vault(&place.pool);
    let asked = [CLOCK, network, place.pool, vault, round];
    let (slot, found) = place.chain.accounts_with_slot(&asked).await?;
    let mut found = found.into_iter();
    let mut next = || found.next().flatten();
    let clock = next().context("the RPC has no clock account")?;
    Ok(Core {
        slot,
        unix_time: unix_time(&clock)?,
        network: needed(place, "network", &network, next())?,
        pool: needed(place, "pool", &place.pool, next())?,
        held: next()
            .and_then(|account| TokenAccount::read(&account))
            .with_context(|| format!("there is no vault at {vault}"))?
            .amount,
        round: optional(place, "round", &round, next())?,
    })
}

/// The unix time that the clock account says: it ends with it.
///
/// # Errors
/// When the account is no clock.
pub fn unix_time(clock: &Account) -> anyhow::Result<i64> {
    let bytes = clock.data.last_chunk::<8>();
    Ok(i64::from_le_bytes(
        *bytes.context("the clock account is too short")?,
    ))
}

/// An account of the program, if it is there.
pub fn optional<T: AccountLayout>(
    place: &Place,
    what: &str,
    address: &Pubkey,
    account: Option<Account>,
) -> anyhow::Result<Option<T>> {
    // Lamports that somebody sent in advance, or what is left of a closed account, is none of ours.
    let ours = account.filter(|account| account.owner != SYSTEM_PROGRAM);
    Ok(ours
        .map(|account| place.chain.read(what, address, &account))
        .transpose()?)
}

fn needed<T: AccountLayout>(
    place: &Place,
    what: &str,
    address: &Pubkey,
    account: Option<Account>,
) -> anyhow::Result<T> {
    optional(place, what, address, account)?
        .with_context(|| format!("there is no {what} at {address}"))
}

/// Reads the accounts that exist of those at `addresses`, each with its key, as they are in slot
/// `since` or later: what an older answer says would be kept until the next event.
async fn existing<K, T: AccountLayout>(
    place: &Place,
    what: &str,
    since: u64,
    addresses: Vec<(K, Pubkey)>,
) -> anyhow::Result<Vec<(K, Pubkey, T)>> {
    let asked: Vec<Pubkey> = addresses.iter().map(|(_, address)| *address).collect();
    let (slot, found) = place.chain.accounts_with_slot(&asked).await?;
    ensure!(
        slot >= since,
        "the RPC's answer about a {what} is of slot {slot}, older than {since}"
    );
    let mut read = Vec::with_capacity(found.len());
    for ((key, address), account) in addresses.into_iter().zip(found) {
        if let Some(account) = optional(place, what, &address, account)? {
            read.push((key, address, account));
        }
    }
    Ok(read)
}

type Jobs = BTreeMap<u64, ([u8; 32], Job)>;

async fn jobs(place: &Place, core: &Core) -> anyhow::Result<Jobs> {
    let addresses = (0..core.pool.next_job).map(|number| (number, place.job(number)));
    let found = existing::<_, Job>(place, "job", core.slot, addresses.collect()).await?;
    Ok(found
        .into_iter()
        .map(|(number, address, job)| (number, (address.to_bytes(), job)))
        .collect())
}

async fn batches(place: &Place, core: &Core, jobs: &Jobs) -> anyhow::Result<BTreeMap<u64, Batch>> {
    let addresses = jobs.iter().map(|(number, (address, _))| {
        let job = Pubkey::new_from_array(*address);
        (
            *number,
            place.chain.addresses().batch(&job, core.pool.round),
        )
    });
    let found = existing::<_, Batch>(place, "batch", core.slot, addresses.collect()).await?;
    Ok(found
        .into_iter()
        .map(|(number, _, batch)| (number, batch))
        .collect())
}

async fn validators(place: &Place, core: &Core) -> anyhow::Result<Vec<Validator>> {
    let addresses = core.network.active_validators().map(|entry| {
        let authority = Pubkey::new_from_array(entry.authority);
        ((), place.chain.addresses().validator(&authority))
    });
    let found =
        existing::<_, Validator>(place, "validator", core.slot, addresses.collect()).await?;
    Ok(found
        .into_iter()
        .map(|(_, _, validator)| validator)
        .collect())
}

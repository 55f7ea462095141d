//! Rounds that ended: what they were is kept, so that lists do not ask the chain for each again, and
//! nothing is lost when accounts are closed.
//!
//! A round is kept once nothing about it can change: it is final or void at `finalized`, and its
//! batches are settled or released.

use super::{
    error::ApiError,
    rounds::{show_account, show_batch},
};
use crate::app::App;
use sheaf_client::{
    Chain,
    layout::{Batch, Round},
};
use sheaf_format::stage::{BatchState, RoundState};
use sheaf_protocol::api::{RoundStage, RoundView};
use solana_commitment_config::CommitmentConfig;
use solana_sdk::pubkey::Pubkey;
use std::{collections::BTreeMap, time::Duration};

/// Rounds asked for at once.
const CHUNK: u64 = 50;
/// Pause between two looks for rounds that ended.
const PAUSE: Duration = Duration::from_secs(2);
/// Longest pause between tries while the chain or the database does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A round as the chain has it.
struct Found {
    view: RoundView,
    /// Whether nothing about it will change.
    settled: bool,
}

/// How a round ended whose account does not tell.
pub async fn stage(app: &App, number: u64) -> Result<RoundStage, ApiError> {
    Ok(if app.store.is_final(number).await? {
        RoundStage::Final
    } else {
        RoundStage::Void
    })
}

/// The ended rounds from `first` to `last`, ascending: kept ones, and the rest from the chain, all of
/// them with two calls.
pub async fn find(app: &App, first: u64, last: u64) -> Result<Vec<RoundView>, ApiError> {
    if first > last {
        return Ok(Vec::new());
    }
    let kept = app.store.ended_rounds(first, last).await?;
    let mut rounds: BTreeMap<u64, RoundView> = kept
        .into_iter()
        .map(|round| (round.number, round))
        .collect();
    let missing: Vec<u64> = (first..=last)
        .filter(|number| !rounds.contains_key(number))
        .collect();
    if !missing.is_empty() {
        for found in read(app, &app.place.chain, &missing).await? {
            rounds.insert(found.view.number, found.view);
        }
    }
    Ok(rounds.into_values().collect())
}

/// Reads ended rounds.
async fn read(app: &App, chain: &Chain, numbers: &[u64]) -> Result<Vec<Found>, ApiError> {
    let pool = &app.place.pool;
    let addresses: Vec<Pubkey> = numbers
        .iter()
        .map(|number| chain.addresses().round(pool, *number))
        .collect();
    let everything_acted_upon = app.progress.borrow().frontier >= app.view().pool.sequence;
    let accounts = chain.find_all::<Round>("round", &addresses).await?;
    let mut asked = Vec::new();
    for number in numbers {
        for frozen in app.store.frozen(*number).await? {
            asked.push((*number, frozen.job));
        }
    }
    let addresses: Vec<Pubkey> = asked
        .iter()
        .map(|(number, job)| chain.addresses().batch(&app.place.job(*job), *number))
        .collect();
    let found = chain.find_all::<Batch>("batch", &addresses).await?;
    let mut batches: BTreeMap<u64, Vec<(u64, Batch)>> = BTreeMap::new();
    for ((number, job), batch) in asked.into_iter().zip(found) {
        if let Some(batch) = batch {
            batches.entry(number).or_default().push((job, batch));
        }
    }
    let mut rounds = Vec::with_capacity(numbers.len());
    for (number, account) in numbers.iter().zip(accounts) {
        let batches = batches.remove(number).unwrap_or_default();
        let ending = account.as_ref().and_then(ending);
        let is_over = match &account {
            Some(_) => ending.is_some(),
            None => everything_acted_upon,
        };
        rounds.push(Found {
            settled: is_over && all_settled(batches.iter().map(|(_, batch)| batch)),
            view: RoundView {
                number: *number,
                stage: match ending {
                    Some(stage) => stage,
                    None => stage(app, *number).await?,
                },
                account: account.as_ref().map(|account| show_account(app, account)),
                batches: batches
                    .iter()
                    .map(|(job, batch)| show_batch(app, *job, batch))
                    .collect(),
                outcome: None,
            },
        });
    }
    Ok(rounds)
}

/// Whether no batch waits for settlement or its release any more.
fn all_settled<'a>(mut batches: impl Iterator<Item = &'a Batch>) -> bool {
    batches.all(|batch| {
        matches!(
            BatchState::from_byte(batch.state),
            Some(BatchState::Settled | BatchState::Released)
        )
    })
}

/// How a round ended, if its account says that it did.
fn ending(round: &Round) -> Option<RoundStage> {
    match RoundState::from_byte(round.state) {
        Some(RoundState::Final) => Some(RoundStage::Final),
        Some(RoundState::Void) => Some(RoundStage::Void),
        Some(RoundState::Voting | RoundState::Pending) | None => None,
    }
}

/// Keeps rounds as they end, for ever. Ends when views do.
pub async fn keep(app: App) {
    let mut views = app.view.clone();
    let (mut looked_at, mut pause) = (None, PAUSE);
    loop {
        let view = app.view();
        // Whatever changes a round or a batch is an event.
        let moment = (view.pool.sequence, app.progress.borrow().frontier);
        if looked_at != Some(moment) {
            let newest = view.pool.round;
            let last = if view.has_ended(newest) {
                newest
            } else {
                newest.saturating_sub(1)
            };
            match keep_up_to(&app, last).await {
                Ok(()) => (looked_at, pause) = (Some(moment), PAUSE),
                // It was logged where it happened.
                Err(_) => pause = (pause * 2).min(LONGEST_PAUSE),
            }
        }
        tokio::time::sleep(pause).await;
        if views.changed().await.is_err() {
            return;
        }
    }
}

async fn keep_up_to(app: &App, last: u64) -> Result<(), ApiError> {
    let chain = app.place.chain.at(CommitmentConfig::finalized());
    let mut from = 1;
    while let Some(first) = app.store.first_round_not_kept(from, last).await? {
        let end = first.saturating_add(CHUNK - 1).min(last);
        let kept = app.store.ended_rounds(first, end).await?;
        let missing: Vec<u64> = (first..=end)
            .filter(|number| kept.iter().all(|round| round.number != *number))
            .collect();
        for found in read(app, &chain, &missing).await? {
            if found.settled {
                app.store.put_ended_round(&found.view).await?;
            }
        }
        from = end.saturating_add(1);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    #[test]
    fn only_a_final_or_void_round_has_ended() {
        let ended = |state: RoundState| {
            ending(&Round {
                state: state as u8,
                ..Round::zeroed()
            })
        };
        assert_eq!(ended(RoundState::Voting), None);
        assert_eq!(ended(RoundState::Pending), None);
        assert_eq!(ended(RoundState::Final), Some(RoundStage::Final));
        assert_eq!(ended(RoundState::Void), Some(RoundStage::Void));
    }

    #[test]
    fn a_round_is_not_kept_while_one_of_its_batches_can_change() {
        let batch = |state: BatchState| Batch {
            state: state as u8,
            ..Batch::zeroed()
        };
        let (posted, settled, released) = (
            batch(BatchState::Posted),
            batch(BatchState::Settled),
            batch(BatchState::Released),
        );
        assert!(all_settled([].into_iter()));
        assert!(all_settled([&settled, &released].into_iter()));
        assert!(!all_settled([&settled, &posted].into_iter()));
    }
}

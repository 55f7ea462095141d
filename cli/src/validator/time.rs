//! How long a validator may look and judge, by the chain's slots: what is not committed in time
//! counts for nothing.

use super::voter::Voter;
use sheaf_client::layout::{Pool, Round};
use sheaf_format::stage::PoolStage;
use std::time::Duration;

/// How often the chain is asked.
const POLL: Duration = Duration::from_millis(300);
/// Most slots that are kept for the commitment itself: twice as long as a transaction can land, so
/// that one which nobody took can be signed anew.
const MOST_SLOTS_TO_COMMIT: u64 = 300;

/// Slot in which judging stops. The rest of the time for commitments, a quarter of it or as much as
/// a commitment can need, is for sending it.
pub fn judging_until(round: &Round) -> u64 {
    let window = round.commit_until_slot.saturating_sub(round.opened_slot);
    let kept = (window / 4).min(MOST_SLOTS_TO_COMMIT);
    round.commit_until_slot.saturating_sub(kept)
}

/// Waits for a slot.
pub async fn reached(voter: &Voter, slot: u64) {
    loop {
        match voter.chain.slot().await {
            Ok(now) if now >= slot => return,
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "waiting for slot {slot}"),
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Waits until a round takes commitments or is over.
pub async fn opened(voter: &Voter, round: u64) {
    loop {
        match voter.pool_account().await {
            Ok(pool) if is_past_intake(&pool, round) => return,
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "waiting for round {round} to open"),
        }
        tokio::time::sleep(POLL).await;
    }
}

fn is_past_intake(pool: &Pool, round: u64) -> bool {
    let stage = PoolStage::from_byte(pool.round_stage);
    pool.round != round || !matches!(stage, Some(PoolStage::Intake | PoolStage::Closed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    fn round(opened_slot: u64, commit_until_slot: u64) -> Round {
        Round {
            opened_slot,
            commit_until_slot,
            ..Round::zeroed()
        }
    }

    #[test]
    fn judging_leaves_time_to_commit() {
        assert_eq!(judging_until(&round(100, 180)), 160);
        assert_eq!(judging_until(&round(100, 110)), 108);
        assert_eq!(judging_until(&round(1_000, 19_000)), 18_700);
    }

    #[test]
    fn working_ahead_ends_when_the_round_opens_or_is_over() {
        let pool = |round, stage: PoolStage| Pool {
            round,
            round_stage: stage as u8,
            ..Pool::zeroed()
        };
        assert!(!is_past_intake(&pool(3, PoolStage::Intake), 3));
        assert!(!is_past_intake(&pool(3, PoolStage::Closed), 3));
        assert!(is_past_intake(&pool(3, PoolStage::Open), 3));
        assert!(is_past_intake(&pool(3, PoolStage::Idle), 3));
        assert!(is_past_intake(&pool(4, PoolStage::Intake), 3));
    }
}

//! What a round is doing, in one line.

use sheaf_protocol::api::{RoundStage, RoundView, Status};

/// Where the pool stands. `round` is the live round, `intake_slots` the network's length of intake.
pub fn line(status: &Status, round: Option<&RoundView>, intake_slots: u64) -> String {
    let Some(live) = status.live else {
        return format!(
            "round {}: nodes fetch, encrypt and hand in",
            status.intake_round
        );
    };
    let what = match live.stage {
        RoundStage::Intake => "intake: batches are posted",
        RoundStage::Closed => "intake is closed; a slot's hash will seed the assignment",
        RoundStage::Commit => "validators fetch for themselves, score and commit",
        RoundStage::Reveal => "validators reveal their scores",
        RoundStage::Attest => "validators attest to the result they computed",
        RoundStage::Unresolved => "attestation is over without a quorum",
        RoundStage::Window => "the result is pending; anyone may recompute it",
        RoundStage::Settle => "debits are settled",
        RoundStage::Final => "final: the new root is active",
        RoundStage::Void => "void: nothing is paid",
    };
    let left = round
        .and_then(|round| end_of(live.stage, round, intake_slots))
        .map(|end| end.saturating_sub(status.slot));
    match left {
        Some(slots) => format!("round {}: {what} ({slots} slots left)", live.round),
        None => format!("round {}: {what}", live.round),
    }
}

/// The slot in which a stage ends, where that is known.
fn end_of(stage: RoundStage, round: &RoundView, intake_slots: u64) -> Option<u64> {
    if stage == RoundStage::Intake {
        let first = round.batches.iter().map(|batch| batch.posted_slot).min()?;
        return Some(first + intake_slots);
    }
    let account = round.account.as_ref()?;
    match stage {
        RoundStage::Commit => Some(account.commit_until_slot),
        RoundStage::Reveal => Some(account.reveal_until_slot),
        RoundStage::Attest => Some(account.attest_until_slot),
        RoundStage::Window => Some(account.window_until_slot),
        RoundStage::Settle => Some(account.deadline_slot),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_protocol::{
        api::{BatchView, LiveRound},
        text::{Amount, Base58Key, HexHash},
    };

    fn status(live: Option<LiveRound>) -> Status {
        let key = Base58Key([1; 32]);
        Status {
            genesis: key,
            program: key,
            pool: key,
            mint: key,
            decimals: 6,
            slot: 110,
            intake_round: 3,
            live,
            aggregator: key,
            last_indexed_slot: 100,
        }
    }

    fn in_intake() -> RoundView {
        let (key, hash) = (Base58Key([1; 32]), HexHash([2; 32]));
        RoundView {
            number: 2,
            stage: RoundStage::Intake,
            account: None,
            batches: vec![BatchView {
                job_number: 0,
                job: key,
                address: key,
                aggregator: key,
                contributions_root: hash,
                count: 1,
                units: 1,
                reserved: Amount(1),
                debited: Amount(0),
                posted_slot: 100,
                state: "posted".to_owned(),
            }],
            outcome: None,
        }
    }

    #[test]
    fn a_live_round_shows_stage_and_slots_left() {
        let live = LiveRound {
            round: 2,
            stage: RoundStage::Intake,
        };
        let line = line(&status(Some(live)), Some(&in_intake()), 40);
        assert_eq!(line, "round 2: intake: batches are posted (30 slots left)");
    }

    #[test]
    fn between_rounds_nodes_collect_for_the_next() {
        let line = line(&status(None), None, 40);
        assert_eq!(line, "round 3: nodes fetch, encrypt and hand in");
    }
}

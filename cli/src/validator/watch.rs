//! Watches the pool, and does each duty of its rounds when it is due.

use super::{duty::RoundWork, voter::Voter};
use sheaf_client::layout::Round;
use sheaf_format::stage::{PoolStage, RoundState, ballot};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

/// How often the pool is looked at.
const POLL: Duration = Duration::from_millis(300);
/// Pause before a duty that failed is tried again.
const PAUSE: Duration = Duration::from_millis(500);
/// Longest pause between tries while the chain does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A round's duties, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Duty {
    Commit,
    Reveal,
    Publish,
    Attest,
}

/// What is due now: by the round's slots and by what the chain says was done. `published` is what
/// this process knows; publishing twice does no harm.
fn due(round: &Round, ballot_bits: u8, slot: u64, published: bool) -> Vec<Duty> {
    let voting = RoundState::from_byte(round.state) == Some(RoundState::Voting);
    if !voting || slot >= round.attest_until_slot {
        return Vec::new();
    }
    let done = |bit: u8| ballot_bits & bit != 0;
    let committing = slot < round.commit_until_slot;
    let attesting = slot >= round.reveal_until_slot;
    let wanted = [
        (Duty::Commit, committing && !done(ballot::COMMITTED)),
        (
            Duty::Reveal,
            !committing && !attesting && done(ballot::COMMITTED) && !done(ballot::REVEALED),
        ),
        (Duty::Publish, done(ballot::REVEALED) && !published),
        (Duty::Attest, attesting && !done(ballot::ATTESTED)),
    ];
    wanted
        .into_iter()
        .filter_map(|(duty, wanted)| wanted.then_some(duty))
        .collect()
}

/// How a round ended, with the duties this validator missed in it.
fn ending(round: &Round, ballot_bits: u8) -> String {
    let end = match RoundState::from_byte(round.state) {
        Some(RoundState::Final) => "it is final",
        Some(RoundState::Void) => "it is void, nothing was paid",
        _ => "it ended",
    };
    let duties = [
        (ballot::COMMITTED, "commit"),
        (ballot::REVEALED, "reveal"),
        (ballot::ATTESTED, "attest"),
    ];
    let missed: Vec<&str> = duties
        .into_iter()
        .filter(|(bit, _)| ballot_bits & bit == 0)
        .map(|(_, name)| name)
        .collect();
    if missed.is_empty() {
        end.to_owned()
    } else {
        format!("{end}; this validator did not {}", missed.join(", "))
    }
}

/// The live round and how this validator fares in it.
struct Progress {
    work: RoundWork,
    published: bool,
    /// The last failure of each duty, and how often it came.
    failures: BTreeMap<&'static str, (String, u32)>,
    /// Do nothing before.
    rest_until: Instant,
    ended: bool,
}

impl Progress {
    fn new(voter: &Voter, round: u64) -> anyhow::Result<Self> {
        Ok(Self {
            work: RoundWork::resume(voter, round)?,
            published: false,
            failures: BTreeMap::new(),
            rest_until: Instant::now(),
            ended: false,
        })
    }

    /// Rests after a failure. It is told when it comes a second time, and then once: data of others
    /// is often a moment late.
    fn failed(&mut self, what: &'static str, error: &anyhow::Error) {
        let message = format!("{error:#}");
        let (known, times) = self.failures.entry(what).or_default();
        if *known != message {
            (*known, *times) = (message, 0);
        }
        *times += 1;
        if *times == 2 {
            eprintln!("round {}: {what}: {known}; trying again", self.work.number);
        }
        self.rest_until = Instant::now() + PAUSE;
    }

    fn say(&self, line: &str) {
        println!("round {}: {line}", self.work.number);
    }

    /// Tells how the round ended, once.
    async fn conclude(&mut self, voter: &Voter) -> anyhow::Result<()> {
        if !self.ended
            && let Some(round) = voter.chain.round(&voter.pool, self.work.number).await?
        {
            self.ended = true;
            let bits = voter.ballot(&round).map_or(0, |ballot| ballot.ballot);
            self.say(&ending(&round, bits));
        }
        Ok(())
    }
}

/// Does the validator's duties for ever.
pub async fn watch(voter: Arc<Voter>) {
    let mut progress: Option<Progress> = None;
    let mut pause = POLL;
    loop {
        tokio::time::sleep(pause).await;
        match tick(&voter, &mut progress).await {
            Ok(()) => pause = POLL,
            Err(error) => {
                if pause == POLL {
                    eprintln!("{error:#}; trying again");
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

/// One look at the pool, and the duties due.
async fn tick(voter: &Arc<Voter>, progress: &mut Option<Progress>) -> anyhow::Result<()> {
    let pool = voter.pool_account().await?;
    let stage = PoolStage::from_byte(pool.round_stage);
    let live = pool.round != 0 && !matches!(stage, None | Some(PoolStage::Idle));
    if let Some(before) = progress
        && (!live || before.work.number != pool.round)
    {
        before.conclude(voter).await?;
    }
    if !live {
        return Ok(());
    }
    let progress = match progress {
        Some(known) if known.work.number == pool.round => known,
        _ => progress.insert(Progress::new(voter, pool.round)?),
    };
    if progress.ended || Instant::now() < progress.rest_until {
        return Ok(());
    }
    let slot = voter.chain.slot().await?;
    if stage != Some(PoolStage::Open) {
        if progress.work.jobs.len() < pool.round_batch_count as usize
            && let Err(error) = progress.work.prepare(voter, slot).await
        {
            tracing::debug!(%error, "working ahead");
            progress.rest_until = Instant::now() + PAUSE;
        }
        return Ok(());
    }
    let Some(round) = voter.chain.round(&voter.pool, pool.round).await? else {
        return Ok(());
    };
    let Some(ballot) = voter.ballot(&round) else {
        progress.ended = true;
        progress.say("this validator has no stake in it");
        return Ok(());
    };
    for duty in due(&round, ballot.ballot, slot, progress.published) {
        perform(voter, progress, &round, duty, slot).await;
    }
    Ok(())
}

async fn perform(
    voter: &Arc<Voter>,
    progress: &mut Progress,
    round: &Round,
    duty: Duty,
    slot: u64,
) {
    let (what, outcome) = match duty {
        Duty::Commit => ("commit", progress.work.commit(voter, round, slot).await),
        Duty::Reveal => ("reveal", progress.work.reveal(voter, round).await),
        Duty::Publish => ("publish scores", progress.work.publish(voter).await),
        Duty::Attest => ("attest", progress.work.attest(voter, round).await),
    };
    match outcome {
        Ok(line) => {
            progress.published |= duty == Duty::Publish;
            progress.say(&line);
        }
        Err(error) => progress.failed(what, &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_client::layout::{AccountLayout, decode};
    use sheaf_format::digest::account_discriminator;

    const COMMITTED: u8 = ballot::COMMITTED;
    const REVEALED: u8 = ballot::COMMITTED | ballot::REVEALED;
    const ATTESTED: u8 = REVEALED | ballot::ATTESTED;

    fn empty() -> Round {
        let mut data = vec![0; Round::LENGTH];
        data[..8].copy_from_slice(&account_discriminator(Round::NAME));
        decode(&data).expect("a round of zeros")
    }

    fn round() -> Round {
        Round {
            opened_slot: 100,
            commit_until_slot: 180,
            reveal_until_slot: 240,
            attest_until_slot: 300,
            ..empty()
        }
    }

    #[test]
    fn duties_follow_the_slots() {
        let cases = [
            (0, 100, vec![Duty::Commit]),
            (0, 179, vec![Duty::Commit]),
            (COMMITTED, 179, vec![]),
            (COMMITTED, 180, vec![Duty::Reveal]),
            (0, 180, vec![]),
            (COMMITTED, 239, vec![Duty::Reveal]),
            (REVEALED, 239, vec![Duty::Publish]),
            (COMMITTED, 240, vec![Duty::Attest]),
            (0, 240, vec![Duty::Attest]),
            (REVEALED, 240, vec![Duty::Publish, Duty::Attest]),
            (ATTESTED, 250, vec![Duty::Publish]),
            (REVEALED, 300, vec![]),
        ];
        for (bits, slot, expected) in cases {
            assert_eq!(
                due(&round(), bits, slot, false),
                expected,
                "{bits} at {slot}"
            );
        }
        assert_eq!(due(&round(), REVEALED, 240, true), [Duty::Attest]);
        assert_eq!(due(&round(), ATTESTED, 240, true), []);
    }

    #[test]
    fn a_round_that_is_decided_needs_nothing_more() {
        for state in [RoundState::Pending, RoundState::Final, RoundState::Void] {
            let round = Round {
                state: state as u8,
                ..round()
            };
            assert_eq!(due(&round, REVEALED, 250, false), []);
        }
    }

    #[test]
    fn missed_duties_are_named_at_the_end() {
        let ended = Round {
            state: RoundState::Final as u8,
            ..round()
        };
        assert_eq!(ending(&ended, ATTESTED), "it is final");
        assert_eq!(
            ending(&ended, COMMITTED),
            "it is final; this validator did not reveal, attest"
        );
    }
}

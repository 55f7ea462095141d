//! Challenges and frauds.

use super::{Outcome, Run, pick};
use crate::model::{state::Leaves, step::Step};
use sheaf_client::{
    instruction::{self, ChallengeAccounts},
    layout::*,
};
use sheaf_format::stage::TreeSide;
use solana_sdk::signer::Signer;

impl Run {
    pub(super) fn challenged(&self, number: u8) -> Option<(u64, u32, usize)> {
        let rounds = self.model.rounds.iter();
        let open = rounds.flat_map(|(number, round)| {
            let challenges = round.challenges.iter();
            challenges.map(|(index, (who, _))| (*number, *index, *who))
        });
        pick(open, number)
    }

    pub(super) fn quarrel(&mut self, step: Step) -> Outcome {
        let (at, pool) = (self.world.build.at, self.world.build.pool);
        match step {
            Step::Challenge(index, second) => {
                let (index, who) = (u32::from(index % 16), usize::from(second));
                let challenger = self.watchers[who].insecure_clone();
                let arguments = OpenChallengeArguments { index };
                let round = self.model.round;
                let open = instruction::open_challenge(
                    &at,
                    &challenger.pubkey(),
                    &pool,
                    round,
                    &arguments,
                );
                let accepted = self.model.challenge(index, who);
                self.send("open_challenge", open, &[&challenger], accepted)
            }
            Step::Answer(..) | Step::VoidUnanswered(_) | Step::CloseChallenge(_) => {
                self.end_challenge(step)
            }
            Step::Prove(round, index) => {
                let Some(number) = self.some_round(round) else {
                    return Ok(());
                };
                self.prove(number, u32::from(index % 16))
            }
            Step::ProvePage(round) => {
                let Some(number) = self.some_round(round) else {
                    return Ok(());
                };
                self.cache(number, TreeSide::Base)?;
                self.cache(number, TreeSide::Pending)?;
                let prover = self.watchers[0].insecure_clone();
                let prove = instruction::prove_page_fraud(&at, &prover.pubkey(), &pool, number);
                // Totals only grow, and one page holds all: its sum never shrinks.
                self.send("prove_page_fraud", prove, &[&prover], false)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn prove(&mut self, number: u64, index: u32) -> Outcome {
        self.cache(number, TreeSide::Base)?;
        self.cache(number, TreeSide::Pending)?;
        let [base, pending] = self.both(number);
        let (at, pool) = (self.world.build.at, self.world.build.pool);
        let prover = self.watchers[0].insecure_clone();
        let arguments = self.world.fraud_arguments(&base, &pending, index);
        let prove = instruction::prove_fraud(&at, &prover.pubkey(), &pool, number, &arguments);
        let accepted = self.model.prove(number, index);
        self.send("prove_fraud", prove, &[&prover], accepted)
    }

    /// Leaves of a round's base and of what became pending, or else of its honest plan.
    pub(super) fn both(&self, number: u64) -> [Leaves; 2] {
        let round = &self.model.rounds[&number];
        let outcome = round.pending.unwrap_or(0);
        [round.base.clone(), round.outcomes[outcome].leaves.clone()]
    }

    pub(super) fn cache(&mut self, number: u64, side: TreeSide) -> Outcome {
        let [base, pending] = self.both(number);
        let tree = self.world.tree(match side {
            TreeSide::Base => &base,
            TreeSide::Pending => &pending,
        });
        let prover = self.watchers[0].insecure_clone();
        let cache = self
            .world
            .cache_instruction_in(number, &prover.pubkey(), side, &tree, 0);
        let accepted = self.model.can_accuse(number);
        if accepted {
            self.model.evidence.insert(number);
        }
        self.send("cache_evidence", cache, &[&prover], accepted)
    }

    pub(super) fn end_challenge(&mut self, step: Step) -> Outcome {
        let (Step::Answer(number, _) | Step::VoidUnanswered(number) | Step::CloseChallenge(number)) =
            step
        else {
            return Ok(());
        };
        let Some((round, index, who)) = self.challenged(number) else {
            return Ok(());
        };
        let at = self.world.build.at;
        let challenge = ChallengeAccounts {
            pool: self.world.build.pool,
            round,
            index,
            challenger: self.watchers[who].pubkey(),
        };
        match step {
            Step::Answer(_, honest) => {
                self.cache(round, TreeSide::Pending)?;
                // Not the challenger: an instruction takes no writable account twice.
                let answerer = self.watchers[1 - who].insecure_clone();
                let mut arguments = self.world.answer_arguments(&self.both(round)[1], index);
                arguments.cumulative += u64::from(!honest);
                let (key, prover) = (answerer.pubkey(), self.watchers[0].pubkey());
                let answer =
                    instruction::answer_challenge(&at, &key, &challenge, &prover, &arguments);
                let accepted = self.model.answer(round, index, honest);
                self.send("answer_challenge", answer, &[&answerer], accepted)
            }
            Step::VoidUnanswered(_) => {
                let void = instruction::void_unanswered(&at, &challenge);
                let accepted = self.model.void_unanswered(round, index);
                self.send("void_unanswered", void, &[], accepted)
            }
            _ => {
                let close = instruction::close_challenge(&at, &challenge);
                let accepted = self.model.close_challenge(round, index);
                self.send("close_challenge", close, &[], accepted)
            }
        }
    }
}

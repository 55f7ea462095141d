//! Steps of the live round: aggregators and validators, honest or not.

use super::{Outcome, Run, pick};
use crate::{
    model::{rounds::Opening, state::Stage, step::Step},
    world::World,
};
use sheaf_client::{instruction, layout::*};
use sheaf_format::{digest::attestation, limits::DATASET_NUMBER_BIT};
use solana_sdk::signer::Signer;

impl Run {
    pub(super) fn release(&mut self, payer: u64, round: u64) -> Outcome {
        let release = self.world.build.release(payer, round);
        let accepted = self.model.release(payer, round);
        self.send("release_batch", release, &[], accepted)
    }

    pub(super) fn post(&mut self, payer: u64, round: u64, again: bool, honest: bool) -> Outcome {
        let aggregator = self.aggregator(honest);
        let mut root = [payer as u8; 32];
        root[..8].copy_from_slice(&round.to_le_bytes());
        if again && let Some(job) = self.model.jobs.get(&payer) {
            root = job.last_paid_root;
        }
        let arguments = PostBatchArguments {
            contributions_root: root,
            ..self.world.batch_arguments(payer, round)
        };
        let (at, pool) = (self.world.build.at, self.world.build.pool);
        let (name, post) = if payer & DATASET_NUMBER_BIT != 0 {
            let job = payer & !DATASET_NUMBER_BIT;
            let signer = aggregator.pubkey();
            (
                "post_distribution",
                instruction::post_distribution(&at, &signer, &pool, job, &arguments),
            )
        } else {
            let post = self
                .world
                .build
                .post_batch(&aggregator.pubkey(), payer, &arguments);
            ("post_batch", post)
        };
        let accepted = self.model.post(payer, round, root, honest);
        self.send(name, post, &[&aggregator], accepted)
    }

    pub(super) fn open(&mut self, seed: u16, honest: bool) -> Outcome {
        let slot = self.model.slot;
        let hashes: Vec<u64> = (slot - 100..slot).rev().collect();
        self.world.set_slot_hashes(hashes.into_iter());
        let payer = self.aggregator(honest);
        let open = self
            .world
            .build
            .open_round(&payer.pubkey(), self.model.round);
        let opening = self.model.open_round(honest);
        self.send("open_round", open, &[&payer], opening != Opening::Refused)?;
        if opening == Opening::Opens {
            self.make_plans(seed);
        }
        Ok(())
    }

    pub(super) fn attest(&mut self, validator: usize, outcome: usize) -> Outcome {
        let round = self.model.round;
        let Some(plans) = self.plans.get(&round) else {
            return Ok(());
        };
        let hash = attestation(&self.world.scope(), &plans[outcome].result);
        let (voter, authority) = self.world.voter(validator);
        let attest = self
            .world
            .build
            .attest([&voter.pubkey(), &authority], round, &hash);
        let accepted = self.model.attest(validator, outcome);
        self.send("attest_result", attest, &[&voter], accepted)
    }

    pub(super) fn commit(&mut self, validator: usize, honest: bool) -> Outcome {
        let (voter, authority) = self.world.voter(validator);
        let voter = if honest { voter } else { self.stranger() };
        let keys = [&voter.pubkey(), &authority];
        let commitment = self.world.ballot(validator).0;
        let commit = self.world.build.commit(keys, self.model.round, &commitment);
        let accepted = self.model.commit(validator, honest);
        self.send("commit_scores", commit, &[&voter], accepted)
    }

    pub(super) fn reveal(&mut self, validator: usize, honest: bool) -> Outcome {
        let (voter, authority) = self.world.voter(validator);
        let mut arguments = self.world.ballot(validator).1;
        if !honest {
            arguments.scores_root[0] ^= 1;
        }
        let keys = [&voter.pubkey(), &authority];
        let reveal = self.world.build.reveal(keys, self.model.round, &arguments);
        let accepted = self.model.reveal(validator, honest);
        self.send("reveal_scores", reveal, &[&voter], accepted)
    }

    pub(super) fn tally(&mut self, outcome: usize) -> Outcome {
        let round = self.model.round;
        let Some(plans) = self.plans.get(&round) else {
            return Ok(());
        };
        let arguments = World::tally_arguments(&plans[outcome].result);
        let tally = self.world.build.tally(round, &arguments);
        let accepted = self.model.tally(outcome);
        self.send("tally_round", tally, &[], accepted)
    }

    /// Settles the next debits of the pending plan; a liar leaves the first one out.
    pub(super) fn settle(&mut self, count: usize, honest: bool) -> Outcome {
        let number = self.model.round;
        let Some(round) = self.model.rounds.get(&number) else {
            return Ok(());
        };
        let plan = self.plans[&number][round.pending.unwrap_or(0)].clone();
        let from = round.settled.min(plan.debits.len());
        let to = (from + count).min(plan.debits.len());
        let is_true = honest || from == to;
        let settle =
            self.world
                .settle_instruction(&plan, if is_true { from } else { from + 1 }, to);
        let accepted = is_true && self.model.settle(to - from);
        self.send("settle_round", settle, &[], accepted)
    }

    pub(super) fn finalise(&mut self) -> Outcome {
        let finalise = self.world.build.finalise(self.model.round);
        let accepted = self.model.finalise();
        if accepted {
            self.past.push(self.model.active.clone());
        }
        self.send("finalise_round", finalise, &[], accepted)
    }

    pub(super) fn void(&mut self) -> Outcome {
        let void = self.world.build.void(self.model.round);
        let accepted = self.model.void();
        self.send("void_round", void, &[], accepted)
    }

    pub(super) fn carry_on(&mut self, step: Step) -> Outcome {
        let (at, pool) = (self.world.build.at, self.world.build.pool);
        let people = self.world.validators.len();
        let validator = |number: u8| usize::from(number) % people;
        match step {
            Step::Post(payer, off, again, honest) => {
                let sets = self.model.datasets.keys();
                let payers =
                    (0..self.model.next_job).chain(sets.map(|set| set | DATASET_NUMBER_BIT));
                let Some(payer) = pick(payers, payer) else {
                    return Ok(());
                };
                let idle = u64::from(self.model.stage == Stage::Idle);
                let round = (self.model.round + idle).wrapping_add(match off {
                    0 => 1,
                    1 if self.model.round > 0 => u64::MAX,
                    _ => 0,
                });
                self.post(payer, round, again, honest)
            }
            Step::CloseIntake(honest) => {
                let caller = self.aggregator(honest);
                let close = self.world.build.close_intake(&caller.pubkey());
                let accepted = self.model.close_intake(honest);
                self.send("close_intake", close, &[&caller], accepted)
            }
            Step::Open(seed, honest) => self.open(seed, honest),
            Step::Commit(number, honest) => self.commit(validator(number), honest),
            Step::Reveal(number, honest) => self.reveal(validator(number), honest),
            Step::Attest(number, crooked) => self.attest(validator(number), crooked.into()),
            Step::Tally(crooked) => self.tally(crooked.into()),
            Step::Settle(count, honest) => self.settle(count.into(), honest),
            Step::Finalise => self.finalise(),
            Step::Void => self.void(),
            Step::Veto(honest) => {
                let guardian = self.guard(honest);
                let veto =
                    instruction::veto_round(&at, &guardian.pubkey(), &pool, self.model.round);
                let accepted = self.model.veto(honest);
                self.send("veto_round", veto, &[&guardian], accepted)
            }
            Step::Release(batch) => match pick(self.model.batches.keys().copied(), batch) {
                Some((payer, round)) => self.release(payer, round),
                None => Ok(()),
            },
            Step::CloseBatch(batch) => {
                let Some((payer, round)) = pick(self.model.batches.keys().copied(), batch) else {
                    return Ok(());
                };
                let aggregator = self.world.aggregator.pubkey();
                let close = instruction::close_batch(&at, &aggregator, &pool, payer, round);
                let accepted = self.model.close_batch(payer, round);
                self.send("close_batch", close, &[], accepted)
            }
            Step::CloseRound(round) => {
                let Some(number) = self.some_round(round) else {
                    return Ok(());
                };
                let payer = self.aggregator(self.model.rounds[&number].by_aggregator);
                let close = instruction::close_round(&at, &payer.pubkey(), &pool, number);
                let accepted = self.model.close_round(number);
                self.send("close_round", close, &[], accepted)
            }
            _ => Ok(()),
        }
    }
}

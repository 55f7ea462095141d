//! Steps of the admin, who may hand over, and small records that change no balance.

use super::{Outcome, Run, pick};
use crate::{model::step::Step, world::PARAMETERS};
use sheaf_client::{instruction, layout::*};
use solana_sdk::signer::Signer;

impl Run {
    pub(super) fn govern(&mut self, step: Step) -> Outcome {
        let (at, pool) = (self.world.build.at, self.world.build.pool);
        match step {
            Step::SetParameters(fees_bps, minimum_stake, who) => {
                let (by, admin) = self.governor(who);
                let minimum_stake = u64::from(minimum_stake);
                let arguments = SetParametersArguments {
                    treasury: self.world.treasury.to_bytes(),
                    parameters: NetworkParameters {
                        treasury_bps: fees_bps[0],
                        validators_bps: fees_bps[1],
                        minimum_stake,
                        ..PARAMETERS
                    },
                };
                let aggregators = [self.world.aggregator.pubkey()];
                let set =
                    instruction::set_parameters(&at, &admin.pubkey(), &arguments, &aggregators);
                let accepted = self.model.set_parameters(fees_bps, minimum_stake, by);
                self.send("set_parameters", set, &[&admin], accepted)
            }
            Step::ProposeAdmin(whom, who) => {
                let (by, admin) = self.governor(who);
                let (proposed, key) = self.governor(whom);
                let arguments = ProposeAdminArguments {
                    admin: key.pubkey().to_bytes(),
                };
                let propose = instruction::propose_admin(&at, &admin.pubkey(), &arguments);
                let accepted = self.model.propose_admin(proposed, by);
                self.send("propose_admin", propose, &[&admin], accepted)
            }
            Step::AcceptAdmin(who) => {
                let (by, admin) = self.governor(who);
                let accept = instruction::accept_admin(&at, &admin.pubkey());
                let accepted = self.model.accept_admin(by);
                self.send("accept_admin", accept, &[&admin], accepted)
            }
            Step::NameAggregator(job, is_listed, honest) => {
                let Some(job) = self.some_job(job) else {
                    return Ok(());
                };
                let requester = self.requester(honest);
                let aggregator = match is_listed {
                    true => self.world.aggregator.pubkey(),
                    false => self.stranger().pubkey(),
                };
                let arguments = SetJobAggregatorArguments {
                    aggregator: aggregator.to_bytes(),
                };
                let name = instruction::set_job_aggregator(
                    &at,
                    &requester.pubkey(),
                    &pool,
                    job,
                    &arguments,
                );
                let accepted = self.model.name_aggregator(job, is_listed, honest);
                self.send("set_job_aggregator", name, &[&requester], accepted)
            }
            Step::RecordUsage(set) => {
                let Some(job) = pick(self.model.datasets.keys().copied(), set) else {
                    return Ok(());
                };
                let consumer = self.stranger();
                let arguments = RecordUsageArguments {
                    usage_hash: [set; 32],
                };
                let record =
                    instruction::record_usage(&at, &consumer.pubkey(), &pool, job, &arguments);
                self.send("record_usage", record, &[&consumer], true)
            }
            Step::CloseEvidence(number) => {
                let round = pick(self.model.evidence.iter().copied(), number);
                let round = round.unwrap_or(self.model.round);
                let prover = self.watchers[0].insecure_clone();
                let close = instruction::close_evidence(&at, &prover.pubkey(), &pool, round);
                let accepted = self.model.evidence.remove(&round);
                self.send("close_evidence", close, &[&prover], accepted)
            }
            _ => Ok(()),
        }
    }

    /// One of those who may be the admin.
    fn governor(&self, number: u8) -> (usize, solana_sdk::signature::Keypair) {
        let at = usize::from(number) % self.governors.len();
        (at, self.governors[at].insecure_clone())
    }
}

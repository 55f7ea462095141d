//! Steps of requesters, consumers and datasets.

use super::{Outcome, Run, pick};
use crate::model::step::Step;
use sheaf_client::{instruction, layout::*};
use solana_sdk::signer::Signer;

impl Run {
    pub(super) fn move_money(&mut self, step: Step) -> Outcome {
        let (at, pool, accounts) = (
            self.world.build.at,
            self.world.build.pool,
            self.world.pool_accounts(),
        );
        match step {
            Step::CreateJob(amount, round_cap, seconds) => {
                let requester = self.requester(true);
                let arguments = CreateJobArguments {
                    round_cap: round_cap.into(),
                    deadline: self.model.unix_time + i64::from(seconds),
                    ..self.world.job_arguments(amount.into())
                };
                let number = self.model.next_job;
                let create = self
                    .world
                    .build
                    .create_job(&requester.pubkey(), number, &arguments);
                let accepted =
                    self.model
                        .create_job(amount.into(), round_cap.into(), arguments.deadline);
                self.send("create_job", create, &[&requester], accepted)
            }
            Step::Fund(job, amount) => {
                let Some(job) = self.some_job(job) else {
                    return Ok(());
                };
                let funder = self.stranger();
                let fund = self
                    .world
                    .build
                    .fund_job(&funder.pubkey(), job, amount.into());
                let accepted = self.model.fund_job(job, amount.into());
                self.send("fund_job", fund, &[&funder], accepted)
            }
            Step::Cancel(job, honest) => match self.some_job(job) {
                Some(job) => self.cancel(job, honest),
                None => Ok(()),
            },
            Step::Extend(job, by, honest) => {
                let Some(job) = self.some_job(job) else {
                    return Ok(());
                };
                let before = self.model.jobs.get(&job).map_or(0, |job| job.deadline);
                let deadline = before + i64::from(by);
                let requester = self.requester(honest);
                let arguments = ExtendJobArguments { deadline };
                let extend =
                    instruction::extend_job(&at, &requester.pubkey(), &pool, job, &arguments);
                let accepted = self.model.extend_job(job, deadline, honest);
                self.send("extend_job", extend, &[&requester], accepted)
            }
            Step::Refund(job, honest) => match self.some_job(job) {
                Some(job) => self.refund(job, honest),
                None => Ok(()),
            },
            Step::CloseJob(job) => {
                let Some(job) = self.some_job(job) else {
                    return Ok(());
                };
                let requester = self.world.requester.pubkey();
                let close = instruction::close_job(&at, &requester, &pool, job);
                let accepted = self.model.close_job(job);
                self.send("close_job", close, &[], accepted)
            }
            Step::Publish(job, price, honest) => {
                let Some(job) = self.some_job(job) else {
                    return Ok(());
                };
                let requester = self.requester(honest);
                let arguments = PublishDatasetArguments {
                    content_hash: [5; 32],
                    price: price.into(),
                };
                let publish =
                    instruction::publish_dataset(&at, &requester.pubkey(), &pool, job, &arguments);
                let accepted = self.model.publish_dataset(job, price.into(), honest);
                self.send("publish_dataset", publish, &[&requester], accepted)
            }
            Step::License(set, dear) => {
                let Some((job, price)) = pick(
                    self.model.datasets.iter().map(|(n, set)| (*n, set.price)),
                    set,
                ) else {
                    return Ok(());
                };
                let consumer = self.stranger();
                let maximum_price = price - u64::from(dear && price > 0);
                let arguments = LicenseDatasetArguments { maximum_price };
                let license = instruction::license_dataset(
                    &at,
                    &consumer.pubkey(),
                    &accounts,
                    job,
                    &arguments,
                );
                let accepted = self.model.license_dataset(job, maximum_price);
                self.send("license_dataset", license, &[&consumer], accepted)
            }
            Step::CloseDataset(set, honest) => {
                let Some(job) = pick(self.model.datasets.keys().copied(), set) else {
                    return Ok(());
                };
                let requester = self.requester(honest);
                let close = instruction::close_dataset(&at, &requester.pubkey(), &pool, job);
                let accepted = self.model.close_dataset(job, honest);
                self.send("close_dataset", close, &[&requester], accepted)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn cancel(&mut self, job: u64, honest: bool) -> Outcome {
        let requester = self.requester(honest);
        let cancel = self.world.build.cancel_job(&requester.pubkey(), job);
        let accepted = self.model.cancel_job(job, honest);
        self.send("cancel_job", cancel, &[&requester], accepted)
    }

    pub(super) fn refund(&mut self, job: u64, honest: bool) -> Outcome {
        let receiver = self.requester(honest).pubkey();
        let destination = self.world.build.token_account(&receiver);
        let refund = self.world.build.refund_job(job, &destination);
        let accepted = self.model.refund_job(job, honest);
        self.send("refund_job", refund, &[], accepted)
    }
}

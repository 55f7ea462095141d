//! Stakes, duties, jail, slashing; pauses.

use super::{Outcome, Run};
use crate::model::step::Step;
use sheaf_client::{
    instruction::{self, FraudAccounts},
    layout::*,
};
use solana_sdk::signer::Signer;

impl Run {
    pub(super) fn slash(&mut self, validator: usize, number: u64) -> Outcome {
        let fraud = FraudAccounts {
            pool: self.world.build.pool,
            round: number,
            prover: self.watchers[0].pubkey(),
            treasury: self.world.treasury,
        };
        let (at, stake) = (self.world.build.at, self.world.stake_mint());
        let who = self.world.validators[validator].authority.pubkey();
        let slash = instruction::slash_validator(&at, &who, &stake, &fraud);
        let accepted = self.model.slash(validator, number);
        self.send("slash_validator", slash, &[], accepted)
    }

    pub(super) fn move_stake(&mut self, step: Step) -> Outcome {
        let (at, stake) = (self.world.build.at, self.world.stake_mint());
        let pool = self.world.build.pool;
        let people = self.world.validators.len();
        let place = |number: u8| usize::from(number) % people;
        let wallet = |run: &Self, number: u8| {
            run.world.validators[place(number)]
                .authority
                .insecure_clone()
        };
        match step {
            Step::Register(number, amount) => {
                let (who, amount) = (wallet(self, number), u64::from(amount));
                let arguments = RegisterValidatorArguments {
                    vote_key: self.world.voter(place(number)).0.pubkey().to_bytes(),
                    encryption_key: [3; 32],
                    amount,
                };
                let register = self
                    .world
                    .build
                    .register_validator(&who.pubkey(), &arguments);
                let accepted = self.model.register(place(number), amount);
                self.send("register_validator", register, &[&who], accepted)
            }
            Step::AddStake(number, amount) => {
                let (who, amount) = (wallet(self, number), u64::from(amount));
                let arguments = AddStakeArguments { amount };
                let add = instruction::add_stake(&at, &who.pubkey(), &stake, &arguments);
                let accepted = self.model.add_stake(place(number), amount);
                self.send("add_stake", add, &[&who], accepted)
            }
            Step::Unstake(number, honest) => {
                let who = wallet(self, number);
                let mut request = self.world.build.request_unstake(&who.pubkey());
                let signer = if honest { who } else { self.stranger() };
                request.accounts[0].pubkey = signer.pubkey();
                let accepted = self.model.unstake(place(number), honest);
                self.send("request_unstake", request, &[&signer], accepted)
            }
            Step::Withdraw(number) => {
                let who = wallet(self, number);
                let withdraw = self.world.build.withdraw_stake(&who.pubkey());
                let accepted = self.model.withdraw(place(number));
                self.send("withdraw_stake", withdraw, &[&who], accepted)
            }
            Step::CountDuties(number, round) => {
                let Some(round) = self.some_round(round) else {
                    return Ok(());
                };
                let who = wallet(self, number).pubkey();
                let count = instruction::count_duties(&at, &who, &pool, round);
                let accepted = self.model.count_duties(place(number), round);
                self.send("count_duties", count, &[], accepted)
            }
            Step::Unjail(number) => {
                let who = wallet(self, number);
                let unjail = instruction::unjail_validator(&at, &who.pubkey());
                let accepted = self.model.unjail(place(number));
                self.send("unjail_validator", unjail, &[&who], accepted)
            }
            Step::Slash(number, round) => {
                let Some(round) = self.some_round(round) else {
                    return Ok(());
                };
                self.slash(place(number), round)
            }
            Step::Pause(seconds, honest) => {
                let (guardian, seconds) = (self.guard(honest), i64::from(seconds));
                let arguments = PauseArguments { seconds };
                let pause = instruction::pause_network(&at, &guardian.pubkey(), &arguments);
                let accepted = self.model.pause(seconds, honest);
                self.send("pause_network", pause, &[&guardian], accepted)
            }
            Step::Unpause(honest) => {
                let guardian = self.guard(honest);
                let unpause = instruction::unpause_network(&at, &guardian.pubkey());
                let accepted = self.model.unpause(honest);
                self.send("unpause_network", unpause, &[&guardian], accepted)
            }
            _ => Ok(()),
        }
    }
}

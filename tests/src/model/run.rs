//! A sequence on both: the program's real bytes, and the model.

mod advance;
mod check;
mod earn;
mod govern;
mod money;
mod perform;
mod plans;
mod quarrel;
mod round;
mod stake;

use super::{
    state::{Leaves, Model, RoundState, Stage},
    step::Step,
};
use crate::{
    mint::MintKind,
    world::{PARAMETERS, Plan, STAKE, World},
};
use perform::pick;
use sheaf_client::{instruction, layout::SetGuardianArguments};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey, signature::Keypair, signer::Signer};
use std::collections::{BTreeMap, BTreeSet};

/// What the program did otherwise than the model, if anything.
type Outcome = Result<(), String>;

/// People who can be validators.
const VALIDATORS: usize = 5;
/// People who can earn.
const EARNERS: usize = 12;

/// Both worlds.
pub struct Run {
    world: World,
    model: Model,
    guardian: Keypair,
    /// Who may be the admin: the first one is at the start.
    governors: [Keypair; 2],
    /// Challengers, who answer each other; the first one also proves frauds.
    watchers: [Keypair; 2],
    earners: Vec<Pubkey>,
    /// What validators of each opened round can attest to.
    plans: BTreeMap<u64, [Plan; 2]>,
    /// The trees that were active, oldest first.
    past: Vec<Leaves>,
    /// Instructions that were sent, refused ones included.
    pub sent: usize,
}

impl Run {
    /// Both worlds with network, pool and three validators.
    pub fn new(kind: &MintKind, fee_bps: u64) -> Self {
        let mut world = World::new(kind);
        let successor = world.person();
        let (guardian, watchers) = (world.person(), [world.person(), world.person()]);
        let admin = world.admin.insecure_clone();
        let arguments = SetGuardianArguments {
            guardian: guardian.pubkey().to_bytes(),
        };
        let set = instruction::set_guardian(&world.build.at, &admin.pubkey(), &arguments);
        world.must("set_guardian", set, &[&admin]);
        while world.validators.len() < VALIDATORS {
            world.invite_validator();
        }
        let treasury = world.treasury;
        world.create_token_accounts(&treasury);
        let earners: Vec<Pubkey> = (0..EARNERS).map(|_| world.keys.address()).collect();
        for earner in &earners {
            world.create_token_accounts(earner);
        }
        let mut model = Model {
            fee_bps,
            slot: world.slot(),
            unix_time: world.unix_time(),
            jobs: BTreeMap::new(),
            next_job: 0,
            datasets: BTreeMap::new(),
            batches: BTreeMap::new(),
            rounds: BTreeMap::new(),
            round: 0,
            stage: Stage::Idle,
            started_slot: 0,
            seed_slot: 0,
            deadline_slot: 0,
            joined: 0,
            vetoes: 0,
            active: Leaves::new(),
            active_leaf_count: 0,
            page: None,
            bonds: BTreeMap::new(),
            admin: 0,
            proposed_admin: None,
            minimum_stake: PARAMETERS.minimum_stake,
            evidence: BTreeSet::new(),
            paused_until: 0,
            pause_again_at: 0,
            arrived_total: 0,
            refunded_total: 0,
            received: BTreeMap::new(),
            rewards: [0; 2],
        };
        world.costs.clear();
        for validator in 0..3 {
            assert!(model.register(validator, STAKE));
        }
        Self {
            world,
            model,
            guardian,
            governors: [admin, successor],
            watchers,
            earners,
            plans: BTreeMap::new(),
            past: vec![Leaves::new()],
            sent: 0,
        }
    }

    /// Performs steps, then lets everything run out and sees that every requester is refunded.
    ///
    /// # Errors
    /// What the program did otherwise than the model.
    pub fn all(&mut self, steps: &[Step]) -> Outcome {
        for (at, step) in steps.iter().enumerate() {
            self.perform(*step)
                .map_err(|difference| format!("step {at}, {step:?}: {difference}"))?;
        }
        self.run_out()
            .map_err(|difference| format!("at the end: {difference}"))
    }

    /// Names of the instructions that landed, in order.
    pub fn landed(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.world.costs.iter().map(|cost| cost.name)
    }

    /// Sends an instruction, and compares: whether it landed, and all that is remembered.
    fn send(
        &mut self,
        name: &'static str,
        instruction: Instruction,
        signers: &[&Keypair],
        accepted: bool,
    ) -> Outcome {
        self.sent += 1;
        let sent = self.world.send(name, instruction, signers);
        match sent {
            Ok(_) if accepted => {}
            Ok(_) => return Err(format!("{name} landed; it has to be refused")),
            Err(error) if accepted => return Err(format!("{name} was refused: {error}")),
            Err(_) => {}
        }
        self.compare()
            .map_err(|difference| format!("after {name}: {difference}"))
    }

    fn set_time(&mut self, slot: u64, unix_time: i64) {
        self.world.set_time(slot, unix_time);
        (self.model.slot, self.model.unix_time) = (slot, unix_time);
    }

    fn wait_to(&mut self, slot: u64) {
        let slot = slot.max(self.model.slot);
        let passed = (slot - self.model.slot) as i64 / 20;
        self.set_time(slot, self.model.unix_time + passed);
    }

    /// Whoever is absent, and whatever happened: rounds end, batches are released, and what jobs hold
    /// goes back (invariant 5).
    fn run_out(&mut self) -> Outcome {
        if self.model.stage != Stage::Idle {
            self.wait_to(self.model.deadline_slot);
            self.perform(Step::Void)?;
        }
        let batches: Vec<(u64, u64)> = self.model.batches.keys().copied().collect();
        for (payer, round) in batches {
            self.release(payer, round)?;
        }
        let jobs: Vec<u64> = self.model.jobs.keys().copied().collect();
        for job in &jobs {
            self.cancel(*job, true)?;
        }
        let later = self.model.unix_time + PARAMETERS.stall_seconds;
        self.set_time(self.model.slot, later);
        for job in jobs {
            self.refund(job, true)?;
            let left = self.model.jobs[&job].escrow.balance;
            if left != 0 {
                return Err(format!("job {job} keeps {left}"));
            }
        }
        Ok(())
    }

    fn stranger(&self) -> Keypair {
        self.world.stranger.insecure_clone()
    }

    fn is_pending(&self) -> bool {
        self.model
            .rounds
            .get(&self.model.round)
            .is_some_and(|round| round.state == RoundState::Pending)
    }
}

//! What validators can attest to: an honest plan, and a crooked one.

use super::Run;
use crate::{model::state::Outcome, world::Plan};
use rand::{Rng, SeedableRng, rngs::StdRng};

impl Run {
    /// Fixes what can be attested to in the round that was just opened.
    pub(super) fn make_plans(&mut self, seed: u16) {
        let random = &mut StdRng::seed_from_u64(seed.into());
        let number = self.model.round;
        // Jobs in the order of their numbers, datasets after them.
        let debits: Vec<(u64, u64)> = self
            .model
            .batches
            .iter()
            .filter(|((_, round), _)| *round == number)
            .map(|((payer, _), batch)| {
                let amount = match random.gen_range(0..4) {
                    0 => 0,
                    1 => batch.reserved,
                    _ => random.gen_range(0..=batch.reserved),
                };
                (*payer, amount)
            })
            .collect();
        let honest = self.honest(random, &debits);
        let crooked = self.crooked(random, &debits);
        let round = self.model.rounds.get_mut(&number).expect("it is open");
        round.outcomes = [&honest, &crooked].map(outcome).into();
        self.plans.insert(number, [honest, crooked]);
    }

    /// Everybody keeps what they have, and shares what is debited.
    fn honest(&self, random: &mut StdRng, debits: &[(u64, u64)]) -> Plan {
        let mut left: u64 = debits.iter().map(|(_, amount)| amount).sum();
        let mut leaves = self.model.active.clone();
        while left > 0 {
            let gain = random.gen_range(1..=left);
            let earner = self.earners[random.gen_range(0..self.earners.len())];
            match leaves.iter_mut().find(|(known, _)| *known == earner) {
                Some((_, cumulative)) => *cumulative += gain,
                None => leaves.push((earner, gain)),
            }
            left -= gain;
        }
        self.world.plan_of(leaves, debits)
    }

    /// A plan that does harm, as far as there is something to harm.
    fn crooked(&self, random: &mut StdRng, debits: &[(u64, u64)]) -> Plan {
        let mut debits = debits.to_vec();
        let kind = random.gen_range(0..6);
        if kind == 2
            && let Some((payer, amount)) = debits.first_mut()
        {
            // More than the batch may take.
            *amount = self.model.batches[&(*payer, self.model.round)].reserved + 1;
        }
        let mut plan = self.honest(random, &debits);
        let victim = random.gen_range(0..self.model.active.len().max(1));
        match kind {
            // Takes earnings away and gives them to somebody else.
            0 if plan.earnings.len() > 1 => {
                let taken = plan.earnings[victim].1.div_ceil(2);
                plan.earnings[victim].1 -= taken;
                let thief = (victim + 1) % plan.earnings.len();
                plan.earnings[thief].1 += taken;
                plan = self.world.plan_of(plan.earnings, &debits);
            }
            // Gives an index away.
            1 if !plan.earnings.is_empty() => {
                let thief = self.earners[random.gen_range(0..self.earners.len())];
                plan.earnings[victim].0 = thief;
                plan = self.world.plan_of(plan.earnings, &debits);
            }
            // Pays more than it debits, or counts fewer leaves.
            3 => plan.result.total += 1,
            4 => plan.result.leaf_count = plan.result.leaf_count.saturating_sub(1),
            _ => {}
        }
        plan.result.manifest_hash = [7; 32];
        plan
    }
}

fn outcome(plan: &Plan) -> Outcome {
    Outcome {
        leaves: plan.earnings.clone(),
        total: plan.result.total,
        leaf_count: plan.result.leaf_count,
        debits: plan.debits.clone(),
    }
}

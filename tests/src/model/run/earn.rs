//! Pages and claims.

use super::{Outcome, Run, pick};
use crate::model::{state::Leaves, step::Step};
use sheaf_client::instruction;
use solana_sdk::instruction::Instruction;

impl Run {
    /// Something that is built from the leaves of a tree as if it were the active one.
    pub(super) fn of_tree<T>(&mut self, leaves: &Leaves, build: impl FnOnce(&mut Self) -> T) -> T {
        let active = std::mem::replace(&mut self.world.earnings, leaves.clone());
        let built = build(self);
        self.world.earnings = active;
        built
    }

    /// A tree that was active: the newest ones most often.
    pub(super) fn past(&self, back: u8) -> Leaves {
        let back = usize::from(back / 2).min(self.past.len() - 1);
        self.past[self.past.len() - 1 - back].clone()
    }

    pub(super) fn earn(&mut self, step: Step) -> Outcome {
        match step {
            Step::OpenPage(second) => {
                let number = second.into();
                let open = self.world.build.open_page(number);
                let accepted = self.model.open_page(number);
                self.send("open_page", open, &[], accepted)
            }
            Step::Sync(to_active) => {
                let leaves = self.past(if to_active { 0 } else { 2 });
                let sync = self.of_tree(&leaves, |run| run.world.sync_instruction(0));
                let accepted = self.model.sync(&leaves);
                self.send("sync_page", sync, &[], accepted)
            }
            Step::Claim(index, back) => {
                let leaves = self.past(back);
                let Some(index) = pick(0..leaves.len() as u32, index) else {
                    return Ok(());
                };
                let claim = self.of_tree(&leaves, |run| run.world.claim_instruction(index));
                let accepted = self.model.claim(&leaves, &[index]);
                self.send("claim", claim, &[], accepted)
            }
            Step::ClaimTooMuch(index) => {
                let leaves = self.past(0);
                let Some(index) = pick(0..leaves.len() as u32, index) else {
                    return Ok(());
                };
                let mut lie = leaves;
                lie[index as usize].1 += 1;
                let claim = self.of_tree(&lie, |run| run.world.claim_instruction(index));
                self.send("claim", claim, &[], false)
            }
            Step::ClaimNeighbours(second, whom, back) => {
                let leaves = self.past(back);
                let first = 8 * u32::from(second);
                let wants = |index: u32| whom & 1 << (index % 8) != 0;
                let claim: Instruction = self.of_tree(&leaves, |run| {
                    let arguments = run.world.neighbours_arguments(first, wants);
                    let accounts = run.world.pool_accounts();
                    instruction::claim_neighbours(&run.world.build.at, &accounts, &arguments)
                });
                let indices: Vec<u32> = (first..first + 8).filter(|index| wants(*index)).collect();
                let accepted = self.model.claim(&leaves, &indices);
                self.send("claim_neighbours", claim, &[], accepted)
            }
            _ => Ok(()),
        }
    }
}

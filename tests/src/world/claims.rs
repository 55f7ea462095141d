//! Pages and claims.

use super::World;
use bytemuck::Zeroable;
use sheaf_client::{address::associated_token, layout::*};
use sheaf_format::tree::{Node, page_of};
use solana_sdk::instruction::Instruction;

impl World {
    /// Opens a page.
    pub fn open_page(&mut self, page: u32) {
        let open = self.build.open_page(page);
        self.must("open_page", open, &[]);
    }

    /// The instruction that brings a page to the active root.
    pub fn sync_instruction(&self, page: u32) -> Instruction {
        let tree = self.tree(&self.earnings);
        let arguments = SyncPageArguments {
            node: bytemuck::cast(tree.page(page)),
            proof: tree
                .pool_proof(page << 9)
                .map(|node: Node| bytemuck::cast(node)),
        };
        self.build.sync_page(page, &arguments)
    }

    /// Brings a page to the active root.
    pub fn sync_page(&mut self, page: u32) {
        let sync = self.sync_instruction(page);
        self.must("sync_page", sync, &[]);
    }

    /// Arguments of the claim of a leaf of the active tree.
    pub fn claim_arguments(&self, index: u32) -> ClaimArguments {
        let (contributor, cumulative) = self.earnings[index as usize];
        let (_, bump) = associated_token(&contributor, &self.build.mint, &self.build.token_program);
        ClaimArguments {
            cumulative,
            index,
            token_account_bump: bump,
            _padding: [0; 3],
            proof: self
                .tree(&self.earnings)
                .page_proof(index)
                .map(bytemuck::cast),
        }
    }

    /// The instruction that claims a leaf of the active tree.
    pub fn claim_instruction(&self, index: u32) -> Instruction {
        let contributor = self.earnings[index as usize].0;
        self.build
            .claim(page_of(index), &contributor, &self.claim_arguments(index))
    }

    /// Arguments that claim for these neighbours of a leaf of the active tree, itself included when
    /// `wants` says so.
    pub fn neighbours_arguments(
        &self,
        first_index: u32,
        wants: impl Fn(u32) -> bool,
    ) -> ClaimNeighboursArguments {
        let mut arguments = ClaimNeighboursArguments {
            first_index,
            ..ClaimNeighboursArguments::zeroed()
        };
        for (at, index) in (0..8).zip(first_index..) {
            let Some((contributor, cumulative)) = self.earnings.get(index as usize) else {
                continue;
            };
            let (mint, program) = (&self.build.mint, &self.build.token_program);
            arguments.contributors[at] = contributor.to_bytes();
            arguments.cumulatives[at] = cumulative.to_le_bytes();
            if wants(index) {
                arguments.token_account_bumps[at] = associated_token(contributor, mint, program).1;
            }
        }
        let proof = self.tree(&self.earnings).page_proof(first_index);
        for (to, node) in arguments.proof.iter_mut().zip(&proof[3..]) {
            *to = bytemuck::cast(*node);
        }
        arguments
    }

    /// Claims a leaf of the active tree.
    pub fn claim(&mut self, index: u32) {
        let claim = self.claim_instruction(index);
        self.must("claim", claim, &[]);
    }
}

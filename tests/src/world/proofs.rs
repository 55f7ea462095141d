//! Pages and leaves of a round's two trees, as evidence, answers and fraud proofs take them.

use super::World;
use crate::tree::Tree;
use sheaf_client::{instruction, layout::*};
use sheaf_format::{
    stage::TreeSide,
    tree::{Node, page_of},
};
use solana_sdk::{instruction::Instruction, pubkey::Pubkey, signature::Keypair, signer::Signer};

impl World {
    /// The instruction that proves the page of an index in one of the live round's trees.
    pub fn cache_instruction(
        &self,
        prover: &Pubkey,
        side: TreeSide,
        tree: &Tree,
        index: u32,
    ) -> Instruction {
        self.cache_instruction_in(self.pool().round, prover, side, tree, index)
    }

    /// The instruction that proves the page of an index in one of a round's trees.
    pub fn cache_instruction_in(
        &self,
        round: u64,
        prover: &Pubkey,
        side: TreeSide,
        tree: &Tree,
        index: u32,
    ) -> Instruction {
        let page = page_of(index);
        let arguments = CacheEvidenceArguments {
            node: bytemuck::cast(tree.page(page)),
            proof: tree
                .pool_proof(index)
                .map(|node: Node| bytemuck::cast(node)),
            page,
            side: side as u8,
            _padding: [0; 3],
        };
        let (at, pool) = (&self.build.at, &self.build.pool);
        instruction::cache_evidence(at, prover, pool, round, &arguments)
    }

    /// Proves the page of an index in one of the live round's trees.
    pub fn cache(&mut self, prover: &Keypair, side: TreeSide, tree: &Tree, index: u32) {
        let cache = self.cache_instruction(&prover.pubkey(), side, tree, index);
        self.must("cache_evidence", cache, &[prover]);
    }

    /// The answer to a challenge of an index, given the pending tree's leaves.
    pub fn answer_arguments(
        &self,
        earnings: &[(Pubkey, u64)],
        index: u32,
    ) -> AnswerChallengeArguments {
        let (contributor, cumulative) = leaf(earnings, index);
        AnswerChallengeArguments {
            cumulative,
            contributor,
            proof: self.tree(earnings).page_proof(index).map(bytemuck::cast),
        }
    }

    /// The comparison of an index in two trees, given their leaves.
    pub fn fraud_arguments(
        &self,
        base: &[(Pubkey, u64)],
        pending: &[(Pubkey, u64)],
        index: u32,
    ) -> ProveFraudArguments {
        let (base_contributor, base_cumulative) = leaf(base, index);
        let (pending_contributor, pending_cumulative) = leaf(pending, index);
        ProveFraudArguments {
            base_cumulative,
            pending_cumulative,
            base_contributor,
            pending_contributor,
            base_proof: self.tree(base).page_proof(index).map(bytemuck::cast),
            pending_proof: self.tree(pending).page_proof(index).map(bytemuck::cast),
            index,
            _padding: [0; 4],
        }
    }
}

/// Contributor and lifetime earnings at an index; zeros where nobody is.
fn leaf(earnings: &[(Pubkey, u64)], index: u32) -> ([u8; 32], u64) {
    earnings
        .get(index as usize)
        .map_or(([0; 32], 0), |(contributor, cumulative)| {
            (contributor.to_bytes(), *cumulative)
        })
}

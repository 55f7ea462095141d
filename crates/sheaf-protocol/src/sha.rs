//! SHA-256 of short messages of which the first block is known: block by block, without the bookkeeping
//! that messages of unknown length need.

use sha2::{
    Sha256VarCore,
    digest::{
        Output,
        core_api::{Block, Buffer, UpdateCore, VariableOutputCore},
    },
};
use sheaf_format::Hash;

/// Bytes of a block.
pub const BLOCK: usize = 64;

/// SHA-256 after the first block of a message.
#[derive(Clone, Debug)]
pub struct Started(Sha256VarCore);

impl Started {
    /// After this block.
    pub fn new(first: &[u8; BLOCK]) -> Self {
        let mut core = begin();
        core.update_blocks(&[Block::<Sha256VarCore>::clone_from_slice(first)]);
        Self(core)
    }

    /// The hash of the block and what follows it, which is shorter than a block.
    pub fn finish<const REST: usize>(&self, rest: &[u8; REST]) -> Hash {
        const { assert!(REST < BLOCK) };
        let mut hash = Output::<Sha256VarCore>::default();
        let mut buffer = Buffer::<Sha256VarCore>::new(rest);
        self.0
            .clone()
            .finalize_variable_core(&mut buffer, &mut hash);
        hash.into()
    }
}

fn begin() -> Sha256VarCore {
    match Sha256VarCore::new(size_of::<Hash>()) {
        Ok(core) => core,
        // It knows hashes of 28 and 32 bytes.
        Err(_) => unreachable!("SHA-256 has 32 bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sheaf_format::digest::sha256;

    proptest! {
        #[test]
        fn it_is_sha256(first: [u8; 32], second: [u8; 32], rest: [u8; 32], byte: u8) {
            let block: [u8; BLOCK] = std::array::from_fn(|at| match at {
                0..32 => first[at],
                _ => second[at - 32],
            });
            let started = Started::new(&block);
            prop_assert_eq!(started.finish(&[]), sha256(&[&block]));
            prop_assert_eq!(started.finish(&[byte]), sha256(&[&block, &[byte]]));
            prop_assert_eq!(started.finish(&rest), sha256(&[&block, &rest]));
            // With the padding, one block more.
            let long = [byte; 56];
            prop_assert_eq!(started.finish(&long), sha256(&[&block, &long]));
            prop_assert_eq!(started.finish(&[byte; 63]), sha256(&[&block, &[byte; 63]]));
        }
    }
}

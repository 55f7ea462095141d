//! Hashes that are signed, committed to or stored on chain. Each starts with a domain, so that
//! no hash can stand for another; each binds cluster, program and pool or job where it could
//! otherwise be replayed elsewhere.

use crate::{Hash, Key};
use solana_sha256_hasher::hashv;

/// Domain of [`commitment`].
pub const COMMITMENT_DOMAIN: &[u8] = b"sheaf:commitment:v1";
/// Domain of [`attestation`].
pub const ATTESTATION_DOMAIN: &[u8] = b"sheaf:attestation:v1";
/// Domain of [`debits_start`].
pub const DEBITS_DOMAIN: &[u8] = b"sheaf:debits:v1";

/// sha256 over the concatenation of `parts`.
pub fn sha256(parts: &[&[u8]]) -> Hash {
    hashv(parts).to_bytes()
}

/// Where a round lives: what every commitment and attestation is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundScope {
    /// Genesis hash of the cluster, as the network account carries it.
    pub genesis: Hash,
    /// The program's address.
    pub program: Key,
    /// The pool's address.
    pub pool: Key,
    /// The round's number.
    pub round: u64,
}

/// A validator's commitment to its scores:
/// `sha256(domain || genesis || program || pool || round:u64le || validator || scores_root || salt)`.
/// It names the validator, so a copied commitment cannot be revealed by the copier.
pub fn commitment(
    scope: &RoundScope,
    validator_authority: &Key,
    scores_root: &Hash,
    salt: &Hash,
) -> Hash {
    sha256(&[
        COMMITMENT_DOMAIN,
        &scope.genesis,
        &scope.program,
        &scope.pool,
        &scope.round.to_le_bytes(),
        validator_authority,
        scores_root,
        salt,
    ])
}

/// The result of a round that validators attest to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundResult {
    /// Root of the tree the round started from.
    pub base_root: Hash,
    /// Root of the new tree.
    pub root: Hash,
    /// Sum of the new tree, in base units of the mint: lifetime earnings of everybody.
    pub total: u64,
    /// Leaves in use in the new tree.
    pub leaf_count: u32,
    /// Chain over the debits ([`debits_hash`]).
    pub debits_hash: Hash,
    /// Sum of the debits, in base units.
    pub debits_total: u64,
    /// Hash of the manifest of the data and score files used.
    pub manifest_hash: Hash,
}

/// What a validator attests to: `sha256(domain || genesis || program || pool || round:u64le ||
/// base_root || root || total:u64le || leaf_count:u32le || debits_hash || debits_total:u64le ||
/// manifest_hash)`.
pub fn attestation(scope: &RoundScope, result: &RoundResult) -> Hash {
    sha256(&[
        ATTESTATION_DOMAIN,
        &scope.genesis,
        &scope.program,
        &scope.pool,
        &scope.round.to_le_bytes(),
        &result.base_root,
        &result.root,
        &result.total.to_le_bytes(),
        &result.leaf_count.to_le_bytes(),
        &result.debits_hash,
        &result.debits_total.to_le_bytes(),
        &result.manifest_hash,
    ])
}

/// The empty end of a round's chain of debits: `sha256(domain || pool || round:u64le)`.
pub fn debits_start(pool: &Key, round: u64) -> Hash {
    sha256(&[DEBITS_DOMAIN, pool, &round.to_le_bytes()])
}

/// A chain with one more debit in front: `sha256(rest || job || amount:u64le)`.
pub fn debits_next(rest: &Hash, job: &Key, amount: u64) -> Hash {
    sha256(&[rest, job, &amount.to_le_bytes()])
}

/// The chain over a round's debits, which stand in canonical order: ascending by job number.
///
/// It is folded from the last debit to the first, so that settlement takes debits off its front:
/// some debits and the hash of the rest prove themselves at once against what was attested to,
/// and nobody can settle a wrong one.
pub fn debits_hash<'a>(
    pool: &Key,
    round: u64,
    debits: impl DoubleEndedIterator<Item = (&'a Key, u64)>,
) -> Hash {
    prepend_debits(debits_start(pool, round), debits)
}

/// The chain of `debits` in front of `rest`.
pub fn prepend_debits<'a>(
    rest: Hash,
    debits: impl DoubleEndedIterator<Item = (&'a Key, u64)>,
) -> Hash {
    debits.rfold(rest, |rest, (job, amount)| debits_next(&rest, job, amount))
}

/// The mark by which a ledger slot remembers whose it is: the first 8 bytes of
/// `sha256(pool || index:u32le || contributor)`.
pub fn slot_tag(pool: &Key, index: u32, contributor: &Key) -> [u8; 8] {
    let hash = sha256(&[pool, &index.to_le_bytes(), contributor]);
    let mut tag = [0; 8];
    tag.copy_from_slice(&hash[..8]);
    tag
}

/// Anchor's discriminator of an instruction: the first 8 bytes of `sha256("global:" || name)`.
pub fn instruction_discriminator(name: &str) -> [u8; 8] {
    first_eight(b"global:", name)
}

/// Anchor's discriminator of an account: the first 8 bytes of `sha256("account:" || name)`.
pub fn account_discriminator(name: &str) -> [u8; 8] {
    first_eight(b"account:", name)
}

/// Anchor's discriminator of an event: the first 8 bytes of `sha256("event:" || name)`.
pub fn event_discriminator(name: &str) -> [u8; 8] {
    first_eight(b"event:", name)
}

/// The first 8 bytes of the instruction data by which the program calls itself with an event:
/// `sha256("anchor:event")[..8]`, reversed, as Anchor writes it.
pub const EVENT_INSTRUCTION_TAG: [u8; 8] = 0x1d9a_cb51_2ea5_45e4_u64.to_le_bytes();

fn first_eight(prefix: &[u8], name: &str) -> [u8; 8] {
    let hash = sha256(&[prefix, name.as_bytes()]);
    let mut discriminator = [0; 8];
    discriminator.copy_from_slice(&hash[..8]);
    discriminator
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_tag_is_the_hash_anchor_names() {
        let hash = sha256(&[b"anchor:event"]);
        let mut reversed: [u8; 8] = hash[..8].try_into().expect("eight bytes");
        reversed.reverse();
        assert_eq!(reversed, EVENT_INSTRUCTION_TAG);
    }

    #[test]
    fn debits_come_off_the_front_of_their_chain() {
        let debits = [([1; 32], 10), ([2; 32], 20), ([3; 32], 30)];
        let pairs = |range: core::ops::Range<usize>| {
            let debits = &debits;
            range.map(move |at| (&debits[at].0, debits[at].1))
        };
        let whole = debits_hash(&[9; 32], 4, pairs(0..3));
        let rest = debits_hash(&[9; 32], 4, pairs(1..3));
        assert_eq!(prepend_debits(rest, pairs(0..1)), whole);
        assert_ne!(prepend_debits(rest, pairs(1..2)), whole);
        assert_eq!(
            debits_hash(&[9; 32], 4, pairs(0..0)),
            debits_start(&[9; 32], 4)
        );
        assert_ne!(debits_hash(&[9; 32], 5, pairs(0..3)), whole);
    }

    #[test]
    fn a_commitment_changes_with_each_of_its_parts() {
        let scope = RoundScope {
            genesis: [1; 32],
            program: [2; 32],
            pool: [3; 32],
            round: 4,
        };
        let original = commitment(&scope, &[5; 32], &[6; 32], &[7; 32]);
        let variants = [
            commitment(
                &RoundScope {
                    genesis: [9; 32],
                    ..scope
                },
                &[5; 32],
                &[6; 32],
                &[7; 32],
            ),
            commitment(
                &RoundScope {
                    program: [9; 32],
                    ..scope
                },
                &[5; 32],
                &[6; 32],
                &[7; 32],
            ),
            commitment(
                &RoundScope {
                    pool: [9; 32],
                    ..scope
                },
                &[5; 32],
                &[6; 32],
                &[7; 32],
            ),
            commitment(
                &RoundScope { round: 9, ..scope },
                &[5; 32],
                &[6; 32],
                &[7; 32],
            ),
            commitment(&scope, &[9; 32], &[6; 32], &[7; 32]),
            commitment(&scope, &[5; 32], &[9; 32], &[7; 32]),
            commitment(&scope, &[5; 32], &[6; 32], &[9; 32]),
        ];
        assert!(variants.iter().all(|variant| *variant != original));
    }
}

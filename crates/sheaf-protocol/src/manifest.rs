//! The manifest: one hash for all the data a round's result was computed from.

use crate::text::{Base58Key, HexHash};
use serde::{Deserialize, Serialize};
use sheaf_format::{Hash, Key, digest::sha256};

/// Domain of [`Manifest::hash`].
pub const MANIFEST_DOMAIN: &[u8] = b"sheaf:manifest:v1";

/// A batch in a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ManifestBatch {
    /// Number of the job in its pool: batches ascend by it. It is not hashed; the address binds it.
    pub number: u64,
    /// The job's address.
    pub job: Base58Key,
    /// Root of the batch, as on chain.
    pub contributions_root: HexHash,
}

/// A score file in a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ManifestScores {
    /// The validator's authority: score files ascend by it.
    pub validator: Base58Key,
    /// Root of the score file, as revealed on chain.
    pub scores_root: HexHash,
}

/// The batches and score files a round's result was computed from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The pool's address.
    pub pool: Base58Key,
    /// The round.
    pub round: u64,
    /// Every batch of the round, ascending by job number.
    pub batches: Vec<ManifestBatch>,
    /// The score files used, ascending by validator.
    pub scores: Vec<ManifestScores>,
}

impl Manifest {
    /// A manifest from batches and score files in any order.
    pub fn new(
        pool: Key,
        round: u64,
        mut batches: Vec<ManifestBatch>,
        mut scores: Vec<ManifestScores>,
    ) -> Self {
        batches.sort_unstable_by_key(|batch| (batch.number, batch.job));
        scores.sort_unstable();
        Self {
            pool: Base58Key(pool),
            round,
            batches,
            scores,
        }
    }

    /// Whether batches and score files stand in their order, each once.
    pub fn is_canonical(&self) -> bool {
        self.batches.is_sorted_by(|a, b| a.number < b.number)
            && self.scores.is_sorted_by(|a, b| a.validator < b.validator)
    }

    /// `sha256(domain || pool || round:u64 || n:u32 || n × (job || contributions_root) || m:u32 ||
    /// m × (validator || scores_root))`.
    pub fn hash(&self) -> Hash {
        let mut bytes = MANIFEST_DOMAIN.to_vec();
        bytes.extend_from_slice(&self.pool.0);
        bytes.extend_from_slice(&self.round.to_le_bytes());
        bytes.extend_from_slice(&count(self.batches.len()));
        for batch in &self.batches {
            bytes.extend_from_slice(&batch.job.0);
            bytes.extend_from_slice(&batch.contributions_root.0);
        }
        bytes.extend_from_slice(&count(self.scores.len()));
        for file in &self.scores {
            bytes.extend_from_slice(&file.validator.0);
            bytes.extend_from_slice(&file.scores_root.0);
        }
        sha256(&[&bytes])
    }

    /// Score files of `held` (validator and revealed root) that this manifest leaves out, so that
    /// a validator can refuse to attest to it.
    pub fn left_out<'a>(&self, held: &'a [ManifestScores]) -> Vec<&'a ManifestScores> {
        held.iter()
            .filter(|file| !self.scores.contains(file))
            .collect()
    }
}

/// A length as it is hashed. A pool has fewer batches in a round, and a table fewer validators,
/// than 32 bits count.
fn count(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(number: u64) -> ManifestBatch {
        let byte = number as u8;
        ManifestBatch {
            number,
            job: Base58Key([byte; 32]),
            contributions_root: HexHash([byte + 100; 32]),
        }
    }

    fn scores(byte: u8) -> ManifestScores {
        ManifestScores {
            validator: Base58Key([byte; 32]),
            scores_root: HexHash([byte + 100; 32]),
        }
    }

    #[test]
    fn the_hash_is_over_what_the_contract_says() {
        let manifest = Manifest::new([9; 32], 0x0102, vec![batch(2), batch(1)], vec![scores(5)]);
        let spelled_out = sha256(&[
            b"sheaf:manifest:v1",
            &[9; 32],
            &[2, 1, 0, 0, 0, 0, 0, 0],
            &[2, 0, 0, 0],
            &[1; 32],
            &[101; 32],
            &[2; 32],
            &[102; 32],
            &[1, 0, 0, 0],
            &[5; 32],
            &[105; 32],
        ]);
        assert_eq!(manifest.hash(), spelled_out);
    }

    #[test]
    fn the_order_of_what_goes_in_does_not_matter() {
        let forwards = Manifest::new(
            [9; 32],
            1,
            vec![batch(1), batch(2)],
            vec![scores(5), scores(6)],
        );
        let backwards = Manifest::new(
            [9; 32],
            1,
            vec![batch(2), batch(1)],
            vec![scores(6), scores(5)],
        );
        assert_eq!(forwards, backwards);
        assert!(forwards.is_canonical());
        let twice = Manifest::new([9; 32], 1, vec![batch(1), batch(1)], vec![]);
        assert!(!twice.is_canonical());
    }

    #[test]
    fn a_score_file_that_was_left_out_is_found() {
        let manifest = Manifest::new([9; 32], 1, vec![], vec![scores(5)]);
        assert_eq!(manifest.left_out(&[scores(5), scores(6)]), [&scores(6)]);
        let other = ManifestScores {
            scores_root: HexHash([0; 32]),
            ..scores(5)
        };
        assert_eq!(manifest.left_out(&[other]), [&other]);
        let json = serde_json::to_string(&manifest).expect("json");
        assert_eq!(
            serde_json::from_str::<Manifest>(&json).expect("reads"),
            manifest
        );
    }
}

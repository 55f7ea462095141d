//! What a validator says of the contributions it reviewed, and the median of what they say.

use crate::{
    list_root::{self, InclusionProof},
    statement::{ScoreStatement, Signed, StatementError},
    text::{Base58Key, Base58Signature, HexHash},
};
use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};
use sheaf_format::{Hash, Key, digest::RoundScope, limits::BPS};

/// Length of a score file's item in its Merkle list.
pub const SCORE_ITEM_BYTES: usize = 34;

/// Why a score file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScoreError {
    /// A quality above one hundred percent.
    #[error("submission {submission} has a quality of {quality_bps} bps; the most is {BPS}")]
    Quality {
        /// The submission.
        submission: HexHash,
        /// Its quality.
        quality_bps: u16,
    },
    /// Not ascending by submission, or one twice.
    #[error("submission {0} is not in its place: scores ascend by submission id, each once")]
    Order(HexHash),
    /// For another round.
    #[error("the score file is for round {found}, not {expected}")]
    Round {
        /// The round asked for.
        expected: u64,
        /// The file's round.
        found: u64,
    },
    /// Not what the validator revealed on chain.
    #[error("the score file's root is {found}, but {expected} was revealed")]
    Root {
        /// Revealed root.
        expected: HexHash,
        /// The file's root.
        found: HexHash,
    },
    /// Not signed by the validator's vote key.
    #[error(transparent)]
    Signature(#[from] StatementError),
}

/// What a validator says of one contribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// Id of the submission.
    pub submission: HexHash,
    /// Quality in bps, at most 10,000.
    #[cfg_attr(feature = "openapi", schema(maximum = 10000))]
    pub quality_bps: u16,
}

impl Score {
    /// The score's item in the Merkle list: `submission id || quality_bps:u16`.
    pub fn item(&self) -> [u8; SCORE_ITEM_BYTES] {
        let mut item = [0; SCORE_ITEM_BYTES];
        item[..32].copy_from_slice(&self.submission.0);
        item[32..].copy_from_slice(&self.quality_bps.to_le_bytes());
        item
    }
}

/// A validator's scores of a round, ascending by submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ScoreFile {
    /// The validator's authority.
    pub validator: Base58Key,
    /// The round.
    pub round: u64,
    /// The scores.
    pub scores: Vec<Score>,
}

/// A score file with the signature of its validator's vote key over its [`ScoreStatement`]: what
/// is posted to `/v1/rounds/{n}/scores`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignedScoreFile {
    /// The file.
    pub file: ScoreFile,
    /// Signature over the file's statement.
    pub signature: Base58Signature,
}

impl ScoreFile {
    /// A score file from scores in any order.
    ///
    /// # Errors
    /// [`ScoreError::Quality`], [`ScoreError::Order`] when a submission comes twice.
    pub fn new(validator: Key, round: u64, mut scores: Vec<Score>) -> Result<Self, ScoreError> {
        scores.sort_unstable_by_key(|score| score.submission);
        let file = Self {
            validator: Base58Key(validator),
            round,
            scores,
        };
        file.check()?;
        Ok(file)
    }

    /// Checks order and qualities.
    ///
    /// # Errors
    /// [`ScoreError::Quality`], [`ScoreError::Order`].
    pub fn check(&self) -> Result<(), ScoreError> {
        let mut previous = None;
        for score in &self.scores {
            if u64::from(score.quality_bps) > BPS {
                let Score {
                    submission,
                    quality_bps,
                } = *score;
                return Err(ScoreError::Quality {
                    submission,
                    quality_bps,
                });
            }
            if previous.is_some_and(|previous| previous >= score.submission) {
                return Err(ScoreError::Order(score.submission));
            }
            previous = Some(score.submission);
        }
        Ok(())
    }

    /// Checks the file against what its validator revealed for a round.
    ///
    /// # Errors
    /// [`ScoreError`].
    pub fn check_revealed(&self, round: u64, scores_root: &Hash) -> Result<(), ScoreError> {
        self.check()?;
        if self.round != round {
            return Err(ScoreError::Round {
                expected: round,
                found: self.round,
            });
        }
        let found = self.root();
        if found != *scores_root {
            return Err(ScoreError::Root {
                expected: (*scores_root).into(),
                found: found.into(),
            });
        }
        Ok(())
    }

    /// The Merkle root that the validator commits to and reveals.
    pub fn root(&self) -> Hash {
        list_root::root(self.scores.iter().map(Score::item))
    }

    /// The quality this validator gave a submission, if any.
    pub fn quality_bps(&self, submission: &Hash) -> Option<u16> {
        let at = self.position(submission)?;
        self.scores.get(at).map(|score| score.quality_bps)
    }

    /// Proves a submission's score, if there is one.
    pub fn prove(&self, submission: &Hash) -> Option<InclusionProof> {
        let at = u32::try_from(self.position(submission)?).ok()?;
        list_root::prove(self.scores.iter().map(Score::item), at)
    }

    fn position(&self, submission: &Hash) -> Option<usize> {
        self.scores
            .binary_search_by_key(&HexHash(*submission), |score| score.submission)
            .ok()
    }

    /// What the validator's vote key signs when it publishes this file. `scope.round` is not read:
    /// the file says its round.
    pub fn statement(&self, scope: &RoundScope) -> ScoreStatement {
        ScoreStatement {
            genesis: scope.genesis,
            program: scope.program,
            pool: scope.pool,
            round: self.round,
            validator: self.validator.0,
            scores_root: self.root(),
        }
    }

    /// Signs the file with the validator's vote key.
    pub fn sign(self, scope: &RoundScope, vote_key: &SigningKey) -> SignedScoreFile {
        let signature = Signed::sign(self.statement(scope), vote_key)
            .signature
            .into();
        SignedScoreFile {
            file: self,
            signature,
        }
    }
}

impl SignedScoreFile {
    /// Checks the file against the root its validator revealed in the round of `scope`, and the
    /// signature by the validator's vote key.
    ///
    /// # Errors
    /// [`ScoreError`].
    pub fn verify(
        &self,
        scope: &RoundScope,
        vote_key: &Key,
        scores_root: &Hash,
    ) -> Result<(), ScoreError> {
        self.file.check_revealed(scope.round, scores_root)?;
        let statement = Signed {
            body: self.file.statement(scope),
            signature: self.signature.0,
        };
        Ok(statement.verify(vote_key)?)
    }
}

/// The stake-weighted lower median of `(quality_bps, stake)`: the smallest quality at or below
/// which at least half of the stake lies. `None` without stake.
pub fn lower_median(scores: &[(u16, u64)]) -> Option<u16> {
    let mut sorted = scores.to_vec();
    sorted.sort_unstable();
    let total: u128 = sorted.iter().map(|(_, stake)| u128::from(*stake)).sum();
    let mut at_or_below = 0;
    sorted.into_iter().find_map(|(quality, stake)| {
        at_or_below += u128::from(stake);
        (stake > 0 && at_or_below * 2 >= total).then_some(quality)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPE: RoundScope = RoundScope {
        genesis: [1; 32],
        program: [2; 32],
        pool: [3; 32],
        round: 4,
    };

    fn score(byte: u8, quality_bps: u16) -> Score {
        Score {
            submission: HexHash([byte; 32]),
            quality_bps,
        }
    }

    fn file() -> ScoreFile {
        ScoreFile::new(
            [9; 32],
            4,
            vec![score(3, 300), score(1, 100), score(2, 10_000)],
        )
        .expect("valid")
    }

    #[test]
    fn the_median_is_the_lower_one() {
        assert_eq!(lower_median(&[]), None);
        assert_eq!(lower_median(&[(5, 0)]), None);
        assert_eq!(lower_median(&[(5, 1)]), Some(5));
        assert_eq!(lower_median(&[(9, 1), (5, 1)]), Some(5));
        assert_eq!(lower_median(&[(9, 1), (5, 1), (7, 1)]), Some(7));
    }

    #[test]
    fn stake_weighs_the_median() {
        assert_eq!(lower_median(&[(1, 1), (2, 1), (3, 3)]), Some(3));
        assert_eq!(lower_median(&[(1, 2), (3, 2)]), Some(1));
        assert_eq!(lower_median(&[(1, 2), (3, 3)]), Some(3));
        assert_eq!(lower_median(&[(0, 0), (3, 3)]), Some(3));
        assert_eq!(
            lower_median(&[(1, u64::MAX), (2, u64::MAX), (3, u64::MAX)]),
            Some(2)
        );
    }

    #[test]
    fn scores_are_sorted_unique_and_within_bounds() {
        assert!(file().scores.is_sorted_by_key(|score| score.submission));
        let twice = ScoreFile::new([9; 32], 4, vec![score(1, 1), score(1, 2)]);
        assert_eq!(twice, Err(ScoreError::Order(HexHash([1; 32]))));
        let beyond = ScoreFile::new([9; 32], 4, vec![score(1, 10_001)]);
        assert!(matches!(
            beyond,
            Err(ScoreError::Quality {
                quality_bps: 10_001,
                ..
            })
        ));
        let mut swapped = file();
        swapped.scores.swap(0, 1);
        assert_eq!(swapped.check(), Err(ScoreError::Order(HexHash([1; 32]))));
    }

    #[test]
    fn the_root_is_over_id_and_quality() {
        let one = ScoreFile::new([9; 32], 4, vec![score(1, 0x0102)]).expect("valid");
        let item = [[1; 32].as_slice(), &[0x02, 0x01]].concat();
        assert_eq!(one.root(), list_root::leaf(&item));
        assert_eq!(
            ScoreFile::new([9; 32], 4, vec![]).map(|empty| empty.root()),
            Ok(list_root::EMPTY)
        );
        let proof = file().prove(&[2; 32]).expect("scored");
        assert!(proof.verify(&file().root(), &score(2, 10_000).item()));
        assert_eq!(file().prove(&[7; 32]), None);
        assert_eq!(file().quality_bps(&[3; 32]), Some(300));
        assert_eq!(file().quality_bps(&[4; 32]), None);
    }

    #[test]
    fn a_published_file_is_the_revealed_one_under_the_vote_key() {
        let vote_key = SigningKey::from_bytes(&[7; 32]);
        let vote = vote_key.verifying_key().to_bytes();
        let root = file().root();
        let signed = file().sign(&SCOPE, &vote_key);
        assert_eq!(signed.verify(&SCOPE, &vote, &root), Ok(()));
        assert!(matches!(
            signed.verify(&SCOPE, &vote, &[8; 32]),
            Err(ScoreError::Root { .. })
        ));
        let later = RoundScope { round: 5, ..SCOPE };
        assert!(matches!(
            signed.verify(&later, &vote, &root),
            Err(ScoreError::Round { .. })
        ));
        let elsewhere = RoundScope {
            pool: [8; 32],
            ..SCOPE
        };
        assert!(matches!(
            signed.verify(&elsewhere, &vote, &root),
            Err(ScoreError::Signature(_))
        ));
        let json = serde_json::to_string(&signed).expect("json");
        assert_eq!(
            serde_json::from_str::<SignedScoreFile>(&json).expect("reads"),
            signed
        );
    }
}

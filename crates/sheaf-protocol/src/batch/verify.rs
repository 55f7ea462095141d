//! How anybody checks a batch file.

use super::{BatchError, BatchFile, Contribution, DelegationFault};
use crate::{
    intake::{Limits, Refusal, Terms, check_delegation, check_terms},
    specification::Specification,
    statement::{Delegation, Signed, Submission},
};
use sheaf_format::{Hash, Key};
use std::collections::{BTreeMap, BTreeSet};

/// What a batch file is held against.
#[derive(Clone, Copy)]
pub struct BatchContext<'a> {
    /// Genesis hash of the cluster.
    pub genesis: Hash,
    /// The program's address.
    pub program: Key,
    /// The job's address.
    pub job: Key,
    /// The round.
    pub round: u64,
    /// The job's specification.
    pub specification: &'a Specification,
    /// Root of the batch, as on chain.
    pub contributions_root: Hash,
    /// Number of contributions, as on chain.
    pub count: u32,
    /// Sum of units, as on chain.
    pub units: u64,
    /// Whether a final round before this one paid a submission. Only this job's need be known.
    pub was_paid: &'a dyn Fn(&Hash) -> bool,
    /// Bounds.
    pub limits: Limits,
}

/// A contributor with a node of its own.
type Pair = (Key, Key);

impl BatchFile {
    /// Checks everything: that this is the file whose root was posted, every submission against
    /// the intake rules that can be checked afterwards, every signature, every delegation. Gives
    /// the contributions, ascending by submission.
    ///
    /// Faults that the root proves come before faults of this copy, so that everybody with the
    /// submissions agrees on [`BatchError::is_proven`].
    ///
    /// # Errors
    /// [`BatchError`].
    pub fn verify(&self, context: &BatchContext<'_>) -> Result<Vec<Contribution>, BatchError> {
        let ids = self.check_posted(context)?;
        self.check_submissions(&ids, context)?;
        self.check_delegations(&ids, context)?;
        let contributions =
            ids.iter()
                .zip(&self.submissions)
                .map(|(id, submission)| Contribution {
                    submission: *id,
                    contributor: submission.body.contributor,
                    units: submission.body.units,
                });
        Ok(contributions.collect())
    }

    /// The contributions that enter a round's outcome: those of [`Self::verify`], or none when the
    /// root on chain proves that the batch breaks the rules.
    ///
    /// # Errors
    /// [`BatchError`] when this copy of the file is at fault, or incomplete.
    pub fn contributions(
        &self,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Contribution>, BatchError> {
        match self.verify(context) {
            Err(error) if error.is_proven() => Ok(Vec::new()),
            other => other,
        }
    }

    /// That this is the file which was posted. Gives the submissions' ids.
    fn check_posted(&self, context: &BatchContext<'_>) -> Result<Vec<Hash>, BatchError> {
        if self.job.0 != context.job {
            return Err(BatchError::Job {
                expected: context.job.into(),
                found: self.job,
            });
        }
        if self.round != context.round {
            return Err(BatchError::Round {
                expected: context.round,
                found: self.round,
            });
        }
        let root = self.root();
        if root != context.contributions_root {
            let expected = context.contributions_root.into();
            return Err(BatchError::Root {
                expected,
                found: root.into(),
            });
        }
        let ids: Vec<Hash> = self
            .submissions
            .iter()
            .map(Signed::<Submission>::id)
            .collect();
        if let Some([_, misplaced]) = ids.array_windows().find(|[a, b]| a >= b) {
            return Err(BatchError::Order((*misplaced).into()));
        }
        let (found_count, found_units) = (self.submissions.len(), self.units());
        if u64::try_from(found_count) != Ok(context.count.into()) || found_units != context.units {
            let (count, units) = (context.count, context.units);
            return Err(BatchError::Totals {
                count,
                units,
                found_count,
                found_units,
            });
        }
        Ok(ids)
    }

    /// What the root proves about each submission.
    fn check_submissions(
        &self,
        ids: &[Hash],
        context: &BatchContext<'_>,
    ) -> Result<(), BatchError> {
        let terms = Terms {
            genesis: &context.genesis,
            program: &context.program,
            job: &context.job,
            round: context.round,
            specification: context.specification,
            limits: context.limits,
        };
        let mut nonces = BTreeSet::new();
        let mut tasks = BTreeSet::new();
        for (id, submission) in ids.iter().zip(&self.submissions) {
            let body = &submission.body;
            let mut check = || {
                check_terms(body, &terms)?;
                submission.verify_named()?;
                if !nonces.insert((body.node, body.nonce)) {
                    return Err(Refusal::NonceSeen(body.nonce));
                }
                if !tasks.insert((body.contributor, body.task)) {
                    return Err(Refusal::TaskTaken(body.task));
                }
                if (context.was_paid)(id) {
                    return Err(Refusal::AlreadyPaid);
                }
                Ok(())
            };
            check().map_err(|refusal| BatchError::Submission {
                id: (*id).into(),
                refusal,
            })?;
        }
        Ok(())
    }

    /// That every submission's node worked for its contributor when it observed.
    fn check_delegations(
        &self,
        ids: &[Hash],
        context: &BatchContext<'_>,
    ) -> Result<(), BatchError> {
        let mut by_pair: BTreeMap<Pair, &Delegation> = BTreeMap::new();
        for delegation in &self.delegations {
            let body = &delegation.body;
            let fault = |reason| BatchError::Delegation {
                contributor: body.contributor.into(),
                node: body.node.into(),
                reason,
            };
            // Until when it holds is compared with each submission below.
            delegation
                .check(&context.genesis, &context.program, 0)
                .map_err(|refused| fault(refused.into()))?;
            if by_pair
                .insert((body.contributor, body.node), body)
                .is_some()
            {
                return Err(fault(DelegationFault::Repeated));
            }
        }
        for (id, submission) in ids.iter().zip(&self.submissions) {
            let body = &submission.body;
            by_pair
                .get(&(body.contributor, body.node))
                .ok_or(Refusal::DelegationMissing)
                .and_then(|delegation| check_delegation(body, delegation, body.observed_slot))
                .map_err(|refusal| BatchError::Submission {
                    id: (*id).into(),
                    refusal,
                })?;
        }
        Ok(())
    }
}

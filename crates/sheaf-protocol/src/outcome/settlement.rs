//! A round's money, some jobs at a time: what is kept between them is who earned what, so that a
//! round need not fit into memory at once.

use super::{
    ContributionOutcome, Debit, Earning, OutcomeError, Role, RoundBatch, Voter,
    job::{JobOutcome, Judged, settle},
    panel::{Panel, Reviewed, Scores, table},
};
use crate::ledger::Ledger;
use rayon::prelude::*;
use sheaf_format::{
    Hash, Key,
    digest::{RoundResult, RoundScope, debits_hash},
};
use std::collections::BTreeMap;

/// Earnings that are kept before those of one wallet and role are added up, at least.
const KEPT: usize = 1 << 20;

/// A round's money in the making.
#[derive(Debug)]
pub struct Settlement<'a, S> {
    base: &'a Ledger,
    panel: Panel<'a, S>,
    treasury: Key,
    debits: Vec<Debit>,
    earnings: Earnings,
}

/// A round's money.
#[derive(Clone, Debug)]
pub struct Settled {
    /// What jobs pay, ascending by number.
    pub debits: Vec<Debit>,
    /// Sum of the debits.
    pub debits_total: u64,
    /// Who earns what, ascending by key and role.
    pub earnings: Vec<Earning>,
}

impl<'a, S: Scores> Settlement<'a, S> {
    /// A round that starts from `base`. `scores` knows validators by their places among `voters`,
    /// once those ascend by validator.
    ///
    /// # Errors
    /// [`OutcomeError::RepeatedValidator`].
    pub fn new(
        base: &'a Ledger,
        seed: Hash,
        treasury: Key,
        voters: &[Voter],
        scores: &'a S,
    ) -> Result<Self, OutcomeError> {
        let panel = Panel {
            seed,
            stakes: table(voters)?,
            scores,
        };
        Ok(Self::with_panel(base, panel, treasury))
    }

    pub(super) const fn with_panel(base: &'a Ledger, panel: Panel<'a, S>, treasury: Key) -> Self {
        Self {
            base,
            panel,
            treasury,
            debits: Vec::new(),
            earnings: Earnings {
                entries: Vec::new(),
                added_up: 0,
            },
        }
    }

    /// Settles the next jobs, ascending by number, several at once. `each` is told what became of each
    /// contribution, ascending by job number and submission.
    ///
    /// # Errors
    /// [`OutcomeError`] of the first job that has one.
    pub fn settle(
        &mut self,
        batches: &[&RoundBatch],
        mut each: impl FnMut(ContributionOutcome),
    ) -> Result<(), OutcomeError> {
        let revealed = self.panel.revealed();
        let has_leaf = |key: &Key| self.base.index_of(key).is_some();
        let settled: Vec<Result<(Vec<Reviewed>, JobOutcome), OutcomeError>> = batches
            .par_iter()
            .with_max_len(1)
            .map(|batch| {
                let reviewed = self.panel.review(batch)?;
                let judged: Vec<Judged> = reviewed.iter().map(|one| one.judged).collect();
                let number = batch.terms.number;
                let job = settle(batch, &judged, &revealed, &has_leaf)
                    .map_err(|error| OutcomeError::Rewards { number, error })?;
                Ok((reviewed, job))
            })
            .collect();
        for (batch, settled) in batches.iter().zip(settled) {
            let (reviewed, job) = settled?;
            let number = batch.terms.number;
            if job.debit > 0 {
                self.debits.push(Debit {
                    job: batch.terms.job,
                    number,
                    amount: job.debit,
                });
            }
            self.earnings.credit(&job, &self.treasury)?;
            for (reviewed, (gross, amount)) in reviewed.into_iter().zip(job.contributions) {
                each(self.outcome_of(&reviewed, number, gross, amount));
            }
        }
        Ok(())
    }

    fn outcome_of(
        &self,
        reviewed: &Reviewed,
        number: u64,
        gross: u64,
        amount: u64,
    ) -> ContributionOutcome {
        let Judged {
            submission,
            contributor,
            quality_bps,
            ..
        } = reviewed.judged;
        let places = reviewed.reviewers.iter().flatten();
        ContributionOutcome {
            number,
            submission,
            contributor,
            reviewers: places
                .filter_map(|place| self.panel.validator(*place))
                .collect(),
            reviews: reviewed.reviews,
            quality_bps,
            gross,
            amount,
        }
    }

    /// Adds up, once all jobs are settled.
    ///
    /// # Errors
    /// [`OutcomeError::Overflow`].
    pub fn finish(self) -> Result<Settled, OutcomeError> {
        let mut debits_total = 0;
        for debit in &self.debits {
            add(&mut debits_total, debit.amount)?;
        }
        Ok(Settled {
            debits: self.debits,
            debits_total,
            earnings: self.earnings.finish()?,
        })
    }
}

impl Settled {
    /// The tree after the round.
    ///
    /// # Errors
    /// [`OutcomeError::Overflow`], [`OutcomeError::Ledger`].
    pub fn apply(&self, base: &Ledger) -> Result<Ledger, OutcomeError> {
        let mut by_key: BTreeMap<Key, u64> = BTreeMap::new();
        for earning in &self.earnings {
            add(by_key.entry(earning.key).or_default(), earning.amount)?;
        }
        Ok(base.apply(&by_key)?)
    }

    /// What validators attest to: `ledger` is the tree after the round.
    pub fn result(
        &self,
        scope: &RoundScope,
        base: &Ledger,
        ledger: &Ledger,
        manifest_hash: Hash,
    ) -> RoundResult {
        let root = ledger.root();
        RoundResult {
            base_root: base.root().hash,
            root: root.hash,
            total: root.sum,
            leaf_count: ledger.leaf_count(),
            debits_hash: debits_hash(
                &scope.pool,
                scope.round,
                self.debits.iter().map(|debit| (&debit.job, debit.amount)),
            ),
            debits_total: self.debits_total,
            manifest_hash,
        }
    }
}

fn add(sum: &mut u64, amount: u64) -> Result<(), OutcomeError> {
    *sum = sum.checked_add(amount).ok_or(OutcomeError::Overflow)?;
    Ok(())
}

/// Who earned what.
#[derive(Debug)]
struct Earnings {
    entries: Vec<Earning>,
    /// How many of the entries have a wallet and role of their own.
    added_up: usize,
}

impl Earnings {
    /// Books what a job pays.
    fn credit(&mut self, job: &JobOutcome, treasury: &Key) -> Result<(), OutcomeError> {
        let mut book = |key: &Key, role, amount| {
            if amount > 0 {
                self.entries.push(Earning {
                    key: *key,
                    role,
                    amount,
                });
            }
        };
        book(treasury, Role::Treasury, job.treasury);
        for (key, amount) in &job.validators {
            book(key, Role::Validator, *amount);
        }
        for (key, amount) in &job.contributors {
            book(key, Role::Contributor, *amount);
        }
        if self.entries.len() > 2 * self.added_up.max(KEPT) {
            self.add_up()?;
        }
        Ok(())
    }

    /// Adds up the entries of each wallet and role, which then ascend.
    fn add_up(&mut self) -> Result<(), OutcomeError> {
        let whose = |entry: &Earning| (entry.key, entry.role);
        self.entries
            .par_sort_unstable_by(|a, b| (&a.key, a.role).cmp(&(&b.key, b.role)));
        let mut overflows = false;
        self.entries.dedup_by(|next, kept| {
            let same = whose(next) == whose(kept);
            if same {
                match kept.amount.checked_add(next.amount) {
                    Some(sum) => kept.amount = sum,
                    None => overflows = true,
                }
            }
            same
        });
        self.added_up = self.entries.len();
        if overflows {
            return Err(OutcomeError::Overflow);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<Earning>, OutcomeError> {
        self.add_up()?;
        Ok(self.entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn earnings_of_a_wallet_are_added_up_by_role_however_often() -> Result<(), OutcomeError> {
        let mut earnings = Earnings {
            entries: Vec::new(),
            added_up: 0,
        };
        let job = JobOutcome {
            treasury: 5,
            validators: vec![([2; 32], 3), ([1; 32], 0)],
            contributors: vec![([1; 32], 7), ([2; 32], 1)],
            ..JobOutcome::default()
        };
        for _ in 0..3 {
            earnings.credit(&job, &[2; 32])?;
            earnings.add_up()?;
        }
        let earning = |byte: u8, role, amount| Earning {
            key: [byte; 32],
            role,
            amount,
        };
        let expected = [
            earning(1, Role::Contributor, 21),
            earning(2, Role::Contributor, 3),
            earning(2, Role::Validator, 9),
            earning(2, Role::Treasury, 15),
        ];
        assert_eq!(earnings.finish()?, expected);
        Ok(())
    }

    #[test]
    fn earnings_that_do_not_fit_are_refused() {
        let mut earnings = Earnings {
            entries: Vec::new(),
            added_up: 0,
        };
        let job = JobOutcome {
            treasury: u64::MAX,
            ..JobOutcome::default()
        };
        for _ in 0..2 {
            earnings.credit(&job, &[2; 32]).expect("it is only kept");
        }
        assert_eq!(earnings.finish(), Err(OutcomeError::Overflow));
    }
}

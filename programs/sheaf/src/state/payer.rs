//! What pays a batch: a job's escrow, or a dataset's licences.

use super::{Batch, Dataset, Job, Reservation};
use crate::{
    arithmetic::add,
    error::{Checked, SheafError},
    zero_copy,
};
use anchor_lang::{pinocchio::account::RefMut, prelude::*};
use sheaf_format::{limits::DATASET_NUMBER_BIT, Key};

/// A job or a dataset.
pub enum Payer<'a> {
    /// A job.
    Job(RefMut<'a, Job>),
    /// A dataset.
    Dataset(RefMut<'a, Dataset>),
}

impl<'a> Payer<'a> {
    /// Reads a job or a dataset of a pool, to change it.
    ///
    /// # Errors
    /// [`SheafError::WrongBatch`] when it is another pool's; when the account is neither, or not
    /// writable.
    pub fn load_mut(view: &'a mut AccountView, pool: &Key) -> Result<Self> {
        let is_dataset = zero_copy::load::<Dataset>(view).is_ok();
        let payer = if is_dataset {
            Self::Dataset(zero_copy::load_mut(view)?)
        } else {
            Self::Job(zero_copy::load_mut(view)?)
        };
        require!(*payer.pool() == *pool, SheafError::WrongBatch);
        Ok(payer)
    }

    fn pool(&self) -> &Key {
        match self {
            Self::Job(job) => &job.pool,
            Self::Dataset(dataset) => &dataset.pool,
        }
    }

    /// Its number in the order of a round's debits: jobs first, then datasets.
    pub fn number(&self) -> u64 {
        match self {
            Self::Job(job) => job.number,
            Self::Dataset(dataset) => dataset.number | DATASET_NUMBER_BIT,
        }
    }

    /// Balance and reservation.
    pub fn reservation(&mut self) -> Reservation<'_> {
        match self {
            Self::Job(job) => job.reservation(),
            Self::Dataset(dataset) => dataset.reservation(),
        }
    }

    /// Books the final debit of a batch.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn book_settled(&mut self, batch: &Batch) -> Checked<()> {
        match self {
            Self::Job(job) => job.book_settled(batch.debited, &batch.contributions_root),
            Self::Dataset(dataset) => {
                dataset.settled_total = add(dataset.settled_total, batch.debited)?;
                Ok(())
            }
        }
    }

    /// Counts a batch whose account ends.
    ///
    /// # Errors
    /// [`SheafError::Arithmetic`].
    pub fn forget_batch(&mut self) -> Checked<()> {
        let count = match self {
            Self::Job(job) => &mut job.batch_count,
            Self::Dataset(dataset) => &mut dataset.batch_count,
        };
        *count = count.checked_sub(1).ok_or(SheafError::Arithmetic)?;
        Ok(())
    }
}

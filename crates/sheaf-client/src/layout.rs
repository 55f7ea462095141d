//! The program's accounts, arguments and events as plain `Pod` structs, and how accounts are
//! recognised.

// The layouts' own documentation stands in `sheaf-format`.
use bytemuck::Pod;
use sheaf_format::digest::account_discriminator;

sheaf_format::host_layout!(
    stake_entry_layout,
    network_layout,
    pool_layout,
    job_layout,
    batch_layout,
    validator_layout,
    round_validator_layout,
    round_layout,
    ledger_slot_layout,
    ledger_page_layout,
    challenge_layout,
    evidence_side_layout,
    evidence_layout,
    dataset_layout,
    create_network_arguments,
    set_parameters_arguments,
    propose_admin_arguments,
    set_guardian_arguments,
    pause_arguments,
    create_pool_arguments,
    register_validator_arguments,
    add_stake_arguments,
    create_job_arguments,
    fund_job_arguments,
    extend_job_arguments,
    set_job_aggregator_arguments,
    post_batch_arguments,
    commit_arguments,
    reveal_arguments,
    attest_arguments,
    tally_arguments,
    settle_arguments,
    sync_page_arguments,
    claim_arguments,
    claim_neighbours_arguments,
    publish_dataset_arguments,
    license_dataset_arguments,
    record_usage_arguments,
    open_challenge_arguments,
    answer_challenge_arguments,
    cache_evidence_arguments,
    prove_fraud_arguments,
);

/// Expands layouts whose fields are also shown to people.
macro_rules! shown_layouts {
    ($($layout:ident,)*) => {
        $( sheaf_format::$layout! {
            #[repr(C)]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable, serde::Serialize)]
        } )*
    };
}

shown_layouts!(
    network_parameters_layout,
    network_created_event,
    parameters_set_event,
    admin_proposed_event,
    admin_changed_event,
    guardian_set_event,
    network_paused_event,
    network_unpaused_event,
    validator_registered_event,
    stake_added_event,
    duties_counted_event,
    validator_unjailed_event,
    validator_slashed_event,
    unstake_requested_event,
    stake_withdrawn_event,
    pool_created_event,
    job_created_event,
    job_funded_event,
    job_cancelled_event,
    job_refunded_event,
    job_extended_event,
    job_aggregator_set_event,
    job_closed_event,
    batch_posted_event,
    batch_closed_event,
    intake_closed_event,
    round_opened_event,
    scores_committed_event,
    scores_revealed_event,
    result_attested_event,
    round_tallied_event,
    debits_settled_event,
    round_finalised_event,
    round_voided_event,
    round_closed_event,
    batch_released_event,
    page_opened_event,
    page_synced_event,
    challenge_opened_event,
    challenge_answered_event,
    challenge_closed_event,
    evidence_cached_event,
    evidence_closed_event,
    fraud_proven_event,
    dataset_published_event,
    dataset_licensed_event,
    usage_recorded_event,
    dataset_closed_event,
);

/// Bytes of the discriminator in front of every account of the program.
pub const DISCRIMINATOR: usize = 8;

/// An account of the program: its bytes are the discriminator of [`AccountLayout::NAME`],
/// then the struct.
pub trait AccountLayout: Pod {
    /// Name the discriminator is made of, and what people read in errors.
    const NAME: &'static str;

    /// Length of the account, discriminator included.
    const LENGTH: usize = DISCRIMINATOR + size_of::<Self>();
}

macro_rules! account_layouts {
    ($($account:ident),* $(,)?) => {
        $( impl AccountLayout for $account { const NAME: &'static str = stringify!($account); } )*

        /// Name of the account type that these bytes start as, if it is one of ours.
        pub fn account_name(data: &[u8]) -> Option<&'static str> {
            let found = data.get(..DISCRIMINATOR)?;
            [$( $account::NAME ),*].into_iter().find(|name| account_discriminator(name) == found)
        }
    };
}

account_layouts!(
    Network, Pool, Job, Batch, Validator, Round, LedgerPage, Challenge, Evidence, Dataset,
);

/// Why bytes are not the account that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The discriminator names something else.
    #[error("expected a {expected} account, found {}", found.map_or_else(|| "something else".to_owned(), |name| format!("a {name} account")))]
    WrongDiscriminator {
        /// Type that was asked for.
        expected: &'static str,
        /// Type that was found, when it is one of ours.
        found: Option<&'static str>,
    },
    /// The length is not the layout's.
    #[error("a {name} account has {expected} bytes, this one has {found}")]
    WrongLength {
        /// Type that was asked for.
        name: &'static str,
        /// Length of the layout with its discriminator.
        expected: usize,
        /// Length found.
        found: usize,
    },
}

/// Reads an account's bytes after checking discriminator and length. Whose account it is, the
/// caller checks: [`Chain::fetch`](crate::chain::Chain::fetch) does.
///
/// # Errors
/// [`DecodeError`] when the bytes are of another type or length.
pub fn decode<T: AccountLayout>(data: &[u8]) -> Result<T, DecodeError> {
    if data.get(..DISCRIMINATOR) != Some(&account_discriminator(T::NAME)[..]) {
        return Err(DecodeError::WrongDiscriminator {
            expected: T::NAME,
            found: account_name(data),
        });
    }
    bytemuck::try_pod_read_unaligned(&data[DISCRIMINATOR..]).map_err(|_| DecodeError::WrongLength {
        name: T::NAME,
        expected: T::LENGTH,
        found: data.len(),
    })
}

/// The bytes of an account as the program stores them: the inverse of [`decode`], for tests and
/// recorded fixtures.
pub fn encode<T: AccountLayout>(account: &T) -> Vec<u8> {
    let mut data = account_discriminator(T::NAME).to_vec();
    data.extend_from_slice(bytemuck::bytes_of(account));
    data
}

impl Network {
    /// The wallets that may take submissions and post batches.
    pub fn active_aggregators(&self) -> &[[u8; 32]] {
        let count = usize::from(self.aggregator_count).min(self.aggregators.len());
        &self.aggregators[..count]
    }

    /// The table's used slots.
    pub fn active_validators(&self) -> impl Iterator<Item = &StakeEntry> {
        self.validators
            .iter()
            .filter(|entry| entry.authority != [0; 32])
    }
}

impl Round {
    /// The validators of the stake table copied at opening, with their slots in the table.
    pub fn stake_table(&self) -> impl Iterator<Item = (usize, &RoundValidator)> {
        self.validators
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.authority != [0; 32])
    }
}

impl Job {
    /// Wallet that posts this job's batch in a round.
    pub const fn aggregator_in(&self, round: u64) -> &[u8; 32] {
        if self.next_aggregator_round != 0 && round >= self.next_aggregator_round {
            &self.next_aggregator
        } else {
            &self.aggregator
        }
    }

    /// Whether the program still takes a batch of this job at a slot and unix time, and refuses its
    /// refund: until the deadline, and after a cancellation for a grace.
    pub const fn takes_batches(&self, slot: u64, unix_time: i64) -> bool {
        let grace_is_over = self.cancelled_at != 0
            && (slot >= self.cancelled_slot.saturating_add(self.grace_slots as u64)
                || unix_time >= self.cancelled_at.saturating_add(self.stall_seconds));
        unix_time < self.deadline && !grace_is_over
    }

    /// What a batch could still reserve.
    pub fn available(&self) -> u64 {
        self.balance.saturating_sub(self.reserved)
    }
}

impl Pool {
    /// What the vault owes to leaves of the active tree.
    pub fn unclaimed(&self) -> u64 {
        self.active_total.saturating_sub(self.claimed_total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    #[test]
    fn an_account_survives_the_round_trip() {
        let pool = Pool {
            next_job: 7,
            decimals: 6,
            ..Pool::zeroed()
        };
        assert_eq!(decode::<Pool>(&encode(&pool)), Ok(pool));
    }

    #[test]
    fn a_job_takes_batches_until_its_deadline_or_the_end_of_its_grace() {
        let mut job = Job {
            deadline: 1_000,
            stall_seconds: 100,
            grace_slots: 50,
            aggregator: [1; 32],
            next_aggregator: [2; 32],
            next_aggregator_round: 8,
            ..Job::zeroed()
        };
        assert!(job.takes_batches(9, 999));
        assert!(!job.takes_batches(9, 1_000));
        (job.cancelled_at, job.cancelled_slot) = (500, 10);
        assert!(job.takes_batches(59, 599));
        assert!(!job.takes_batches(60, 501));
        assert!(!job.takes_batches(11, 600));
        assert_eq!(job.aggregator_in(7), &[1; 32]);
        assert_eq!(job.aggregator_in(8), &[2; 32]);
    }

    #[test]
    fn another_type_is_named_in_the_error() {
        let data = encode(&Pool::zeroed());
        assert_eq!(
            decode::<Job>(&data),
            Err(DecodeError::WrongDiscriminator {
                expected: "Job",
                found: Some("Pool")
            })
        );
        assert_eq!(
            decode::<Job>(&[]),
            Err(DecodeError::WrongDiscriminator {
                expected: "Job",
                found: None
            })
        );
    }

    #[test]
    fn a_wrong_length_is_refused() {
        let mut data = encode(&Pool::zeroed());
        data.push(0);
        assert_eq!(
            decode::<Pool>(&data),
            Err(DecodeError::WrongLength {
                name: "Pool",
                expected: 256,
                found: 257
            })
        );
    }
}

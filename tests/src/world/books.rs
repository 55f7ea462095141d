//! The checks after every transaction.

use super::World;
use litesvm::types::TransactionMetadata;
use sheaf_client::{event::Event, layout::*};
use sheaf_format::{
    digest::EVENT_INSTRUCTION_TAG,
    stage::{BatchState, RoundState},
};
use solana_sdk::pubkey::Pubkey;

impl World {
    pub(super) fn count_events(&mut self, metadata: &TransactionMetadata) {
        for inner in metadata.inner_instructions.iter().flatten() {
            let Some(data) = inner.instruction.data.strip_prefix(&EVENT_INSTRUCTION_TAG) else {
                continue;
            };
            let event = Event::decode(data).expect("a known event");
            let counted = self.sequences.entry(event.pool()).or_insert(0);
            assert_eq!(
                event.sequence(),
                *counted + 1,
                "a gap before {}",
                event.name()
            );
            *counted = event.sequence();
        }
    }

    /// Checks conservation of the pool's tokens, that the vault covers what is owed, that every
    /// total is the sum of its parts, and that no event is missing.
    ///
    /// # Panics
    /// When the books do not balance.
    pub fn check_books(&self) {
        let counted = |series| self.sequences.get(&series).copied().unwrap_or(0);
        if self.svm.get_account(&self.build.at.network()).is_some() {
            assert_eq!(
                self.network().sequence,
                counted(None),
                "events of the network"
            );
        }
        if self.lamports(&self.build.pool) == 0
            || self
                .svm
                .get_account(&self.build.pool)
                .is_none_or(|pool| pool.data.is_empty())
        {
            return;
        }
        let pool = self.pool();
        assert_eq!(
            pool.sequence,
            counted(Some(self.build.pool)),
            "events of the pool"
        );

        // Invariant 1: what arrived has left or is in the vault.
        let vault = self.tokens(&Pubkey::new_from_array(pool.vault));
        assert_eq!(
            pool.arrived_total,
            pool.refunded_total + pool.claimed_total + vault
        );
        // Invariant 2: the vault covers every balance, debit and unclaimed earning.
        let unclaimed = pool.active_total - pool.claimed_total;
        assert_eq!(vault, pool.escrow_total + pool.in_round_total + unclaimed);

        self.check_stakes();

        let (mut balances, mut in_round, mut claimed) = (0, 0, 0);
        let of_this_pool = self.build.pool.to_bytes();
        for (_, account) in self.svm.get_program_accounts(&self.build.at.program) {
            // Jobs, datasets, batches and pages begin with their pool.
            if account.data.get(8..40) != Some(&of_this_pool[..]) {
                continue;
            }
            match account_name(&account.data) {
                Some("Job") => {
                    let job: Job = decode(&account.data).expect("a job");
                    assert!(
                        job.reserved <= job.balance,
                        "a reservation beyond the balance"
                    );
                    balances += job.balance;
                }
                Some("Dataset") => {
                    let dataset: Dataset = decode(&account.data).expect("a dataset");
                    assert!(
                        dataset.reserved <= dataset.balance,
                        "a reservation beyond the balance"
                    );
                    balances += dataset.balance;
                }
                Some("Batch") => {
                    let batch: Batch = decode(&account.data).expect("a batch");
                    assert!(
                        batch.debited <= batch.reserved,
                        "a debit beyond the reservation"
                    );
                    if batch.state == BatchState::Settled as u8
                        && self.round(batch.round).state != RoundState::Final as u8
                    {
                        in_round += batch.debited;
                    }
                }
                Some("LedgerPage") => {
                    let page: LedgerPage = decode(&account.data).expect("a page");
                    claimed += page.slots.iter().map(|slot| slot.claimed).sum::<u64>();
                }
                _ => {}
            }
        }
        assert_eq!(balances, pool.escrow_total, "balances of jobs and datasets");
        assert_eq!(in_round, pool.in_round_total, "debits that are not final");
        assert_eq!(claimed, pool.claimed_total, "claims");
    }

    /// Checks that every stake lies in its token account, and that the network's table holds the
    /// stakes that vote (invariant 1, for stakes).
    fn check_stakes(&self) {
        let network = self.network();
        for (address, account) in self.svm.get_program_accounts(&self.build.at.program) {
            let Ok(validator) = decode::<Validator>(&account.data) else {
                continue;
            };
            let vault = self.tokens(&self.build.at.stake(&address));
            assert_eq!(vault, validator.stake, "the stake in its vault");
            let votes = validator.withdraw_after == 0 && validator.jailed_until == 0;
            let seat = network.validators[usize::from(validator.table_index)];
            assert_eq!(seat.authority, validator.authority, "the validator's seat");
            assert_eq!(seat.stake, if votes { validator.stake } else { 0 });
        }
    }
}

//! Every layout expands in a host crate; expanding runs its size and offset assertions.

use bytemuck::Zeroable;
use sheaf_format::host_layout;

// Expanding every layout runs its size and offset assertions at compile time.
host_layout!(
    network_parameters_layout,
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

#[test]
fn every_account_fits_one_creation_by_the_program() {
    // The runtime lets a program grow an account by at most 10,240 bytes in one instruction.
    const CREATION_LIMIT: usize = 10_240 - 8;
    assert!(size_of::<Round>() <= CREATION_LIMIT);
    assert!(size_of::<LedgerPage>() <= CREATION_LIMIT);
    assert!(size_of::<Network>() <= CREATION_LIMIT);
}

#[test]
fn a_ledger_page_keeps_sixteen_bytes_per_contributor() {
    assert_eq!(size_of::<LedgerSlot>(), 16);
    assert_eq!(
        LedgerPage::zeroed().slots.len(),
        sheaf_format::limits::PAGE_LEAVES
    );
}

//! Arguments of fixed size. Their bytes in instruction data are the bytes of the struct.

use crate::state::NetworkParameters;
use anchor_lang::prelude::*;

macro_rules! arguments {
    ($($layout:ident),* $(,)?) => {
        $( sheaf_format::$layout! {
            #[repr(C)]
            #[derive(Clone, Copy, Debug, AnchorSerialize, AnchorDeserialize, IdlType)]
        } )*
    };
}

arguments!(
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
    claim_arguments,
    claim_neighbours_arguments,
    publish_dataset_arguments,
    license_dataset_arguments,
    record_usage_arguments,
    open_challenge_arguments,
    answer_challenge_arguments,
    prove_fraud_arguments,
);

sheaf_format::sync_page_arguments! {
    // Aligned as the tree's nodes are, so that its bytes can be read as nodes where they lie.
    #[repr(C, align(8))]
    #[derive(Clone, Copy, Debug, AnchorSerialize, AnchorDeserialize, IdlType)]
}

sheaf_format::cache_evidence_arguments! {
    // As above.
    #[repr(C, align(8))]
    #[derive(Clone, Copy, Debug, AnchorSerialize, AnchorDeserialize, IdlType)]
}

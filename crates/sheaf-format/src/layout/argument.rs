//! Instruction arguments of fixed size. Instruction data is the instruction's discriminator
//! followed by these bytes; instructions whose arguments end in a list say so.

use super::layout;

layout! { $ create_network_arguments
    /// `create_network`: followed by the aggregators (`u32` count, then 32 bytes each).
    CreateNetworkArguments (128 bytes) {
        /// Genesis hash of the cluster.
        0: genesis_hash: [u8; 32],
        /// Wallet that earns the treasury's share.
        32: treasury: [u8; 32],
        /// First parameters.
        64: parameters: NetworkParameters,
    }
}

layout! { $ set_parameters_arguments
    /// `set_parameters`: followed by the aggregators (`u32` count, then 32 bytes each).
    SetParametersArguments (96 bytes) {
        /// Wallet that earns the treasury's share, in rounds opened from now on.
        0: treasury: [u8; 32],
        /// New parameters.
        32: parameters: NetworkParameters,
    }
}

layout! { $ propose_admin_arguments
    /// `propose_admin`.
    ProposeAdminArguments (32 bytes) {
        /// Wallet that may accept; zero takes a proposal back.
        0: admin: [u8; 32],
    }
}

layout! { $ set_guardian_arguments
    /// `set_guardian`.
    SetGuardianArguments (32 bytes) {
        /// Wallet of the guardian; zero when there shall be none.
        0: guardian: [u8; 32],
    }
}

layout! { $ pause_arguments
    /// `pause_network`.
    PauseArguments (8 bytes) {
        /// Seconds until the pause lapses by itself.
        0: seconds: i64,
    }
}

layout! { $ create_pool_arguments
    /// `create_pool`.
    CreatePoolArguments (8 bytes) {
        /// Lamports moved from the payer into the pool's reserve for page rent.
        0: reserve_lamports: u64,
    }
}

layout! { $ register_validator_arguments
    /// `register_validator`.
    RegisterValidatorArguments (72 bytes) {
        /// Hot key that votes.
        0: vote_key: [u8; 32],
        /// X25519 key that contributions are encrypted to.
        32: encryption_key: [u8; 32],
        /// Stake, in base units of the stake mint.
        64: amount: u64,
    }
}

layout! { $ add_stake_arguments
    /// `add_stake`.
    AddStakeArguments (8 bytes) {
        /// Amount to transfer, in base units of the stake mint; what measurably arrives is added.
        0: amount: u64,
    }
}

layout! { $ create_job_arguments
    /// `create_job`.
    CreateJobArguments (144 bytes) {
        /// Requester's X25519 key.
        0: encryption_key: [u8; 32],
        /// sha256 of the specification.
        32: specification_hash: [u8; 32],
        /// Wallet of the aggregator; it must be on the network's list.
        64: aggregator: [u8; 32],
        /// First funding; may not be zero.
        96: amount: u64,
        /// Price of one unit at full quality.
        104: price_per_unit: u64,
        /// Most that one round may take.
        112: round_cap: u64,
        /// Least lifetime earning that opens a leaf for a new earner.
        120: minimum_earning: u64,
        /// Unix time after which no batch is posted.
        128: deadline: i64,
        /// Kind of work: [`JobKind`](sheaf_format::stage::JobKind).
        136: kind: u8,
        /// Zero.
        137: _padding: [u8; 7],
    }
}

layout! { $ fund_job_arguments
    /// `fund_job`.
    FundJobArguments (8 bytes) {
        /// Amount to transfer; what measurably arrives is credited.
        0: amount: u64,
    }
}

layout! { $ extend_job_arguments
    /// `extend_job`.
    ExtendJobArguments (8 bytes) {
        /// New deadline: unix time, later than the old one.
        0: deadline: i64,
    }
}

layout! { $ set_job_aggregator_arguments
    /// `set_job_aggregator`.
    SetJobAggregatorArguments (32 bytes) {
        /// Wallet of the aggregator; it must be on the network's list.
        0: aggregator: [u8; 32],
    }
}

layout! { $ post_batch_arguments
    /// `post_batch`.
    PostBatchArguments (56 bytes) {
        /// Merkle root over the contributions.
        0: contributions_root: [u8; 32],
        /// Round of the batch: the live one, or the next when none is live.
        32: round: u64,
        /// Units offered by all contributions.
        40: units: u64,
        /// Number of contributions.
        48: count: u32,
        /// Zero.
        52: _padding: [u8; 4],
    }
}

layout! { $ commit_arguments
    /// `commit_scores`.
    CommitArguments (32 bytes) {
        /// [`commitment`](sheaf_format::digest::commitment).
        0: commitment: [u8; 32],
    }
}

layout! { $ reveal_arguments
    /// `reveal_scores`.
    RevealArguments (64 bytes) {
        /// Root of the scores.
        0: scores_root: [u8; 32],
        /// Salt of the commitment.
        32: salt: [u8; 32],
    }
}

layout! { $ attest_arguments
    /// `attest_result`.
    AttestArguments (32 bytes) {
        /// [`attestation`](sheaf_format::digest::attestation).
        0: attestation: [u8; 32],
    }
}

layout! { $ tally_arguments
    /// `tally_round`: the preimage of the attested hash; scope and base come from the accounts.
    TallyArguments (120 bytes) {
        /// Root of the new tree.
        0: root: [u8; 32],
        /// Chain over the debits: [`debits_hash`](sheaf_format::digest::debits_hash).
        32: debits_hash: [u8; 32],
        /// Hash of the manifest.
        64: manifest_hash: [u8; 32],
        /// Sum of the new tree.
        96: total: u64,
        /// Sum of the debits.
        104: debits_total: u64,
        /// Leaves in use in the new tree.
        112: leaf_count: u32,
        /// Zero.
        116: _padding: [u8; 4],
    }
}

layout! { $ settle_arguments
    /// `settle_round`: followed by the amounts (`u32` count, then `u64` each), one for each pair of
    /// job and batch accounts.
    SettleArguments (32 bytes) {
        /// The chain of the debits that remain after these: [`debits_hash`](sheaf_format::digest::debits_hash).
        0: rest_hash: [u8; 32],
    }
}

layout! { $ sync_page_arguments
    /// `sync_page`.
    SyncPageArguments (680 bytes) {
        /// The page's [`Node`](sheaf_format::tree::Node) in the active tree, as bytes.
        0: node: [u8; 40],
        /// Siblings from the page up to the active root: [`Node`](sheaf_format::tree::Node) bytes.
        40: proof: [[u8; 40]; 16],
    }
}

layout! { $ claim_arguments
    /// `claim`.
    ClaimArguments (376 bytes) {
        /// Lifetime earnings in the leaf.
        0: cumulative: u64,
        /// Leaf index.
        8: index: u32,
        /// Bump of the contributor's canonical token account, so that the program need not search.
        12: token_account_bump: u8,
        /// Zero.
        13: _padding: [u8; 3],
        /// Siblings from the leaf up to the page's root: [`Node`](sheaf_format::tree::Node) bytes.
        16: proof: [[u8; 40]; 9],
    }
}

layout! { $ open_challenge_arguments
    /// `open_challenge`.
    OpenChallengeArguments (4 bytes) {
        /// Leaf index.
        0: index: u32,
    }
}

layout! { $ answer_challenge_arguments
    /// `answer_challenge`: the leaf, or zeros when the position is empty.
    AnswerChallengeArguments (400 bytes) {
        /// Lifetime earnings in the leaf.
        0: cumulative: u64,
        /// Wallet that earned.
        8: contributor: [u8; 32],
        /// Siblings from the leaf up to the page's root: [`Node`](sheaf_format::tree::Node) bytes.
        40: proof: [[u8; 40]; 9],
    }
}

layout! { $ cache_evidence_arguments
    /// `cache_evidence`.
    CacheEvidenceArguments (688 bytes) {
        /// The page's [`Node`](sheaf_format::tree::Node) in the tree, as bytes.
        0: node: [u8; 40],
        /// Siblings from the page up to the root: [`Node`](sheaf_format::tree::Node) bytes.
        40: proof: [[u8; 40]; 16],
        /// The page.
        680: page: u32,
        /// Which tree: [`TreeSide`](sheaf_format::stage::TreeSide).
        684: side: u8,
        /// Zero.
        685: _padding: [u8; 3],
    }
}

layout! { $ prove_fraud_arguments
    /// `prove_fraud`: the leaf at one index in both trees, or zeros where it is empty.
    ProveFraudArguments (808 bytes) {
        /// Lifetime earnings in the base tree.
        0: base_cumulative: u64,
        /// Lifetime earnings in the pending tree.
        8: pending_cumulative: u64,
        /// Wallet in the base tree.
        16: base_contributor: [u8; 32],
        /// Wallet in the pending tree.
        48: pending_contributor: [u8; 32],
        /// Siblings in the base tree, up to the page: [`Node`](sheaf_format::tree::Node) bytes.
        80: base_proof: [[u8; 40]; 9],
        /// Siblings in the pending tree, up to the page: [`Node`](sheaf_format::tree::Node) bytes.
        440: pending_proof: [[u8; 40]; 9],
        /// Leaf index.
        800: index: u32,
        /// Zero.
        804: _padding: [u8; 4],
    }
}

layout! { $ claim_neighbours_arguments
    /// `claim_neighbours`: an aligned group of eight leaves, packed so that eight claims fit a
    /// transaction. A position where nobody is holds zeros.
    ClaimNeighboursArguments (572 bytes) {
        /// Index of the group's first leaf: a multiple of eight.
        0: first_index: u32,
        /// Bump of each contributor's canonical token account; 0 where nothing shall be paid. The
        /// account of each other position follows the instruction's accounts, in order.
        4: token_account_bumps: [u8; 8],
        /// Lifetime earnings in each leaf: `u64`, little-endian.
        12: cumulatives: [[u8; 8]; 8],
        /// Wallet of each leaf.
        76: contributors: [[u8; 32]; 8],
        /// Siblings from the group up to the page's root: [`Node`](sheaf_format::tree::Node) bytes.
        332: proof: [[u8; 40]; 6],
    }
}

layout! { $ publish_dataset_arguments
    /// `publish_dataset`.
    PublishDatasetArguments (40 bytes) {
        /// sha256 of the dataset's description.
        0: content_hash: [u8; 32],
        /// Price of a licence; may not be zero.
        32: price: u64,
    }
}

layout! { $ license_dataset_arguments
    /// `license_dataset`.
    LicenseDatasetArguments (8 bytes) {
        /// Most that the consumer pays: the dataset may have been published anew.
        0: maximum_price: u64,
    }
}

layout! { $ record_usage_arguments
    /// `record_usage`.
    RecordUsageArguments (32 bytes) {
        /// sha256 of the report, which is published off chain.
        0: usage_hash: [u8; 32],
    }
}

//! Account layouts. Amounts are base units of the pool's mint unless a name says otherwise.

use super::layout;

layout! { $ network_parameters_layout
    /// What an admin may choose, inside the bounds of [`limits`](sheaf_format::limits). Jobs and
    /// rounds copy what they need when they begin, so a change never reaches back.
    NetworkParameters (64 bytes) {
        /// Least stake of a validator, in base units of the stake mint.
        0: minimum_stake: u64,
        /// Seconds between asking for a stake back and receiving it.
        8: unbonding_seconds: i64,
        /// Seconds after a job's deadline or cancellation until its money can be refunded, at
        /// the latest, whoever is absent.
        16: stall_seconds: i64,
        /// Slots from a round's first batch until its intake may be closed.
        24: intake_slots: u32,
        /// Slots in which validators commit.
        28: commit_slots: u32,
        /// Slots in which validators reveal.
        32: reveal_slots: u32,
        /// Slots in which validators attest.
        36: attest_slots: u32,
        /// Slots between the quorum and the first settlement.
        40: window_slots: u32,
        /// Slots granted for settlement after the window; then the round can be voided.
        44: settle_slots: u32,
        /// Slots after the target slot in which only an aggregator opens the round.
        48: grace_slots: u32,
        /// Part of the snapshotted stake that makes a quorum.
        52: quorum_bps: u16,
        /// Treasury's part of each debit, for jobs created from now on.
        54: treasury_bps: u16,
        /// Validators' part of each debit, for jobs created from now on.
        56: validators_bps: u16,
        /// Zero.
        58: _padding: [u8; 6],
    }
}

layout! { $ stake_entry_layout
    /// One slot of the network's table of validators. Free when `authority` is zero.
    StakeEntry (40 bytes) {
        /// The validator's wallet.
        0: authority: [u8; 32],
        /// Stake that votes; zero while it is unbonding.
        32: stake: u64,
    }
}

layout! { $ network_layout
    /// The one network of this program: parameters, aggregators and the table of validators.
    Network (3104 bytes) {
        /// Who may change parameters. It can never move escrowed, staked or owed tokens.
        0: admin: [u8; 32],
        /// Wallet that earns the treasury's share, as a leaf like any other.
        32: treasury: [u8; 32],
        /// Mint of the validators' stakes.
        64: stake_mint: [u8; 32],
        /// Genesis hash of the cluster: binds commitments and attestations to it.
        96: genesis_hash: [u8; 32],
        /// Number of the network's last event.
        128: sequence: u64,
        /// What an admin may choose.
        136: parameters: NetworkParameters,
        /// Wallets that may take submissions and post batches. The first `aggregator_count` are in use.
        200: aggregators: [[u8; 32]; 8],
        /// The table of validators.
        456: validators: [StakeEntry; 64],
        /// Slots of `aggregators` in use.
        3016: aggregator_count: u8,
        /// Bump of this account's address.
        3017: bump: u8,
        /// Zero.
        3018: _padding: [u8; 6],
        /// Whom the admin proposed as the next one; zero when nobody.
        3024: pending_admin: [u8; 32],
        /// Who may pause and veto; zero when nobody.
        3056: guardian: [u8; 32],
        /// Unix time at which the last pause lapses.
        3088: paused_until: i64,
        /// Unix time from which the guardian may pause again.
        3096: pause_again_at: i64,
    }
}

layout! { $ pool_layout
    /// One pool per mint: the vault that holds every token, and the live round's intake.
    Pool (248 bytes) {
        /// Mint of everything in this pool.
        0: mint: [u8; 32],
        /// Token account that holds it all, owned by this pool.
        32: vault: [u8; 32],
        /// The token program of the mint: Token or Token-2022.
        64: token_program: [u8; 32],
        /// Root of the active tree of lifetime earnings.
        96: active_root: [u8; 32],
        /// Sum of the active tree: everything ever earned in this pool.
        128: active_total: u64,
        /// Everything ever claimed from this pool.
        136: claimed_total: u64,
        /// Sum of the balances of all jobs and datasets, reservations included.
        144: escrow_total: u64,
        /// Debits settled and not yet final. Those of a void round stay here until their batches
        /// are released.
        152: in_round_total: u64,
        /// Everything that ever arrived in the vault.
        160: arrived_total: u64,
        /// Everything ever refunded.
        168: refunded_total: u64,
        /// Number of the pool's last event.
        176: sequence: u64,
        /// Number of the next job.
        184: next_job: u64,
        /// Number of the live round, or of the last one when none is live. The first is 1.
        192: round: u64,
        /// Last round whose root became active.
        200: active_round: u64,
        /// Slot of the live round's first batch.
        208: round_started_slot: u64,
        /// Slot whose hash seeds the assignment; 0 while intake is open.
        216: round_seed_slot: u64,
        /// Slot after which the live round can be voided.
        224: round_deadline_slot: u64,
        /// Leaves in use in the active tree.
        232: active_leaf_count: u32,
        /// Batches posted in the live round.
        236: round_batch_count: u32,
        /// Stage of the live round: [`PoolStage`](sheaf_format::stage::PoolStage).
        240: round_stage: u8,
        /// Decimals of the mint.
        241: decimals: u8,
        /// Bump of this account's address.
        242: bump: u8,
        /// Bump of the vault's address.
        243: vault_bump: u8,
        /// Rounds that the guardian vetoed since the last one that became final.
        244: vetoes_in_a_row: u8,
        /// Zero.
        245: _padding: [u8; 3],
    }
}

layout! { $ job_layout
    /// A requester's order with its escrow. The balance is a number; the tokens lie in the vault.
    Job (360 bytes) {
        /// Pool the job belongs to.
        0: pool: [u8; 32],
        /// Wallet that created and funds the job, and gets refunds.
        32: requester: [u8; 32],
        /// Wallet that posts this job's batches.
        64: aggregator: [u8; 32],
        /// Requester's X25519 key: contributions are encrypted to it.
        96: encryption_key: [u8; 32],
        /// sha256 of the job's specification, which is published off chain.
        128: specification_hash: [u8; 32],
        /// Contribution root of the last batch that was paid: it cannot be paid twice in a row.
        160: last_paid_root: [u8; 32],
        /// Number of the job in its pool.
        192: number: u64,
        /// What is left, reservations included.
        200: balance: u64,
        /// Part of the balance that the batch of `reserved_round` holds.
        208: reserved: u64,
        /// Round that holds the reservation; 0 when none does.
        216: reserved_round: u64,
        /// Everything that ever arrived for this job.
        224: funded_total: u64,
        /// Everything that final rounds took.
        232: settled_total: u64,
        /// Everything that went back to the requester.
        240: refunded_total: u64,
        /// Price of one unit at full quality.
        248: price_per_unit: u64,
        /// Most that one round may take.
        256: round_cap: u64,
        /// Least lifetime earning that opens a leaf for a new earner.
        264: minimum_earning: u64,
        /// Unix time after which no batch is posted.
        272: deadline: i64,
        /// Unix time of the cancellation; 0 when not cancelled.
        280: cancelled_at: i64,
        /// Stall limit agreed at creation, in seconds.
        288: stall_seconds: i64,
        /// Treasury's part of each debit, agreed at creation.
        296: treasury_bps: u16,
        /// Validators' part of each debit, agreed at creation.
        298: validators_bps: u16,
        /// Kind of work: [`JobKind`](sheaf_format::stage::JobKind).
        300: kind: u8,
        /// Bump of this account's address.
        301: bump: u8,
        /// Zero.
        302: _padding: [u8; 2],
        /// Wallet that posts this job's batches from `next_aggregator_round` on.
        304: next_aggregator: [u8; 32],
        /// First round of `next_aggregator`; 0 when none is named.
        336: next_aggregator_round: u64,
        /// Slot of the cancellation.
        344: cancelled_slot: u64,
        /// Slots after a cancellation in which accepted work can still be batched, agreed at
        /// creation.
        352: grace_slots: u32,
        /// Batches of this job whose accounts exist.
        356: batch_count: u32,
    }
}

layout! { $ batch_layout
    /// The contributions of one job in one round, by their root, and what the job reserved for them.
    Batch (176 bytes) {
        /// Pool of the job.
        0: pool: [u8; 32],
        /// The job, or the dataset whose licences this distributes.
        32: job: [u8; 32],
        /// Who posted the batch and gets its rent back.
        64: aggregator: [u8; 32],
        /// Merkle root over the contributions, in the order of the published batch file.
        96: contributions_root: [u8; 32],
        /// The round.
        128: round: u64,
        /// What the job reserved.
        136: reserved: u64,
        /// What settlement took of it.
        144: debited: u64,
        /// Units offered by all contributions.
        152: units: u64,
        /// Slot in which the batch was posted.
        160: posted_slot: u64,
        /// Number of contributions.
        168: count: u32,
        /// State: [`BatchState`](sheaf_format::stage::BatchState).
        172: state: u8,
        /// Bump of this account's address.
        173: bump: u8,
        /// Zero.
        174: _padding: [u8; 2],
    }
}

layout! { $ validator_layout
    /// A validator with its keys and its stake.
    Validator (144 bytes) {
        /// Wallet that staked and gets the stake back.
        0: authority: [u8; 32],
        /// Hot key that signs commitments, reveals and attestations.
        32: vote_key: [u8; 32],
        /// X25519 key: contributions are encrypted to it.
        64: encryption_key: [u8; 32],
        /// Stake, in base units of the stake mint.
        96: stake: u64,
        /// Unix time from which an unbonding stake can be withdrawn; 0 while it votes.
        104: withdraw_after: i64,
        /// Slot up to which past votes can still be slashed.
        112: slashable_until_slot: u64,
        /// Slot in the network's table.
        120: table_index: u8,
        /// Bump of this account's address.
        121: bump: u8,
        /// Rounds in a row in which the validator missed a duty.
        122: missed_duties: u8,
        /// Zero.
        123: _padding: [u8; 5],
        /// Unix time from which a jailed validator may vote again; 0 when it is not jailed.
        128: jailed_until: i64,
        /// Slot since which the stake votes without a break.
        136: bonded_since_slot: u64,
    }
}

layout! { $ round_validator_layout
    /// One validator's part in a round. `stake` is the snapshot taken at opening.
    RoundValidator (144 bytes) {
        /// The validator's wallet; zero when the slot is free.
        0: authority: [u8; 32],
        /// Commitment to the scores.
        32: commitment: [u8; 32],
        /// Revealed root of the scores.
        64: scores_root: [u8; 32],
        /// Attested hash of the round's result.
        96: attestation: [u8; 32],
        /// Stake that votes in this round.
        128: stake: u64,
        /// Bits: [`ballot`](sheaf_format::stage::ballot).
        136: ballot: u8,
        /// Zero.
        137: _padding: [u8; 7],
    }
}

layout! { $ round_layout
    /// One round, from its opening on: terms copied from the network, the ballot box, the result.
    Round (9712 bytes) {
        /// The pool.
        0: pool: [u8; 32],
        /// Wallet that earns the treasury's share in this round.
        32: treasury: [u8; 32],
        /// Hash of the target slot: seeds the assignment of reviewers.
        64: seed: [u8; 32],
        /// Active root when the round opened.
        96: base_root: [u8; 32],
        /// Root the quorum attested to.
        128: root: [u8; 32],
        /// Chain over the debits, as attested: [`debits_hash`](sheaf_format::digest::debits_hash).
        160: debits_hash: [u8; 32],
        /// What is left of the chain: settlement takes debits off its front.
        192: unsettled_hash: [u8; 32],
        /// Manifest of the data and score files used, as attested.
        224: manifest_hash: [u8; 32],
        /// Number of the round in its pool.
        256: number: u64,
        /// Slot of the opening.
        264: opened_slot: u64,
        /// Commitments are taken before this slot.
        272: commit_until_slot: u64,
        /// Reveals are taken from `commit_until_slot` and before this slot.
        280: reveal_until_slot: u64,
        /// Attestations are taken from `reveal_until_slot` and before this slot.
        288: attest_until_slot: u64,
        /// Settlement starts at this slot; 0 until a quorum was tallied.
        296: window_until_slot: u64,
        /// From this slot on the round can be voided.
        304: deadline_slot: u64,
        /// Active total when the round opened.
        312: base_total: u64,
        /// Total of the result: base total plus debits.
        320: total: u64,
        /// Sum of the debits, as attested.
        328: debits_total: u64,
        /// Sum of the debits settled so far.
        336: settled_total: u64,
        /// Job number of the last debit, plus one: debits come in ascending order.
        344: next_job: u64,
        /// Sum of the snapshotted stakes.
        352: stake_total: u64,
        /// Length of the window, copied at opening.
        360: window_slots: u32,
        /// Active leaf count when the round opened.
        364: base_leaf_count: u32,
        /// Leaf count of the result.
        368: leaf_count: u32,
        /// Batches of this round.
        372: batch_count: u32,
        /// Part of the stake that makes a quorum, copied at opening.
        376: quorum_bps: u16,
        /// State: [`RoundState`](sheaf_format::stage::RoundState).
        378: state: u8,
        /// Bump of this account's address.
        379: bump: u8,
        /// Zero.
        380: _padding: [u8; 4],
        /// The ballot box, by slot of the network's table at opening.
        384: validators: [RoundValidator; 64],
        /// Who paid the rent and gets it back.
        9600: payer: [u8; 32],
        /// Slot in which the round became final or void; 0 before.
        9632: ended_slot: u64,
        /// Batches of this round that were released.
        9640: released_count: u32,
        /// Challenges of this round whose accounts exist.
        9644: challenge_count: u32,
        /// What the quorum attested to; zero before the tally.
        9648: attestation: [u8; 32],
        /// Who proved the root a fraud; zero when nobody did.
        9680: prover: [u8; 32],
    }
}

layout! { $ ledger_slot_layout
    /// What one contributor has claimed: 16 bytes, for life.
    LedgerSlot (16 bytes) {
        /// Lifetime claims.
        0: claimed: u64,
        /// Whose slot it is: [`slot_tag`](sheaf_format::digest::slot_tag); zero until the first claim.
        8: tag: [u8; 8],
    }
}

layout! { $ ledger_page_layout
    /// 512 contributors' claims, with the page's current and previous root.
    LedgerPage (8320 bytes) {
        /// The pool.
        0: pool: [u8; 32],
        /// Root of this page in the last synced tree.
        32: root: [u8; 32],
        /// Root of this page before that.
        64: previous_root: [u8; 32],
        /// Sum under `root`.
        96: sum: u64,
        /// Sum under `previous_root`.
        104: previous_sum: u64,
        /// Round of the last sync.
        112: synced_round: u64,
        /// Number of the page.
        120: page: u32,
        /// Bump of this account's address.
        124: bump: u8,
        /// Zero.
        125: _padding: [u8; 3],
        /// The slots, by position of the leaf in the page.
        128: slots: [LedgerSlot; 512],
    }
}

layout! { $ challenge_layout
    /// A demand to show one leaf of a pending root, with the bond that stands behind it.
    Challenge (88 bytes) {
        /// The round.
        0: round: [u8; 32],
        /// Who challenged, and gets bond and rent back unless somebody answers.
        32: challenger: [u8; 32],
        /// The bond, in lamports.
        64: bond_lamports: u64,
        /// Answers are taken before this slot.
        72: answer_until_slot: u64,
        /// Leaf index in question.
        80: index: u32,
        /// Bump of this account's address.
        84: bump: u8,
        /// Zero.
        85: _padding: [u8; 3],
    }
}

layout! { $ evidence_side_layout
    /// A page as proven in one tree: its node, and the sums of the siblings on its way to the root.
    EvidenceSide (168 bytes) {
        /// Hash of the page.
        0: hash: [u8; 32],
        /// Sum of the page.
        32: sum: u64,
        /// Sums of the siblings, from the page up.
        40: sibling_sums: [u64; 16],
    }
}

layout! { $ evidence_layout
    /// One page of a round's base and pending tree, proven to the program by somebody.
    Evidence (440 bytes) {
        /// Pool of the round.
        0: pool: [u8; 32],
        /// The round.
        32: round: [u8; 32],
        /// Who proved it and gets the rent back.
        64: prover: [u8; 32],
        /// The page in the base tree.
        96: base: EvidenceSide,
        /// The page in the pending tree.
        264: pending: EvidenceSide,
        /// The page.
        432: page: u32,
        /// Which sides are proven: one bit for each [`TreeSide`](sheaf_format::stage::TreeSide).
        436: cached: u8,
        /// Bump of this account's address.
        437: bump: u8,
        /// Zero.
        438: _padding: [u8; 2],
    }
}

layout! { $ dataset_layout
    /// What a job brought together, offered for licences. Their price belongs to the contributors: it
    /// is a balance that rounds distribute, and goes back to nobody.
    Dataset (216 bytes) {
        /// Pool of the job.
        0: pool: [u8; 32],
        /// The job.
        32: job: [u8; 32],
        /// The job's requester, who published the dataset.
        64: requester: [u8; 32],
        /// sha256 of the dataset's description, which is published off chain.
        96: content_hash: [u8; 32],
        /// Number of the job in its pool.
        128: number: u64,
        /// Price of a licence.
        136: price: u64,
        /// What is left, reservations included.
        144: balance: u64,
        /// Part of the balance that the batch of `reserved_round` holds.
        152: reserved: u64,
        /// Round that holds the reservation; 0 when none does.
        160: reserved_round: u64,
        /// Everything that ever arrived for licences.
        168: licensed_total: u64,
        /// Everything that final rounds distributed.
        176: settled_total: u64,
        /// Licences sold.
        184: license_count: u64,
        /// Uses reported.
        192: usage_count: u64,
        /// Batches of this dataset whose accounts exist.
        200: batch_count: u32,
        /// Treasury's part of each debit, as the job agreed.
        204: treasury_bps: u16,
        /// Validators' part of each debit, as the job agreed.
        206: validators_bps: u16,
        /// Bump of this account's address.
        208: bump: u8,
        /// Zero.
        209: _padding: [u8; 7],
    }
}

//! Events. The program calls itself with them, so that no log limit can cut them. `sequence`
//! counts without a gap: one series for the network, one per pool.

use super::layout;

layout! { $ network_created_event
    /// The network was created.
    NetworkCreated (200 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The admin.
        8: admin: [u8; 32],
        /// The treasury's wallet.
        40: treasury: [u8; 32],
        /// Stake mint.
        72: stake_mint: [u8; 32],
        /// Genesis hash.
        104: genesis_hash: [u8; 32],
        /// Parameters.
        136: parameters: NetworkParameters,
    }
}
layout! { $ parameters_set_event
    /// The admin set parameters, treasury and aggregators.
    ParametersSet (168 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The treasury's wallet.
        8: treasury: [u8; 32],
        /// Old.
        40: old: NetworkParameters,
        /// New.
        104: new: NetworkParameters,
    }
}
layout! { $ admin_proposed_event
    /// The admin proposed another, or took a proposal back.
    AdminProposed (72 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The admin.
        8: admin: [u8; 32],
        /// Who may accept; zero when nobody.
        40: pending_admin: [u8; 32],
    }
}
layout! { $ admin_changed_event
    /// The proposed admin accepted.
    AdminChanged (72 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// Admin until now.
        8: old_admin: [u8; 32],
        /// Admin from now on.
        40: new_admin: [u8; 32],
    }
}
layout! { $ guardian_set_event
    /// The admin named the guardian.
    GuardianSet (72 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// Guardian until now; zero when there was none.
        8: old_guardian: [u8; 32],
        /// Guardian from now on; zero when there is none.
        40: new_guardian: [u8; 32],
    }
}
layout! { $ network_paused_event
    /// The guardian paused what brings in new work and money.
    NetworkPaused (56 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The guardian.
        8: guardian: [u8; 32],
        /// Unix time at which the pause lapses.
        40: paused_until: i64,
        /// Unix time from which the guardian may pause again.
        48: pause_again_at: i64,
    }
}
layout! { $ network_unpaused_event
    /// Guardian or admin ended a pause early.
    NetworkUnpaused (48 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// Who ended it.
        8: caller: [u8; 32],
        /// Unix time from which the guardian may pause again.
        40: pause_again_at: i64,
    }
}
layout! { $ validator_registered_event
    /// A validator joined (network series).
    ValidatorRegistered (112 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The validator's wallet.
        8: authority: [u8; 32],
        /// Vote key.
        40: vote_key: [u8; 32],
        /// Encryption key.
        72: encryption_key: [u8; 32],
        /// Stake.
        104: stake: u64,
    }
}
layout! { $ stake_added_event
    /// A validator added to its stake (network series).
    StakeAdded (56 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The validator's wallet.
        8: authority: [u8; 32],
        /// What arrived.
        40: arrived: u64,
        /// Stake from now on.
        48: stake: u64,
    }
}
layout! { $ duties_counted_event
    /// A validator's duties in an ended round were counted (network series).
    DutiesCounted (104 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The validator's wallet.
        8: authority: [u8; 32],
        /// The pool of the round.
        40: pool: [u8; 32],
        /// The round.
        72: round: u64,
        /// 1 when a duty was missed.
        80: missed: u64,
        /// Rounds in a row with a missed duty, this one included; 0 once that jails.
        88: missed_duties: u64,
        /// Unix time from which the validator may vote again; 0 when it is not jailed.
        96: jailed_until: i64,
    }
}
layout! { $ validator_unjailed_event
    /// A jailed validator votes again (network series).
    ValidatorUnjailed (48 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The validator's wallet.
        8: authority: [u8; 32],
        /// Stake that votes.
        40: stake: u64,
    }
}
layout! { $ unstake_requested_event
    /// A validator's stake stopped voting and unbonds (network series).
    UnstakeRequested (56 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The validator's wallet.
        8: authority: [u8; 32],
        /// Stake.
        40: stake: u64,
        /// Withdraw after.
        48: withdraw_after: i64,
    }
}
layout! { $ stake_withdrawn_event
    /// A validator left with its stake (network series).
    StakeWithdrawn (48 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The validator's wallet.
        8: authority: [u8; 32],
        /// Amount.
        40: amount: u64,
    }
}
layout! { $ pool_created_event
    /// A pool was created for a mint (pool series, its first).
    PoolCreated (104 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// Mint.
        40: mint: [u8; 32],
        /// Token program.
        72: token_program: [u8; 32],
    }
}
layout! { $ job_created_event
    /// A job was created and funded.
    JobCreated (120 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The job.
        40: job: [u8; 32],
        /// Requester.
        72: requester: [u8; 32],
        /// Number.
        104: number: u64,
        /// Arrived.
        112: arrived: u64,
    }
}
layout! { $ job_funded_event
    /// Tokens arrived for a job.
    JobFunded (88 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The job.
        40: job: [u8; 32],
        /// Arrived.
        72: arrived: u64,
        /// Balance.
        80: balance: u64,
    }
}
layout! { $ job_cancelled_event
    /// The requester stopped a job's intake.
    JobCancelled (80 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The job.
        40: job: [u8; 32],
        /// Cancelled at.
        72: cancelled_at: i64,
    }
}
layout! { $ job_refunded_event
    /// What was left of a job went back to its requester.
    JobRefunded (80 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The job.
        40: job: [u8; 32],
        /// Amount.
        72: amount: u64,
    }
}
layout! { $ job_extended_event
    /// The requester moved a job's deadline.
    JobExtended (88 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The job.
        40: job: [u8; 32],
        /// Old deadline, unix time.
        72: old_deadline: i64,
        /// New deadline, unix time.
        80: new_deadline: i64,
    }
}
layout! { $ job_aggregator_set_event
    /// The requester named another aggregator for later rounds.
    JobAggregatorSet (112 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The job.
        40: job: [u8; 32],
        /// The aggregator.
        72: aggregator: [u8; 32],
        /// Its first round.
        104: from_round: u64,
    }
}
layout! { $ job_closed_event
    /// A job's account was closed; its number is never used again.
    JobClosed (80 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The job.
        40: job: [u8; 32],
        /// Number.
        72: number: u64,
    }
}
layout! { $ batch_closed_event
    /// A released batch's account was closed.
    BatchClosed (80 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The job.
        40: job: [u8; 32],
        /// The round.
        72: round: u64,
    }
}
layout! { $ round_closed_event
    /// An ended round's account was closed; its number is never used again.
    RoundClosed (48 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The round.
        40: round: u64,
    }
}
layout! { $ batch_posted_event
    /// A batch was posted and its reservation made.
    BatchPosted (168 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The job.
        40: job: [u8; 32],
        /// Batch.
        72: batch: [u8; 32],
        /// Contributions root.
        104: contributions_root: [u8; 32],
        /// The round.
        136: round: u64,
        /// Reserved.
        144: reserved: u64,
        /// Units.
        152: units: u64,
        /// Count.
        160: count: u64,
    }
}
layout! { $ intake_closed_event
    /// Intake closed: this slot's hash will seed the assignment. Sent again when the hash
    /// expired unseen and another slot had to be taken.
    IntakeClosed (64 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The round.
        40: round: u64,
        /// Seed slot.
        48: seed_slot: u64,
        /// Retargeted.
        56: retargeted: u64,
    }
}
layout! { $ round_opened_event
    /// A round opened for commitments.
    RoundOpened (96 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// Seed.
        40: seed: [u8; 32],
        /// The round.
        72: round: u64,
        /// Opened slot.
        80: opened_slot: u64,
        /// Stake total.
        88: stake_total: u64,
    }
}
layout! { $ scores_committed_event
    /// A validator committed.
    ScoresCommitted (112 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The validator's wallet.
        40: validator: [u8; 32],
        /// Commitment.
        72: commitment: [u8; 32],
        /// The round.
        104: round: u64,
    }
}
layout! { $ scores_revealed_event
    /// A validator revealed.
    ScoresRevealed (112 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The validator's wallet.
        40: validator: [u8; 32],
        /// Scores root.
        72: scores_root: [u8; 32],
        /// The round.
        104: round: u64,
    }
}
layout! { $ result_attested_event
    /// A validator attested.
    ResultAttested (112 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The validator's wallet.
        40: validator: [u8; 32],
        /// Attestation.
        72: attestation: [u8; 32],
        /// The round.
        104: round: u64,
    }
}
layout! { $ round_tallied_event
    /// A result reached the quorum and is pending.
    RoundTallied (144 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// Root.
        40: root: [u8; 32],
        /// Manifest hash.
        72: manifest_hash: [u8; 32],
        /// The round.
        104: round: u64,
        /// Total.
        112: total: u64,
        /// Debits total.
        120: debits_total: u64,
        /// Leaf count.
        128: leaf_count: u64,
        /// Stake.
        136: stake: u64,
    }
}
layout! { $ debits_settled_event
    /// Some debits were settled. The batches say each one.
    DebitsSettled (64 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The round.
        40: round: u64,
        /// Count.
        48: count: u64,
        /// Settled total.
        56: settled_total: u64,
    }
}
layout! { $ round_finalised_event
    /// A round's root became active.
    RoundFinalised (104 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// Root.
        40: root: [u8; 32],
        /// The round.
        72: round: u64,
        /// Old total.
        80: old_total: u64,
        /// New total.
        88: new_total: u64,
        /// Leaf count.
        96: leaf_count: u64,
    }
}
layout! { $ round_voided_event
    /// A round ended without effect.
    RoundVoided (64 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The round.
        40: round: u64,
        /// Stage.
        48: stage: u64,
        /// Why: [`VoidCause`](sheaf_format::stage::VoidCause).
        56: cause: u64,
    }
}
layout! { $ batch_released_event
    /// A batch's reservation ended: what was not debited is the job's again.
    BatchReleased (96 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The job.
        40: job: [u8; 32],
        /// The round.
        72: round: u64,
        /// Debited.
        80: debited: u64,
        /// Returned.
        88: returned: u64,
    }
}
layout! { $ page_opened_event
    /// A ledger page was created.
    PageOpened (48 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// Page.
        40: page: u64,
    }
}
layout! { $ page_synced_event
    /// A ledger page took its root from the active tree.
    PageSynced (104 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// Page.
        40: page: u64,
        /// Root.
        48: root: [u8; 32],
        /// Old sum.
        80: old_sum: u64,
        /// New sum.
        88: new_sum: u64,
        /// The round.
        96: round: u64,
    }
}
layout! { $ challenge_opened_event
    /// Somebody challenged an index of a pending root.
    ChallengeOpened (104 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// Challenger.
        40: challenger: [u8; 32],
        /// The round.
        72: round: u64,
        /// Leaf index.
        80: index: u64,
        /// The bond, in lamports.
        88: bond_lamports: u64,
        /// Answers are taken before this slot.
        96: answer_until_slot: u64,
    }
}
layout! { $ challenge_answered_event
    /// Somebody showed the challenged leaf, or its absence (zeros), and took the bond.
    ChallengeAnswered (128 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// Answerer.
        40: answerer: [u8; 32],
        /// Wallet in the leaf.
        72: contributor: [u8; 32],
        /// The round.
        104: round: u64,
        /// Leaf index.
        112: index: u64,
        /// Lifetime earnings in the leaf.
        120: cumulative: u64,
    }
}
layout! { $ challenge_closed_event
    /// A void round's challenge gave its bond back.
    ChallengeClosed (56 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The round.
        40: round: u64,
        /// Leaf index.
        48: index: u64,
    }
}
layout! { $ evidence_cached_event
    /// Somebody proved a page of a round's base or pending tree.
    EvidenceCached (96 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// Prover.
        40: prover: [u8; 32],
        /// The round.
        72: round: u64,
        /// Page.
        80: page: u64,
        /// Which tree: [`TreeSide`](sheaf_format::stage::TreeSide).
        88: side: u64,
    }
}
layout! { $ evidence_closed_event
    /// A prover took an evidence account's rent back.
    EvidenceClosed (72 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// Prover.
        40: prover: [u8; 32],
    }
}
layout! { $ fraud_proven_event
    /// A round's attested root was proven a fraud. Who attested to it can be slashed.
    FraudProven (80 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// Prover.
        40: prover: [u8; 32],
        /// The round.
        72: round: u64,
    }
}
layout! { $ validator_slashed_event
    /// A validator who attested to a fraud lost its stake in that round (network series).
    ValidatorSlashed (144 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The validator's wallet.
        8: authority: [u8; 32],
        /// The pool of the round.
        40: pool: [u8; 32],
        /// Prover.
        72: prover: [u8; 32],
        /// The round.
        104: round: u64,
        /// What left the stake, in base units of the stake mint.
        112: slashed: u64,
        /// The prover's part of it; the rest went to the treasury.
        120: reward: u64,
        /// Stake that is left.
        128: stake: u64,
        /// Unix time from which the validator may vote again.
        136: jailed_until: i64,
    }
}
layout! { $ dataset_published_event
    /// A requester offered a job's result for licences.
    DatasetPublished (152 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The job.
        40: job: [u8; 32],
        /// The dataset.
        72: dataset: [u8; 32],
        /// sha256 of the dataset's description.
        104: content_hash: [u8; 32],
        /// Number of the job.
        136: number: u64,
        /// Price of a licence.
        144: price: u64,
    }
}
layout! { $ dataset_licensed_event
    /// A consumer paid for a licence.
    DatasetLicensed (128 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The dataset.
        40: dataset: [u8; 32],
        /// Consumer.
        72: consumer: [u8; 32],
        /// Number of the licence, from 1.
        104: license: u64,
        /// Arrived.
        112: arrived: u64,
        /// Balance.
        120: balance: u64,
    }
}
layout! { $ usage_recorded_event
    /// A consumer reported a use of a dataset.
    UsageRecorded (144 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The dataset.
        40: dataset: [u8; 32],
        /// Consumer.
        72: consumer: [u8; 32],
        /// sha256 of the report.
        104: usage_hash: [u8; 32],
        /// Number of the report, from 1.
        136: usage: u64,
    }
}
layout! { $ dataset_closed_event
    /// A dataset's account was closed.
    DatasetClosed (72 bytes) {
        /// Number of this event in its series.
        0: sequence: u64,
        /// The pool.
        8: pool: [u8; 32],
        /// The dataset.
        40: dataset: [u8; 32],
    }
}

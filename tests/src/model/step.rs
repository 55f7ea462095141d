//! What may happen: abstract steps, whose numbers are resolved modulo what exists, so that any part of
//! a sequence is a sequence and failures shrink.

use proptest::{collection, prelude::*};

/// Whether the one signs whose right it is.
pub type Honest = bool;

/// One step.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Whatever comes next in an honest round; the number chooses among jobs and, rarely, the crooked plan.
    Advance(u8),
    /// Some slots pass.
    Wait(u8),
    /// Seconds pass without slots: a cluster that is slow.
    WaitSeconds(u16),
    /// Up to the next slot at which a stage ends; one before, at, or one after it.
    WaitForStage(u8),
    /// `create_job`: amount, cap, seconds to the deadline.
    CreateJob(u32, u16, u32),
    /// `fund_job`
    Fund(u8, u16),
    /// `cancel_job`
    Cancel(u8, Honest),
    /// `extend_job`, by some seconds, possibly backwards.
    Extend(u8, i16, Honest),
    /// `refund_job`, to the requester or to the stranger.
    Refund(u8, Honest),
    /// `close_job`
    CloseJob(u8),
    /// `publish_dataset`
    Publish(u8, u16, Honest),
    /// `license_dataset`; dear offers are refused.
    License(u8, bool),
    /// `close_dataset`
    CloseDataset(u8, Honest),
    /// `post_batch` or `post_distribution`: payer, round off by this much, content paid before.
    Post(u8, u8, bool, Honest),
    /// `close_intake`
    CloseIntake(Honest),
    /// `open_round`; the number seeds what can be attested to.
    Open(u16, Honest),
    /// `commit_scores`
    Commit(u8, Honest),
    /// `reveal_scores`
    Reveal(u8, Honest),
    /// `attest_result` to the honest plan or the crooked one.
    Attest(u8, bool),
    /// `tally_round`
    Tally(bool),
    /// `settle_round`: how many debits, and whether as attested.
    Settle(u8, Honest),
    /// `finalise_round`
    Finalise,
    /// `void_round`
    Void,
    /// `veto_round`
    Veto(Honest),
    /// `release_batch`
    Release(u8),
    /// `close_batch`
    CloseBatch(u8),
    /// `close_round`
    CloseRound(u8),
    /// `open_challenge`
    Challenge(u8, bool),
    /// `answer_challenge`
    Answer(u8, Honest),
    /// `void_unanswered`
    VoidUnanswered(u8),
    /// `close_challenge`
    CloseChallenge(u8),
    /// `cache_evidence` of both trees, then `prove_fraud`: round and index.
    Prove(u8, u8),
    /// `cache_evidence` of both trees, then `prove_page_fraud`.
    ProvePage(u8),
    /// `slash_validator`: validator and round.
    Slash(u8, u8),
    /// `register_validator`
    Register(u8, u32),
    /// `add_stake`
    AddStake(u8, u16),
    /// `request_unstake`
    Unstake(u8, Honest),
    /// `withdraw_stake`
    Withdraw(u8),
    /// `count_duties`: validator and round.
    CountDuties(u8, u8),
    /// `unjail_validator`
    Unjail(u8),
    /// `pause_network`
    Pause(u32, Honest),
    /// `unpause_network`
    Unpause(Honest),
    /// `set_parameters`: treasury's and validators' share, minimum stake, who signs.
    SetParameters([u16; 2], u16, u8),
    /// `propose_admin`: whom, and who signs.
    ProposeAdmin(u8, u8),
    /// `accept_admin`: who signs.
    AcceptAdmin(u8),
    /// `set_job_aggregator`, to one on the list or not.
    NameAggregator(u8, bool, Honest),
    /// `record_usage`
    RecordUsage(u8),
    /// `close_evidence`
    CloseEvidence(u8),
    /// `open_page`
    OpenPage(bool),
    /// `sync_page` to the active tree or an older one.
    Sync(bool),
    /// `claim`: index, in which tree that was active.
    Claim(u8, u8),
    /// `claim` with the second leaf's sum raised.
    ClaimTooMuch(u8),
    /// `claim_neighbours`: group, whom, in which tree that was active.
    ClaimNeighbours(bool, u8, u8),
}

/// Most often the honest signer.
fn honest() -> impl Strategy<Value = Honest> {
    prop::bool::weighted(0.8)
}

/// Any step, with those that carry rounds forward most often.
pub fn step() -> impl Strategy<Value = Step> {
    let time = prop_oneof![
        any::<u8>().prop_map(Step::Wait),
        any::<u16>().prop_map(Step::WaitSeconds),
        any::<u8>().prop_map(Step::WaitForStage),
        any::<u8>().prop_map(Step::WaitForStage),
    ];
    let job = any::<u8>;
    let money = prop_oneof![
        (1..200_000u32, 1..50_000u16, 0..200_000u32)
            .prop_map(|(amount, cap, seconds)| Step::CreateJob(amount, cap, seconds)),
        (job(), 0..1_000u16).prop_map(|(job, amount)| Step::Fund(job, amount)),
        (job(), honest()).prop_map(|(job, who)| Step::Cancel(job, who)),
        (job(), any::<i16>(), honest()).prop_map(|(job, by, who)| Step::Extend(job, by, who)),
        (job(), honest()).prop_map(|(job, who)| Step::Refund(job, who)),
        job().prop_map(Step::CloseJob),
        (job(), 0..5_000u16, honest()).prop_map(|(job, price, who)| Step::Publish(job, price, who)),
        (job(), any::<bool>()).prop_map(|(set, dear)| Step::License(set, dear)),
        (job(), any::<bool>()).prop_map(|(set, dear)| Step::License(set, dear)),
        (job(), honest()).prop_map(|(set, who)| Step::CloseDataset(set, who)),
    ];
    let round = prop_oneof![
        (any::<u8>(), 0..12u8, prop::bool::weighted(0.2), honest())
            .prop_map(|(payer, off, again, who)| Step::Post(payer, off, again, who)),
        honest().prop_map(Step::CloseIntake),
        (any::<u16>(), honest()).prop_map(|(seed, who)| Step::Open(seed, who)),
        (any::<u8>(), honest()).prop_map(|(validator, who)| Step::Commit(validator, who)),
        (any::<u8>(), honest()).prop_map(|(validator, who)| Step::Reveal(validator, who)),
        (any::<u8>(), any::<bool>()).prop_map(|(validator, plan)| Step::Attest(validator, plan)),
        any::<bool>().prop_map(Step::Tally),
        (0..4u8, honest()).prop_map(|(count, who)| Step::Settle(count, who)),
        Just(Step::Finalise),
        Just(Step::Void),
        honest().prop_map(Step::Veto),
        any::<u8>().prop_map(Step::Release),
        any::<u8>().prop_map(Step::CloseBatch),
        any::<u8>().prop_map(Step::CloseRound),
    ];
    let quarrel = prop_oneof![
        (any::<u8>(), any::<bool>()).prop_map(|(index, who)| Step::Challenge(index, who)),
        (any::<u8>(), honest()).prop_map(|(index, who)| Step::Answer(index, who)),
        any::<u8>().prop_map(Step::VoidUnanswered),
        any::<u8>().prop_map(Step::CloseChallenge),
        (any::<u8>(), any::<u8>()).prop_map(|(round, index)| Step::Prove(round, index)),
        any::<u8>().prop_map(Step::ProvePage),
        (any::<u8>(), any::<u8>()).prop_map(|(validator, round)| Step::Slash(validator, round)),
    ];
    let stakes = prop_oneof![
        (any::<u8>(), 0..100_000u32).prop_map(|(who, amount)| Step::Register(who, amount)),
        (any::<u8>(), 0..1_000u16).prop_map(|(who, amount)| Step::AddStake(who, amount)),
        (any::<u8>(), honest()).prop_map(|(validator, who)| Step::Unstake(validator, who)),
        any::<u8>().prop_map(Step::Withdraw),
        (any::<u8>(), any::<u8>()).prop_map(|(who, round)| Step::CountDuties(who, round)),
        any::<u8>().prop_map(Step::Unjail),
        (prop_oneof![0..600u32, 0..300_000u32], honest())
            .prop_map(|(seconds, who)| Step::Pause(seconds, who)),
        honest().prop_map(Step::Unpause),
        (any::<u8>(), any::<u8>()).prop_map(|(who, round)| Step::CountDuties(who, round)),
        any::<u8>().prop_map(Step::Unjail),
    ];
    let earnings = prop_oneof![
        any::<bool>().prop_map(Step::OpenPage),
        prop::bool::weighted(0.8).prop_map(Step::Sync),
        (any::<u8>(), 0..8u8).prop_map(|(index, tree)| Step::Claim(index, tree)),
        (any::<u8>(), 0..8u8).prop_map(|(index, tree)| Step::Claim(index, tree)),
        any::<u8>().prop_map(Step::ClaimTooMuch),
        (any::<bool>(), any::<u8>(), 0..8u8)
            .prop_map(|(group, whom, tree)| Step::ClaimNeighbours(group, whom, tree)),
    ];
    let govern = prop_oneof![
        // Seldom more than the program allows.
        ([0..2_500u16, 0..2_500u16], 0..2_000u16, any::<u8>())
            .prop_map(|(fees, stake, who)| Step::SetParameters(fees, stake, who)),
        (any::<u8>(), any::<u8>()).prop_map(|(whom, who)| Step::ProposeAdmin(whom, who)),
        any::<u8>().prop_map(Step::AcceptAdmin),
        (any::<u8>(), honest(), honest())
            .prop_map(|(job, listed, who)| Step::NameAggregator(job, listed, who)),
        any::<u8>().prop_map(Step::RecordUsage),
        any::<u8>().prop_map(Step::CloseEvidence),
    ];
    prop_oneof![
        14 => any::<u8>().prop_map(Step::Advance),
        2 => time,
        4 => money,
        4 => round,
        3 => quarrel,
        3 => stakes,
        4 => earnings,
        2 => govern,
    ]
}

/// Sequences of steps.
pub fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    collection::vec(step(), 1..most)
}

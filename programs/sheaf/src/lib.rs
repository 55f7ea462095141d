//! Sheaf's on-chain program: escrow in, rounds of work judged and paid, earnings out.
//!
//! - [`state`]: the accounts, and the rules that concern one of them alone.
//! - [`instructions`]: what changes them, by concern; [`event`]: what each change says.
//! - [`token`]: mints that are admitted, and calls of the token programs.
//! - [`security_txt`]: whom to tell about a hole.
//! - [`slot_hashes`], [`clock`], [`arithmetic`], [`zero_copy`]: small tools.
//!
//! Layouts, hashes, seeds, limits and error codes are defined in `sheaf-format`, which every machine
//! off the chain compiles as well. `README.md` lists the accounts of each instruction.

pub mod arithmetic;
pub mod clock;
pub mod error;
pub mod event;
pub mod instructions;
pub mod security_txt;
pub mod slot_hashes;
pub mod state;
pub mod token;
pub mod zero_copy;

use anchor_lang::prelude::*;
use instructions::{
    arguments::*, batch, challenge, claim, dataset, fraud, job, network, pool, round, validator,
};

/// This program's address in base58: the one it is built for (`SHEAF_PROGRAM_ID`), or the
/// localnet's.
const ADDRESS: &str = match option_env!("SHEAF_PROGRAM_ID") {
    Some(address) => address,
    None => sheaf_format::LOCALNET_PROGRAM_ADDRESS,
};

/// This program's address.
pub const ID: Address = Address::from_str_const(ADDRESS);

/// The instructions. Each is described at its handler.
#[program]
pub mod sheaf {
    use super::*;

    /// Pays a contributor lifetime earnings less lifetime claims.
    pub fn claim(ctx: &mut Context<claim::Claim>, arguments: ClaimArguments) -> Result<()> {
        claim::claim(ctx, &arguments)
    }

    /// Pays up to eight neighbours in the tree.
    pub fn claim_neighbours(
        ctx: &mut Context<claim::ClaimNeighbours>,
        arguments: ClaimNeighboursArguments,
    ) -> Result<()> {
        claim::claim_neighbours(ctx, &arguments)
    }

    /// Brings a ledger page to the active root.
    pub fn sync_page(
        ctx: &mut Context<claim::SyncPage>,
        arguments: SyncPageArguments,
    ) -> Result<()> {
        claim::sync_page(ctx, &arguments)
    }

    /// Creates a ledger page; the pool's reserve pays its rent.
    pub fn open_page(ctx: &mut Context<claim::OpenPage>, number: u32) -> Result<()> {
        claim::open_page(ctx, number)
    }

    /// Posts a job's contributions to a round and reserves what they may cost.
    pub fn post_batch(
        ctx: &mut Context<batch::PostBatch>,
        arguments: PostBatchArguments,
    ) -> Result<()> {
        batch::post(ctx, &arguments)
    }

    /// Ends a batch's reservation after its round.
    pub fn release_batch(ctx: &mut Context<batch::ReleaseBatch>) -> Result<()> {
        batch::release(ctx)
    }

    /// Closes a released batch.
    pub fn close_batch(ctx: &mut Context<batch::CloseBatch>) -> Result<()> {
        batch::close(ctx)
    }

    /// Closes intake and fixes the slot whose hash seeds the assignment.
    pub fn close_intake(ctx: &mut Context<round::CloseIntake>) -> Result<()> {
        round::close_intake(ctx)
    }

    /// Opens the live round for commitments.
    pub fn open_round(ctx: &mut Context<round::OpenRound>) -> Result<()> {
        round::open(ctx)
    }

    /// Commits a validator to the root of its scores.
    pub fn commit_scores(ctx: &mut Context<round::Vote>, arguments: CommitArguments) -> Result<()> {
        round::commit(ctx, &arguments)
    }

    /// Reveals scores root and salt of a commitment.
    pub fn reveal_scores(ctx: &mut Context<round::Vote>, arguments: RevealArguments) -> Result<()> {
        round::reveal(ctx, &arguments)
    }

    /// Attests to the hash of the round's result.
    pub fn attest_result(ctx: &mut Context<round::Vote>, arguments: AttestArguments) -> Result<()> {
        round::attest(ctx, &arguments)
    }

    /// Makes the result with the quorum pending.
    pub fn tally_round(
        ctx: &mut Context<round::TallyRound>,
        arguments: TallyArguments,
    ) -> Result<()> {
        round::tally(ctx, &arguments)
    }

    /// Settles the next debits of a pending result.
    pub fn settle_round(
        ctx: &mut Context<round::SettleRound>,
        arguments: SettleArguments,
        amounts: Vec<u64>,
    ) -> Result<()> {
        round::settle(ctx, &arguments, &amounts)
    }

    /// Makes a pending root active.
    pub fn finalise_round(ctx: &mut Context<round::FinaliseRound>) -> Result<()> {
        round::finalise(ctx)
    }

    /// Ends a round whose result is pending, at the guardian's word.
    pub fn veto_round(ctx: &mut Context<round::VetoRound>) -> Result<()> {
        round::veto(ctx)
    }

    /// Ends a live round without effect.
    pub fn void_round(ctx: &mut Context<round::VoidRound>) -> Result<()> {
        round::void(ctx)
    }

    /// Closes an ended round.
    pub fn close_round(ctx: &mut Context<round::CloseRound>) -> Result<()> {
        round::close(ctx)
    }

    /// Demands to see one leaf of a pending root.
    pub fn open_challenge(
        ctx: &mut Context<challenge::OpenChallenge>,
        arguments: OpenChallengeArguments,
    ) -> Result<()> {
        challenge::open(ctx, &arguments)
    }

    /// Shows the challenged leaf and takes the bond.
    pub fn answer_challenge(
        ctx: &mut Context<challenge::AnswerChallenge>,
        arguments: AnswerChallengeArguments,
    ) -> Result<()> {
        challenge::answer(ctx, &arguments)
    }

    /// Ends a pending round whose challenge was not answered.
    pub fn void_unanswered(ctx: &mut Context<challenge::EndChallenge>) -> Result<()> {
        challenge::void_unanswered(ctx)
    }

    /// Returns the bond of a challenge to a void round.
    pub fn close_challenge(ctx: &mut Context<challenge::EndChallenge>) -> Result<()> {
        challenge::close(ctx)
    }

    /// Proves a page of a round's base or pending tree.
    pub fn cache_evidence(
        ctx: &mut Context<fraud::CacheEvidence>,
        arguments: CacheEvidenceArguments,
    ) -> Result<()> {
        fraud::cache(ctx, &arguments)
    }

    /// Closes somebody's own evidence.
    pub fn close_evidence(ctx: &mut Context<fraud::CloseEvidence>) -> Result<()> {
        fraud::close(ctx)
    }

    /// Proves by two leaves that an attested root is a fraud.
    pub fn prove_fraud(
        ctx: &mut Context<fraud::ProveFraud>,
        arguments: ProveFraudArguments,
    ) -> Result<()> {
        fraud::prove(ctx, &arguments)
    }

    /// Proves by a page's sums that an attested root is a fraud.
    pub fn prove_page_fraud(ctx: &mut Context<fraud::ProveFraud>) -> Result<()> {
        fraud::prove_page(ctx)
    }

    /// Slashes a validator who attested to a fraud.
    pub fn slash_validator(ctx: &mut Context<fraud::SlashValidator>) -> Result<()> {
        fraud::slash(ctx)
    }

    /// Offers a job's result for licences.
    pub fn publish_dataset(
        ctx: &mut Context<dataset::PublishDataset>,
        arguments: PublishDatasetArguments,
    ) -> Result<()> {
        dataset::publish(ctx, &arguments)
    }

    /// Pays for a licence of a dataset.
    pub fn license_dataset(
        ctx: &mut Context<dataset::LicenseDataset>,
        arguments: LicenseDatasetArguments,
    ) -> Result<()> {
        dataset::license(ctx, &arguments)
    }

    /// Records a use of a dataset.
    pub fn record_usage(
        ctx: &mut Context<dataset::RecordUsage>,
        arguments: RecordUsageArguments,
    ) -> Result<()> {
        dataset::record_usage(ctx, &arguments)
    }

    /// Posts who shares what a dataset's licences paid.
    pub fn post_distribution(
        ctx: &mut Context<dataset::PostDistribution>,
        arguments: PostBatchArguments,
    ) -> Result<()> {
        dataset::distribute(ctx, &arguments)
    }

    /// Ends the offer of a dataset.
    pub fn close_dataset(ctx: &mut Context<dataset::CloseDataset>) -> Result<()> {
        dataset::close(ctx)
    }

    /// Creates a job and funds it.
    pub fn create_job(
        ctx: &mut Context<job::CreateJob>,
        arguments: CreateJobArguments,
    ) -> Result<()> {
        job::create(ctx, &arguments)
    }

    /// Adds to a job's balance.
    pub fn fund_job(ctx: &mut Context<job::FundJob>, arguments: FundJobArguments) -> Result<()> {
        job::fund(ctx, &arguments)
    }

    /// Moves a job's deadline to a later one.
    pub fn extend_job(
        ctx: &mut Context<job::ExtendJob>,
        arguments: ExtendJobArguments,
    ) -> Result<()> {
        job::extend(ctx, &arguments)
    }

    /// Names the aggregator of a job's later rounds.
    pub fn set_job_aggregator(
        ctx: &mut Context<job::SetJobAggregator>,
        arguments: SetJobAggregatorArguments,
    ) -> Result<()> {
        job::set_aggregator(ctx, &arguments)
    }

    /// Ends a job before its deadline.
    pub fn cancel_job(ctx: &mut Context<job::CancelJob>) -> Result<()> {
        job::cancel(ctx)
    }

    /// Returns what is left of a job that has ended.
    pub fn refund_job(ctx: &mut Context<job::RefundJob>) -> Result<()> {
        job::refund(ctx)
    }

    /// Closes an ended job that holds nothing.
    pub fn close_job(ctx: &mut Context<job::CloseJob>) -> Result<()> {
        job::close(ctx)
    }

    /// Registers a validator with its stake.
    pub fn register_validator(
        ctx: &mut Context<validator::RegisterValidator>,
        arguments: RegisterValidatorArguments,
    ) -> Result<()> {
        validator::register(ctx, &arguments)
    }

    /// Adds to a validator's stake.
    pub fn add_stake(
        ctx: &mut Context<validator::AddStake>,
        arguments: AddStakeArguments,
    ) -> Result<()> {
        validator::add_stake(ctx, &arguments)
    }

    /// Counts how a validator did its duties in an ended round.
    pub fn count_duties(ctx: &mut Context<validator::CountDuties>) -> Result<()> {
        validator::count(ctx)
    }

    /// Gives a jailed validator its vote back.
    pub fn unjail_validator(ctx: &mut Context<validator::UnjailValidator>) -> Result<()> {
        validator::unjail(ctx)
    }

    /// Asks for a stake back.
    pub fn request_unstake(ctx: &mut Context<validator::RequestUnstake>) -> Result<()> {
        validator::request_unstake(ctx)
    }

    /// Returns an unbonded stake and closes the validator.
    pub fn withdraw_stake(ctx: &mut Context<validator::WithdrawStake>) -> Result<()> {
        validator::withdraw(ctx)
    }

    /// Creates the pool of a mint.
    pub fn create_pool(
        ctx: &mut Context<pool::CreatePool>,
        arguments: CreatePoolArguments,
    ) -> Result<()> {
        pool::create(ctx, &arguments)
    }

    /// Creates the network.
    pub fn create_network(
        ctx: &mut Context<network::CreateNetwork>,
        arguments: CreateNetworkArguments,
        aggregators: Vec<[u8; 32]>,
    ) -> Result<()> {
        network::create(ctx, &arguments, &aggregators)
    }

    /// Sets parameters, treasury and aggregators.
    pub fn set_parameters(
        ctx: &mut Context<network::SetParameters>,
        arguments: SetParametersArguments,
        aggregators: Vec<[u8; 32]>,
    ) -> Result<()> {
        network::set_parameters(ctx, &arguments, &aggregators)
    }

    /// Proposes another admin, who has to accept.
    pub fn propose_admin(
        ctx: &mut Context<network::Govern>,
        arguments: ProposeAdminArguments,
    ) -> Result<()> {
        network::propose_admin(ctx, &arguments)
    }

    /// Makes the proposed admin the admin.
    pub fn accept_admin(ctx: &mut Context<network::AcceptAdmin>) -> Result<()> {
        network::accept_admin(ctx)
    }

    /// Names the guardian.
    pub fn set_guardian(
        ctx: &mut Context<network::Govern>,
        arguments: SetGuardianArguments,
    ) -> Result<()> {
        network::set_guardian(ctx, &arguments)
    }

    /// Pauses what brings in new work and money, for a while.
    pub fn pause_network(
        ctx: &mut Context<network::PauseNetwork>,
        arguments: PauseArguments,
    ) -> Result<()> {
        network::pause(ctx, &arguments)
    }

    /// Ends a pause early.
    pub fn unpause_network(ctx: &mut Context<network::UnpauseNetwork>) -> Result<()> {
        network::unpause(ctx)
    }
}

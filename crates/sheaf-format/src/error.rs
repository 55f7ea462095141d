//! The program's error codes. Code `6000 + n` is the `n`-th entry.

/// The first custom code, as Anchor numbers them.
pub const FIRST_CODE: u32 = 6000;

macro_rules! error_codes {
    ($d:tt $( $name:ident: $message:literal, )*) => {
        /// Expands the program's error enum under the given attributes (`#[error_code]` on chain).
        #[macro_export]
        macro_rules! define_error_codes {
            ($d(#[$d attribute:meta])*) => {
                $d(#[$d attribute])*
                pub enum SheafError { $( #[msg($message)] $name, )* }
            };
        }

        /// Name and message of every error code, in the order of their codes.
        pub const ERROR_CODES: &[(&str, &str)] = &[$( (stringify!($name), $message), )*];
    };
}

/// Name and message of a custom program error code, when it is one of ours.
pub fn describe(code: u32) -> Option<(&'static str, &'static str)> {
    let index = code.checked_sub(FIRST_CODE)? as usize;
    ERROR_CODES.get(index).copied()
}

error_codes! { $
    Arithmetic: "an amount does not fit: the operation would overflow or fall below zero",
    NotUpgradeAuthority: "the signer is not the program's upgrade authority",
    NotAdmin: "the signer is not the network's admin",
    NotAggregator: "the signer is not the aggregator named for this",
    NotRequester: "the signer is not the job's requester",
    NotValidator: "the signer is not this validator's authority or vote key",
    ParameterOutOfBounds: "a parameter lies outside the program's bounds",
    TooManyAggregators: "more aggregators than the network's list holds",
    ValidatorTableFull: "the network's table of validators is full",
    WrongMint: "the mint is not the one this account was created for",
    WrongTokenProgram: "the token program does not own the mint",
    WrongTokenAccount: "the token account has another owner, mint or address than required",
    MintTransferHook: "mints with a transfer hook are refused",
    MintPermanentDelegate: "mints with a permanent delegate are refused",
    MintNonTransferable: "non-transferable mints are refused",
    MintPausable: "pausable mints are refused",
    MintConfidential: "mints with confidential transfers are refused",
    MintCloseAuthority: "mints with a close authority are refused",
    MintDefaultFrozen: "mints whose accounts start frozen are refused",
    MintExtensionNotAllowed: "the mint carries an extension that is not on the allow-list",
    AmountIsZero: "the amount must be greater than zero",
    StakeTooSmall: "the stake is below the network's minimum",
    StakeLocked: "the stake is unbonding, or still slashable, until later",
    NotUnbonding: "the validator has not asked for its stake back",
    AlreadyUnbonding: "the validator has already asked for its stake back",
    JobNotActive: "the job was cancelled or its deadline has passed",
    JobKindUnknown: "the job's kind is not known",
    DeadlineOutOfBounds: "the job's deadline lies in the past or beyond the bounds",
    RefundTooEarly: "the job has not ended, or the grace after its cancellation is not over",
    JobReserved: "a round still holds a reservation on this job: release it first",
    NothingAvailable: "the job has nothing left",
    WrongRound: "the round is not the pool's live round",
    WrongStage: "the round is not in the stage this needs",
    StageNotOver: "the stage is not over yet",
    StageOver: "the stage is over",
    PastHardDeadline: "the round is past its hard deadline",
    NotYetPastDeadline: "the round has not reached its hard deadline",
    EmptyBatch: "a batch must hold at least one contribution",
    BatchAlreadyPaid: "this content was paid in an earlier round",
    SeedNotReady: "the target slot's hash is not known yet",
    NotInStakeTable: "the validator is not in the round's stake table",
    AlreadyCommitted: "the validator has already committed",
    NotCommitted: "the validator has not committed",
    AlreadyRevealed: "the validator has already revealed",
    CommitmentMismatch: "scores root and salt do not match the commitment",
    AlreadyAttested: "the validator has already attested",
    NoQuorum: "the attestations for this result do not reach the quorum",
    TotalMismatch: "the result's total is not the base total plus its debits",
    LeafCountShrinks: "the result holds fewer leaves than its base, or too many",
    WrongBatch: "the batch does not belong to this job and round",
    BatchAlreadySettled: "the batch was already settled or released",
    DebitExceedsReserve: "the debit exceeds what the batch reserved",
    DebitsOutOfOrder: "debits must come in ascending order of job number",
    DebitsMismatch: "the settled debits are not those that were attested to",
    PageOutOfRange: "the page lies beyond the active leaf count",
    PoolReserveTooSmall: "the pool's lamport reserve does not cover the page's rent: send lamports to the pool",
    ProofInvalid: "the proof does not lead to the active root",
    SumWouldFall: "the page's sum would fall",
    PageUpToDate: "the page already carries this root",
    IndexMismatch: "the index does not lie on this page",
    ContributorMismatch: "the index belongs to another contributor",
    NothingToClaim: "everything earned so far was already claimed",
    CumulativeBelowClaimed: "the leaf is older than what was already claimed",
    VaultShort: "the vault would hold less than it owes",
    RoundOutlastsStall: "the round could last longer than the job's stall limit",
    EmptyStakeTable: "no validator holds a stake that votes",
    NotPendingAdmin: "the signer is not whom the admin proposed",
    NotGuardian: "the signer is not the network's guardian",
    NetworkPaused: "the network is paused: this runs again when the pause lapses",
    NetworkNotPaused: "the network is not paused",
    PauseOutOfBounds: "a pause lasts at least one second and at most the program's maximum",
    PauseCoolingDown: "the last pause was too recent for another",
    TooManyVetoes: "a round has to become final before the guardian may veto again",
    JobStillActive: "the job has not ended: cancel it or wait for its deadline",
    JobNotEmpty: "the job still holds money or a reservation, or batches that are not closed",
    BatchNotReleased: "the batch was not released yet",
    RoundHasBatches: "batches of the round were not released yet",
    RoundStillSlashable: "votes of the round can still be slashed",
    WrongRentReceiver: "the rent belongs to another wallet",
    ValidatorJailed: "the validator is jailed",
    NotJailed: "the validator is not jailed",
    JailNotOver: "the validator is jailed until later",
    DutiesAlreadyCounted: "the validator's duties in this round were counted before",
    AlreadySlashed: "the validator was already slashed for this round",
    NotAttested: "the validator did not attest to this round's root",
    FraudNotProven: "nobody proved this round's root a fraud",
    FraudAlreadyProven: "this round's root was proven a fraud before",
    NotAFraud: "no sum falls and the index keeps its contributor: this proves no fraud",
    WrongEvidence: "the evidence holds another round, another page, or not the tree this needs",
    ChallengeOpen: "a challenge is open: answer it, or void the round when its time is over",
    WrongChallenge: "the challenge belongs to another round or wallet",
    IndexOutOfRange: "the index lies outside the tree",
    PriceTooHigh: "the licence costs more than the consumer allows",
    DatasetNotEmpty: "the dataset still holds money or a reservation, or batches that are not closed",
    WrongDataset: "the dataset belongs to another pool",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_by_number() {
        assert_eq!(describe(6000).map(|found| found.0), Some("Arithmetic"));
        assert_eq!(describe(5999), None);
        assert_eq!(describe(6000 + ERROR_CODES.len() as u32), None);
    }
}

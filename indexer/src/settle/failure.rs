//! What a failure means: whether time mends it, a working RPC, or only somebody who looks (pure).

use crate::store::StoreError;
use sheaf_client::{Error, Refusal};
use std::fmt;

/// What kept settlement from working at all. The circuit breaker counts these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Nothing answers at the RPC's URL.
    Unreachable,
    /// The RPC answers with errors.
    Rpc,
    /// Transactions die unseen.
    Expired,
    /// The database refuses: is the disk full?
    Store,
}

impl Kind {
    /// Its name in metrics and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "rpc_unreachable",
            Self::Rpc => "rpc_errors",
            Self::Expired => "transactions_expire",
            Self::Store => "store",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "the RPC cannot be reached",
            Self::Rpc => "the RPC answers with errors",
            Self::Expired => "transactions expire before they land",
            Self::Store => "the database cannot be written",
        })
    }
}

/// What a failure means for its action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is not due, or no longer: a view may be a moment late, or time will tell.
    Early,
    /// Nothing but somebody who looks mends it.
    Lasting,
    /// Something around it does not work.
    Outage(Kind),
}

/// Refusals that pass with time, or with what others do: stages, deadlines, pauses, reservations, and
/// what was done already.
const EARLY: &[&str] = &[
    "JobNotActive",
    "JobReserved",
    "NothingAvailable",
    "WrongRound",
    "WrongStage",
    "StageNotOver",
    "StageOver",
    "PastHardDeadline",
    "NotYetPastDeadline",
    "SeedNotReady",
    "NoQuorum",
    "BatchAlreadySettled",
    "EmptyStakeTable",
    "NetworkPaused",
    "ChallengeOpen",
    // The account is there already, or not yet, or gone: a view is late.
    "AccountAlreadyInUse",
    "AccountAlreadyInitialized",
    "UninitializedAccount",
    "IllegalOwner",
    "InvalidAccountOwner",
    // Solana's own.
    "BlockhashNotFound",
    "AlreadyProcessed",
    "AccountInUse",
    "WouldExceedMaxBlockCostLimit",
    "WouldExceedMaxAccountCostLimit",
    "ClusterMaintenance",
];

/// What a refusal means.
pub fn of_refusal(refusal: &Refusal) -> Verdict {
    if EARLY.contains(&refusal.name.as_str()) {
        Verdict::Early
    } else {
        Verdict::Lasting
    }
}

/// What a failed conversation with the chain means.
pub fn of_error(error: &Error) -> Verdict {
    match error {
        Error::Unreachable { .. } => Verdict::Outage(Kind::Unreachable),
        Error::Rpc { .. } | Error::Uncertain { .. } => Verdict::Outage(Kind::Rpc),
        Error::Expired { .. } => Verdict::Outage(Kind::Expired),
        Error::Refused(refusal) => of_refusal(refusal),
        Error::Missing { .. }
        | Error::WrongOwner { .. }
        | Error::Decode { .. }
        | Error::NotAMint { .. }
        | Error::TooLarge { .. }
        | Error::Signing(_) => Verdict::Lasting,
    }
}

/// What anything that went wrong on the way means.
pub fn of_any(error: &anyhow::Error) -> Verdict {
    match (
        error.downcast_ref::<Error>(),
        error.downcast_ref::<StoreError>(),
    ) {
        (Some(error), _) => of_error(error),
        (None, Some(_)) => Verdict::Outage(Kind::Store),
        (None, None) => Verdict::Lasting,
    }
}

/// Name under which a lasting failure is put aside.
pub fn name_of(error: &anyhow::Error) -> String {
    match error.downcast_ref::<Error>() {
        Some(Error::Refused(refusal)) => refusal.name.clone(),
        Some(Error::TooLarge { .. }) => "TooLarge".to_owned(),
        Some(Error::Signing(_)) => "Signing".to_owned(),
        _ => "Unusable".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_client::error::describe_transaction_error;
    use sheaf_format::error::{ERROR_CODES, FIRST_CODE};
    use solana_sdk::{
        instruction::InstructionError, pubkey::Pubkey, transaction::TransactionError,
    };

    const OURS: Pubkey = Pubkey::new_from_array([1; 32]);

    /// The program's own refusal of that name, as the chain gives it.
    fn refusal(name: &str) -> Refusal {
        let index = ERROR_CODES.iter().position(|(known, _)| *known == name);
        let code = FIRST_CODE + u32::try_from(index.expect("a code")).expect("small");
        let error = TransactionError::InstructionError(0, InstructionError::Custom(code));
        describe_transaction_error(&error, &[OURS], &OURS, &[])
    }

    #[test]
    fn what_is_early_is_tried_again_and_the_rest_is_for_somebody_who_looks() {
        for (name, expected) in [
            ("SeedNotReady", Verdict::Early),
            ("ChallengeOpen", Verdict::Early),
            ("NetworkPaused", Verdict::Early),
            ("NotAggregator", Verdict::Lasting),
            ("DebitsMismatch", Verdict::Lasting),
            ("VaultShort", Verdict::Lasting),
            ("BatchAlreadyPaid", Verdict::Lasting),
        ] {
            assert_eq!(of_refusal(&refusal(name)), expected, "{name}");
        }
    }

    #[test]
    fn too_little_sol_is_for_somebody_who_looks() {
        for error in [
            TransactionError::InsufficientFundsForFee,
            TransactionError::InsufficientFundsForRent { account_index: 0 },
            TransactionError::AccountNotFound,
        ] {
            let refusal = describe_transaction_error(&error, &[OURS], &OURS, &[]);
            assert_eq!(of_refusal(&refusal), Verdict::Lasting, "{error:?}");
        }
    }

    #[test]
    fn outages_are_told_apart_through_what_was_said_around_them() {
        let unreachable = anyhow::Error::from(Error::Unreachable {
            url: String::new(),
            reason: String::new(),
        });
        let told = unreachable.context("posting a batch");
        assert_eq!(of_any(&told), Verdict::Outage(Kind::Unreachable));
        let full = anyhow::Error::from(StoreError::Database(sqlx::Error::PoolClosed));
        assert_eq!(of_any(&full), Verdict::Outage(Kind::Store));
        let large = anyhow::Error::from(Error::TooLarge { size: 2_000 });
        assert_eq!(
            (of_any(&large), name_of(&large)),
            (Verdict::Lasting, "TooLarge".to_owned())
        );
    }

    #[test]
    fn every_name_of_the_program_that_is_called_early_exists() {
        let ours = EARLY
            .iter()
            .take_while(|name| **name != "AccountAlreadyInUse");
        for name in ours {
            assert!(ERROR_CODES.iter().any(|(known, _)| known == name), "{name}");
        }
    }
}

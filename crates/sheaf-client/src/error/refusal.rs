//! Turns a failed transaction into a name and words.

use crate::address::{ASSOCIATED_TOKEN_PROGRAM, SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM};
use solana_sdk::{
    instruction::InstructionError, pubkey::Pubkey, signature::Signature,
    transaction::TransactionError,
};
use std::fmt;

/// Why the chain refused a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Name of the error, stable for programs: `ProofInvalid`, `InsufficientFundsForFee`.
    pub name: String,
    /// What it means.
    pub message: String,
    /// The custom code, when the program gave one.
    pub code: Option<u32>,
    /// Which of the transaction's instructions failed, counted from 0.
    pub instruction: Option<u8>,
    /// The program that failed: the called one when an instruction calls another.
    pub program: Option<Pubkey>,
    /// What the programs logged.
    pub logs: Vec<String>,
    /// The transaction, when it landed and failed; none when it was refused before that.
    pub signature: Option<Signature>,
}

impl Refusal {
    /// Whether this is the program's own error of that name.
    pub fn is(&self, name: &str) -> bool {
        self.name == name
    }

    fn new(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            message: message.into(),
            code: None,
            instruction: None,
            program: None,
            logs: Vec::new(),
            signature: None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused: {}: {}", self.name, self.message)?;
        match self.code {
            Some(code) => write!(f, " (error {code})"),
            None => Ok(()),
        }
    }
}

/// Describes `error` of a transaction whose instructions call `programs` in order. `ours` is the
/// Sheaf program; `logs` tell which program failed when one called another.
pub fn describe_transaction_error(
    error: &TransactionError,
    programs: &[Pubkey],
    ours: &Pubkey,
    logs: &[String],
) -> Refusal {
    let mut refusal = match error {
        TransactionError::InstructionError(index, error) => {
            let program =
                failed_program(logs).or_else(|| programs.get(usize::from(*index)).copied());
            let mut refusal = describe_instruction_error(error, program.as_ref(), ours);
            refusal.instruction = Some(*index);
            refusal.program = program;
            refusal
        }
        TransactionError::AccountNotFound => Refusal::new(
            "AccountNotFound",
            "the wallet that pays the fee has no SOL on this cluster: fund it first",
        ),
        TransactionError::InsufficientFundsForFee => Refusal::new(
            "InsufficientFundsForFee",
            "the wallet that pays the fee has too little SOL: fund it first",
        ),
        TransactionError::InsufficientFundsForRent { .. } => Refusal::new(
            "InsufficientFundsForRent",
            "a wallet would be left with less SOL than an account must hold: fund it first",
        ),
        TransactionError::BlockhashNotFound => Refusal::new(
            "BlockhashNotFound",
            "the transaction's blockhash has expired: run the command again",
        ),
        TransactionError::AlreadyProcessed => Refusal::new(
            "AlreadyProcessed",
            "this very transaction was already processed",
        ),
        TransactionError::ProgramAccountNotFound => Refusal::new(
            "ProgramAccountNotFound",
            format!("there is no program at {ours} on this cluster: is --program-id right?"),
        ),
        other => Refusal::new(variant_name(other), other.to_string()),
    };
    refusal.logs = logs.to_vec();
    refusal
}

/// The innermost program that failed, from the logs: the first "Program X failed" line.
fn failed_program(logs: &[String]) -> Option<Pubkey> {
    logs.iter().find_map(|line| {
        let rest = line.strip_prefix("Program ")?;
        let (address, verdict) = rest.split_once(' ')?;
        verdict
            .starts_with("failed")
            .then(|| address.parse().ok())?
    })
}

fn describe_instruction_error(
    error: &InstructionError,
    program: Option<&Pubkey>,
    ours: &Pubkey,
) -> Refusal {
    if let InstructionError::Custom(code) = error {
        let found = match program {
            Some(program) if program == ours => own_error(*code),
            Some(program) if [TOKEN_PROGRAM, TOKEN_2022_PROGRAM].contains(program) => {
                table(TOKEN_ERRORS, *code)
            }
            Some(&SYSTEM_PROGRAM) => table(SYSTEM_ERRORS, *code),
            Some(&ASSOCIATED_TOKEN_PROGRAM) => table(ASSOCIATED_TOKEN_ERRORS, *code),
            _ => None,
        };
        let (name, message) = found.map_or_else(
            || {
                let who = program.map_or_else(|| "a program".to_owned(), Pubkey::to_string);
                (
                    format!("Custom{code}"),
                    format!("{who} failed with its error {code}"),
                )
            },
            |(name, message)| (name.to_owned(), message.to_owned()),
        );
        let mut refusal = Refusal::new(name, message);
        refusal.code = Some(*code);
        return refusal;
    }
    let message = match error {
        InstructionError::MissingRequiredSignature => {
            "an account that must sign did not: is this the right wallet?".to_owned()
        }
        InstructionError::InvalidSeeds => {
            "an address is not the one the program derives for it".to_owned()
        }
        InstructionError::IllegalOwner | InstructionError::InvalidAccountOwner => {
            "an account belongs to another program than it must".to_owned()
        }
        InstructionError::InvalidInstructionData => {
            "the program does not know this instruction or its arguments: do program and client have the same version?".to_owned()
        }
        InstructionError::UninitializedAccount => {
            "an account that the instruction needs does not exist yet".to_owned()
        }
        InstructionError::AccountAlreadyInitialized => "the account already exists".to_owned(),
        InstructionError::UnsupportedProgramId => {
            format!("there is no program at {ours} on this cluster: is --program-id right?")
        }
        InstructionError::ComputationalBudgetExceeded => {
            "the transaction ran out of compute units".to_owned()
        }
        other => other.to_string(),
    };
    Refusal::new(variant_name(error), message)
}

/// Name of an enum's variant, from its `Debug` form.
fn variant_name(error: &impl fmt::Debug) -> String {
    let text = format!("{error:?}");
    let end = text
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(text.len());
    text[..end].to_owned()
}

type Entry = (u32, &'static str, &'static str);

fn table(entries: &'static [Entry], code: u32) -> Option<(&'static str, &'static str)> {
    entries
        .iter()
        .find(|(number, ..)| *number == code)
        .map(|(_, name, message)| (*name, *message))
}

fn own_error(code: u32) -> Option<(&'static str, &'static str)> {
    sheaf_format::error::describe(code).or_else(|| table(ANCHOR_ERRORS, code))
}

/// The framework's generic codes.
const ANCHOR_ERRORS: &[Entry] = &[
    (
        2000,
        "ConstraintMut",
        "an account that changes was passed as read-only",
    ),
    (
        2001,
        "ConstraintHasOne",
        "an account names another one than was passed",
    ),
    (
        2002,
        "ConstraintSigner",
        "an account that must sign did not",
    ),
    (
        2003,
        "ConstraintRaw",
        "a condition on an account does not hold",
    ),
    (
        2004,
        "ConstraintOwner",
        "an account belongs to another program than it must",
    ),
    (
        2005,
        "ConstraintRentExempt",
        "an account holds less SOL than it must",
    ),
    (
        2006,
        "ConstraintSeeds",
        "an address is not the one the program derives for it",
    ),
    (
        2007,
        "ConstraintExecutable",
        "an account that must be a program is not",
    ),
    (
        2009,
        "ConstraintAssociated",
        "a token account is not the wallet's canonical one",
    ),
    (
        2011,
        "ConstraintClose",
        "an account cannot be closed into itself",
    ),
    (
        2012,
        "ConstraintAddress",
        "an account is not the one it must be",
    ),
    (
        2013,
        "ConstraintZero",
        "an account that must be empty is not",
    ),
    (
        2014,
        "ConstraintTokenMint",
        "a token account is of another mint",
    ),
    (
        2015,
        "ConstraintTokenOwner",
        "a token account belongs to another wallet",
    ),
    (
        2016,
        "ConstraintMintMintAuthority",
        "a mint has another mint authority",
    ),
    (
        2019,
        "ConstraintSpace",
        "an account has another size than it must",
    ),
    (
        2020,
        "ConstraintAccountIsNone",
        "an account that is needed was left out",
    ),
    (
        2021,
        "ConstraintTokenTokenProgram",
        "a token account is of another token program",
    ),
    (
        2040,
        "ConstraintDuplicateMutableAccount",
        "the same account was passed twice where two are needed",
    ),
    (
        2500,
        "RequireViolated",
        "a condition of the program does not hold",
    ),
    (
        2501,
        "RequireEqViolated",
        "two values that must be equal are not",
    ),
    (
        2502,
        "RequireKeysEqViolated",
        "two addresses that must be equal are not",
    ),
    (
        2503,
        "RequireNeqViolated",
        "two values that must differ are equal",
    ),
    (
        2504,
        "RequireKeysNeqViolated",
        "two addresses that must differ are equal",
    ),
    (
        2505,
        "RequireGtViolated",
        "a value is not greater than it must be",
    ),
    (
        2506,
        "RequireGteViolated",
        "a value is smaller than it must be",
    ),
];

const TOKEN_ERRORS: &[Entry] = &[
    (
        0,
        "TokenNotRentExempt",
        "a token account holds less SOL than it must",
    ),
    (
        1,
        "TokenInsufficientFunds",
        "the token account holds fewer tokens than the amount",
    ),
    (2, "TokenInvalidMint", "the mint is not valid"),
    (
        3,
        "TokenMintMismatch",
        "the token account is of another mint",
    ),
    (
        4,
        "TokenOwnerMismatch",
        "the token account belongs to another wallet",
    ),
    (14, "TokenOverflow", "an amount does not fit"),
    (
        17,
        "TokenAccountFrozen",
        "the token account is frozen by the mint's issuer",
    ),
    (18, "TokenDecimalsMismatch", "the mint has other decimals"),
];

const SYSTEM_ERRORS: &[Entry] = &[
    (
        0,
        "AccountAlreadyInUse",
        "an account with this address already exists",
    ),
    (
        1,
        "InsufficientLamports",
        "the wallet has too little SOL for this: fund it first",
    ),
    (
        3,
        "InvalidAccountDataLength",
        "an account cannot have this size",
    ),
];

const ASSOCIATED_TOKEN_ERRORS: &[Entry] = &[(
    0,
    "InvalidTokenAccountOwner",
    "the canonical token account belongs to somebody else",
)];

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Pubkey = Pubkey::new_from_array([5; 32]);

    fn custom(code: u32, program: Pubkey, logs: &[String]) -> Refusal {
        let error = TransactionError::InstructionError(0, InstructionError::Custom(code));
        describe_transaction_error(&error, &[program], &OURS, logs)
    }

    #[test]
    fn our_own_errors_have_name_message_and_code() {
        let refusal = custom(6000, OURS, &[]);
        assert!(refusal.is("Arithmetic"));
        assert_eq!(refusal.instruction, Some(0));
        assert!(refusal.to_string().ends_with("(error 6000)"));
        assert!(custom(2006, OURS, &[]).is("ConstraintSeeds"));
        assert!(custom(9999, OURS, &[]).is("Custom9999"));
    }

    #[test]
    fn the_program_that_was_called_is_blamed_not_the_caller() {
        let logs = [
            format!("Program {OURS} invoke [1]"),
            format!("Program {TOKEN_PROGRAM} invoke [2]"),
            format!("Program {TOKEN_PROGRAM} failed: custom program error: 0x1"),
            format!("Program {OURS} failed: custom program error: 0x1"),
        ];
        let refusal = custom(1, OURS, &logs);
        assert!(refusal.is("TokenInsufficientFunds"));
        assert_eq!(refusal.program, Some(TOKEN_PROGRAM));
        assert!(custom(1, SYSTEM_PROGRAM, &[]).is("InsufficientLamports"));
    }

    #[test]
    fn a_code_of_another_program_is_not_taken_for_ours() {
        let stranger = Pubkey::new_from_array([8; 32]);
        let refusal = custom(6000, stranger, &[]);
        assert!(refusal.is("Custom6000"));
        assert!(refusal.message.contains(&stranger.to_string()));
    }

    #[test]
    fn errors_of_the_runtime_keep_their_names() {
        let error =
            TransactionError::InstructionError(1, InstructionError::MissingRequiredSignature);
        let refusal = describe_transaction_error(&error, &[OURS, OURS], &OURS, &[]);
        assert!(refusal.is("MissingRequiredSignature"));
        let unfunded =
            describe_transaction_error(&TransactionError::AccountNotFound, &[], &OURS, &[]);
        assert!(unfunded.message.contains("no SOL"));
    }
}

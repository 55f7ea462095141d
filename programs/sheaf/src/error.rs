//! The program's errors. Codes and messages are written in `sheaf-format`, in their order.

use anchor_lang::prelude::*;

sheaf_format::define_error_codes! {
    /// Why an instruction is refused. Code `6000 + n` is the `n`-th.
    #[error_code]
    #[derive(Debug, PartialEq, Eq)]
}

/// What a rule of the program yields: a value, or the error that names why not.
pub type Checked<T> = core::result::Result<T, SheafError>;

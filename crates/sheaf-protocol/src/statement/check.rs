//! Checks of statements that are not about contributions.

use super::{Delegation, Download, Signed, StatementError};
use sheaf_format::{Hash, Key};

/// Why a delegation or a download request is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Made for another cluster.
    #[error("the statement was made for another cluster: sign it with this cluster's genesis hash")]
    WrongGenesis,
    /// Made for another program.
    #[error("the statement was made for another program: sign it with this program's address")]
    WrongProgram,
    /// For another content than asked for.
    #[error("the statement names another content than the one asked for")]
    WrongContent,
    /// No longer valid.
    #[error("the statement was valid until slot {until}, and it is slot {now}: sign a new one")]
    Expired {
        /// Last slot in which it held.
        until: u64,
        /// The slot now.
        now: u64,
    },
    /// Not signed by whom it names.
    #[error(transparent)]
    Signature(#[from] StatementError),
}

impl Refused {
    /// The API's error name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::WrongGenesis => "wrong_genesis",
            Self::WrongProgram => "wrong_program",
            Self::WrongContent => "wrong_content",
            Self::Expired { .. } => "statement_expired",
            Self::Signature(_) => "signature_invalid",
        }
    }
}

fn check_place(genesis: &Hash, program: &Key, expected: (&Hash, &Key)) -> Result<(), Refused> {
    if genesis != expected.0 {
        return Err(Refused::WrongGenesis);
    }
    if program != expected.1 {
        return Err(Refused::WrongProgram);
    }
    Ok(())
}

fn check_slot(until: u64, now: u64) -> Result<(), Refused> {
    if until < now {
        return Err(Refused::Expired { until, now });
    }
    Ok(())
}

impl Signed<Delegation> {
    /// Checks that the contributor signed this for this cluster and program, and that it still
    /// holds in `slot`.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn check(&self, genesis: &Hash, program: &Key, slot: u64) -> Result<(), Refused> {
        check_place(&self.body.genesis, &self.body.program, (genesis, program))?;
        check_slot(self.body.valid_until_slot, slot)?;
        Ok(self.verify_named()?)
    }
}

impl Signed<Download> {
    /// Checks that the signer it names asks for this content, here and now. Whether that signer is
    /// entitled to it is the caller's to look up.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn check(
        &self,
        genesis: &Hash,
        program: &Key,
        content_hash: &Hash,
        slot: u64,
    ) -> Result<(), Refused> {
        check_place(&self.body.genesis, &self.body.program, (genesis, program))?;
        if self.body.content_hash != *content_hash {
            return Err(Refused::WrongContent);
        }
        check_slot(self.body.valid_until_slot, slot)?;
        Ok(self.verify_named()?)
    }
}

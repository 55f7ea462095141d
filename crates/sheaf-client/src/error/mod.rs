//! What can go wrong between a command and the chain: what, why, what next.

mod refusal;

pub use refusal::{Refusal, describe_transaction_error};

use crate::layout::DecodeError;
use solana_client::{
    client_error::ClientError, client_error::ClientErrorKind, rpc_request::RpcError,
};
use solana_sdk::{pubkey::Pubkey, signature::Signature};

/// A failed conversation with the chain.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing answers at the RPC's URL, or not in time.
    #[error(
        "the RPC at {url} cannot be reached: {reason}. Start a localnet with `sheaf localnet`, or name another cluster with -u URL"
    )]
    Unreachable {
        /// The RPC's URL.
        url: String,
        /// What the connection said.
        reason: String,
    },
    /// The RPC answered with an error.
    #[error("the RPC at {url} refused {action}: {reason}")]
    Rpc {
        /// The RPC's URL.
        url: String,
        /// What was asked of it.
        action: String,
        /// Its answer.
        reason: String,
    },
    /// An account that should be there is not.
    #[error("there is no {what} at {address} on {url}")]
    Missing {
        /// What was looked for, in words: "job 7 of pool X".
        what: String,
        /// Its address.
        address: Pubkey,
        /// The RPC's URL.
        url: String,
    },
    /// An account is there, but belongs to another program.
    #[error(
        "{what} at {address} belongs to program {owner}, not to {program}: is --program-id right for this cluster?"
    )]
    WrongOwner {
        /// What was looked for.
        what: String,
        /// Its address.
        address: Pubkey,
        /// Who owns it.
        owner: Pubkey,
        /// Who should.
        program: Pubkey,
    },
    /// An account's bytes are not what they should be.
    #[error("{what} at {address} cannot be read: {source}")]
    Decode {
        /// What was looked for.
        what: String,
        /// Its address.
        address: Pubkey,
        /// Why.
        source: DecodeError,
    },
    /// There is no mint at the address.
    #[error("{address} is not a mint on {url}: {reason}")]
    NotAMint {
        /// The address.
        address: Pubkey,
        /// The RPC's URL.
        url: String,
        /// What it is instead.
        reason: String,
    },
    /// The chain refused the transaction. Nothing changed, except for a fee when it landed.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The transaction does not fit into a packet.
    #[error("the transaction has {size} bytes, more than the 1232 that fit: nothing was sent")]
    TooLarge {
        /// Its size.
        size: usize,
    },
    /// The transaction did not land and never will: its blockhash has expired.
    #[error(
        "transaction {signature} did not land before its blockhash expired and never will: nothing changed, run the command again"
    )]
    Expired {
        /// Its signature.
        signature: Signature,
    },
    /// It is not known whether the transaction landed.
    #[error(
        "it is not known whether transaction {signature} landed: {reason}. Do not repeat the command before you know: `solana confirm -v {signature}`"
    )]
    Uncertain {
        /// Its signature.
        signature: Signature,
        /// Why nothing is known.
        reason: String,
    },
    /// A key that must sign was not given.
    #[error("cannot sign: {0}")]
    Signing(String),
}

impl Error {
    /// Wraps an error of the RPC client; `action` says what was asked.
    pub fn from_rpc(url: &str, action: &str, error: &ClientError) -> Self {
        match error.kind() {
            ClientErrorKind::Reqwest(_)
            | ClientErrorKind::Io(_)
            | ClientErrorKind::Middleware(_) => Self::Unreachable {
                url: url.to_owned(),
                reason: root_cause(error.kind()),
            },
            ClientErrorKind::RpcError(RpcError::RpcResponseError { message, .. }) => Self::Rpc {
                url: url.to_owned(),
                action: action.to_owned(),
                reason: message.clone(),
            },
            other => Self::Rpc {
                url: url.to_owned(),
                action: action.to_owned(),
                reason: other.to_string(),
            },
        }
    }

    /// The refusal, when the chain refused.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}

/// The innermost reason of an error, which is the one that helps ("connection refused").
pub(crate) fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

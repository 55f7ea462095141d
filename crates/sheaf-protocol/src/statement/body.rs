//! Bodies of the statements, field by field as `docs/protocol.md` lays them out.

use super::{Body, NamesSigner, StatementError};
use sheaf_format::{Hash, Key};

/// Bytes of a submission's region.
pub const REGION_BYTES: usize = 12;

/// Why a region is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a region is at most 12 printable ASCII characters without spaces, then zeros")]
pub struct RegionError;

/// A region as a submission carries it: ASCII, zero-padded.
///
/// # Errors
/// [`RegionError`].
pub fn region_bytes(region: &str) -> Result<[u8; REGION_BYTES], RegionError> {
    let mut bytes = [0; REGION_BYTES];
    let places = bytes.get_mut(..region.len()).ok_or(RegionError)?;
    if !region.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(RegionError);
    }
    places.copy_from_slice(region.as_bytes());
    Ok(bytes)
}

/// A field of fixed length.
pub(super) trait Field: Sized {
    fn put(&self, bytes: &mut Vec<u8>);
    /// Takes the field off the front.
    fn take(bytes: &mut &[u8]) -> Option<Self>;
}

impl<const N: usize> Field for [u8; N] {
    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        let (field, rest) = bytes.split_first_chunk()?;
        *bytes = rest;
        Some(*field)
    }
}

impl Field for u32 {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.to_le_bytes().put(bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Field::take(bytes).map(Self::from_le_bytes)
    }
}

impl Field for u64 {
    fn put(&self, bytes: &mut Vec<u8>) {
        self.to_le_bytes().put(bytes);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Field::take(bytes).map(Self::from_le_bytes)
    }
}

/// A body from its fields; that offsets and length are as written is checked at compile time.
macro_rules! body {
    (
        $(#[$doc:meta])*
        $name:ident, $domain:literal, $length:literal bytes {
            $( $(#[$field_doc:meta])* $offset:literal: $field:ident: $type:ty, )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name { $( $(#[$field_doc])* pub $field: $type, )* }

        const _: () = {
            let end = 0;
            $( assert!(end == $offset); let end = end + size_of::<$type>(); )*
            assert!(end == $length);
        };

        impl Body for $name {
            const DOMAIN: &'static str = $domain;
            const LENGTH: usize = $length;

            fn to_bytes(&self) -> Vec<u8> {
                let mut bytes = Vec::with_capacity(Self::LENGTH);
                $( self.$field.put(&mut bytes); )*
                bytes
            }

            fn from_bytes(bytes: &[u8]) -> Result<Self, StatementError> {
                let refused = StatementError::Length {
                    domain: Self::DOMAIN,
                    expected: Self::LENGTH,
                    found: bytes.len(),
                };
                if bytes.len() != Self::LENGTH {
                    return Err(refused);
                }
                let mut rest = bytes;
                let mut read = || Some(Self { $( $field: Field::take(&mut rest)?, )* });
                read().ok_or(refused)
            }
        }
    };
}
pub(super) use body;

body! {
    /// A contributor lets a node key work in its name.
    Delegation, "sheaf:delegation:v1", 136 bytes {
        /// Genesis hash of the cluster.
        0: genesis: Hash,
        /// The program's address.
        32: program: Key,
        /// Wallet that earns, and signs this.
        64: contributor: Key,
        /// Node key that may sign submissions.
        96: node: Key,
        /// Last slot in which the delegation holds.
        128: valid_until_slot: u64,
    }
}

body! {
    /// A contribution as a node offers it.
    Submission, "sheaf:submission:v1", 248 bytes {
        /// Genesis hash of the cluster.
        0: genesis: Hash,
        /// The program's address.
        32: program: Key,
        /// The job's address.
        64: job: Key,
        /// Wallet that earns.
        96: contributor: Key,
        /// Node key that signs this.
        128: node: Key,
        /// sha256 of the ciphertext.
        160: content_hash: Hash,
        /// First round it may be batched in.
        192: earliest_round: u64,
        /// Never used twice by this node.
        200: nonce: u64,
        /// After this slot the submission is refused.
        208: expiry_slot: u64,
        /// Slot in which the content was observed.
        216: observed_slot: u64,
        /// Units offered.
        224: units: u32,
        /// Which task of the specification, from 0.
        228: task: u32,
        /// Length of the ciphertext in bytes.
        232: content_bytes: u32,
        /// Self-declared region ([`region_bytes`]).
        236: region: [u8; 12],
    }
}

impl Submission {
    /// The self-declared region.
    ///
    /// # Errors
    /// [`RegionError`] when it is not ASCII, zero-padded.
    pub fn region_text(&self) -> Result<&str, RegionError> {
        let end = self
            .region
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(REGION_BYTES);
        let (region, padding) = self.region.split_at(end);
        let proper =
            region.iter().all(u8::is_ascii_graphic) && padding.iter().all(|byte| *byte == 0);
        match std::str::from_utf8(region) {
            Ok(text) if proper => Ok(text),
            _ => Err(RegionError),
        }
    }
}

body! {
    /// An aggregator says that it holds a submission and in which round it goes.
    Receipt, "sheaf:receipt:v1", 144 bytes {
        /// Genesis hash of the cluster.
        0: genesis: Hash,
        /// The program's address.
        32: program: Key,
        /// The job's address.
        64: job: Key,
        /// Id of the submission.
        96: submission: Hash,
        /// Round it will be batched in.
        128: round: u64,
        /// Slot in which it came.
        136: received_slot: u64,
    }
}

body! {
    /// Somebody entitled asks for a content.
    Download, "sheaf:download:v1", 136 bytes {
        /// Genesis hash of the cluster.
        0: genesis: Hash,
        /// The program's address.
        32: program: Key,
        /// sha256 of the ciphertext.
        64: content_hash: Hash,
        /// Requester's wallet, or a validator's authority or vote key: signs this.
        96: signer: Key,
        /// Last slot in which the request holds.
        128: valid_until_slot: u64,
    }
}

body! {
    /// A validator publishes the score file whose root it revealed. Signed by its vote key.
    ScoreStatement, "sheaf:scores:v1", 168 bytes {
        /// Genesis hash of the cluster.
        0: genesis: Hash,
        /// The program's address.
        32: program: Key,
        /// The pool's address.
        64: pool: Key,
        /// The round.
        96: round: u64,
        /// The validator's authority.
        104: validator: Key,
        /// Root of the score file.
        136: scores_root: Hash,
    }
}

body! {
    /// A requester publishes a job's specification.
    Publication, "sheaf:specification:v1", 128 bytes {
        /// Genesis hash of the cluster.
        0: genesis: Hash,
        /// The program's address.
        32: program: Key,
        /// The job's address.
        64: job: Key,
        /// sha256 of the specification's bytes.
        96: specification_hash: Hash,
    }
}

impl NamesSigner for Delegation {
    fn signer(&self) -> &Key {
        &self.contributor
    }
}

impl NamesSigner for Submission {
    fn signer(&self) -> &Key {
        &self.node
    }
}

impl NamesSigner for Download {
    fn signer(&self) -> &Key {
        &self.signer
    }
}

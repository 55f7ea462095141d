//! A contribution of records: the consent, then the records.
//!
//! The plaintext is one line of JSON (`{"consent": {"body", "signature"}}`), `\n`, then JSON Lines. The
//! submission has no room for a consent's hash; the content hash, which it signs, covers the consent.

use serde::{Deserialize, Serialize};
use sheaf_protocol::statement::{Signed, consent::Consent};

/// Longest first line that is read.
const MAX_HEADER_BYTES: usize = 4_096;

/// First line of a contribution's plaintext.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContributionHeader {
    /// The consent under which the records are handed in.
    pub consent: Signed<Consent>,
}

impl ContributionHeader {
    /// The plaintext of a contribution with these records.
    pub fn with_records(&self, records: &[u8]) -> Vec<u8> {
        // Statements always become JSON.
        let mut plaintext = serde_json::to_vec(self).unwrap_or_default();
        plaintext.push(b'\n');
        plaintext.extend_from_slice(records);
        plaintext
    }

    /// Takes a plaintext apart into header and records.
    ///
    /// # Errors
    /// A reason in words.
    pub fn split(plaintext: &[u8]) -> Result<(Self, &[u8]), String> {
        let start = &plaintext[..plaintext.len().min(MAX_HEADER_BYTES)];
        let end = start
            .iter()
            .position(|byte| *byte == b'\n')
            .ok_or("it has no first line with a consent")?;
        let header = serde_json::from_slice(&plaintext[..end])
            .map_err(|error| format!("its first line holds no consent: {error}"))?;
        Ok((header, &plaintext[end + 1..]))
    }
}

//! A contribution of a `compute` job: one line of JSON, then the module's output.

use serde::{Deserialize, Serialize};
use sheaf_format::{Hash, digest::sha256};
use sheaf_protocol::text::HexHash;

const DOMAIN: &[u8] = b"sheaf:compute:v1";
/// Longest first line of a contribution that is read.
pub const MAX_HEADER_BYTES: usize = 1_024;

/// First line of a contribution's plaintext, as JSON; the output follows behind `\n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunHeader {
    /// The task.
    pub task: u32,
    /// sha256 of the module.
    pub module: HexHash,
    /// sha256 of a given input. Null for contributors' own files: a hash of those would let anybody
    /// who guesses them see that he is right.
    pub input: Option<HexHash>,
    /// What [`result_hash`] says of module, input and output.
    pub result: HexHash,
}

/// What a run says, in one hash: `sha256("sheaf:compute:v1" || module || 0 || output)`, and with a given
/// input `sha256("sheaf:compute:v1" || module || 1 || input hash || output)`.
pub fn result_hash(module: &Hash, input: Option<&Hash>, output: &[u8]) -> Hash {
    match input {
        None => sha256(&[DOMAIN, module, &[0], output]),
        Some(input) => sha256(&[DOMAIN, module, &[1], input, output]),
    }
}

impl RunHeader {
    /// The header of a run.
    pub fn new(task: u32, module: &Hash, input: Option<&Hash>, output: &[u8]) -> Self {
        Self {
            task,
            module: HexHash(*module),
            input: input.copied().map(HexHash),
            result: result_hash(module, input, output).into(),
        }
    }

    /// The plaintext of a contribution with this header.
    pub fn with_output(&self, output: &[u8]) -> Vec<u8> {
        // Integers and hashes always become JSON.
        let mut plaintext = serde_json::to_vec(self).unwrap_or_default();
        plaintext.push(b'\n');
        plaintext.extend_from_slice(output);
        plaintext
    }

    /// Takes a plaintext apart into header and output.
    ///
    /// # Errors
    /// A reason in words; another one when the output is not the one that the header's hash is over.
    pub fn split(plaintext: &[u8]) -> Result<(Self, &[u8]), String> {
        let start = &plaintext[..plaintext.len().min(MAX_HEADER_BYTES)];
        let end = start
            .iter()
            .position(|byte| *byte == b'\n')
            .ok_or("it has no first line of JSON")?;
        let header: Self = serde_json::from_slice(&plaintext[..end])
            .map_err(|error| format!("its first line is not a run's header: {error}"))?;
        let output = &plaintext[end + 1..];
        let input = header.input.map(|input| input.0);
        if result_hash(&header.module.0, input.as_ref(), output) != header.result.0 {
            return Err("its output has another hash than its header says".to_owned());
        }
        Ok((header, output))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: Hash = [1; 32];
    const INPUT: Hash = [2; 32];

    #[test]
    fn the_plaintext_is_a_line_of_json_and_the_output() {
        let header = RunHeader::new(7, &MODULE, Some(&INPUT), b"one\ntwo");
        let plaintext = header.with_output(b"one\ntwo");
        let (one, two) = ("01".repeat(32), "02".repeat(32));
        let expected = format!(
            "{{\"task\":7,\"module\":\"{one}\",\"input\":\"{two}\",\"result\":\"{}\"}}\none\ntwo",
            header.result
        );
        assert_eq!(plaintext, expected.as_bytes());
        assert_eq!(
            RunHeader::split(&plaintext),
            Ok((header, b"one\ntwo".as_slice()))
        );
        let own = RunHeader::new(7, &MODULE, None, b"");
        let line = own.with_output(b"");
        assert!(String::from_utf8_lossy(&line).contains("\"input\":null"));
        assert_eq!(RunHeader::split(&line), Ok((own, b"".as_slice())));
    }

    #[test]
    fn a_result_is_bound_to_module_input_and_output() {
        let hash = result_hash(&MODULE, Some(&INPUT), b"out");
        for other in [
            result_hash(&INPUT, Some(&INPUT), b"out"),
            result_hash(&MODULE, Some(&MODULE), b"out"),
            result_hash(&MODULE, None, b"out"),
            result_hash(&MODULE, Some(&INPUT), b"our"),
            // An output cannot play the part of an input's hash.
            result_hash(&MODULE, None, &[INPUT.as_slice(), b"out"].concat()),
        ] {
            assert_ne!(hash, other);
        }
    }

    #[test]
    fn what_was_changed_on_the_way_is_noticed() {
        let mut plaintext = RunHeader::new(7, &MODULE, None, b"out").with_output(b"out");
        let last = plaintext.len() - 1;
        plaintext[last] ^= 1;
        assert!(RunHeader::split(&plaintext).is_err_and(|why| why.contains("another hash")));
        assert!(RunHeader::split(b"{}\nout").is_err());
        assert!(RunHeader::split(&[b'x'; 5_000]).is_err());
    }
}

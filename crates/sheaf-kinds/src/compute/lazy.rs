//! What lazy nodes hand in instead of a run: for tests and demos, on a localnet.

use super::result::RunHeader;
use crate::Misbehaviour;

/// A contribution that is well formed and whose output is not the module's.
pub fn falsify(header: &RunHeader, output: &[u8], how: Misbehaviour) -> Vec<u8> {
    let output = match how {
        Misbehaviour::Altered => output.iter().map(|byte| byte ^ 1).collect(),
        // As a module would say that had seen half of the input.
        Misbehaviour::Stale => output[..output.len() / 2].to_vec(),
    };
    let input = header.input.map(|input| input.0);
    RunHeader::new(header.task, &header.module.0, input.as_ref(), &output).with_output(&output)
}

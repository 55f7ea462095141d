//! Judging runs.

use super::{
    agreement::Agreement,
    result::RunHeader,
    sandbox::{Module, RunError},
};
use crate::{Claim, Review, Reviewer};
use sheaf_format::Hash;
use sheaf_protocol::specification::compute::RunLimits;
use std::sync::Arc;

/// Judges the contributions to one task.
pub struct RunReviewer(Way);

enum Way {
    /// Against a run of the reviewer's own: what a right contribution's header says.
    Again(RunHeader),
    /// Of files that the reviewer does not have.
    Apart {
        module: Arc<Module>,
        limits: RunLimits,
        redundancy: u32,
    },
}

impl RunReviewer {
    /// Compares with a run over the same input.
    pub const fn again(expected: RunHeader) -> Self {
        Self(Way::Again(expected))
    }

    /// Compares contributions with each other, and asks the module what an output is worth.
    pub const fn apart(module: Arc<Module>, limits: RunLimits, redundancy: u32) -> Self {
        Self(Way::Apart {
            module,
            limits,
            redundancy,
        })
    }
}

impl Reviewer for RunReviewer {
    fn review(&self, claim: &Claim, plaintext: &[u8]) -> Review {
        self.review_among(claim, plaintext, &[])
    }

    fn review_among(&self, claim: &Claim, plaintext: &[u8], others: &[Option<&[u8]>]) -> Review {
        let (header, output) = match RunHeader::split(plaintext) {
            Ok(split) => split,
            Err(reason) => return Review::worthless(reason),
        };
        if header.task != claim.task {
            return Review::worthless("it is for another task than was signed");
        }
        match &self.0 {
            Way::Again(expected) => again(expected, &header),
            Way::Apart {
                module,
                limits,
                redundancy,
            } => {
                if header.module.0 != *module.hash() || header.input.is_some() {
                    return Review::worthless(
                        "it is not a run of this job's module over own files",
                    );
                }
                let results: Vec<Option<Hash>> = others
                    .iter()
                    .map(|other| result_for(other.as_ref()?, &header))
                    .collect();
                let agreement = Agreement::new(&header.result.0, &results);
                if *redundancy > 1 && !agreement.reaches(*redundancy) {
                    return Review::worthless(format!(
                        "{} of {} contributions to its task say the same; {redundancy} and more than \
                         half must",
                        agreement.equal, agreement.total
                    ));
                }
                scored(module, output, limits)
            }
        }
    }
}

fn again(expected: &RunHeader, header: &RunHeader) -> Review {
    if header != expected {
        return Review::worthless("running the module again gives another result");
    }
    Review {
        quality_bps: 10_000,
        reason: "running the module again gives the same".to_owned(),
    }
}

/// The result of another contribution, when it is one to the same task.
fn result_for(plaintext: &[u8], header: &RunHeader) -> Option<Hash> {
    let (other, _) = RunHeader::split(plaintext).ok()?;
    let same =
        (other.task, other.module, other.input) == (header.task, header.module, header.input);
    same.then_some(other.result.0)
}

/// What the output is worth by itself. One that the module cannot read is worth nothing: outputs of
/// the module can be read by it, or its requester pays for nothing.
fn scored(module: &Module, output: &[u8], limits: &RunLimits) -> Review {
    if output.len() > limits.output_bytes as usize {
        return Review::worthless("its output is longer than the job takes");
    }
    match module.score(output, limits) {
        Ok(quality_bps) => Review {
            quality_bps,
            reason: if module.scores() {
                format!("the module gives its output {quality_bps} bps")
            } else {
                "it is well formed; more cannot be seen from its output".to_owned()
            },
        },
        Err(error @ RunError::Host(_)) => Review::worthless(format!("it was not judged: {error}")),
        Err(error) => Review::worthless(format!("the module cannot judge its output: {error}")),
    }
}

//! A `compute` job: the requester's WebAssembly module, and what it is run on.
//!
//! Runs and ABI are described in `docs/compute.md`; this is what the requester publishes.

use super::{MAX_TASKS, MAX_URL_BYTES, is_url};
use crate::text::{HexHash, from_base64, to_base64};
use serde::{Deserialize, Serialize};
use sheaf_format::{Hash, digest::sha256};
use std::collections::BTreeSet;

/// Largest module, in bytes.
pub const MAX_MODULE_BYTES: usize = 1 << 20;
/// Most fuel of one run: about one unit for each instruction, and for each byte moved in bulk.
pub const MAX_FUEL: u64 = 10_000_000_000;
/// Most memory of one run, in pages of 64 KiB.
pub const MAX_MEMORY_PAGES: u32 = 1_024;
/// Largest output, in bytes.
pub const MAX_OUTPUT_BYTES: u32 = 1 << 20;
/// Largest output, in bytes, where validators compare contributions: they hold all of a task at once.
pub const MAX_COMPARED_OUTPUT_BYTES: u32 = 1 << 16;
/// Most random bytes that a run is given.
pub const MAX_RANDOM_BYTES: u32 = 1 << 16;
/// Most contributors that may have to agree.
pub const MAX_REDUNDANCY: u32 = 100;

/// Why a `compute` specification is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComputeFault {
    /// Neither or both of the two ways to give a module.
    #[error("the module must be given in one way: as \"base64\", or by a \"url\"")]
    ModuleSource,
    /// The inline module is not what it should be.
    #[error("the module's \"base64\" cannot be used: {0}")]
    ModuleText(String),
    /// The inline module has another hash.
    #[error("the module's bytes have hash {found}, not {expected}: name the hash of these bytes")]
    ModuleHash {
        /// What the specification says.
        expected: HexHash,
        /// What the bytes have.
        found: HexHash,
    },
    /// The module's URL is none.
    #[error("the module's \"url\" must be an http or https URL of at most {MAX_URL_BYTES} bytes")]
    ModuleUrl,
    /// A limit that is zero or too large.
    #[error("\"{name}\" is {found}; it must be {least} to {most}")]
    Limit {
        /// Which.
        name: &'static str,
        /// What the specification says.
        found: u64,
        /// Smallest allowed.
        least: u64,
        /// Largest allowed.
        most: u64,
    },
    /// A task's bytes are not base64.
    #[error("task {task} cannot be read: {reason}")]
    TaskText {
        /// Which.
        task: usize,
        /// What is wrong.
        reason: String,
    },
    /// Outputs with fresh randomness never agree.
    #[error(
        "\"redundancy\" must be 1 where \"random_bytes\" are given: outputs that hold randomness \
         never agree"
    )]
    RandomAgreement,
}

/// A `compute` job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComputeSpecification {
    /// Title, for people.
    pub title: String,
    /// What is run.
    pub module: ModuleSource,
    /// What one run may use.
    pub limits: RunLimits,
    /// What it is run on.
    pub input: ComputeInput,
    /// How many of the tasks one node should do in a round, at most.
    pub tasks_per_node: u32,
}

/// Where the module's bytes are. The hash decides; a URL only says where they may be found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleSource {
    /// sha256 of the module.
    pub sha256: HexHash,
    /// The module itself, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// Where it is fetched from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl ModuleSource {
    /// A module carried in the specification itself.
    pub fn inline(module: &[u8]) -> Self {
        Self {
            sha256: sha256(&[module]).into(),
            base64: Some(to_base64(module)),
            url: None,
        }
    }

    fn check(&self) -> Result<(), ComputeFault> {
        match (&self.base64, &self.url) {
            (Some(text), None) => {
                let bytes = from_base64(text)
                    .map_err(|error| ComputeFault::ModuleText(error.to_string()))?;
                limit(
                    "module bytes",
                    bytes.len() as u64,
                    1,
                    MAX_MODULE_BYTES as u64,
                )?;
                let found = HexHash(sha256(&[&bytes]));
                if found != self.sha256 {
                    let expected = self.sha256;
                    return Err(ComputeFault::ModuleHash { expected, found });
                }
                Ok(())
            }
            (None, Some(url)) if is_url(url) => Ok(()),
            (None, Some(_)) => Err(ComputeFault::ModuleUrl),
            _ => Err(ComputeFault::ModuleSource),
        }
    }
}

/// What one run may use. A run that needs more makes no contribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunLimits {
    /// Fuel: about one unit for each instruction, and for each byte moved in bulk.
    pub fuel: u64,
    /// Memory, in pages of 64 KiB.
    pub memory_pages: u32,
    /// Length of the output, in bytes.
    pub output_bytes: u32,
}

impl RunLimits {
    fn check(&self) -> Result<(), ComputeFault> {
        limit("fuel", self.fuel, 1, MAX_FUEL)?;
        let pages = self.memory_pages.into();
        limit("memory_pages", pages, 1, MAX_MEMORY_PAGES.into())?;
        let bytes = self.output_bytes.into();
        limit("output_bytes", bytes, 1, MAX_OUTPUT_BYTES.into())
    }
}

/// What a module is run on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComputeInput {
    /// Inputs that everybody knows, each in base64: a task is an index into this list, and validators
    /// run the module again.
    Given(Vec<String>),
    /// Each contributor's own files, which stay where they are.
    Own(OwnInput),
}

/// Runs over contributors' own files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnInput {
    /// What is asked of the files, each in base64 and known to everybody (it may be empty): a task is
    /// an index into this list.
    pub parameters: Vec<String>,
    /// Random bytes that the contributor's machine draws for each run.
    pub random_bytes: u32,
    /// Of how many contributors of a round the outputs for a task must be equal, before any of them
    /// is paid. 1: outputs are not compared.
    pub redundancy: u32,
}

impl ComputeInput {
    /// The public part of each task, in base64.
    pub fn tasks(&self) -> &[String] {
        match self {
            Self::Given(tasks) => tasks,
            Self::Own(own) => &own.parameters,
        }
    }
}

impl ComputeSpecification {
    /// The public part of a task: the whole input of a given one. `None` when there is no such task.
    pub fn task(&self, task: u32) -> Option<Vec<u8>> {
        let text = self.input.tasks().get(usize::try_from(task).ok()?)?;
        from_base64(text).ok()
    }

    /// The module's hash.
    pub const fn module_hash(&self) -> Hash {
        self.module.sha256.0
    }

    /// Checks what the types do not say, title and number of tasks excepted.
    ///
    /// # Errors
    /// [`ComputeFault`].
    pub(super) fn check(&self) -> Result<(), ComputeFault> {
        self.module.check()?;
        self.limits.check()?;
        let tasks_per_node = self.tasks_per_node.into();
        limit("tasks_per_node", tasks_per_node, 1, MAX_TASKS as u64)?;
        for (task, text) in self.input.tasks().iter().enumerate() {
            from_base64(text).map_err(|error| ComputeFault::TaskText {
                task,
                reason: error.to_string(),
            })?;
        }
        let ComputeInput::Own(own) = &self.input else {
            return Ok(());
        };
        let random_bytes = own.random_bytes.into();
        limit("random_bytes", random_bytes, 0, MAX_RANDOM_BYTES.into())?;
        let redundancy = own.redundancy.into();
        limit("redundancy", redundancy, 1, MAX_REDUNDANCY.into())?;
        if own.redundancy == 1 {
            return Ok(());
        }
        if own.random_bytes > 0 {
            return Err(ComputeFault::RandomAgreement);
        }
        let bytes = self.limits.output_bytes.into();
        limit("output_bytes", bytes, 1, MAX_COMPARED_OUTPUT_BYTES.into())
    }

    /// The first task that repeats an earlier one.
    pub(super) fn repeated(&self) -> Option<usize> {
        let mut seen = BTreeSet::new();
        let tasks = self.input.tasks();
        tasks.iter().position(|task| !seen.insert(task))
    }
}

const fn limit(name: &'static str, found: u64, least: u64, most: u64) -> Result<(), ComputeFault> {
    if found < least || found > most {
        return Err(ComputeFault::Limit {
            name,
            found,
            least,
            most,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;

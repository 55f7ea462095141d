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
mod tests {
    use super::super::{Specification, SpecificationError};
    use super::*;
    use sheaf_format::stage::JobKind;

    const MODULE: &[u8] = b"\0asm\x01\0\0\0";

    fn given(tasks: &[&str]) -> ComputeSpecification {
        ComputeSpecification {
            title: "Words".to_owned(),
            module: ModuleSource::inline(MODULE),
            limits: RunLimits {
                fuel: 1_000,
                memory_pages: 2,
                output_bytes: 64,
            },
            input: ComputeInput::Given(tasks.iter().map(|task| (*task).to_owned()).collect()),
            tasks_per_node: 1,
        }
    }

    fn own(random_bytes: u32, redundancy: u32) -> ComputeSpecification {
        ComputeSpecification {
            input: ComputeInput::Own(OwnInput {
                parameters: vec![String::new()],
                random_bytes,
                redundancy,
            }),
            ..given(&[])
        }
    }

    fn fault(specification: ComputeSpecification) -> Option<SpecificationError> {
        Specification::Compute(specification).check().err()
    }

    #[test]
    fn a_compute_job_reads_and_writes_as_documented() {
        let hash = HexHash(sha256(&[MODULE]));
        let json = format!(
            r#"{{"kind":"compute","title":"Words","module":{{"sha256":"{hash}","base64":"AGFzbQEAAAA="}},"limits":{{"fuel":1000,"memory_pages":2,"output_bytes":64}},"input":{{"given":["b25l","dHdv"]}},"tasks_per_node":1}}"#
        );
        let specification = Specification::parse(json.as_bytes()).expect("reads");
        assert_eq!(
            specification,
            Specification::Compute(given(&["b25l", "dHdv"]))
        );
        assert_eq!(specification.to_bytes(), Ok(json.clone().into_bytes()));
        assert_eq!(specification.kind(), JobKind::Compute);
        assert_eq!(specification.title(), "Words");
        assert_eq!(specification.task_count(), 2);
        assert_eq!(specification.units_of(1), Some(1));
        assert_eq!(specification.units_of(2), None);
        let Specification::Compute(compute) = specification else {
            panic!("another kind");
        };
        assert_eq!(compute.task(1).as_deref(), Some(b"two".as_slice()));
        assert_eq!(compute.module_hash(), hash.0);
        let own = json.replace(
            r#"{"given":["b25l","dHdv"]}"#,
            r#"{"own":{"parameters":[""],"random_bytes":0,"redundancy":3}}"#,
        );
        let own = Specification::parse(own.as_bytes()).expect("reads");
        assert_eq!(own, Specification::Compute(self::own(0, 3)));
    }

    #[test]
    fn a_module_comes_in_one_way_and_has_the_hash_it_is_named_by() {
        let of = |module: ModuleSource| {
            fault(ComputeSpecification {
                module,
                ..given(&["b25l"])
            })
        };
        let inline = ModuleSource::inline(MODULE);
        let url = |url: &str| ModuleSource {
            base64: None,
            url: Some(url.to_owned()),
            ..inline.clone()
        };
        assert_eq!(of(inline.clone()), None);
        assert_eq!(of(url("https://a.example/m.wasm")), None);
        assert_eq!(of(url("file:///m")), Some(ComputeFault::ModuleUrl.into()));
        let both = ModuleSource {
            base64: inline.base64.clone(),
            ..url("https://a/")
        };
        assert_eq!(of(both), Some(ComputeFault::ModuleSource.into()));
        let expected = HexHash([7; 32]);
        let wrong = ModuleSource {
            sha256: expected,
            ..inline.clone()
        };
        let found = inline.sha256;
        assert_eq!(
            of(wrong),
            Some(ComputeFault::ModuleHash { expected, found }.into())
        );
        assert!(of(ModuleSource::inline(&vec![0; MAX_MODULE_BYTES + 1])).is_some());
    }

    #[test]
    fn limits_that_nobody_would_run_are_refused_by_name() {
        let limited = |change: fn(&mut ComputeSpecification)| {
            let mut specification = given(&["b25l"]);
            change(&mut specification);
            match fault(specification) {
                Some(SpecificationError::Compute(ComputeFault::Limit { name, .. })) => name,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(limited(|it| it.limits.fuel = 0), "fuel");
        assert_eq!(limited(|it| it.limits.fuel = MAX_FUEL + 1), "fuel");
        assert_eq!(limited(|it| it.limits.memory_pages = 0), "memory_pages");
        assert_eq!(limited(|it| it.limits.memory_pages = 9_999), "memory_pages");
        assert_eq!(limited(|it| it.limits.output_bytes = 0), "output_bytes");
        assert_eq!(limited(|it| it.tasks_per_node = 0), "tasks_per_node");
    }

    #[test]
    fn tasks_are_distinct_and_random_outputs_are_not_compared() {
        assert_eq!(fault(given(&[])), Some(SpecificationError::TaskCount(0)));
        assert_eq!(
            fault(given(&["b25l", "dHdv", "b25l"])),
            Some(SpecificationError::Repeated { task: 2 })
        );
        assert!(matches!(
            fault(given(&["not base64!"])),
            Some(SpecificationError::Compute(ComputeFault::TaskText {
                task: 0,
                ..
            }))
        ));
        assert_eq!(fault(own(0, 3)), None);
        assert_eq!(fault(own(32, 1)), None);
        assert_eq!(
            fault(own(32, 2)),
            Some(ComputeFault::RandomAgreement.into())
        );
        assert!(fault(own(0, 0)).is_some());
        let long = |redundancy| {
            let mut specification = own(0, redundancy);
            specification.limits.output_bytes = MAX_COMPARED_OUTPUT_BYTES + 1;
            fault(specification)
        };
        assert_eq!(long(1), None);
        assert!(matches!(
            long(2),
            Some(SpecificationError::Compute(ComputeFault::Limit {
                name: "output_bytes",
                ..
            }))
        ));
    }
}

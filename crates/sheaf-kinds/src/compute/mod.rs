//! `compute`: the requester's WebAssembly module, run where the data is; only its output leaves.
//!
//! [`inspect`] says which modules are run, [`sandbox`] runs them, [`input`] lays out what they are given,
//! [`folder`] reads a contributor's own files. A contribution is a [`result`]; it is judged by running
//! the module again where the input is known, and else by [`agreement`]. `docs/compute.md` says what that
//! proves and what it does not.

pub mod agreement;
pub mod folder;
pub mod input;
pub mod inspect;
mod lazy;
pub mod result;
mod review;
pub mod sandbox;

use crate::{
    Claim, Kind, Misbehaviour, Reviewer, Vantage, Work, WorkError,
    web::fetch::{FetchError, Fetcher},
};
use folder::{FolderError, read_folder};
use input::Input;
use inspect::ModuleError;
use rand::{RngCore as _, rngs::OsRng};
use result::RunHeader;
use review::RunReviewer;
use sandbox::{Module, RunError};
use sheaf_format::{Hash, digest::sha256};
use sheaf_protocol::{
    specification::compute::{ComputeInput, ComputeSpecification, OwnInput},
    text::{HexHash, from_base64},
};
use std::{path::PathBuf, sync::Arc};
use tokio::sync::OnceCell;

/// A `compute` job's module and tasks.
#[derive(Debug)]
pub struct Compute {
    specification: ComputeSpecification,
    /// The hash of each task's public part.
    subjects: Vec<String>,
    /// The folder whose files modules may read.
    folder: Option<PathBuf>,
    fetcher: Fetcher,
    /// Compiled when it is first needed.
    module: OnceCell<Arc<Module>>,
}

impl Compute {
    /// The runs of a specification. Modules that are named by URL are fetched from `vantage`; they may
    /// read what lies below `folder`, and nothing without one.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn new(
        specification: ComputeSpecification,
        vantage: Vantage,
        folder: Option<PathBuf>,
    ) -> Result<Self, FetchError> {
        let tasks = specification.input.tasks();
        let subjects = tasks.iter().map(|task| {
            let hash = sha256(&[task.as_bytes()]);
            HexHash(hash).to_string()
        });
        Ok(Self {
            subjects: subjects.collect(),
            specification,
            folder,
            fetcher: Fetcher::new(vantage.policy, vantage.source)?,
            module: OnceCell::new(),
        })
    }

    /// The compiled module. A failure is not kept: the next caller tries again.
    async fn module(&self) -> Result<Arc<Module>, WorkError> {
        let compile = || async {
            let bytes = self.module_bytes().await?;
            let found = sha256(&[&bytes]);
            if found != self.specification.module_hash() {
                return Err(permanent(format!(
                    "the module has hash {}, not {} as the job says: the requester must put the \
                     right one there",
                    HexHash(found),
                    self.specification.module.sha256
                )));
            }
            let compiled = beside(move || Module::new(&bytes)).await?;
            Ok(Arc::new(compiled?))
        };
        self.module.get_or_try_init(compile).await.cloned()
    }

    async fn module_bytes(&self) -> Result<Vec<u8>, WorkError> {
        let source = &self.specification.module;
        if let Some(text) = &source.base64 {
            return from_base64(text).map_err(|error| permanent(error.to_string()));
        }
        let url = source
            .url
            .as_ref()
            .ok_or_else(|| permanent("the job names no module".to_owned()))?;
        let page = self.fetcher.fetch(url).await?;
        if page.status != 200 {
            return Err(WorkError {
                message: format!(
                    "{url} answers {} instead of the module: try again later",
                    page.status
                ),
                transient: page.status == 429 || page.status >= 500,
            });
        }
        Ok(page.body)
    }

    fn task(&self, task: u32) -> Result<Vec<u8>, WorkError> {
        self.specification.task(task).ok_or_else(|| {
            permanent(format!(
                "there is no task {task}: the specification names {}",
                self.task_count()
            ))
        })
    }

    /// Runs the module on a given input.
    async fn run_given(&self, task: u32) -> Result<(Hash, Vec<u8>), WorkError> {
        let given = self.task(task)?;
        let module = self.module().await?;
        let limits = self.specification.limits;
        let run = move || {
            let input = Input {
                parameter: &given,
                ..Input::default()
            };
            let bytes = input.to_bytes().map_err(str::to_owned).map_err(permanent)?;
            Ok((sha256(&[&given]), module.run(&bytes, &limits)?))
        };
        beside(run).await?
    }

    /// Runs the module on the contributor's own files.
    async fn run_own(&self, task: u32, own: &OwnInput) -> Result<Vec<u8>, WorkError> {
        let parameter = self.task(task)?;
        let folder = self.folder.clone().ok_or_else(|| {
            permanent(
                "this job computes on your own files, and no folder is given: say which one it may \
                 read with --compute-folder DIR"
                    .to_owned(),
            )
        })?;
        let module = self.module().await?;
        let limits = self.specification.limits;
        let mut random = vec![0; own.random_bytes as usize];
        OsRng
            .try_fill_bytes(&mut random)
            .map_err(|error| permanent(format!("this machine has no randomness: {error}")))?;
        let run = move || {
            let files = read_folder(&folder)?;
            let input = Input {
                parameter: &parameter,
                random: &random,
                files: &files,
            };
            let bytes = input.to_bytes().map_err(str::to_owned).map_err(permanent)?;
            Ok(module.run(&bytes, &limits)?)
        };
        beside(run).await?
    }
}

impl Kind for Compute {
    fn task_count(&self) -> u32 {
        u32::try_from(self.subjects.len()).unwrap_or(u32::MAX)
    }

    fn tasks_per_node(&self) -> u32 {
        self.specification.tasks_per_node
    }

    fn subject(&self, task: u32) -> Option<&str> {
        let subject = self.subjects.get(usize::try_from(task).ok()?)?;
        Some(subject)
    }

    /// A second run says the same, or gives away more of the contributor's files.
    fn is_repeated(&self) -> bool {
        false
    }

    fn is_compared(&self) -> bool {
        matches!(&self.specification.input, ComputeInput::Own(own) if own.redundancy > 1)
    }

    fn longest(&self) -> usize {
        result::MAX_HEADER_BYTES + self.specification.limits.output_bytes as usize
    }

    fn observe<'a>(&'a self, claim: &'a Claim) -> Work<'a, Vec<u8>> {
        Box::pin(async move {
            let module = self.specification.module_hash();
            let (input, output) = match &self.specification.input {
                ComputeInput::Given(_) => {
                    let (input, output) = self.run_given(claim.task).await?;
                    (Some(input), output)
                }
                ComputeInput::Own(own) => (None, self.run_own(claim.task, own).await?),
            };
            let header = RunHeader::new(claim.task, &module, input.as_ref(), &output);
            Ok(header.with_output(&output))
        })
    }

    fn falsify(&self, plaintext: &[u8], how: Misbehaviour) -> Vec<u8> {
        match RunHeader::split(plaintext) {
            Ok((header, output)) => lazy::falsify(&header, output, how),
            Err(_) => plaintext.to_vec(),
        }
    }

    fn reviewer(&self, task: u32) -> Work<'_, Box<dyn Reviewer>> {
        Box::pin(async move {
            let reviewer = match &self.specification.input {
                ComputeInput::Given(_) => {
                    let (input, output) = self.run_given(task).await?;
                    let module = self.specification.module_hash();
                    RunReviewer::again(RunHeader::new(task, &module, Some(&input), &output))
                }
                ComputeInput::Own(own) => {
                    self.task(task)?;
                    let limits = self.specification.limits;
                    RunReviewer::apart(self.module().await?, limits, own.redundancy)
                }
            };
            Ok(Box::new(reviewer) as Box<dyn Reviewer>)
        })
    }
}

/// Compiles a module that stands in the specification itself.
///
/// # Errors
/// When it is not one that is run.
pub fn check(specification: &ComputeSpecification) -> Result<(), WorkError> {
    if let Some(text) = &specification.module.base64 {
        let bytes = from_base64(text).map_err(|error| permanent(error.to_string()))?;
        Module::new(&bytes)?;
    }
    Ok(())
}

/// Does what takes long on a thread of its own.
async fn beside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, WorkError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| permanent(format!("the run broke off: {error}")))
}

const fn permanent(message: String) -> WorkError {
    WorkError {
        message,
        transient: false,
    }
}

impl From<ModuleError> for WorkError {
    fn from(error: ModuleError) -> Self {
        permanent(error.to_string())
    }
}

impl From<RunError> for WorkError {
    fn from(error: RunError) -> Self {
        Self {
            message: error.to_string(),
            transient: matches!(error, RunError::Host(_)),
        }
    }
}

impl From<FolderError> for WorkError {
    fn from(error: FolderError) -> Self {
        Self {
            message: error.to_string(),
            transient: matches!(error, FolderError::Exchanged(_)),
        }
    }
}

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;

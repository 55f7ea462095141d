//! `sheaf compute specify`: a specification from a module and files.

use crate::output::fields;
use anyhow::Context as _;
use clap::{ArgGroup, Args};
use serde::Serialize;
use sheaf_protocol::{
    specification::{
        self, Specification,
        compute::{ComputeInput, ComputeSpecification, ModuleSource, OwnInput, RunLimits},
    },
    text::{HexHash, to_base64},
};
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// Make the specification of a job that runs a WebAssembly module
///
/// The module is checked as nodes will check it. It stands in the specification itself, unless --url says
/// where nodes find it.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("input").required(true).args(["given", "own"]))]
pub struct SpecifyArgs {
    /// The module: WebAssembly as docs/compute.md describes it
    #[arg(long, value_name = "FILE")]
    pub module: PathBuf,
    /// Title, for people
    #[arg(long)]
    pub title: String,
    /// An input that everybody may know; one task each. May be given several times
    #[arg(long, value_name = "FILE")]
    pub given: Vec<PathBuf>,
    /// Run the module on each contributor's own files
    #[arg(long)]
    pub own: bool,
    /// What is asked of the files, one task each; without it there is one task that says nothing
    #[arg(long, value_name = "FILE", requires = "own")]
    pub parameter: Vec<PathBuf>,
    /// Random bytes that each contributor's machine gives the module
    #[arg(long, value_name = "N", default_value_t = 0, requires = "own")]
    pub random_bytes: u32,
    /// How many contributors must say the same before any of them is paid; 1 compares nothing
    #[arg(long, value_name = "K", default_value_t = 1, requires = "own")]
    pub redundancy: u32,
    /// Fuel of a run: about one unit for each instruction
    #[arg(long, value_name = "N", default_value_t = 1_000_000_000)]
    pub fuel: u64,
    /// Memory of a run, in pages of 64 KiB
    #[arg(long, value_name = "N", default_value_t = 512)]
    pub memory_pages: u32,
    /// Longest output, in bytes: contributors of own files see here how much may leave
    #[arg(long, value_name = "N", default_value_t = 4_096)]
    pub output_bytes: u32,
    /// Tasks that one node should do in a round, at most
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub tasks_per_node: u32,
    /// Where nodes find the module, instead of in the specification
    #[arg(long)]
    pub url: Option<String>,
    /// File that gets the specification
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// What was written.
#[derive(Debug, Serialize)]
pub struct Specified {
    /// File that was written.
    pub specification: PathBuf,
    /// Its hash: the job's.
    pub specification_hash: HexHash,
    /// Its length.
    pub specification_bytes: usize,
    /// The module's hash.
    pub module_hash: HexHash,
    /// Number of tasks.
    pub tasks: u32,
}

impl fmt::Display for Specified {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fields(
            formatter,
            &[
                ("Specification", &self.specification.display()),
                ("Hash", &self.specification_hash),
                ("Bytes", &self.specification_bytes),
                ("Module", &self.module_hash),
                ("Tasks", &self.tasks),
            ],
        )
    }
}

/// Writes the specification.
///
/// # Errors
/// When a file cannot be read or written, or nobody would run the module.
pub fn specify(args: &SpecifyArgs) -> anyhow::Result<Specified> {
    let module = read(&args.module)?;
    sheaf_kinds::compute::sandbox::Module::new(&module)
        .with_context(|| format!("{} cannot be used", args.module.display()))?;
    let inline = ModuleSource::inline(&module);
    let source = match &args.url {
        None => inline,
        Some(url) => ModuleSource {
            base64: None,
            url: Some(url.clone()),
            ..inline
        },
    };
    let module_hash = source.sha256;
    let specification = Specification::Compute(ComputeSpecification {
        title: args.title.clone(),
        module: source,
        limits: RunLimits {
            fuel: args.fuel,
            memory_pages: args.memory_pages,
            output_bytes: args.output_bytes,
        },
        input: input(args)?,
        tasks_per_node: args.tasks_per_node,
    });
    let bytes = specification.to_bytes()?;
    std::fs::write(&args.out, &bytes)
        .with_context(|| format!("cannot write {}", args.out.display()))?;
    Ok(Specified {
        specification: args.out.clone(),
        specification_hash: specification::hash(&bytes).into(),
        specification_bytes: bytes.len(),
        module_hash,
        tasks: specification.task_count(),
    })
}

fn input(args: &SpecifyArgs) -> anyhow::Result<ComputeInput> {
    let all = |files: &[PathBuf]| -> anyhow::Result<Vec<String>> {
        files
            .iter()
            .map(|file| Ok(to_base64(&read(file)?)))
            .collect()
    };
    if !args.own {
        return Ok(ComputeInput::Given(all(&args.given)?));
    }
    let mut parameters = all(&args.parameter)?;
    if parameters.is_empty() {
        parameters.push(String::new());
    }
    Ok(ComputeInput::Own(OwnInput {
        parameters,
        random_bytes: args.random_bytes,
        redundancy: args.redundancy,
    }))
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

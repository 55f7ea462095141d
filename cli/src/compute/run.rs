//! `sheaf compute run`: one run, here. A contributor sees what would leave; a requester tries a module out.

use crate::output::fields;
use anyhow::{Context as _, anyhow};
use clap::Args;
use serde::Serialize;
use sheaf_kinds::{
    AddressPolicy, Claim, Kind as _, Vantage,
    compute::{Compute, result::RunHeader},
};
use sheaf_protocol::{specification::Specification, text::HexHash};
use std::{fmt, path::PathBuf};

/// Do one run of a job here, and hand nothing in
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The job's specification
    #[arg(long, value_name = "FILE")]
    pub specification: PathBuf,
    /// Which of its tasks
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub task: u32,
    /// Folder whose files the module may read, where the job computes on contributors' own files
    #[arg(long, value_name = "DIR")]
    pub compute_folder: Option<PathBuf>,
    /// File that gets the output: exactly what a contribution would carry
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// What a run gave.
#[derive(Debug, Serialize)]
pub struct Ran {
    module_hash: HexHash,
    input_hash: Option<HexHash>,
    result_hash: HexHash,
    output_bytes: usize,
    /// How a validator would score it on its own, in bps.
    quality_bps: Option<u16>,
    /// The output, when it is text.
    output: Option<String>,
}

impl fmt::Display for Ran {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let input = self.input_hash.map(|hash| hash.to_string());
        let quality = self.quality_bps.map(|bps| format!("{bps} bps"));
        fields(
            formatter,
            &[
                ("Module", &self.module_hash),
                ("Input", &input.as_deref().unwrap_or("own files")),
                ("Result", &self.result_hash),
                ("Output", &format!("{} bytes", self.output_bytes)),
                (
                    "Quality",
                    &quality.as_deref().unwrap_or("by comparing contributors"),
                ),
            ],
        )?;
        match &self.output {
            Some(text) => write!(formatter, "\n{text}"),
            None => Ok(()),
        }
    }
}

/// Runs it.
///
/// # Errors
/// When a file cannot be read or written, the specification is of another kind, or the run fails.
pub fn run(args: &RunArgs) -> anyhow::Result<Ran> {
    let path = args.specification.display();
    let bytes =
        std::fs::read(&args.specification).with_context(|| format!("cannot read {path}"))?;
    let specification = Specification::parse(&bytes).with_context(|| format!("{path}"))?;
    let Specification::Compute(specification) = specification else {
        return Err(anyhow!("{path} is for jobs that run no module"));
    };
    let vantage = Vantage {
        policy: AddressPolicy::public(),
        source: None,
    };
    let kind = Compute::new(specification, vantage, args.compute_folder.clone())?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let (plaintext, quality_bps) = runtime.block_on(rehearse(&kind, args.task))?;
    let (header, output) = RunHeader::split(&plaintext).map_err(|reason| anyhow!(reason))?;
    if let Some(out) = &args.out {
        std::fs::write(out, output).with_context(|| format!("cannot write {}", out.display()))?;
    }
    Ok(Ran {
        module_hash: header.module,
        input_hash: header.input,
        result_hash: header.result,
        output_bytes: output.len(),
        quality_bps,
        output: text(output),
    })
}

async fn rehearse(kind: &Compute, task: u32) -> anyhow::Result<(Vec<u8>, Option<u16>)> {
    let claim = Claim {
        contributor: [0; 32],
        task,
        region: String::new(),
        observed_slot: 0,
    };
    let plaintext = kind.observe(&claim).await?;
    if kind.is_compared() {
        return Ok((plaintext, None));
    }
    let review = kind.reviewer(task).await?.review(&claim, &plaintext);
    Ok((plaintext, Some(review.quality_bps)))
}

/// The output as text that a terminal can show.
fn text(output: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(output).ok()?;
    let shown = |letter: char| !letter.is_control() || letter == '\n' || letter == '\t';
    text.chars().all(shown).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{
        super::specify::{SpecifyArgs, specify},
        *,
    };
    use std::path::Path;

    /// A module whose output is the four bytes "yes\n": written by hand.
    const YES: &[u8] = b"\0asm\x01\0\0\0\
        \x01\x0c\x02\x60\x01\x7f\x01\x7f\x60\x02\x7f\x7f\x01\x7e\
        \x03\x03\x02\0\x01\
        \x05\x03\x01\0\x01\
        \x07\x18\x03\x06memory\x02\0\x05alloc\0\0\x03run\0\x01\
        \x0a\x0d\x02\x05\0\x41\x80\x08\x0b\x05\0\x42\x84\0\x0b\
        \x0b\x0a\x01\0\x41\0\x0b\x04yes\n";

    fn arguments(folder: &Path) -> SpecifyArgs {
        SpecifyArgs {
            module: folder.join("m.wasm"),
            title: "Yes".to_owned(),
            given: Vec::new(),
            own: false,
            parameter: Vec::new(),
            random_bytes: 0,
            redundancy: 1,
            fuel: 1_000,
            memory_pages: 1,
            output_bytes: 16,
            tasks_per_node: 1,
            url: None,
            out: folder.join("s.json"),
        }
    }

    fn run_of(folder: &Path, compute_folder: Option<PathBuf>) -> anyhow::Result<Ran> {
        run(&RunArgs {
            specification: folder.join("s.json"),
            task: 0,
            compute_folder,
            out: Some(folder.join("o.bin")),
        })
    }

    #[test]
    fn what_is_specified_can_be_run_here() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path();
        std::fs::write(path.join("m.wasm"), YES)?;
        std::fs::write(path.join("a.txt"), "question")?;
        let mut args = arguments(path);
        args.given = vec![path.join("a.txt")];
        let specified = specify(&args)?;
        assert_eq!(specified.tasks, 1);
        let ran = run_of(path, None)?;
        assert_eq!(ran.module_hash, specified.module_hash);
        assert_eq!(ran.quality_bps, Some(10_000));
        assert_eq!(ran.output.as_deref(), Some("yes\n"));
        assert_eq!(std::fs::read(path.join("o.bin"))?, b"yes\n");
        Ok(())
    }

    #[test]
    fn own_files_need_a_folder_and_agreement_needs_others() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path();
        std::fs::write(path.join("m.wasm"), YES)?;
        let mut args = arguments(path);
        (args.own, args.redundancy) = (true, 2);
        specify(&args)?;
        let refused = run_of(path, None).map(|_| ()).expect_err("no folder");
        assert!(
            refused.to_string().contains("--compute-folder"),
            "{refused}"
        );
        let ran = run_of(path, Some(path.to_owned()))?;
        assert_eq!((ran.input_hash, ran.quality_bps), (None, None));
        assert!(ran.to_string().contains("by comparing contributors"));
        Ok(())
    }

    #[test]
    fn a_module_that_nobody_would_run_is_not_specified() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("m.wasm"), "not a module")?;
        let mut args = arguments(folder.path());
        args.own = true;
        let refused = specify(&args).map(|_| ()).expect_err("no module");
        assert!(
            format!("{refused:#}").contains("m.wasm cannot be used"),
            "{refused:#}"
        );
        assert!(!args.out.exists());
        Ok(())
    }
}

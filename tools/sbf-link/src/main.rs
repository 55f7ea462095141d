//! sbf-link: the link step of SBPFv3 programs, from bitcode to a loadable `.so`, with the upstream
//! LLVM 22 BPF back end. rustc calls it as `-C linker=`; `sbf-link verify FILE` checks a program.
//!
//! - [`arguments`]: what rustc asks for, and whether the output is one of our programs.
//! - [`link`]: the steps, in order; [`inputs`] and [`internalise`] are the first two.
//! - [`legalise`]: what makes the module fit for the back end.
//! - [`object_file`]: checks on the object before the SBPF step.
//! - [`verify`]: the loader's own parser and verifier, as the last word.
//! - [`output`]: files appear whole or not at all.
//! - [`llvm`]: LLVM itself, and all unsafe code.

#![deny(unsafe_code)]
#![warn(missing_docs)]

mod arguments;
mod inputs;
mod internalise;
mod legalise;
mod link;
mod llvm;
mod object_file;
mod output;
mod syscalls;
mod verify;

use arguments::Request;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("sbf-link: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    match arguments::read()? {
        Request::Verify(file) => verify::file(&file),
        Request::Skip(output) => {
            output::remove(&output)?;
            output::write(&output, verify::SKIPPED.as_bytes())
        }
        Request::Link(request) => {
            // Nothing of an earlier build may stay where this one fails.
            output::remove(&request.output)?;
            let program = link::program(&request);
            program
                .and_then(|program| output::write(&request.output, &program))
                .map_err(|reason| format!("no {}: {reason}", request.output.display()))
        }
    }
}

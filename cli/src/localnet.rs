//! `sheaf localnet`: hands over to `sheaf-localnet`, a program of its own, so that this one links no
//! network.

use anyhow::Context as _;
use clap::Args;
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// Name of the program that runs the network.
const PROGRAM: &str = "sheaf-localnet";

/// Arguments of `sheaf localnet`.
#[derive(Debug, Args)]
#[command(disable_help_flag = true, disable_version_flag = true)]
pub struct LocalnetArgs {
    /// Arguments of sheaf-localnet; --help lists them
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "ARGS"
    )]
    pub arguments: Vec<OsString>,
}

/// Runs `sheaf-localnet` in place of this program, or else to its end.
///
/// # Errors
/// When it cannot be started.
pub fn run(args: LocalnetArgs, program_id: Option<&str>) -> anyhow::Result<ExitCode> {
    let program = std::env::current_exe()
        .ok()
        .and_then(|executable| beside(&executable))
        .unwrap_or_else(|| PathBuf::from(PROGRAM));
    let mut command = Command::new(&program);
    command.args(forwarded(args.arguments, program_id));
    hand_over(&mut command).with_context(|| {
        format!(
            "cannot run {}: install it beside sheaf or in a folder of PATH",
            program.display()
        )
    })
}

/// `--program-id` is an option of both programs: this one's parser may have taken it.
fn forwarded(mut arguments: Vec<OsString>, program_id: Option<&str>) -> Vec<OsString> {
    if let Some(program_id) = program_id {
        arguments.insert(0, format!("--program-id={program_id}").into());
    }
    arguments
}

/// The program in the folder of `executable`, if it is there.
fn beside(executable: &Path) -> Option<PathBuf> {
    let name = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
    Some(executable.parent()?.join(name)).filter(|path| path.is_file())
}

#[cfg(unix)]
fn hand_over(command: &mut Command) -> std::io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
fn hand_over(command: &mut Command) -> std::io::Result<ExitCode> {
    let code = command.status()?.code();
    Ok(code
        .and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::{Arguments, Command};
    use clap::Parser;

    fn parse(line: &str) -> Result<(Vec<OsString>, Option<String>), clap::Error> {
        let parsed = Arguments::try_parse_from(line.split_whitespace())?;
        match parsed.command {
            Command::Localnet(args) => Ok((args.arguments, parsed.global.program_id)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn arguments_are_passed_on_as_they_are() -> Result<(), clap::Error> {
        let (arguments, _) = parse("sheaf localnet --rpc-port 0 -q --fund X")?;
        assert_eq!(arguments, ["--rpc-port", "0", "-q", "--fund", "X"]);
        assert_eq!(parse("sheaf localnet --help")?.0, ["--help"]);
        assert_eq!(parse("sheaf localnet")?.0, [""; 0]);
        Ok(())
    }

    #[test]
    fn the_programs_address_reaches_the_network_wherever_it_stands() -> Result<(), clap::Error> {
        for line in [
            "sheaf localnet --program-id P",
            "sheaf --program-id P localnet",
            "sheaf localnet -q --program-id P",
        ] {
            let (arguments, program_id) = parse(line)?;
            let all = forwarded(arguments, program_id.as_deref());
            let text: Vec<_> = all.iter().map(|part| part.to_string_lossy()).collect();
            let text = text.join(" ").replace('=', " ");
            assert!(text.contains("--program-id P"), "{line}: {text}");
        }
        Ok(())
    }

    #[test]
    fn the_neighbour_is_preferred_when_it_is_there() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let executable = folder.path().join("sheaf");
        assert_eq!(beside(&executable), None);
        let neighbour = folder
            .path()
            .join(format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX));
        std::fs::write(&neighbour, b"")?;
        assert_eq!(beside(&executable), Some(neighbour));
        Ok(())
    }
}

//! Settings from flags, the environment and a file.
//!
//! Every flag of a command, say `--collect-slots`, is also a variable, `SHEAF_INDEXER_COLLECT_SLOTS`,
//! and a key of the file that `--settings` names, `collect-slots`. Flags go over the environment,
//! that over the file, that over the defaults.

use crate::arguments::Arguments;
use clap::{Arg, Command, CommandFactory as _, FromArgMatches as _};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};
use toml::{Table, Value};

/// What the names of variables begin with.
const PREFIX: &str = "SHEAF_INDEXER_";
/// The flag that names the file.
const SETTINGS: &str = "settings";

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The command line or a value is not understood, or help was asked for.
    #[error(transparent)]
    Usage(#[from] clap::Error),
    /// The file cannot be read.
    #[error("cannot read the settings {}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What happened.
        reason: std::io::Error,
    },
    /// The file is no TOML.
    #[error("the settings {} cannot be understood: {reason}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        reason: Box<toml::de::Error>,
    },
    /// A key that no command has a flag for.
    #[error(
        "the settings {} name \"{key}\", which is no setting: keys are flags without their dashes in front; docs/indexer.md lists them", path.display()
    )]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
    },
    /// A value that no flag can have.
    #[error(
        "the settings {} give \"{key}\" a value that is neither text, number, true or false, nor a list of those", path.display()
    )]
    Value {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
    },
}

/// Reads a command line with everything behind it.
///
/// # Errors
/// When something is not understood, or help was asked for.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Arguments, ConfigError> {
    let words: Vec<OsString> = words.into_iter().collect();
    let mut command = each(Arguments::command(), &with_variable);
    if let Some(path) = settings_file(&command, &words) {
        command = with_file(command, &path)?;
    }
    let matches = command.try_get_matches_from(words)?;
    Ok(Arguments::from_arg_matches(&matches)?)
}

/// A command with all its flags changed, and those of the commands below it.
fn each(command: Command, change: &dyn Fn(Arg) -> Arg) -> Command {
    let changed = command.mut_args(change);
    changed.mut_subcommands(|below| each(below, change))
}

/// A text that lasts as long as the command line's description, which is as long as the process.
fn lasting(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn with_variable(flag: Arg) -> Arg {
    match flag.get_long() {
        Some(name) if flag.get_env().is_none() => {
            let variable = name.to_uppercase().replace('-', "_");
            flag.env(lasting(format!("{PREFIX}{variable}")))
                .hide_env_values(true)
        }
        _ => flag,
    }
}

/// The file that flag or variable name, whatever else is wrong with the command line.
fn settings_file(command: &Command, words: &[OsString]) -> Option<PathBuf> {
    let lenient = command.clone().ignore_errors(true);
    let matches = lenient.try_get_matches_from(words).ok()?;
    matches.get_one::<PathBuf>(SETTINGS).cloned()
}

/// The values of a file in the place of the defaults.
fn with_file(mut command: Command, path: &Path) -> Result<Command, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|reason| ConfigError::Unreadable {
        path: path.to_path_buf(),
        reason,
    })?;
    let table: Table = toml::from_str(&text).map_err(|reason| ConfigError::Syntax {
        path: path.to_path_buf(),
        reason: Box::new(reason),
    })?;
    for (key, value) in table {
        if key == SETTINGS || !has_flag(&command, &key) {
            let path = path.to_path_buf();
            return Err(ConfigError::UnknownKey { path, key });
        }
        let Some(values) = texts(&value) else {
            let path = path.to_path_buf();
            return Err(ConfigError::Value { path, key });
        };
        let values: Vec<&'static str> = values.into_iter().map(lasting).collect();
        command = each(command, &|flag| {
            if flag.get_long() == Some(key.as_str()) {
                flag.default_values(values.clone()).required(false)
            } else {
                flag
            }
        });
    }
    Ok(command)
}

fn has_flag(command: &Command, name: &str) -> bool {
    let mut flags = command.get_arguments();
    flags.any(|flag| flag.get_long() == Some(name))
        || command.get_subcommands().any(|below| has_flag(below, name))
}

/// A value as a flag takes it; several for a list.
fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Integer(number) => Some(vec![number.to_string()]),
        Value::Float(number) => Some(vec![number.to_string()]),
        Value::Boolean(flag) => Some(vec![flag.to_string()]),
        Value::Array(values) => {
            let values = values.iter().map(|value| match value {
                Value::Array(_) => None,
                value => texts(value)?.pop(),
            });
            values.collect()
        }
        Value::Datetime(_) | Value::Table(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        arguments::{Command as Task, Run},
        run::roles::Role,
        store::Location,
    };

    const MINT: &str = "So11111111111111111111111111111111111111112";

    /// What is read with this file; the flags follow `run`.
    fn read(file: &str, flags: &[&str]) -> Result<Run, ConfigError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("indexer.toml");
        std::fs::write(&path, file).expect("written");
        let mut words: Vec<OsString> = vec!["sheaf-indexer".into(), "run".into()];
        words.extend(["--settings".into(), path.into()]);
        words.extend(flags.iter().map(OsString::from));
        match parse(words)?.command {
            Task::Run(run) => Ok(*run),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn flags_go_over_the_file_and_the_file_over_defaults() {
        let file = format!(
            "mint = \"{MINT}\"\ndata = \"/data\"\ncollect-slots = 12\nroles = [\"intake\", \"serve\"]\n\
             database = \"postgres://me@host/db\"\nuntil-stdin-closes = true\n"
        );
        let run = read(&file, &["--collect-slots", "30"]).expect("understood");
        assert_eq!(run.collect_slots, Some(30));
        assert_eq!(run.mint.to_string(), MINT);
        assert_eq!(run.roles, [Role::Intake, Role::Serve]);
        let server = Location::Server("postgres://me@host/db".to_owned());
        assert_eq!(run.database, Some(server));
        assert_eq!(run.listen.to_string(), "127.0.0.1:8787");
        assert!(run.until_stdin_closes);
        let run = read(&file, &["--roles", "ingest,settle"]).expect("understood");
        assert_eq!(run.roles, [Role::Ingest, Role::Settle]);
        assert_eq!(run.collect_slots, Some(12));
    }

    #[test]
    fn without_a_file_everything_is_done_and_what_is_needed_is_asked_for() {
        let words = ["sheaf-indexer", "run", "--data", "/data"];
        let refused = parse(words.map(OsString::from)).expect_err("no mint");
        assert!(refused.to_string().contains("--mint"), "{refused}");
        let words = words.into_iter().chain(["--mint", MINT]);
        let arguments = parse(words.map(OsString::from)).expect("understood");
        let Task::Run(run) = arguments.command else {
            panic!("{arguments:?}");
        };
        assert_eq!(run.roles, Role::ALL);
        assert_eq!(run.database, None);
    }

    #[test]
    fn what_no_flag_has_is_refused_by_its_name() {
        for (file, named) in [
            ("colect-slots = 1", "colect-slots"),
            ("settings = \"other.toml\"", "settings"),
            ("listen = { port = 1 }", "listen"),
            ("mint = ", "line 1"),
        ] {
            let refused = read(file, &[]).expect_err("refused").to_string();
            assert!(refused.contains(named), "{refused}");
        }
    }

    #[test]
    fn every_setting_is_documented() {
        let documented = include_str!("../../docs/indexer.md");
        let command = Arguments::command();
        let task = |name: &str| command.find_subcommand(name).expect("a command");
        for flags in [&command, task("run"), task("migrate")] {
            for name in flags.get_arguments().filter_map(Arg::get_long) {
                assert!(
                    documented.contains(&format!("| `--{name}` |")),
                    "docs/indexer.md does not list --{name}"
                );
            }
        }
    }

    #[test]
    fn every_flag_has_a_variable() {
        let command = each(Arguments::command(), &with_variable);
        let run = command.find_subcommand("run").expect("a command");
        let variable = |name: &str| {
            let flag = run
                .get_arguments()
                .find(|flag| flag.get_long() == Some(name));
            flag.expect("a flag").get_env().expect("a variable")
        };
        assert_eq!(variable("collect-slots"), "SHEAF_INDEXER_COLLECT_SLOTS");
        assert_eq!(variable("program-id"), "SHEAF_PROGRAM_ID");
    }
}

//! The command line.

use crate::failure::{Failure, Result};
use std::path::PathBuf;

/// What `cargo xtask help` prints.
pub const USAGE: &str = "\
usage: cargo xtask <command>

  demo [--json FILE] [--site DIR]    fund, collect, score, settle and claim, end to end
  test                               format, lints and every test
  bench cu [--json FILE]             measure compute units, rewrite docs/compute-units.md
  bench intake [--json FILE]         signed submissions a second over HTTP, rewrite docs/performance.md
  bench ingest [--json FILE]         events a second into the database, likewise
  bench epoch [--json FILE]          play one round at full size, rewrite docs/performance-epoch.md
       [--contributors N] [--submissions-per-contributor N]
  bench quality                      simulate bad validators, rewrite docs/quality.md
  fuzz [--minutes N]                 random instructions against the reference model (default: 10)
  mutants [--only NAME]              break each guard of the program once: a test has to notice
  build-program [--program-id KEY]   make target/deploy/sheaf.so
  build-modules                      make target/modules/*.wasm of examples/compute
  idl                                write idl/sheaf.json, the program's interface
  install [--prefix DIR]             lay out bin/ and share/sheaf/ (default: ~/.local)
  help                               this text";

/// A command with its options.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Runs the path end to end and prints a ledger.
    Demo {
        /// Where to write the ledger as JSON.
        json: Option<PathBuf>,
        /// Folder of HTML pages to collect, instead of the toolchain's documentation.
        site: Option<PathBuf>,
    },
    /// Runs every test.
    Test,
    /// Measures compute units and rewrites their document.
    BenchComputeUnits {
        /// Where to write the figures as JSON.
        json: Option<PathBuf>,
    },
    /// Measures how much an indexer takes in, and rewrites the document.
    BenchThroughput {
        /// Of what.
        bench: Throughput,
        /// Where to write the figures as JSON.
        json: Option<PathBuf>,
    },
    /// Plays one round at full size and rewrites its document.
    BenchEpoch {
        /// Where to write the figures as JSON.
        json: Option<PathBuf>,
        /// Leaves of the tree.
        contributors: Option<u64>,
        /// What each active contributor hands in.
        submissions: Option<u64>,
    },
    /// Simulates validators that do not work and rewrites its document.
    BenchQuality,
    /// Runs the stateful property test for some time.
    Fuzz {
        /// For how long.
        minutes: u64,
    },
    /// Breaks guards of the program, and sees that tests notice.
    Mutants {
        /// Only those whose name contains this.
        only: Option<String>,
    },
    /// Builds the on-chain program.
    BuildProgram {
        /// Address compiled into the program, instead of the fixed one for localnets.
        program_id: Option<String>,
    },
    /// Builds the modules of `examples/compute`.
    BuildModules,
    /// Writes the program's interface.
    Idl,
    /// Installs binaries and program.
    Install {
        /// Folder that gets `bin/` and `share/`.
        prefix: Option<PathBuf>,
    },
    /// Prints the usage.
    Help,
}

/// What an indexer takes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Throughput {
    /// Signed submissions.
    Intake,
    /// Events of finalised transactions.
    Ingest,
}

impl Throughput {
    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Ingest => "ingest",
        }
    }
}

/// Reads the command line, without the program's own name.
pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Command> {
    let name = words.next().unwrap_or_else(|| "help".into());
    let subject = match name.as_str() {
        "bench" => words.next(),
        _ => None,
    };
    let mut options = Options::read(words)?;
    let command = match name.as_str() {
        "demo" => Command::Demo {
            json: options.take("--json").map(PathBuf::from),
            site: options.take("--site").map(PathBuf::from),
        },
        "test" => Command::Test,
        "bench" => match subject.as_deref() {
            Some("cu") => Command::BenchComputeUnits {
                json: options.take("--json").map(PathBuf::from),
            },
            Some("intake") => Command::BenchThroughput {
                bench: Throughput::Intake,
                json: options.take("--json").map(PathBuf::from),
            },
            Some("ingest") => Command::BenchThroughput {
                bench: Throughput::Ingest,
                json: options.take("--json").map(PathBuf::from),
            },
            Some("epoch") => Command::BenchEpoch {
                json: options.take("--json").map(PathBuf::from),
                contributors: options.optional_number("--contributors")?,
                submissions: options.optional_number("--submissions-per-contributor")?,
            },
            Some("quality") => Command::BenchQuality,
            _ => {
                return usage(
                    "say what to measure: bench cu, intake, ingest, epoch or quality".into(),
                );
            }
        },
        "fuzz" => Command::Fuzz {
            minutes: options.number("--minutes", 10)?,
        },
        "mutants" => Command::Mutants {
            only: options.take("--only"),
        },
        "build-program" => Command::BuildProgram {
            program_id: options.take("--program-id"),
        },
        "build-modules" => Command::BuildModules,
        "idl" => Command::Idl,
        "install" => Command::Install {
            prefix: options.take("--prefix").map(PathBuf::from),
        },
        "help" | "--help" | "-h" => Command::Help,
        other => return usage(format!("there is no command '{other}'")),
    };
    options.refuse_rest(&name)?;
    Ok(command)
}

struct Options(Vec<(String, String)>);

impl Options {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Vec::new();
        while let Some(word) = words.next() {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (word.clone(), words.next()),
            };
            let Some(value) = value.filter(|_| name.starts_with("--")) else {
                return usage(format!("'{word}' is not an option with a value"));
            };
            options.push((name, value));
        }
        Ok(Self(options))
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let index = self.0.iter().position(|option| option.0 == name)?;
        Some(self.0.remove(index).1)
    }

    fn number(&mut self, name: &str, default: u64) -> Result<u64> {
        Ok(self.optional_number(name)?.unwrap_or(default))
    }

    fn optional_number(&mut self, name: &str) -> Result<Option<u64>> {
        match self.take(name).map(|text| text.parse()) {
            None => Ok(None),
            Some(Ok(number)) => Ok(Some(number)),
            Some(Err(_)) => usage(format!("{name} takes a whole number")),
        }
    }

    fn refuse_rest(&self, command: &str) -> Result<()> {
        match self.0.first() {
            Some((name, _)) => usage(format!("'{command}' has no option '{name}'")),
            None => Ok(()),
        }
    }
}

fn usage<T>(problem: String) -> Result<T> {
    Err(Failure::Usage(format!("{problem}\n\n{USAGE}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_read_in_both_spellings() {
        let expected = Command::Demo {
            json: Some("a.json".into()),
            site: Some("docs".into()),
        };
        assert_eq!(parsed("demo --json a.json --site=docs"), Ok(expected));
        let json = Some("a.json".into());
        assert_eq!(
            parsed("bench cu --json a.json"),
            Ok(Command::BenchComputeUnits { json })
        );
        let expected = Command::BenchThroughput {
            bench: Throughput::Ingest,
            json: None,
        };
        assert_eq!(parsed("bench ingest"), Ok(expected));
        assert_eq!(
            parsed("bench epoch --contributors=30000"),
            Ok(Command::BenchEpoch {
                json: None,
                contributors: Some(30_000),
                submissions: None
            })
        );
        assert_eq!(parsed("fuzz"), Ok(Command::Fuzz { minutes: 10 }));
    }

    #[test]
    fn what_is_not_understood_is_a_usage_error() {
        for line in [
            "dance",
            "test --json x",
            "demo --json",
            "demo x y",
            "bench",
            "bench speed",
            "bench epoch --contributors many",
            "fuzz --minutes few",
        ] {
            assert_eq!(parsed(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }
}

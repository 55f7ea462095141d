//! `sheaf quest`: what the answers of several people say together. Files in, result out: no cluster,
//! no wallet.

mod report;

use crate::output::Format;
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};
use report::Report;
use serde::Serialize;
use sheaf_kinds::quest::{
    Accuracy, Answers, Choice, ReadError, accuracy, dawid_skene, majority, read_answers, read_truth,
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What can be done with quests.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find the label of each question from the answers of several people
    Aggregate(AggregateArgs),
}

/// Arguments of `sheaf quest aggregate`.
#[derive(Debug, Args)]
pub struct AggregateArgs {
    /// CSV of the answers, with the columns question, worker and answer
    #[arg(long, value_name = "FILE")]
    pub answers: PathBuf,
    /// CSV of true labels to compare with, with the columns question and truth
    #[arg(long, value_name = "FILE")]
    pub truth: Option<PathBuf>,
    /// How to find the labels
    #[arg(long, value_enum, value_name = "METHOD", default_value_t)]
    pub method: Method,
}

/// How labels are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// The label that most workers gave; ties go to the smaller label.
    Majority,
    /// Workers weighted by how each of them errs (Dawid and Skene, 1979).
    #[default]
    DawidSkene,
}

/// Does what was asked.
///
/// # Errors
/// What, why, what next.
pub fn run(command: Command, format: Format) -> anyhow::Result<()> {
    match command {
        Command::Aggregate(args) => format.print(&aggregate(&args)?),
    }
}

fn aggregate(args: &AggregateArgs) -> anyhow::Result<Report> {
    let answers = read("--answers", &args.answers, read_answers)?;
    let compare = |choices: &[Choice]| {
        let path = args.truth.as_deref();
        path.map(|path| compare(&answers, choices, path))
            .transpose()
    };
    match args.method {
        Method::Majority => {
            let choices = majority(&answers);
            let accuracy = compare(&choices)?;
            Ok(Report::of_majority(&answers, &choices, accuracy))
        }
        Method::DawidSkene => {
            let estimate = dawid_skene(&answers)
                .with_context(|| format!("--answers {}", args.answers.display()))?;
            let accuracy = compare(&estimate.choices)?;
            Ok(Report::of_dawid_skene(&answers, &estimate, accuracy))
        }
    }
}

fn compare(answers: &Answers, choices: &[Choice], path: &Path) -> anyhow::Result<Accuracy> {
    let truth = read("--truth", path, read_truth)?;
    let found = accuracy(answers, choices, &truth);
    if found.compared == 0 {
        bail!(
            "--truth {}: none of its {} questions has an answer: is it the truth of these answers?",
            path.display(),
            truth.len()
        );
    }
    Ok(found)
}

fn read<T>(
    option: &str,
    path: &Path,
    read: impl FnOnce(&[u8]) -> Result<T, ReadError>,
) -> anyhow::Result<T> {
    let what = || format!("{option} {}", path.display());
    let text = fs::read(path).with_context(what)?;
    read(&text).with_context(what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWERS: &str = "question,worker,answer\n1,ann,cat\n1,ben,cat\n1,cem,dog\n2,ann,dog\n";

    fn run_on(answers: &str, truth: Option<&str>, method: Method) -> anyhow::Result<Report> {
        let folder = tempfile::tempdir()?;
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a.csv"), answers)?;
        if let Some(truth) = truth {
            fs::write(path("t.csv"), truth)?;
        }
        aggregate(&AggregateArgs {
            answers: path("a.csv"),
            truth: truth.map(|_| path("t.csv")),
            method,
        })
    }

    fn refusal(answers: &str, truth: Option<&str>) -> String {
        let refused = run_on(answers, truth, Method::DawidSkene).map(|report| report.to_string());
        format!("{:#}", refused.expect_err("a refusal"))
    }

    #[test]
    fn both_methods_have_the_same_keys() -> anyhow::Result<()> {
        let truth = Some("question,truth\n1,cat\n2,cat\n3,cat\n");
        let [counted, estimated] = [Method::Majority, Method::DawidSkene].map(|method| {
            run_on(ANSWERS, truth, method).and_then(|r| Ok(serde_json::to_value(r)?))
        });
        let [counted, estimated] = [counted?, estimated?];
        let keys = |value: &serde_json::Value| -> Vec<String> {
            value
                .as_object()
                .map_or_else(Vec::new, |map| map.keys().cloned().collect())
        };
        assert_eq!(keys(&counted), keys(&estimated));
        for json in [&counted, &estimated] {
            assert_eq!(
                [&json["questions"], &json["workers"], &json["answers"]],
                [2, 3, 4]
            );
            assert_eq!(json["labels"]["1"]["label"], "cat");
            assert_eq!(json["labels"]["2"]["label"], "dog");
            assert_eq!(json["accuracy"], 0.5);
            assert_eq!([&json["compared"], &json["unanswered"]], [2, 1]);
        }
        assert_eq!(counted["method"], "majority");
        assert_eq!(counted["worker_quality"]["cem"]["quality"], 0.0);
        assert!(counted["iterations"].is_null() && counted["class_priors"].is_null());
        assert_eq!(estimated["method"], "dawid-skene");
        assert_eq!(estimated["converged"], true);
        let ann = &estimated["worker_quality"]["ann"];
        assert_eq!(ann["answers"], 2);
        let row = &ann["confusion"]["dog"];
        let sum = row["cat"]
            .as_f64()
            .zip(row["dog"].as_f64())
            .map(|(a, b)| a + b);
        assert!(sum.is_some_and(|sum| (sum - 1.0).abs() < 1e-9), "{row}");
        // Ben never said dog.
        assert!(estimated["worker_quality"]["ben"]["confusion"]["dog"]["dog"].is_null());
        Ok(())
    }

    #[test]
    fn people_read_a_short_table() -> anyhow::Result<()> {
        let truth = "question,truth\n1,cat\n7,cat\n";
        let shown = run_on(ANSWERS, Some(truth), Method::Majority)?.to_string();
        for line in [
            "Method    majority",
            "Answers   4 by 3 workers to 2 questions",
            "Accuracy  1.0000 (1 of 1; 1 more true labels without answers)",
            "cat         1",
            "1              cat    0.6667",
        ] {
            assert!(shown.contains(line), "{line}\n{shown}");
        }
        let without = run_on(ANSWERS, None, Method::DawidSkene)?;
        assert!(!without.to_string().contains("Accuracy"));
        assert!(serde_json::to_value(&without)?["accuracy"].is_null());
        Ok(())
    }

    #[test]
    fn a_refusal_names_the_file_and_what_to_do() {
        let refused = refusal("", None);
        assert!(refused.starts_with("--answers ") && refused.contains("a.csv: it is empty"));
        let refused = refusal(ANSWERS, Some("question,label\n1,cat\n"));
        assert!(refused.starts_with("--truth ") && refused.contains("no column \"truth\""));
        let refused = refusal(ANSWERS, Some("question,truth\n8,cat\n9,dog\n"));
        assert!(
            refused.contains("none of its 2 questions has an answer"),
            "{refused}"
        );
        let missing = aggregate(&AggregateArgs {
            answers: PathBuf::from("no/such/file.csv"),
            truth: None,
            method: Method::Majority,
        });
        let missing = format!("{:#}", missing.expect_err("no file"));
        assert!(
            missing.starts_with("--answers no/such/file.csv: "),
            "{missing}"
        );
    }
}

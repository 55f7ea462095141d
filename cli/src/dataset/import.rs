//! `sheaf dataset import`: an archive or a series, made into records that may leave the device.

use super::leaving::Leaving;
use crate::{
    consent::{self, Statements},
    context::Context,
};
use anyhow::{Context as _, ensure};
use clap::Args;
use sheaf_kinds::dataset::import::{Platform, import_archive, read_series};
use sheaf_protocol::{statement::consent::DataClass, text::UnixTime};
use std::{
    fs::{self, File, OpenOptions},
    io::{BufReader, BufWriter, Write as _},
    path::{Path, PathBuf},
    str::FromStr,
};

/// Arguments of `sheaf dataset import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Archive of X, Discord, YouTube Takeout or TikTok, as a zip file or one file of it; or a sensor's CSV
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where it comes from: x, discord, youtube, tiktok, sensor [default: the files in it tell]
    #[arg(long, value_name = "PLATFORM")]
    pub platform: Option<Source>,
    /// Your consent; only what it covers is kept
    #[arg(long, value_name = "FILE")]
    pub consent: Option<PathBuf>,
    /// Revocations that are known
    #[arg(long, value_name = "FILE", requires = "consent")]
    pub revocation: Vec<PathBuf>,
    /// The moment at which the consent must hold [default: the chain's time]
    #[arg(long, value_name = "MOMENT", requires = "consent")]
    pub at: Option<UnixTime>,
    /// Classes to keep, of those that the consent covers [default: all of them]
    #[arg(long, value_name = "CLASSES", value_delimiter = ',')]
    pub data: Vec<DataClass>,
    /// Show what would leave the device, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Where to write the records, as JSON Lines
    #[arg(long, value_name = "FILE", required_unless_present = "dry_run")]
    pub out: Option<PathBuf>,
}

/// Where records come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// An archive of a platform.
    Archive(Platform),
    /// A sensor's series.
    Sensor,
}

impl FromStr for Source {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        if word == "sensor" {
            return Ok(Self::Sensor);
        }
        let platform = word.parse().map(Self::Archive);
        platform.map_err(|error: String| format!("{error}, sensor"))
    }
}

/// Does what was asked.
///
/// # Errors
/// What, why, what next.
pub async fn run(args: &ImportArgs, context: &Context) -> anyhow::Result<()> {
    let statements = args
        .consent
        .as_deref()
        .map(|path| Statements::read(path, &args.revocation))
        .transpose()?;
    let now = match (&statements, args.at) {
        (None, _) => 0,
        (Some(_), Some(at)) => at.0,
        (Some(_), None) => consent::chain_time(context).await?,
    };
    context.print(&import(args, statements.as_ref(), now)?)
}

/// The classes that are kept.
fn allowed(
    args: &ImportArgs,
    statements: Option<&Statements>,
    now: u64,
) -> anyhow::Result<Vec<DataClass>> {
    let Some(statements) = statements else {
        ensure!(
            args.dry_run,
            "records leave this device only with consent: give yours with --consent FILE (`sheaf consent grant` makes \
             one), or look first with --dry-run"
        );
        let all = if args.data.is_empty() {
            DataClass::ALL
        } else {
            &args.data
        };
        return Ok(all.to_vec());
    };
    statements.check_at(now)?;
    let covered = statements.consent.body.classes()?;
    if let Some(class) = args.data.iter().find(|class| !covered.contains(class)) {
        anyhow::bail!(
            "the consent does not cover {class}: leave it out of --data, or grant another consent"
        );
    }
    let keep = |class: &DataClass| args.data.is_empty() || args.data.contains(class);
    Ok(covered.into_iter().filter(keep).collect())
}

fn import(args: &ImportArgs, statements: Option<&Statements>, now: u64) -> anyhow::Result<Leaving> {
    let allowed = allowed(args, statements, now)?;
    let what = || args.file.display().to_string();
    let name = args.file.file_name().unwrap_or_default().to_string_lossy();
    let mut leaving = match args.platform {
        Some(Source::Sensor) => {
            ensure!(
                allowed.contains(&DataClass::Sensor),
                "the consent does not cover sensor: grant one with --data sensor"
            );
            let text = fs::read(&args.file).with_context(what)?;
            Leaving::of_series(read_series(&text).with_context(what)?)
        }
        source => {
            let platform = source.and_then(|source| match source {
                Source::Archive(platform) => Some(platform),
                Source::Sensor => None,
            });
            let file = BufReader::new(File::open(&args.file).with_context(what)?);
            let import = import_archive(&name, file, platform, &allowed);
            Leaving::of_import(import.with_context(what)?)
        }
    };
    leaving.consent = statements.map(|statements| statements.consent.body.hash().into());
    if let (false, Some(out)) = (args.dry_run, &args.out) {
        write(out, &leaving).with_context(|| format!("--out {}", out.display()))?;
        leaving.out = Some(out.display().to_string());
    }
    Ok(leaving)
}

/// Writes the records, to be read by their owner alone. A file that is there is left alone.
fn write(path: &Path, leaving: &Leaving) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = BufWriter::new(options.open(path)?);
    for record in &leaving.leaving {
        serde_json::to_writer(&mut file, record)?;
        file.write_all(b"\n")?;
    }
    Ok(file.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::tests::{NOW, granted, revoked};

    const WATCHED: &str = r#"[{"title": "Watched", "titleUrl": "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "time": "2024-03-03T10:20:30Z"}]"#;

    fn args(folder: &Path, dry_run: bool) -> anyhow::Result<ImportArgs> {
        let file = folder.join("watch-history.json");
        fs::write(&file, WATCHED)?;
        Ok(ImportArgs {
            file,
            platform: None,
            consent: None,
            revocation: Vec::new(),
            at: None,
            data: Vec::new(),
            dry_run,
            out: Some(folder.join("out.jsonl")),
        })
    }

    fn refusal(found: anyhow::Result<Leaving>) -> String {
        format!("{:#}", found.map(|_| ()).expect_err("a refusal"))
    }

    #[test]
    fn a_dry_run_shows_what_would_leave_and_writes_nothing() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let leaving = import(&args(folder.path(), true)?, None, 0)?;
        let json = serde_json::to_value(&leaving)?;
        assert_eq!(json["records"], 1);
        assert_eq!(json["leaving"][0]["item"], "dQw4w9WgXcQ");
        assert!(json["out"].is_null() && !folder.path().join("out.jsonl").exists());
        let shown = leaving.to_string();
        assert!(
            shown.contains("dQw4w9WgXcQ") && shown.contains("watch-history"),
            "{shown}"
        );
        Ok(())
    }

    #[test]
    fn nothing_is_written_without_a_consent_that_holds_and_covers_it() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let args = args(folder.path(), false)?;
        let refused = refusal(import(&args, None, 0));
        assert!(refused.contains("only with consent"), "{refused}");
        let consent = |classes: &[DataClass]| granted(classes);
        let posts = consent(&[DataClass::Posts]);
        let nothing = import(&args, Some(&posts), NOW)?;
        assert_eq!(serde_json::to_value(&nothing)?["dropped"]["not-allowed"], 1);
        fs::remove_file(folder.path().join("out.jsonl"))?;

        let mut watched = consent(&[DataClass::WatchHistory]);
        let late = refusal(import(&args, Some(&watched), NOW + 1_000_000));
        assert!(late.contains("the consent ended"), "{late}");
        watched.revocations.push(revoked(&watched.consent, NOW));
        let gone = refusal(import(&args, Some(&watched), NOW));
        assert!(gone.contains("was revoked"), "{gone}");
        assert!(!folder.path().join("out.jsonl").exists());

        watched.revocations.clear();
        import(&args, Some(&watched), NOW)?;
        let written = fs::read_to_string(folder.path().join("out.jsonl"))?;
        assert_eq!(written.lines().count(), 1);
        assert!(written.contains("dQw4w9WgXcQ"), "{written}");
        // What is there is left alone.
        assert!(refusal(import(&args, Some(&watched), NOW)).contains("--out "));
        Ok(())
    }

    #[test]
    fn classes_beyond_the_consent_are_refused() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let mut args = args(folder.path(), true)?;
        args.data = vec![DataClass::Likes];
        let statements = granted(&[DataClass::WatchHistory]);
        let refused = refusal(import(&args, Some(&statements), NOW));
        assert!(refused.contains("does not cover likes"), "{refused}");
        Ok(())
    }

    #[test]
    fn a_series_is_imported_with_its_interval() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let mut args = args(folder.path(), true)?;
        args.file = folder.path().join("s.csv");
        args.platform = Some(Source::Sensor);
        fs::write(&args.file, "timestamp,t[C]\n0,1\n60,2\n")?;
        let json = serde_json::to_value(import(&args, None, 0)?)?;
        assert_eq!(json["platform"], "sensor");
        assert_eq!(json["series"]["interval_seconds"], 60);
        assert_eq!(json["leaving"][1]["values"]["t"], 2.0);
        Ok(())
    }
}

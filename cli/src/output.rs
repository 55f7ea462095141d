//! What commands print: results on stdout, in the format asked for; everything else on stderr.

use anyhow::{Context as _, bail};
use serde::Serialize;
use std::{
    fmt::{self, Display},
    io::{ErrorKind, Write as _},
};

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Display,
    /// JSON over several lines.
    Json,
    /// JSON on one line.
    JsonCompact,
    /// A line for each row; only of commands that say so.
    Csv,
}

impl Format {
    /// A result in this format.
    ///
    /// # Errors
    /// When the result has no JSON.
    pub fn render(self, result: &(impl Serialize + Display)) -> anyhow::Result<String> {
        match self {
            Self::Display => Ok(result.to_string()),
            Self::Json => serde_json::to_string_pretty(result).context("the result has no JSON"),
            Self::JsonCompact => serde_json::to_string(result).context("the result has no JSON"),
            Self::Csv => bail!("this command's result has no rows for CSV: use --output json"),
        }
    }

    /// Prints a result on stdout.
    ///
    /// # Errors
    /// When stdout cannot be written. That its reader has gone is none.
    pub fn print(self, result: &(impl Serialize + Display)) -> anyhow::Result<()> {
        self.print_text(&self.render(result)?)
    }

    /// Prints a result that is text already.
    ///
    /// # Errors
    /// When stdout cannot be written. That its reader has gone is none.
    pub fn print_text(self, text: &str) -> anyhow::Result<()> {
        let mut stdout = std::io::stdout().lock();
        match writeln!(stdout, "{}", text.trim_end()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(error).context("cannot write to standard output")
            }
            _ => Ok(()),
        }
    }
}

/// Says something on stderr: progress, warnings, errors. Nobody may be reading: that is no error.
pub fn note(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Characters of a name in a table for people.
const WIDTH: usize = 32;

/// A name as it fits a table. Names come from strangers: nothing in them moves the cursor.
pub fn legible(name: &str) -> String {
    let mut characters = name.chars().map(|character| {
        if character.is_control() {
            '\u{fffd}'
        } else {
            character
        }
    });
    let mut text: String = characters.by_ref().take(WIDTH).collect();
    if characters.next().is_some() {
        text.pop();
        text.push('…');
    }
    text
}

/// Writes lines of `name  value`, the values in one column.
///
/// # Errors
/// The formatter's.
pub fn fields(formatter: &mut fmt::Formatter<'_>, lines: &[(&str, &dyn Display)]) -> fmt::Result {
    let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, value) in lines {
        writeln!(formatter, "{name:width$}  {value}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Result {
        amount: &'static str,
        signature: Option<String>,
    }

    impl Display for Result {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            fields(formatter, &[("Amount", &self.amount), ("By", &"nobody")])
        }
    }

    const RESULT: Result = Result {
        amount: "12",
        signature: None,
    };

    #[test]
    fn one_result_has_three_forms() -> anyhow::Result<()> {
        assert_eq!(
            Format::Display.render(&RESULT)?,
            "Amount  12\nBy      nobody\n"
        );
        assert_eq!(
            Format::JsonCompact.render(&RESULT)?,
            r#"{"amount":"12","signature":null}"#
        );
        assert!(Format::Csv.render(&RESULT).is_err());
        let spread = Format::Json.render(&RESULT)?;
        assert!(spread.contains("\n  \"amount\": \"12\""), "{spread}");
        Ok(())
    }

    #[test]
    fn names_of_strangers_keep_to_their_cell() {
        assert_eq!(legible("größer"), "größer");
        assert_eq!(legible("\u{1b}[2Ja\nb"), "\u{fffd}[2Ja\u{fffd}b");
        assert_eq!(legible(&"x".repeat(WIDTH)), "x".repeat(WIDTH));
        let cut = legible(&"x".repeat(WIDTH + 1));
        assert_eq!(cut, format!("{}…", "x".repeat(WIDTH - 1)));
    }
}

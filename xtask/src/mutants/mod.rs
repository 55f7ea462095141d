//! Guards of the program, each broken once.
//!
//! A mutant is an edit of the source that takes one guard of `docs/invariants.md` away. Invariant 12 has
//! none: it is about layouts.

mod list;

pub use list::MUTANTS;

use crate::failure::{Context, Result, failed};
use std::{fs, path::Path};

/// An edit that breaks a guard.
pub struct Mutant {
    /// What is broken.
    pub name: &'static str,
    /// Number of the invariant that the guard keeps.
    pub invariant: u8,
    /// File below `programs/sheaf/src`.
    pub file: &'static str,
    /// Text that stands there once.
    pub from: &'static str,
    /// What takes its place.
    pub to: &'static str,
}

impl Mutant {
    /// Edits a copy of the source.
    pub fn apply(&self, source: &Path) -> Result<()> {
        let file = source.join("programs/sheaf/src").join(self.file);
        let shown = file.display();
        let text = fs::read_to_string(&file).context(format!("cannot read {shown}"))?;
        let edited = self.edited(&text)?;
        fs::write(&file, edited).context(format!("cannot write {shown}"))
    }

    /// The text without the guard. An edit that no longer fits is noticed.
    fn edited(&self, text: &str) -> Result<String> {
        match text.matches(self.from).count() {
            1 => Ok(text.replacen(self.from, self.to, 1)),
            count => failed(format!(
                "mutant '{}' finds its text {count} times in {}: bring it up to date",
                self.name, self.file
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_mutant_fits_the_source() {
        let source = crate::process::root().join("programs/sheaf/src");
        for mutant in MUTANTS {
            let text = fs::read_to_string(source.join(mutant.file)).expect("the file is there");
            assert!(mutant.edited(&text).is_ok(), "{}", mutant.name);
        }
    }

    #[test]
    fn every_invariant_but_that_of_layouts_has_a_mutant() {
        let broken: BTreeSet<u8> = MUTANTS.iter().map(|mutant| mutant.invariant).collect();
        assert_eq!(broken, (1..=11).collect());
    }
}

//! What people take with them from platforms, made into records of theirs alone.
//!
//! - [`import_archive`]: an export archive, read and sorted; [`read_series`]: a sensor's series;
//! - `archive`: the zip file, with limits; `x`, `discord`, `takeout`, `tiktok`: what stands where;
//! - `redact`: what belongs to others is taken out of texts.
//!
//! Kept is what the person wrote or did, in the classes of data that were allowed. Dropped, and counted by
//! reason: everything else. Nothing is written and nothing is sent here.

mod archive;
mod collect;
mod discord;
mod json;
mod redact;
mod sensor;
mod takeout;
mod tiktok;
mod times;
mod x;

pub use archive::{ArchiveError, MAX_ENTRIES, MAX_ENTRY_BYTES, MAX_RATIO, MAX_TOTAL_BYTES};
pub use collect::{Dropped, Import, ImportError, Imported, Platform, import_archive};
pub use redact::{Redacted, redact};
pub use sensor::{Series, SeriesError, UNITS, read_series};

#[cfg(test)]
mod tests;

//! Export archives: zip files, read with limits, never unpacked to disk.

use std::io::{Read, Seek};
use zip::{ZipArchive, result::ZipError};

/// Most entries of an archive.
pub const MAX_ENTRIES: usize = 100_000;
/// Most bytes of one entry that is read.
pub const MAX_ENTRY_BYTES: u64 = 256 << 20;
/// Most bytes of all entries that are read.
pub const MAX_TOTAL_BYTES: u64 = 1 << 30;
/// Most bytes that a byte may unpack to, in entries of more than [`RATIO_FROM_BYTES`].
pub const MAX_RATIO: u64 = 250;

/// Bytes up to which an entry may be packed however well.
const RATIO_FROM_BYTES: u64 = 1 << 20;

/// How much is read of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    pub entries: usize,
    pub entry_bytes: u64,
    pub total_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: MAX_ENTRIES,
            entry_bytes: MAX_ENTRY_BYTES,
            total_bytes: MAX_TOTAL_BYTES,
        }
    }
}

/// Why an archive is not read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Not a zip file, or a broken one.
    #[error("it cannot be read as a zip file: {0}")]
    NotAZip(String),
    /// Too many entries.
    #[error("it has {found} entries, more than {limit}: export less at a time")]
    TooManyEntries {
        /// Its entries.
        found: usize,
        /// Most that are taken.
        limit: usize,
    },
    /// An entry that would be put outside of a folder.
    #[error(
        "its entry {0:?} points outside of the archive: no export does that, it was tampered with"
    )]
    Outside(String),
    /// Two entries of a name, or entries that share bytes.
    #[error("its entries overlap or repeat a name: no export does that, it was tampered with")]
    Overlapping,
    /// An entry with a password.
    #[error("its entry {0:?} is encrypted: unpack it with its password, and pack it without")]
    Encrypted(String),
    /// An entry that unpacks to too much.
    #[error("its entry {name:?} has more than {limit} bytes")]
    EntryTooLarge {
        /// The entry.
        name: String,
        /// Most that are taken.
        limit: u64,
    },
    /// An entry packed suspiciously well.
    #[error(
        "its entry {0:?} unpacks to more than {MAX_RATIO} times its size: it is taken for a bomb"
    )]
    Bomb(String),
    /// Too much in all.
    #[error("what is to be read of it has more than {0} bytes: export less at a time")]
    TooLarge(u64),
}

/// An export archive.
pub(super) struct Archive<R> {
    zip: ZipArchive<R>,
    names: Vec<String>,
    limits: Limits,
    read: u64,
}

impl<R: Read + Seek> Archive<R> {
    /// Opens a zip file and looks at every entry's name and head.
    pub fn open(file: R, limits: Limits) -> Result<Self, ArchiveError> {
        let mut zip = ZipArchive::new(file).map_err(broken)?;
        if zip.len() > limits.entries {
            return Err(ArchiveError::TooManyEntries {
                found: zip.len(),
                limit: limits.entries,
            });
        }
        let repeats = zip.has_duplicate_names();
        if repeats || zip.has_overlapping_files().map_err(broken)? {
            return Err(ArchiveError::Overlapping);
        }
        let mut names = Vec::with_capacity(zip.len());
        for index in 0..zip.len() {
            let entry = zip.by_index_raw(index).map_err(broken)?;
            let name = entry.name().map_err(broken)?.into_owned();
            if is_outside(&name) || entry.is_symlink() {
                return Err(ArchiveError::Outside(shown(&name)));
            }
            if entry.encrypted() {
                return Err(ArchiveError::Encrypted(shown(&name)));
            }
            let (size, packed) = (entry.size(), entry.compressed_size());
            if size > RATIO_FROM_BYTES && size / packed.max(1) > MAX_RATIO {
                return Err(ArchiveError::Bomb(shown(&name)));
            }
            names.push(name);
        }
        Ok(Self {
            zip,
            names,
            limits,
            read: 0,
        })
    }

    /// Names of all entries, folders with a `/` behind them.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Unpacks an entry. What its head says of its size is not believed: reading stops at the limits.
    pub fn entry(&mut self, index: usize) -> Result<Vec<u8>, ArchiveError> {
        let name = self.names.get(index).map_or("", String::as_str);
        let entry = self.zip.by_index(index).map_err(broken)?;
        let packed = entry.compressed_size();
        let Limits {
            entry_bytes,
            total_bytes,
            ..
        } = self.limits;
        let left = total_bytes.saturating_sub(self.read);
        let by_ratio = packed.saturating_mul(MAX_RATIO).max(RATIO_FROM_BYTES);
        let most = entry_bytes.min(left).min(by_ratio);
        let mut bytes = Vec::new();
        entry
            .take(most.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| ArchiveError::NotAZip(format!("{}: {error}", shown(name))))?;
        let length = bytes.len() as u64;
        if length > most {
            return Err(match most {
                most if most == entry_bytes => ArchiveError::EntryTooLarge {
                    name: shown(name),
                    limit: entry_bytes,
                },
                most if most == left => ArchiveError::TooLarge(total_bytes),
                _ => ArchiveError::Bomb(shown(name)),
            });
        }
        self.read += length;
        Ok(bytes)
    }
}

fn broken(error: ZipError) -> ArchiveError {
    ArchiveError::NotAZip(error.to_string())
}

/// Whether a name leads out of the folder it would be unpacked in, on any system.
fn is_outside(name: &str) -> bool {
    let absolute = name.starts_with(['/', '\\']) || name.get(1..2) == Some(":");
    let climbs = name.split(['/', '\\']).any(|part| part == "..");
    absolute || climbs || name.contains('\0')
}

fn shown(name: &str) -> String {
    name.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};
    use zip::{ZipWriter, write::SimpleFileOptions};

    fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            writer
                .start_file(*name, SimpleFileOptions::default())
                .expect("an entry");
            writer.write_all(bytes).expect("its bytes");
        }
        writer.finish().expect("a zip file").into_inner()
    }

    fn refusal(bytes: &[u8], limits: Limits) -> ArchiveError {
        let opened = Archive::open(Cursor::new(bytes), limits).and_then(|mut archive| {
            for index in 0..archive.names().len() {
                archive.entry(index)?;
            }
            Ok(())
        });
        opened.expect_err("a refusal")
    }

    #[test]
    fn entries_are_read_by_name() {
        let bytes = zip(&[("a/b.txt", b"one"), ("c.txt", b"two")]);
        let mut archive = Archive::open(Cursor::new(&bytes), Limits::default()).expect("opens");
        assert_eq!(archive.names(), ["a/b.txt", "c.txt"]);
        assert_eq!(archive.entry(1).expect("reads"), b"two");
    }

    #[test]
    fn names_that_lead_out_are_refused_whatever_the_system() {
        for name in [
            "../evil",
            "a/../../evil",
            "/etc/passwd",
            "..\\evil",
            "\\evil",
            "C:\\evil",
            "a\0b",
        ] {
            assert!(is_outside(name), "{name}");
        }
        for name in ["a/b..c", "...", "a/..b/c", "data/tweets.js"] {
            assert!(!is_outside(name), "{name}");
        }
        let bytes = zip(&[("data/../../evil.js", b"x")]);
        let refused = refusal(&bytes, Limits::default());
        assert!(matches!(refused, ArchiveError::Outside(_)), "{refused}");
    }

    #[test]
    fn a_link_is_refused() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer
            .add_symlink(
                "data/tweets.js",
                "/etc/passwd",
                SimpleFileOptions::default(),
            )
            .expect("a link");
        let bytes = writer.finish().expect("a zip file").into_inner();
        let refused = refusal(&bytes, Limits::default());
        assert!(matches!(refused, ArchiveError::Outside(_)), "{refused}");
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let bytes = zip(&[("zeros.js", &vec![0; 8 << 20])]);
        assert!(bytes.len() < 20_000);
        let refused = Archive::open(Cursor::new(&bytes), Limits::default()).map(|_| ());
        assert!(matches!(refused, Err(ArchiveError::Bomb(_))), "{refused:?}");
    }

    #[test]
    fn a_bomb_that_lies_about_its_size_is_stopped_while_it_is_read() {
        let mut bytes = zip(&[("zeros.js", &vec![0; 8 << 20])]);
        // Both heads say that it unpacks to 1,000 bytes.
        let (said, lie) = ((8u32 << 20).to_le_bytes(), 1_000u32.to_le_bytes());
        let mut places = Vec::new();
        for at in 0..bytes.len() - 4 {
            if bytes[at..at + 4] == said {
                places.push(at);
            }
        }
        assert!(!places.is_empty());
        for at in places {
            bytes[at..at + 4].copy_from_slice(&lie);
        }
        let refused = refusal(&bytes, Limits::default());
        let stopped = matches!(refused, ArchiveError::Bomb(_) | ArchiveError::NotAZip(_));
        assert!(stopped, "{refused}");
    }

    #[test]
    fn limits_hold_for_entries_for_each_and_for_all() {
        let bytes = zip(&[("a", &[b'x'; 600]), ("b", &[b'y'; 600])]);
        let limits = Limits::default();
        let few = Limits {
            entries: 1,
            ..limits
        };
        let refused = refusal(&bytes, few);
        assert!(matches!(
            refused,
            ArchiveError::TooManyEntries { found: 2, .. }
        ));
        let small = Limits {
            entry_bytes: 599,
            ..limits
        };
        let refused = refusal(&bytes, small);
        assert!(matches!(
            refused,
            ArchiveError::EntryTooLarge { limit: 599, .. }
        ));
        let together = Limits {
            total_bytes: 1_199,
            ..limits
        };
        assert!(matches!(
            refusal(&bytes, together),
            ArchiveError::TooLarge(1_199)
        ));
        let enough = Limits {
            entries: 2,
            entry_bytes: 600,
            total_bytes: 1_200,
        };
        let mut archive = Archive::open(Cursor::new(&bytes), enough).expect("opens");
        assert!(archive.entry(0).is_ok() && archive.entry(1).is_ok());
    }

    #[test]
    fn what_is_no_zip_file_is_refused() {
        assert!(matches!(
            refusal(b"PK\x03\x04", Limits::default()),
            ArchiveError::NotAZip(_)
        ));
        let mut torn = zip(&[("a", b"some text that is packed")]);
        torn[40] ^= 0xff;
        let refused = refusal(&torn, Limits::default());
        assert!(matches!(refused, ArchiveError::NotAZip(_)), "{refused}");
    }
}

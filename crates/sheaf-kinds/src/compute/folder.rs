//! The files a contributor lets modules read: those below one folder, and no others.
//!
//! Links are not followed, whether they lead to files or to folders; hidden entries (names that begin
//! with a dot) and special files are passed over.

use super::input::OwnFile;
use std::{
    ffi::OsStr,
    fs::{self, File, FileType},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

/// Most files that are read.
pub const MAX_FILES: usize = 10_000;
/// Most bytes that are read, in all.
pub const MAX_BYTES: u64 = 16 << 20;
/// How deep folders may nest.
pub const MAX_DEPTH: usize = 32;

/// Why a folder was not read. Nothing of it was used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Something cannot be read.
    #[error("{path} cannot be read: {source}. Give a folder that this user may read")]
    Unreadable {
        /// What.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not a folder.
    #[error("{0} is not a folder: name one with the files that may be computed on")]
    NotAFolder(PathBuf),
    /// More files, bytes or levels than are read.
    #[error("{folder} has {what}: give a smaller folder")]
    TooMuch {
        /// The folder.
        folder: PathBuf,
        /// What there is too much of.
        what: &'static str,
    },
    /// It changed while it was read.
    #[error("{0} was exchanged while it was read: leave the folder alone and try again")]
    Exchanged(PathBuf),
}

/// Reads a folder's files, ascending by name.
///
/// # Errors
/// [`FolderError`].
pub fn read_folder(folder: &Path) -> Result<Vec<OwnFile>, FolderError> {
    // What the owner names may itself be a link; what lies below may not.
    let root = fs::canonicalize(folder).map_err(|source| unreadable(folder, source))?;
    if !root.is_dir() {
        return Err(FolderError::NotAFolder(folder.to_owned()));
    }
    let mut reader = Reader {
        root: &root,
        files: Vec::new(),
        bytes: 0,
    };
    reader.folder(&root, "", 0)?;
    reader.files.sort_unstable();
    Ok(reader.files)
}

struct Reader<'a> {
    root: &'a Path,
    files: Vec<OwnFile>,
    bytes: u64,
}

impl Reader<'_> {
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) -> Result<(), FolderError> {
        if depth > MAX_DEPTH {
            return self.too_much("folders nested too deeply");
        }
        let entries = fs::read_dir(folder).map_err(|source| unreadable(folder, source))?;
        for entry in entries {
            let entry = entry.map_err(|source| unreadable(folder, source))?;
            let path = entry.path();
            let kind = entry
                .file_type()
                .map_err(|source| unreadable(&path, source))?;
            let Some(name) = shown_name(&entry.file_name(), kind) else {
                continue;
            };
            let name = format!("{prefix}{name}");
            if kind.is_dir() {
                self.folder(&path, &format!("{name}/"), depth + 1)?;
            } else {
                self.file(&path, name)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, name: String) -> Result<(), FolderError> {
        if self.files.len() == MAX_FILES {
            return self.too_much("more than 10,000 files");
        }
        let file = open_inside(self.root, path)?;
        let mut content = Vec::new();
        let left = MAX_BYTES - self.bytes;
        let read = file.take(left + 1).read_to_end(&mut content);
        read.map_err(|source| unreadable(path, source))?;
        if content.len() as u64 > left {
            return self.too_much("more than 16 MiB");
        }
        self.bytes += content.len() as u64;
        self.files.push(OwnFile { name, content });
        Ok(())
    }

    fn too_much<T>(&self, what: &'static str) -> Result<T, FolderError> {
        Err(FolderError::TooMuch {
            folder: self.root.to_owned(),
            what,
        })
    }
}

/// The name of an entry that is read: files and folders only, so no links, and none that are hidden.
fn shown_name(name: &OsStr, kind: FileType) -> Option<String> {
    let name = name.to_string_lossy();
    let read = (kind.is_file() || kind.is_dir()) && !name.starts_with('.');
    read.then(|| name.into_owned())
}

/// Opens a file that was seen to be no link, and makes sure that it is the one that was opened: what
/// was looked at could have been exchanged for a link meanwhile.
fn open_inside(root: &Path, path: &Path) -> Result<File, FolderError> {
    let unreadable = |source| unreadable(path, source);
    let seen = fs::symlink_metadata(path).map_err(unreadable)?;
    let inside = fs::canonicalize(path).map_err(unreadable)?;
    let exchanged = || FolderError::Exchanged(path.to_owned());
    if !seen.is_file() || !inside.starts_with(root) {
        return Err(exchanged());
    }
    let file = File::open(path).map_err(unreadable)?;
    let opened = file.metadata().map_err(unreadable)?;
    if !is_same(&seen, &opened) {
        return Err(exchanged());
    }
    Ok(file)
}

#[cfg(unix)]
fn is_same(seen: &fs::Metadata, opened: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (seen.dev(), seen.ino()) == (opened.dev(), opened.ino())
}

#[cfg(not(unix))]
fn is_same(seen: &fs::Metadata, opened: &fs::Metadata) -> bool {
    opened.is_file() && seen.len() == opened.len()
}

fn unreadable(path: &Path, source: io::Error) -> FolderError {
    FolderError::Unreadable {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(files: &[OwnFile]) -> Vec<&str> {
        files.iter().map(|file| file.name.as_str()).collect()
    }

    #[test]
    fn files_below_the_folder_are_read_in_order() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        fs::create_dir_all(folder.path().join("deep/er"))?;
        fs::write(folder.path().join("b.txt"), "two")?;
        fs::write(folder.path().join("a.txt"), "one")?;
        fs::write(folder.path().join("deep/er/c.txt"), "three")?;
        let files = read_folder(folder.path())?;
        assert_eq!(names(&files), ["a.txt", "b.txt", "deep/er/c.txt"]);
        assert_eq!(files[2].content, b"three");
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn links_and_hidden_files_are_passed_over() -> Result<(), Box<dyn std::error::Error>> {
        use std::os::unix::fs::symlink;
        let (folder, elsewhere) = (tempfile::tempdir()?, tempfile::tempdir()?);
        fs::write(elsewhere.path().join("secret"), "not for modules")?;
        fs::write(folder.path().join("mine"), "for modules")?;
        fs::write(folder.path().join(".hidden"), "not for modules")?;
        fs::create_dir(folder.path().join(".git"))?;
        fs::write(folder.path().join(".git/config"), "not for modules")?;
        symlink(elsewhere.path().join("secret"), folder.path().join("file"))?;
        symlink(elsewhere.path(), folder.path().join("folder"))?;
        symlink("..", folder.path().join("up"))?;
        assert_eq!(names(&read_folder(folder.path())?), ["mine"]);
        // The folder itself may be named by a link: its owner names it.
        let link = elsewhere.path().join("link");
        symlink(folder.path(), &link)?;
        assert_eq!(names(&read_folder(&link)?), ["mine"]);
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_became_a_link_is_not_opened() -> Result<(), Box<dyn std::error::Error>> {
        let (folder, elsewhere) = (tempfile::tempdir()?, tempfile::tempdir()?);
        fs::write(elsewhere.path().join("secret"), "not for modules")?;
        let path = folder.path().join("mine");
        std::os::unix::fs::symlink(elsewhere.path().join("secret"), &path)?;
        let root = fs::canonicalize(folder.path())?;
        let refused = open_inside(&root, &path);
        assert!(matches!(refused, Err(FolderError::Exchanged(_))));
        Ok(())
    }

    #[test]
    fn too_much_is_refused_and_nothing_of_it_is_used() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let half = vec![0; 9 << 20];
        fs::write(folder.path().join("a"), &half)?;
        assert_eq!(read_folder(folder.path())?.len(), 1);
        fs::write(folder.path().join("b"), &half)?;
        let refused = read_folder(folder.path()).map(|files| files.len());
        assert!(matches!(refused, Err(FolderError::TooMuch { .. })));
        let missing = read_folder(&folder.path().join("nowhere"));
        assert!(matches!(missing, Err(FolderError::Unreadable { .. })));
        let file = read_folder(&folder.path().join("a"));
        assert!(matches!(file, Err(FolderError::NotAFolder(_))));
        Ok(())
    }
}

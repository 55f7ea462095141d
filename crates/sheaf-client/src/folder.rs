//! Folders that one process uses at a time.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
};

/// A locked file: while it lives, nobody else gets the lock.
#[derive(Debug)]
pub struct FolderLock(File);

impl FolderLock {
    /// Locks the file `name` in `folder`, creating it if need be. `None` when somebody else has it.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub fn take(folder: &Path, name: &str) -> io::Result<Option<Self>> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join(name))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Closing the file is not enough: a process being started holds a copy until it runs its
        // program, and the lock with it. Nothing can be done about a failure, and closing follows.
        let _ = self.0.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_lock_is_free_though_a_copy_of_the_file_is_open() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let Some(lock) = FolderLock::take(folder.path(), "lock")? else {
            return Err(io::Error::other("a new file is locked"));
        };
        let _copy = lock.0.try_clone()?;
        assert!(FolderLock::take(folder.path(), "lock")?.is_none());
        drop(lock);
        assert!(FolderLock::take(folder.path(), "lock")?.is_some());
        Ok(())
    }
}

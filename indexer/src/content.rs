//! Ciphertexts, kept under their own hash.

use async_trait::async_trait;
use sheaf_format::{Hash, digest::sha256};
use std::{
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

/// Why a content cannot be kept or given.
#[derive(Debug, thiserror::Error)]
#[error("the content store at {} failed: {reason}", path.display())]
pub struct ContentError {
    /// The file or folder.
    pub path: PathBuf,
    /// What happened.
    pub reason: std::io::Error,
}

/// A store of contents, each under its sha256.
#[async_trait]
pub trait ContentStore: Send + Sync {
    /// Keeps a content; it is on disk when this returns. Keeping it twice is keeping it once.
    async fn put(&self, content: Vec<u8>) -> Result<Hash, ContentError>;

    /// The content with this hash, if it is kept.
    async fn get(&self, hash: &Hash) -> Result<Option<Vec<u8>>, ContentError>;
}

/// Contents as files of a folder.
#[derive(Clone, Debug)]
pub struct FolderStore {
    folder: PathBuf,
}

impl FolderStore {
    /// A store in `folder`, which is created.
    ///
    /// # Errors
    /// When the folder cannot be created.
    pub fn open(folder: PathBuf) -> Result<Self, ContentError> {
        std::fs::create_dir_all(&folder).map_err(|reason| ContentError {
            path: folder.clone(),
            reason,
        })?;
        Ok(Self { folder })
    }

    /// Two letters of folder keep folders small.
    fn path(&self, hash: &Hash) -> PathBuf {
        let name = hex::encode(hash);
        self.folder.join(&name[..2]).join(name)
    }
}

fn write_whole(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    // Another name until it is whole; two writers at once do not share it.
    let draft = path.with_extension(format!("{:016x}", draft_number()));
    let mut file = std::fs::File::create_new(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&draft, path)?;
    // The new name, too, must survive a crash.
    std::fs::File::open(folder)?.sync_all()
}

/// A number no other draft of this process has.
fn draft_number() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let process = u64::from(std::process::id()) << 32;
    process | (NEXT.fetch_add(1, Ordering::Relaxed) & u64::from(u32::MAX))
}

/// Runs file work where it may block.
async fn blocking<T: Send + 'static>(
    path: PathBuf,
    work: impl FnOnce(&Path) -> std::io::Result<T> + Send + 'static,
) -> Result<T, ContentError> {
    let at = path.clone();
    let outcome = tokio::task::spawn_blocking(move || work(&at)).await;
    outcome
        .unwrap_or_else(|error| Err(std::io::Error::other(error)))
        .map_err(|reason| ContentError { path, reason })
}

#[async_trait]
impl ContentStore for FolderStore {
    async fn put(&self, content: Vec<u8>) -> Result<Hash, ContentError> {
        let hash = sha256(&[&content]);
        blocking(self.path(&hash), move |path| {
            if path.exists() {
                return Ok(());
            }
            write_whole(path, &content)
        })
        .await?;
        Ok(hash)
    }

    async fn get(&self, hash: &Hash) -> Result<Option<Vec<u8>>, ContentError> {
        blocking(self.path(hash), |path| match std::fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn contents_come_back_by_their_hash() -> Result<(), ContentError> {
        let folder = tempfile::tempdir().expect("a folder");
        let store = FolderStore::open(folder.path().join("deep/er"))?;
        let hash = store.put(b"secret".to_vec()).await?;
        assert_eq!(hash, sha256(&[b"secret"]));
        assert_eq!(store.put(b"secret".to_vec()).await?, hash);
        assert_eq!(store.get(&hash).await?.as_deref(), Some(&b"secret"[..]));
        assert_eq!(store.get(&[0; 32]).await?, None);
        Ok(())
    }

    #[tokio::test]
    async fn nothing_half_written_is_left_behind() -> Result<(), ContentError> {
        let folder = tempfile::tempdir().expect("a folder");
        let store = FolderStore::open(folder.path().to_path_buf())?;
        let hash = store.put(vec![7; 100_000]).await?;
        let inside = store.path(&hash);
        let beside = std::fs::read_dir(inside.parent().expect("a folder")).expect("a folder");
        assert_eq!(beside.count(), 1);
        Ok(())
    }
}

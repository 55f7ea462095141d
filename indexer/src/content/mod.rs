//! Ciphertexts, kept under their own hash: in a folder, or in a bucket of an S3-compatible service.
//!
//! - [`location`]: where they are kept; [`objects`]: keeping and giving them, whatever the place.

pub mod location;
pub mod objects;

#[cfg(test)]
mod tests;

pub use location::Location;
pub use objects::ObjectContents;

use async_trait::async_trait;
use sheaf_format::Hash;

/// Why a content cannot be kept or given.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// A text that names no place for contents.
    #[error(
        "\"{0}\" names no place for contents: give a folder, or s3://BUCKET or s3://BUCKET/PREFIX"
    )]
    Location(String),
    /// The folder cannot be created.
    #[error("the folder {} cannot be used for contents: {reason}", path.display())]
    Folder {
        /// The folder.
        path: std::path::PathBuf,
        /// What happened.
        reason: std::io::Error,
    },
    /// The place refused or could not be reached.
    #[error("the content store at {at} failed: {reason}")]
    Store {
        /// Where.
        at: String,
        /// What happened.
        reason: object_store::Error,
    },
    /// What is kept is not what was put there.
    #[error(
        "the content {name} at {at} is damaged: it has another hash. Restore it from a copy, or remove it and let its node send it again"
    )]
    Damaged {
        /// Where.
        at: String,
        /// Its name, which should be its hash.
        name: String,
    },
}

/// A store of contents, each under its sha256.
#[async_trait]
pub trait ContentStore: Send + Sync {
    /// Keeps a content; it is durable when this returns. Keeping it twice is keeping it once.
    async fn put(&self, content: Vec<u8>) -> Result<Hash, ContentError>;

    /// The content with this hash; none when it is not kept. What is given has the hash.
    async fn get(&self, hash: &Hash) -> Result<Option<Vec<u8>>, ContentError>;
}

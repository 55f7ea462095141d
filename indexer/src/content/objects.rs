//! Contents as objects: of a folder or a bucket, named by their hash.

use super::{ContentError, ContentStore, Location};
use async_trait::async_trait;
use object_store::{
    ObjectStore, ObjectStoreExt as _, RetryConfig, aws::AmazonS3Builder, local::LocalFileSystem,
    path::Path,
};
use sheaf_format::{Hash, digest::sha256};
use std::{sync::Arc, time::Duration};

/// How often and how long a service is asked again that does not answer.
const RETRIES: usize = 4;
const PATIENCE: Duration = Duration::from_secs(20);

/// Contents in a folder or a bucket. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ObjectContents {
    objects: Arc<dyn ObjectStore>,
    location: Location,
    prefix: Path,
}

impl ObjectContents {
    /// Opens the place, creates a folder, and sees that it keeps what it is given. A service's address and keys come from
    /// the environment, as everywhere: `AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY`; `AWS_ALLOW_HTTP=true` for one without TLS.
    ///
    /// # Errors
    /// When it cannot be used.
    pub async fn open(location: &Location) -> Result<Self, ContentError> {
        let contents = match location {
            Location::Folder(path) => {
                std::fs::create_dir_all(path).map_err(|reason| ContentError::Folder {
                    path: path.clone(),
                    reason,
                })?;
                let folder = LocalFileSystem::new_with_prefix(path);
                let folder = folder.map_err(|reason| failed(location, reason))?;
                Self {
                    objects: Arc::new(folder.with_fsync(true)),
                    location: location.clone(),
                    prefix: Path::default(),
                }
            }
            Location::Bucket { bucket, prefix } => {
                let service = AmazonS3Builder::from_env().with_bucket_name(bucket);
                Self::bucket(service, location, prefix)?
            }
        };
        let nothing = contents.put(Vec::new()).await?;
        contents.get(&nothing).await?;
        Ok(contents)
    }

    fn bucket(
        service: AmazonS3Builder,
        location: &Location,
        prefix: &str,
    ) -> Result<Self, ContentError> {
        let retry = RetryConfig {
            max_retries: RETRIES,
            retry_timeout: PATIENCE,
            ..RetryConfig::default()
        };
        let objects = service.with_retry(retry).build();
        Ok(Self {
            objects: Arc::new(objects.map_err(|reason| failed(location, reason))?),
            location: location.clone(),
            prefix: Path::from(prefix),
        })
    }

    /// Where a content is kept. Two letters of folder keep folders small.
    fn path(&self, name: &str) -> Path {
        let (folder, _) = name.split_at(2);
        self.prefix.clone().join(folder).join(name)
    }
}

fn failed(location: &Location, reason: object_store::Error) -> ContentError {
    ContentError::Store {
        at: location.to_string(),
        reason,
    }
}

/// Whether an answer says that a content is not kept, and not that its bucket is gone.
fn is_missing(error: &object_store::Error) -> bool {
    matches!(error, object_store::Error::NotFound { source, .. }
        if !source.to_string().contains("NoSuchBucket"))
}

#[async_trait]
impl ContentStore for ObjectContents {
    async fn put(&self, content: Vec<u8>) -> Result<Hash, ContentError> {
        let hash = sha256(&[&content]);
        let path = self.path(&hex::encode(hash));
        // One that is there is written again: the same bytes, and this time durable for certain.
        let written = self.objects.put(&path, content.into()).await;
        written.map_err(|reason| failed(&self.location, reason))?;
        Ok(hash)
    }

    async fn get(&self, hash: &Hash) -> Result<Option<Vec<u8>>, ContentError> {
        let name = hex::encode(hash);
        let read = async { self.objects.get(&self.path(&name)).await?.bytes().await };
        let content = match read.await {
            Err(error) if is_missing(&error) => return Ok(None),
            read => read.map_err(|reason| failed(&self.location, reason))?,
        };
        if sha256(&[&content]) != *hash {
            return Err(ContentError::Damaged {
                at: self.location.to_string(),
                name,
            });
        }
        Ok(Some(content.into()))
    }
}

#[cfg(test)]
impl ObjectContents {
    /// A bucket of a service at `endpoint`, without the environment.
    pub(super) async fn at(endpoint: &str, location: &Location) -> Result<Self, ContentError> {
        let Location::Bucket { bucket, prefix } = location else {
            return Self::open(location).await;
        };
        let service = AmazonS3Builder::new()
            .with_bucket_name(bucket)
            .with_endpoint(endpoint)
            .with_allow_http(true)
            .with_region("us-east-1")
            .with_access_key_id("test")
            .with_secret_access_key("test");
        Self::bucket(service, location, prefix)
    }

    /// Puts something else in the place of a content.
    pub(super) async fn damage(
        &self,
        hash: &Hash,
        instead: &'static [u8],
    ) -> Result<(), ContentError> {
        let path = self.path(&hex::encode(hash));
        let written = self.objects.put(&path, instead.into()).await;
        written.map_err(|reason| failed(&self.location, reason))?;
        Ok(())
    }
}

//! Where contents are kept.

use super::ContentError;
use std::{path::PathBuf, str::FromStr};

/// Where contents are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// In this folder.
    Folder(PathBuf),
    /// In a bucket, under a prefix that may be empty.
    Bucket {
        /// Name of the bucket.
        bucket: String,
        /// What the names of all contents begin with.
        prefix: String,
    },
}

impl FromStr for Location {
    type Err = ContentError;

    /// `s3://BUCKET/PREFIX`, or a folder's path.
    fn from_str(text: &str) -> Result<Self, ContentError> {
        let refused = || ContentError::Location(text.to_owned());
        match text.split_once("://") {
            None if !text.is_empty() => Ok(Self::Folder(text.into())),
            Some(("s3", rest)) => {
                let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
                if bucket.is_empty() {
                    return Err(refused());
                }
                Ok(Self::Bucket {
                    bucket: bucket.to_owned(),
                    prefix: prefix.trim_matches('/').to_owned(),
                })
            }
            _ => Err(refused()),
        }
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(path) => write!(formatter, "{}", path.display()),
            Self::Bucket { bucket, prefix } if prefix.is_empty() => {
                write!(formatter, "s3://{bucket}")
            }
            Self::Bucket { bucket, prefix } => write!(formatter, "s3://{bucket}/{prefix}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_a_folder_or_a_bucket() {
        for text in ["data/content", "/content", "s3://bucket", "s3://bucket/a/b"] {
            let location: Location = text.parse().expect(text);
            assert_eq!(location.to_string(), text);
        }
        let slashes: Location = "s3://bucket/a/".parse().expect("a bucket");
        assert_eq!(slashes.to_string(), "s3://bucket/a");
        for bad in ["", "s3://", "s3:///prefix", "gs://bucket"] {
            assert!(bad.parse::<Location>().is_err(), "{bad}");
        }
    }
}

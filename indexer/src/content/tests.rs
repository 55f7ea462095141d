//! The same promises in a folder and on a real S3-compatible service.

use super::{ContentError, ContentStore, Location, ObjectContents};
use sheaf_demo::stack::process::{Process, command};
use sheaf_format::digest::sha256;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;

/// How long the service may take to start, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(120);

async fn keeps_its_promises(store: &ObjectContents) -> Result<(), ContentError> {
    let hash = store.put(b"secret".to_vec()).await?;
    assert_eq!(hash, sha256(&[b"secret"]));
    assert_eq!(store.put(b"secret".to_vec()).await?, hash);
    assert_eq!(store.get(&hash).await?.as_deref(), Some(&b"secret"[..]));
    assert_eq!(store.get(&[0; 32]).await?, None);
    let large = vec![7; 6 << 20];
    let hash = store.put(large.clone()).await?;
    assert_eq!(store.get(&hash).await?, Some(large));
    Ok(())
}

/// Where a content is kept in a folder.
fn file(folder: &TempDir, content: &[u8]) -> PathBuf {
    let name = hex::encode(sha256(&[content]));
    folder.path().join("deep/er").join(&name[..2]).join(name)
}

async fn folder_store(folder: &TempDir) -> Result<ObjectContents, ContentError> {
    ObjectContents::open(&Location::Folder(folder.path().join("deep/er"))).await
}

#[tokio::test]
async fn a_folder_gives_contents_back_by_their_hash() -> Result<(), ContentError> {
    let folder = tempfile::tempdir().expect("a folder");
    keeps_its_promises(&folder_store(&folder).await?).await
}

#[tokio::test]
async fn nothing_half_written_is_left_behind() -> Result<(), ContentError> {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder_store(&folder).await?;
    store.put(vec![7; 100_000]).await?;
    let inside = file(&folder, &[7; 100_000]);
    let beside = std::fs::read_dir(inside.parent().expect("a folder")).expect("a folder");
    assert_eq!(beside.count(), 1);
    Ok(())
}

#[tokio::test]
async fn what_was_damaged_is_not_given() -> Result<(), ContentError> {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder_store(&folder).await?;
    let hash = store.put(b"secret".to_vec()).await?;
    std::fs::write(file(&folder, b"secret"), b"secreT").expect("written");
    let refused = store.get(&hash).await;
    assert!(matches!(refused, Err(ContentError::Damaged { .. })));
    // The node sends it again.
    store.put(b"secret".to_vec()).await?;
    assert_eq!(store.get(&hash).await?.as_deref(), Some(&b"secret"[..]));
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_read_is_not_missing() -> Result<(), ContentError> {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder_store(&folder).await?;
    let hash = store.put(b"secret".to_vec()).await?;
    let path = file(&folder, b"secret");
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(store.get(&hash).await?, None);
    std::os::unix::fs::symlink(&path, &path).expect("a link to itself");
    assert!(store.get(&hash).await.is_err());
    Ok(())
}

/// The programs that tests run against: installed once, beside the build.
fn python(program: &str) -> PathBuf {
    let executable = std::env::current_exe().expect("a path");
    let found = executable
        .ancestors()
        .map(|above| above.join("python/bin").join(program))
        .find(|path| path.is_file());
    found.unwrap_or_else(|| {
        panic!(
            "there is no {program} in target/python/bin: run `cargo xtask test`, which installs it"
        )
    })
}

/// An S3-compatible service on a free port, and its address.
async fn service(folder: &Path) -> (Process, String) {
    let log = folder.join("moto.log");
    let mut moto = command(&python("moto_server"));
    moto.args(["-H", "127.0.0.1", "-p", "0"]);
    let mut process = Process::start("moto_server", &log, moto).expect("started");
    let address = || {
        let text = std::fs::read_to_string(&log).ok()?;
        let (_, rest) = text.split_once("Running on ")?;
        let (address, _) = rest.split_once('\n')?;
        Some(address.trim().to_owned())
    };
    let address = process
        .wait_for(PATIENCE, address)
        .await
        .expect("an address");
    (process, address)
}

async fn create_bucket(endpoint: &str, name: &str) {
    let client = reqwest_for_objects::Client::new();
    let created = client.put(format!("{endpoint}/{name}")).send().await;
    let created = created.expect("an answer");
    assert!(created.status().is_success(), "{created:?}");
}

#[tokio::test]
async fn a_bucket_gives_contents_back_by_their_hash() -> Result<(), ContentError> {
    let folder = tempfile::tempdir().expect("a folder");
    // Several tests may be first; the provider is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (process, endpoint) = service(folder.path()).await;
    let location: Location = "s3://contents/of/sheaf".parse()?;
    let store = ObjectContents::at(&endpoint, &location).await?;
    let absent = store.get(&[0; 32]).await;
    assert!(
        absent.is_err(),
        "a bucket that is not there is no missing content"
    );
    assert!(store.put(b"secret".to_vec()).await.is_err());
    create_bucket(&endpoint, "contents").await;
    keeps_its_promises(&store).await?;
    store.damage(&sha256(&[b"secret"]), b"secreT").await?;
    let damaged = store.get(&sha256(&[b"secret"])).await;
    assert!(
        matches!(damaged, Err(ContentError::Damaged { .. })),
        "{damaged:?}"
    );
    process.kill().await;
    // Nobody answers: that is not missing either.
    assert!(store.get(&[0; 32]).await.is_err());
    Ok(())
}

//! What is kept in memory, brought to what other processes have stored.
//!
//! The database says what changed; it is asked all the time, because nothing that may be missed is
//! needed then.

use crate::{
    app::{App, Specifications},
    ingest::Progress,
    store::{EventStore as _, IntakeStore as _, SqlStore, events::Reading},
};
use anyhow::Context as _;
use sheaf_format::Key;
use sheaf_protocol::specification::Specification;
use std::time::Duration;
use tokio::sync::watch;

/// How often the database is asked.
const POLL: Duration = Duration::from_millis(250);

/// Follows specifications and the active tree, for ever.
pub async fn follow(app: App, store: SqlStore) {
    let mut told = String::new();
    loop {
        if let Err(error) = step(&app, &store).await {
            let message = format!("{error:#}");
            if message != told {
                tracing::warn!("cannot follow the database: {message}; trying again");
                told = message;
            }
        }
        tokio::time::sleep(POLL).await;
    }
}

async fn step(app: &App, store: &SqlStore) -> anyhow::Result<()> {
    read_specifications(&app.specifications, store).await?;
    app.tree.keep_up(store).await
}

/// Reads the published specifications that are not known yet.
///
/// # Errors
/// When the store fails, or one cannot be read.
pub async fn read_specifications(known: &Specifications, store: &SqlStore) -> anyhow::Result<()> {
    for job in store.specified_jobs().await? {
        if known.get(job).is_some() {
            continue;
        }
        let Some(bytes) = store.specification(job).await? else {
            continue;
        };
        let specification = Specification::parse(&bytes)
            .with_context(|| format!("the stored specification of job {job}"))?;
        known.add(job, &bytes, specification);
    }
    Ok(())
}

/// Tells how far events are read: as this process reads them, once it does, and before that as
/// another says. Ends when nobody listens.
pub async fn tell_progress(
    pool: Key,
    store: SqlStore,
    mut own: watch::Receiver<Progress>,
    tell: watch::Sender<Progress>,
) {
    let mut reads_itself = false;
    while !tell.is_closed() {
        tokio::select! {
            changed = own.changed() => {
                if changed.is_err() {
                    return;
                }
                reads_itself = true;
                let progress = *own.borrow_and_update();
                tell.send_replace(progress);
                let reading = Reading {
                    slot: progress.slot,
                    waits_for_outcome: progress.waits_for_outcome,
                };
                if store.is_shared() && let Err(error) = store.set_reading(&reading).await {
                    tracing::warn!("cannot tell how far events are read: {error}");
                }
            }
            () = tokio::time::sleep(POLL), if store.is_shared() && !reads_itself => {
                match stored_progress(&pool, &store).await {
                    Ok(progress) if progress != *tell.borrow() => {
                        tell.send_replace(progress);
                    }
                    Ok(_) => {}
                    Err(error) => tracing::warn!("cannot see how far events are read: {error}"),
                }
            }
        }
    }
}

async fn stored_progress(pool: &Key, store: &SqlStore) -> crate::store::Result<Progress> {
    let reading = store.reading().await?;
    Ok(Progress {
        slot: reading.slot,
        frontier: store.cursor(pool).await?.frontier,
        waits_for_outcome: reading.waits_for_outcome,
    })
}

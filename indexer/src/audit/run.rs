//! One audit, and one every hour.

use super::{
    chain::{self, ChainBooks, Moved},
    compare::{Books, compare},
    database::{self, DatabaseBooks},
    journal::journal,
    replay::Replay,
    report::Report,
};
use crate::{
    app::App,
    arguments::{Audit, Output},
    place::Place,
    settle::review::open_existing,
    store::Store,
    telemetry::{Audited, BOARD},
};
use anyhow::{Context as _, bail};
use sheaf_client::{
    config::{ConfigFile, Overrides, Settings},
    program_id,
};
use std::{future::pending, io::Write as _, time::Duration};

/// Pause between two audits while the indexer runs.
const EVERY: Duration = Duration::from_secs(3_600);
/// Looks at both sides until they are of one event.
const TRIES: usize = 40;
/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// Does what the command line says. Gives whether chain and database agree.
///
/// # Errors
/// When it cannot look.
pub async fn audit(arguments: Audit) -> anyhow::Result<bool> {
    let file = ConfigFile::load(arguments.config.as_deref())?;
    let overrides = Overrides {
        url: arguments.url.clone(),
        websocket_url: None,
        keypair: None,
        commitment: None,
    };
    let settings = Settings::resolve(&overrides, &file)?;
    let program = program_id::resolve(arguments.program_id.as_deref())?;
    let store = open_existing(arguments.database.as_ref(), &arguments.data).await?;
    let found = async {
        let place = Place::find(&settings.url, program, &arguments.mint).await?;
        look(&place, &store).await
    }
    .await;
    store.close().await;
    let report = found?;
    let text = match arguments.output {
        Output::Text => report.table(),
        Output::Json => report.json()?,
    };
    std::io::stdout()
        .write_all(text.as_bytes())
        .context("cannot write to standard output")?;
    Ok(report.agrees())
}

/// Audits now and every hour, for ever. Says what differs, and never stops anything.
pub async fn keep_auditing(app: App) {
    // Before the first look at the chain everything would be behind it.
    let mut progress = app.progress.clone();
    if progress.wait_for(|read| read.slot > 0).await.is_err() {
        return pending().await;
    }
    loop {
        match look(&app.place, app.store.as_ref()).await {
            Ok(report) => tell(&report),
            Err(error) => {
                tracing::warn!("cannot audit: {error:#}; trying again in an hour");
                let audited = Audited {
                    slot: 0,
                    differences: None,
                };
                BOARD.write(|board| board.audited = Some(audited));
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

fn tell(report: &Report) {
    let audited = Audited {
        slot: report.slot,
        differences: Some(report.differences()),
    };
    BOARD.write(|board| board.audited = Some(audited));
    if report.agrees() {
        tracing::info!("audit: chain and database agree at slot {}", report.slot);
    }
    for check in &report.checks {
        for difference in &check.differences {
            tracing::error!(
                check = check.name,
                "audit: {}, {}: the chain says {}, the database {}: {}",
                difference.account,
                difference.value,
                difference.chain,
                difference.database,
                difference.remedy
            );
        }
    }
}

/// Looks at both sides until they are of one event, and compares them. A database that stays behind
/// is compared as far as it is.
///
/// # Errors
/// When the RPC or the store cannot be asked, or the chain never stands still.
#[tracing::instrument(name = "audit", skip_all)]
pub async fn look(place: &Place, store: &dyn Store) -> anyhow::Result<Report> {
    let mut replay = Replay::default();
    for attempt in 1..=TRIES {
        if attempt > 1 {
            tokio::time::sleep(PAUSE).await;
        }
        database::read_on(store, &place.pool_key(), &mut replay).await?;
        match chain::read(place, &replay).await? {
            Ok(books) => {
                let database = rest(place, store, replay.clone()).await?;
                let acted = database.pool.frontier == books.pool.sequence
                    && database.network.frontier == books.network_sequence;
                if acted || attempt == TRIES {
                    return report(place, store, &books, &database).await;
                }
            }
            Err(Moved::On { sequence }) if attempt == TRIES => {
                return behind(place, store, replay, sequence).await;
            }
            Err(_) => {}
        }
    }
    bail!("accounts kept changing while they were read: try again when less is claimed")
}

async fn rest(place: &Place, store: &dyn Store, replay: Replay) -> anyhow::Result<DatabaseBooks> {
    let network = place.chain.addresses().network().to_bytes();
    let series = (&network, &place.pool_key());
    database::read(store, series, &place.program(), replay).await
}

async fn report(
    place: &Place,
    store: &dyn Store,
    chain: &ChainBooks,
    database: &DatabaseBooks,
) -> anyhow::Result<Report> {
    let mut checks = compare(Books { chain, database });
    checks.push(journal(place, store).await?);
    Ok(Report {
        slot: chain.slot,
        sequence: chain.pool.sequence,
        checks,
    })
}

/// The report when both sides are never of one event.
async fn behind(
    place: &Place,
    store: &dyn Store,
    replay: Replay,
    sequence: u64,
) -> anyhow::Result<Report> {
    let kept = replay.sequence;
    if sequence < kept {
        bail!(
            "the RPC shows the pool at event {sequence}, the database has {kept}: the RPC lags, or is of another cluster; ask another one"
        );
    }
    let mut events = super::report::Check::new("events");
    events.same(
        "pool",
        "last event kept without a gap",
        (sequence, kept),
        super::report::remedy::WAIT,
    );
    events.skipped = Some("everything else: the database is behind the chain".to_owned());
    let journal = journal(place, store).await?;
    Ok(Report {
        slot: place.chain.slot().await?,
        sequence,
        checks: vec![events, journal],
    })
}

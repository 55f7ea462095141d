//! Starting the roles, and ending them in order.
//!
//! - [`roles`]: which there are, and who has those that only one process may have.
//! - [`follow`]: what other processes store.

mod follow;
pub mod roles;

use crate::{
    app::{App, Specifications},
    arguments::{Migrate, Run},
    content::{self, ContentStore, ObjectContents},
    ingest::{Ingest, Progress, RpcSource, wake},
    intake::Intake,
    metrics::Metrics,
    place::Place,
    rounds::{ActiveTree, Rounds},
    serve,
    settle::{JournaledSender, Settlement},
    store::{Identity, IntakeStore as _, Location, SqlStore},
    view,
};
use anyhow::{Context as _, ensure};
use roles::{Role, alone};
use sheaf_client::{
    config::{ConfigFile, Overrides, Settings},
    ending::Ending,
    folder::FolderLock,
    keys::read_keypair,
    program_id,
};
use sheaf_protocol::statement::signing_key;
use solana_sdk::{signature::Keypair, signer::Signer as _};
use std::{
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
    task::JoinSet,
};

/// How long requests under way may take at the end.
const PATIENCE: Duration = Duration::from_secs(5);

/// Works until told to end.
///
/// # Errors
/// When it cannot start: the chain does not answer, a file cannot be used, the port is busy, the
/// database belongs to another pool.
pub async fn run(arguments: Run) -> anyhow::Result<()> {
    let mut ending =
        Ending::watch(arguments.until_stdin_closes).context("cannot watch for signals")?;
    let location = database(arguments.database.as_ref(), Some(&arguments.data))?;
    let _only_process = claim_file(&location)?;
    let settings = settings(&arguments)?;
    let wallet = Arc::new(read_keypair(&settings.keypair)?);
    let program = program_id::resolve(arguments.program_id.as_deref())?;
    let place = Place::find(&settings.url, program, &arguments.mint).await?;

    let has = |role: Role| arguments.roles.contains(&role);
    let store = open_store(&location, &place).await?;
    let (tell_view, view) = watch::channel(Arc::new(view::first(&place).await?));
    warn_of_wallet(&place, &wallet, &view.borrow(), has(Role::Settle)).await?;
    let (tell_progress, progress) = watch::channel(Progress::default());
    let (intake, workers) = Intake::new(&arguments.intake);
    let specifications = Specifications::default();
    follow::read_specifications(&specifications, &store).await?;
    let app = App {
        intake,
        contents: open_contents(&arguments).await?,
        tree: Arc::new(ActiveTree::load(&place, &store).await?),
        specifications: Arc::new(specifications),
        key: Arc::new(
            signing_key(&wallet.to_bytes())
                .context("the wallet's halves do not belong together")?,
        ),
        metrics: Arc::new(Metrics::default()),
        store: Arc::new(store.clone()),
        place: place.clone(),
        view,
        progress,
    };
    let listener = listen(arguments.listen).await?;
    let url = url_of(&listener)?;

    let (look, read) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let mut parts: JoinSet<anyhow::Result<()>> = JoinSet::new();
    parts.spawn(for_ever(workers.run(Arc::clone(&app.store))));
    parts.spawn(for_ever(view::follow(
        place.clone(),
        Arc::clone(&look),
        tell_view,
    )));
    parts.spawn(for_ever(wake::wake(
        settings.websocket_url,
        place.pool,
        vec![look, Arc::clone(&read)],
    )));
    let (tell_own, own) = watch::channel(Progress::default());
    parts.spawn(for_ever(follow::tell_progress(
        place.pool_key(),
        store.clone(),
        own,
        tell_progress,
    )));
    if store.is_shared() {
        parts.spawn(for_ever(follow::follow(app.clone(), store.clone())));
    }
    if has(Role::Ingest) {
        let ingest = Ingest {
            place: place.clone(),
            source: Arc::new(RpcSource::new(place.chain.clone())),
            store: Arc::clone(&app.store),
        };
        parts.spawn(alone(
            store.clone(),
            Role::Ingest,
            ingest.run(read, tell_own),
        ));
    } else {
        // The process that reads tells the others through the database.
        parts.spawn(async move {
            let _kept = tell_own;
            std::future::pending().await
        });
    }
    if has(Role::Rounds) {
        let rounds = Rounds {
            app: app.clone(),
            collect_slots: arguments.collect_slots,
        };
        parts.spawn(alone(store.clone(), Role::Rounds, rounds.run()));
    }
    if has(Role::Settle) {
        let sender = JournaledSender {
            chain: place.chain.clone(),
            store: Arc::clone(&app.store),
            wallet,
            compute_unit_price: arguments.compute_unit_price,
        };
        let settlement = Settlement {
            app: app.clone(),
            sender: Arc::new(sender),
        };
        parts.spawn(alone(store.clone(), Role::Settle, settlement.run()));
    }
    let (close, closed) = tokio::sync::oneshot::channel::<()>();
    let mut server = tokio::spawn(serve::serve(
        listener,
        app,
        arguments.roles.clone(),
        async { drop(closed.await) },
    ));

    let _published = Published::write(&arguments.data, &url)?;
    let line = format!(
        "sheaf-indexer serves {url} for the pool of mint {}; its database is {location}",
        place.mint.address,
    );
    // Nobody may be reading any more: that is no reason to end.
    let _ = writeln!(std::io::stdout(), "{line}");
    let outcome = tokio::select! {
        () = ending.wait() => Ok(()),
        Some(ended) = parts.join_next() => match ended {
            Ok(ended) => ended,
            Err(error) => Err(anyhow::anyhow!("a part of the indexer broke off: {error}")),
        },
        ended = &mut server => Err(anyhow::anyhow!("the HTTP server broke off: {ended:?}")),
    };
    // First nothing new comes in, then what is under way ends, then the database closes.
    let _ = close.send(());
    let _ = tokio::time::timeout(PATIENCE, server).await;
    parts.shutdown().await;
    store.close().await;
    outcome
}

/// Brings a database's schema up to date, and says what was done.
///
/// # Errors
/// When the database cannot be used, or is of a newer version.
pub async fn migrate(arguments: Migrate) -> anyhow::Result<()> {
    let location = database(arguments.database.as_ref(), arguments.data.as_deref())?;
    let _only_process = claim_file(&location)?;
    let (store, done) = SqlStore::migrate(&location)
        .await
        .with_context(|| format!("cannot use the database {location}"))?;
    store.close().await;
    let mut lines: Vec<String> = done
        .iter()
        .map(|step| {
            format!(
                "{location}: step {} done: {}",
                step.version, step.description
            )
        })
        .collect();
    if lines.is_empty() {
        lines.push(format!("{location}: the schema is up to date"));
    }
    writeln!(std::io::stdout(), "{}", lines.join("\n"))
        .context("cannot write to the standard output")
}

/// A part that only ends when another did.
async fn for_ever(part: impl Future<Output = ()> + Send) -> anyhow::Result<()> {
    part.await;
    anyhow::bail!("a part of the indexer ended by itself: start it again")
}

/// The database that was named, or the file in the data folder, which is created.
fn database(named: Option<&Location>, data: Option<&Path>) -> anyhow::Result<Location> {
    if let Some(data) = data {
        std::fs::create_dir_all(data)
            .with_context(|| format!("cannot create {}: choose another --data", data.display()))?;
    }
    match (named, data) {
        (Some(named), _) => Ok(named.clone()),
        (None, Some(data)) => Ok(Location::File(data.join("indexer.sqlite"))),
        (None, None) => anyhow::bail!("no database is named: give --database or --data"),
    }
}

/// An SQLite file is one process's.
fn claim_file(location: &Location) -> anyhow::Result<Option<FolderLock>> {
    let Location::File(file) = location else {
        return Ok(None);
    };
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let lock = FolderLock::take(folder.unwrap_or(Path::new(".")), &format!("{name}.lock"))
        .with_context(|| format!("cannot use the database {location}"))?;
    ensure!(
        lock.is_some(),
        "another process works on {location}, and an SQLite file is one process's: end that one, or give all of them one PostgreSQL database with --database postgres://USER@HOST/DATABASE"
    );
    Ok(lock)
}

async fn open_contents(arguments: &Run) -> anyhow::Result<Arc<dyn ContentStore>> {
    let location = arguments
        .contents
        .clone()
        .unwrap_or_else(|| content::Location::Folder(arguments.data.join("content")));
    let contents = ObjectContents::open(&location)
        .await
        .with_context(|| format!("cannot keep ciphertexts in {location}"))?;
    Ok(Arc::new(contents))
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!(
            "cannot listen on {address}: name another address with --listen, or port 0 for a free one"
        )
    })
}

fn url_of(listener: &TcpListener) -> anyhow::Result<String> {
    let address = listener.local_addr();
    let address = address.context("the listener has no address")?;
    Ok(format!("http://{address}"))
}

fn settings(arguments: &Run) -> anyhow::Result<Settings> {
    let file = ConfigFile::load(arguments.config.as_deref())?;
    let overrides = Overrides {
        url: arguments.url.clone(),
        websocket_url: arguments.ws.clone(),
        keypair: arguments.keypair.clone(),
        commitment: None,
    };
    Ok(Settings::resolve(&overrides, &file)?)
}

async fn open_store(location: &Location, place: &Place) -> anyhow::Result<SqlStore> {
    let cannot = || format!("cannot use the database {location}");
    let store = SqlStore::open(location).await.with_context(cannot)?;
    let identity = Identity {
        genesis: place.genesis,
        program: place.program(),
        pool: place.pool_key(),
    };
    store.bind(&identity).await.with_context(cannot)?;
    Ok(store)
}

/// A wallet that is on no list or cannot pay still serves, and says so.
async fn warn_of_wallet(
    place: &Place,
    wallet: &Keypair,
    view: &view::View,
    pays: bool,
) -> anyhow::Result<()> {
    let address = wallet.pubkey();
    let listed = view
        .network
        .active_aggregators()
        .contains(&address.to_bytes());
    if !listed {
        tracing::warn!("{address} is not on the network's list of aggregators: no job can name it");
    }
    ensure!(
        !pays || place.chain.lamports(&address).await? > 0,
        "the aggregator's wallet {address} has no SOL on {}: fund it first, it pays for batches and rounds",
        place.chain.url()
    );
    Ok(())
}

/// `indexer.json`: where the indexer serves. It is there exactly while it does.
struct Published(PathBuf);

impl Published {
    fn write(data: &Path, url: &str) -> anyhow::Result<Self> {
        let path = data.join("indexer.json");
        let draft = data.join("indexer.json.new");
        let text = serde_json::json!({"url": url, "pid": std::process::id()}).to_string();
        std::fs::write(&draft, text)
            .and_then(|()| std::fs::rename(&draft, &path))
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::warn!("cannot remove {}: {error}", self.0.display());
        }
    }
}

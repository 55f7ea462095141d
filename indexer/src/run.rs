//! Starting the roles, and ending them in order.

use crate::{
    app::{App, Specifications},
    arguments::Run,
    content::FolderStore,
    ingest::{Ingest, Progress, RpcSource, recover, wake},
    place::Place,
    rounds::{ActiveTree, Rounds},
    serve,
    settle::{JournaledSender, Settlement},
    store::{Identity, IntakeStore as _, SqliteStore},
    view,
};
use anyhow::{Context as _, ensure};
use sheaf_client::{
    config::{ConfigFile, Overrides, Settings},
    ending::Ending,
    keys::read_keypair,
    program_id,
};
use sheaf_protocol::{specification::Specification, statement::signing_key};
use solana_sdk::{signature::Keypair, signer::Signer as _};
use std::{
    io::Write as _,
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
    let settings = settings(&arguments)?;
    let wallet = Arc::new(read_keypair(&settings.keypair)?);
    let program = program_id::resolve(arguments.program_id.as_deref())?;
    let place = Place::find(&settings.url, program, &arguments.mint).await?;

    let store = open_store(&arguments.data, &place).await?;
    let replayed = recover::replay(&place, &store).await?;
    if replayed.read > 0 {
        tracing::info!("{} dead letters can be read by now", replayed.read);
    }
    let (tell_view, view) = watch::channel(Arc::new(view::first(&place).await?));
    warn_of_wallet(&place, &wallet, &view.borrow()).await?;
    let (tell_progress, progress) = watch::channel(Progress::default());
    let app = App {
        contents: Arc::new(FolderStore::open(arguments.data.join("content"))?),
        tree: Arc::new(ActiveTree::load(&place, &store).await?),
        specifications: Arc::new(specifications(&store).await?),
        key: Arc::new(
            signing_key(&wallet.to_bytes())
                .context("the wallet's halves do not belong together")?,
        ),
        store: Arc::new(store.clone()),
        place: place.clone(),
        view,
        progress,
    };
    let listener = TcpListener::bind(arguments.listen).await.with_context(|| {
        format!(
            "cannot listen on {}: name another address with --listen, or port 0 for a free one",
            arguments.listen
        )
    })?;
    let url = format!(
        "http://{}",
        listener
            .local_addr()
            .context("the listener has no address")?
    );

    let (look, read) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let mut roles = JoinSet::new();
    roles.spawn(view::follow(place.clone(), Arc::clone(&look), tell_view));
    roles.spawn(wake::wake(
        settings.websocket_url,
        place.pool,
        vec![look, Arc::clone(&read)],
    ));
    let source = Arc::new(RpcSource::new(place.chain.clone()));
    let ingest = Ingest::new(place.clone(), source, Arc::clone(&app.store));
    roles.spawn(ingest.run(read, tell_progress));
    let rounds = Rounds {
        app: app.clone(),
        collect_slots: arguments.collect_slots,
    };
    roles.spawn(rounds.run());
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
    roles.spawn(settlement.run());
    let (close, closed) = tokio::sync::oneshot::channel::<()>();
    let mut server = tokio::spawn(async move {
        axum::serve(listener, serve::router(app))
            .with_graceful_shutdown(async { drop(closed.await) })
            .await
    });

    let _published = Published::write(&arguments.data, &url)?;
    let line = format!(
        "sheaf-indexer serves {url} for the pool of mint {}; its data is in {}",
        place.mint.address,
        arguments.data.display()
    );
    // Nobody may be reading any more: that is no reason to end.
    let _ = writeln!(std::io::stdout(), "{line}");
    let outcome = tokio::select! {
        () = ending.wait() => Ok(()),
        Some(ended) = roles.join_next() => Err(match ended {
            Ok(()) => anyhow::anyhow!("a part of the indexer ended by itself: start it again"),
            Err(error) => anyhow::anyhow!("a part of the indexer broke off: {error}"),
        }),
        ended = &mut server => Err(anyhow::anyhow!("the HTTP server broke off: {ended:?}")),
    };
    // First nothing new comes in, then what is under way ends, then the database closes.
    let _ = close.send(());
    let _ = tokio::time::timeout(PATIENCE, server).await;
    roles.shutdown().await;
    store.close().await;
    outcome
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

pub(crate) async fn open_store(data: &Path, place: &Place) -> anyhow::Result<SqliteStore> {
    std::fs::create_dir_all(data)
        .with_context(|| format!("cannot create {}: choose another --data", data.display()))?;
    let file = data.join("indexer.sqlite");
    let store = SqliteStore::open(&file)
        .await
        .with_context(|| format!("cannot use the database {}", file.display()))?;
    let identity = Identity {
        genesis: place.genesis,
        program: place.program(),
        pool: place.pool_key(),
    };
    store
        .bind(&identity)
        .await
        .with_context(|| format!("cannot use the database {}", file.display()))?;
    Ok(store)
}

async fn specifications(store: &SqliteStore) -> anyhow::Result<Specifications> {
    let known = Specifications::default();
    for (job, bytes) in store.specifications().await? {
        let specification = Specification::parse(&bytes)
            .with_context(|| format!("the stored specification of job {job}"))?;
        known.add(job, &bytes, specification);
    }
    Ok(known)
}

/// A wallet that is on no list or cannot pay still serves, and says so.
async fn warn_of_wallet(place: &Place, wallet: &Keypair, view: &view::View) -> anyhow::Result<()> {
    let address = wallet.pubkey();
    let listed = view
        .network
        .active_aggregators()
        .contains(&address.to_bytes());
    if !listed {
        tracing::warn!("{address} is not on the network's list of aggregators: no job can name it");
    }
    ensure!(
        place.chain.lamports(&address).await? > 0,
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

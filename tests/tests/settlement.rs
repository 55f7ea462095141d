//! Settlement against nodes that lose transactions, keep them back, and deny those that landed. The node is
//! a double (`sheaf_tests::rpc::ledger`): such nodes cannot be had on demand. What lands runs for real.

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use sheaf_client::{
    Chain,
    instruction::transfer_lamports,
    layout::{Pool, decode},
};
use sheaf_format::LOCALNET_PROGRAM_ID;
use sheaf_indexer::{
    settle::{
        JournaledSender,
        fee::FeePolicy,
        sender::{Order, Sender as _, Sent},
        watch::Watcher,
    },
    store::{JournalStore as _, Location, SqlStore, journal::Ending},
};
use sheaf_tests::{
    mint::MintKind,
    rpc::{
        faults::Faults,
        ledger::{Denial, Ledger},
        server::Server,
    },
    world::World,
};
use solana_commitment_config::CommitmentConfig;
use solana_sdk::{
    instruction::Instruction, pubkey::Pubkey, signature::Keypair, signer::Signer as _,
};
use std::{sync::Arc, time::Duration};
use tokio::task::{JoinSet, LocalSet};

/// Seeds that are tried, all at once: most of the time is waiting.
const SEEDS: std::ops::Range<u64> = 0..16;
/// Each kind of fault in so many of a hundred answers.
const PER_CENT: u32 = 15;
/// Starts of the sender after which an action should be done: many times what is needed.
const STARTS: u32 = 60;
/// What the transfer pays, in lamports.
const PAID: u64 = 1_000_000_000;

/// How long one that was just sent is waited for.
const PATIENCE: Duration = Duration::from_millis(200);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// What became of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Landed,
    Refused,
}

/// A sender's world: a chain behind a node, a journal on disk, a wallet.
struct Stage {
    ledger: Arc<Ledger>,
    server: Server,
    store: SqlStore,
    wallet: Arc<Keypair>,
    random: StdRng,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn new(world: World, faults: Faults, seed: u64, denial: Denial) -> Self {
        let wallet = Arc::new(world.aggregator.insecure_clone());
        let ledger = Arc::new(Ledger::new(world.svm, faults, denial));
        let folder = tempfile::tempdir().expect("a folder");
        let file = Location::File(folder.path().join("test.sqlite"));
        Self {
            server: Server::start(ledger.clone()).await,
            ledger,
            store: SqlStore::open(&file).await.expect("a database"),
            wallet,
            random: StdRng::seed_from_u64(seed),
            _folder: folder,
        }
    }

    /// A sender that was just started.
    fn sender(&self) -> JournaledSender {
        let program = Pubkey::new_from_array(LOCALNET_PROGRAM_ID);
        JournaledSender {
            chain: Chain::new(&self.server.url, program, CommitmentConfig::confirmed()),
            store: Arc::new(self.store.clone()),
            wallet: Arc::clone(&self.wallet),
            fees: FeePolicy {
                percentile: 75,
                floor: 0,
                ceiling: 0,
            },
            patience: PATIENCE,
        }
    }

    /// Sends an action until it is known what became of it, with crashes in between.
    async fn send(&mut self, action: &str, instructions: &[Instruction]) -> Known {
        for _ in 0..STARTS {
            let life = Duration::from_millis(self.random.gen_range(50..6_000));
            let living = self.live(action, instructions);
            if let Ok(known) = tokio::time::timeout(life, living).await {
                return known;
            }
        }
        panic!("{action}: not done after {STARTS} starts")
    }

    /// One life of settlement: looks at what is open, and sends what is due, as it does.
    async fn live(&self, action: &str, instructions: &[Instruction]) -> Known {
        let sender = self.sender();
        let mut watcher = Watcher::new(&sender.chain, Arc::clone(&sender.store));
        let order = Order {
            action,
            instructions,
            slot: 0,
            deaths: 0,
        };
        loop {
            watcher.step().await.expect("a journal");
            if let Some(known) = self.known(action).await {
                return known;
            }
            match sender.send(&order).await {
                Ok(Sent::Refused(_)) => return Known::Refused,
                Ok(Sent::Open(Some(signature))) => watcher.was_sent(signature),
                Ok(_) | Err(_) => {}
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// What the journal knows of an action.
    async fn known(&self, action: &str) -> Option<Known> {
        let closed = self.store.closed_entries(50).await.expect("a journal");
        closed
            .iter()
            .filter(|entry| entry.action == action)
            .find_map(|entry| match entry.ending {
                Ending::Landed => Some(Known::Landed),
                Ending::Refused => Some(Known::Refused),
                Ending::Dead => None,
            })
    }
}

fn faults(seed: u64) -> Faults {
    Faults::new(seed, PER_CENT)
}

/// Tries every seed, side by side.
async fn with_every_seed<F: Future<Output = ()> + 'static>(attempt: impl Fn(u64) -> F) {
    let here = LocalSet::new();
    let mut trying = JoinSet::new();
    for seed in SEEDS {
        trying.spawn_local_on(attempt(seed), &here);
    }
    here.run_until(async {
        while let Some(tried) = trying.join_next().await {
            tried.expect("every seed");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_lands_once_whatever_is_lost_on_the_way() {
    with_every_seed(pay_once).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_round_settles_once_even_when_nodes_forget_what_landed() {
    with_every_seed(settle_once).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_silent_node_took_is_not_signed_anew() {
    let world = World::without_network(&MintKind::Token);
    let (from, to) = (world.aggregator.pubkey(), Pubkey::new_from_array([7; 32]));
    let stage = Stage::new(world, Faults::none(), 0, Denial::Lagging).await;
    let pay = [transfer_lamports(&from, &to, PAID)];
    stage.ledger.fall_silent_after_send();
    let order = Order {
        action: "pay",
        instructions: &pay,
        slot: 0,
        deaths: 0,
    };
    let sent = stage.sender().send(&order).await;
    assert!(matches!(sent, Ok(Sent::Open(Some(_)))), "{sent:?}");
    stage.ledger.talk();
    assert_eq!(stage.live("pay", &pay).await, Known::Landed);
    assert_eq!((stage.ledger.sent(), stage.ledger.lamports(&to)), (1, PAID));
}

async fn pay_once(seed: u64) {
    let world = World::without_network(&MintKind::Token);
    let (from, to) = (world.aggregator.pubkey(), Pubkey::new_from_array([7; 32]));
    let mut stage = Stage::new(world, faults(seed), seed, Denial::Lagging).await;
    let sent = stage
        .send("pay", &[transfer_lamports(&from, &to, PAID)])
        .await;
    assert_eq!(sent, Known::Landed, "seed {seed}");
    stage.ledger.outlast();
    assert_eq!(stage.ledger.lamports(&to), PAID, "seed {seed}");
    let overlaps = stage.ledger.overlaps();
    assert!(
        overlaps.is_empty(),
        "seed {seed}: two could land: {overlaps:?}"
    );
}

async fn settle_once(seed: u64) {
    let mut world = World::new(&MintKind::Token);
    let job = world.create_job(1_000_000);
    let person = world.keys.address();
    let round = world.post_batch(job);
    world.open_round();
    let plan = world.plan(&[(person, 600)], &[(job, 600)]);
    world.vote(&plan);
    world.tally(&plan);
    let actions = [
        ("settle", world.settle_instruction(&plan, 0, 1)),
        ("finalise", world.build.finalise(round)),
    ];
    let pool = world.build.pool;
    let mut stage = Stage::new(world, faults(seed), seed, Denial::Forgetful).await;
    for (action, instruction) in actions {
        // A node that forgot makes it be sent anew, and then the program refuses.
        stage.send(action, &[instruction]).await;
    }
    stage.ledger.outlast();
    let pool: Pool = decode(&stage.ledger.data(&pool)).expect("a pool");
    assert_eq!(
        (pool.active_total, pool.in_round_total),
        (600, 0),
        "seed {seed}"
    );
    let (_, good) = stage.ledger.landed();
    assert_eq!(good, 2, "seed {seed}: one of each");
}

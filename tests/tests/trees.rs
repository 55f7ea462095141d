//! Three trees of lifetime earnings agree: the ledger that machines off the chain keep, the slow one
//! of the tests, and what the program accepts.

use rand::{Rng, RngCore, SeedableRng, rngs::StdRng};
use sheaf_client::{
    instruction,
    layout::{AccountLayout, LedgerPage},
};
use sheaf_format::{
    limits::MAX_LEAVES,
    tree::{climb, page_of, position_in_page},
};
use sheaf_protocol::ledger::{Leaf, Ledger, LedgerError};
use sheaf_tests::{mint::MintKind, tree::Tree, world::World};
use solana_sdk::pubkey::Pubkey;

/// Trees compared off the chain.
const TREES: usize = 3_000;
/// Trees whose pages are synced and whose leaves are claimed on the program's real bytes.
const TREES_ON_CHAIN: usize = 300;
/// `SHEAF_SEED` overrides it, to look further or to repeat.
const SEED: u64 = 0x5eaf;
/// Numbers of leaves at which pages begin and end.
const EDGES: [usize; 7] = [0, 1, 2, 511, 512, 513, 1_025];

fn random() -> StdRng {
    let seed = std::env::var("SHEAF_SEED").map_or(SEED, |text| {
        text.parse().expect("SHEAF_SEED is a number of 64 bits")
    });
    println!("seed {seed}");
    StdRng::seed_from_u64(seed)
}

fn key(random: &mut StdRng) -> Pubkey {
    let mut bytes = [0; 32];
    random.fill_bytes(&mut bytes);
    Pubkey::new_from_array(bytes)
}

/// Leaves whose number and sums are random, or at an edge. Their sum may be one too large.
fn earnings(random: &mut StdRng) -> Vec<(Pubkey, u64)> {
    let count = match random.gen_range(0..20) {
        0 => EDGES[random.gen_range(0..EDGES.len())],
        1 => random.gen_range(0..1_200),
        _ => random.gen_range(0..40),
    };
    let at_edge = random.gen_range(0..4) == 0;
    let most = if at_edge { u64::MAX } else { 1 << 40 };
    let mut left = most;
    let mut earnings: Vec<(Pubkey, u64)> = (0..count)
        .map(|_| {
            let sum = match random.gen_range(0..8) {
                0 => 0,
                1 => left / 2,
                _ => random.gen_range(0..=left / count.max(1) as u64),
            };
            left -= sum;
            (key(random), sum)
        })
        .collect();
    if at_edge && count > 0 {
        // Somebody has all the rest: the sum is the largest there is, or does not fit by one.
        let place = random.gen_range(0..count);
        let more = if count > 1 {
            random.gen_range(0..=1)
        } else {
            0
        };
        earnings[place].1 = earnings[place].1.saturating_add(left).saturating_add(more);
    }
    earnings
}

/// Indices at which trees are compared: edges of pages, the last leaf and the first absent one.
fn places(random: &mut StdRng, count: usize) -> Vec<u32> {
    let count = count as u32;
    let mut places = vec![0, count.saturating_sub(1), count, 511, 512, MAX_LEAVES - 1];
    places.extend((0..3).map(|_| random.gen_range(0..=count)));
    places.push(random.gen_range(0..MAX_LEAVES));
    places
}

fn ledger(at: &[Pubkey; 2], earnings: &[(Pubkey, u64)]) -> Result<Ledger, LedgerError> {
    let leaves: Vec<Leaf> = earnings
        .iter()
        .map(|(contributor, cumulative)| Leaf {
            contributor: contributor.to_bytes(),
            cumulative: *cumulative,
        })
        .collect();
    Ledger::from_leaves(at[0].to_bytes(), at[1].to_bytes(), &leaves)
}

#[test]
fn ledger_and_slow_tree_agree_and_what_they_prove_climbs_to_the_root() {
    let random = &mut random();
    let (mut compared, mut refused) = (0, 0);
    for _ in 0..TREES {
        let at = [key(random), key(random)];
        let earnings = earnings(random);
        let slow = Tree::try_new(&at[0], &at[1], &earnings);
        let ledger = ledger(&at, &earnings);
        let (Some(slow), Ok(ledger)) = (&slow, &ledger) else {
            assert!(slow.is_none(), "only the ledger refuses");
            assert_eq!(ledger.err(), Some(LedgerError::Overflow));
            refused += 1;
            continue;
        };
        assert_eq!(ledger.root(), slow.root());
        for index in places(random, earnings.len()) {
            let (page, position) = (page_of(index), position_in_page(index));
            let to_page = ledger.page_proof(index).expect("inside the tree");
            let to_root = ledger.pool_proof(page).expect("inside the tree");
            assert_eq!(ledger.page_root(page), Ok(slow.page(page)));
            assert_eq!(to_page, slow.page_proof(index));
            assert_eq!(to_root, slow.pool_proof(index));
            assert_eq!(
                climb(slow.leaf(index), position, &to_page),
                Ok(slow.page(page))
            );
            assert_eq!(climb(slow.page(page), page, &to_root), Ok(slow.root()));
            // Whatever is changed, it climbs elsewhere or not at all.
            let mut lie = to_page;
            let sibling = &mut lie[random.gen_range(0..to_page.len())];
            if random.r#gen() {
                sibling.sum = sibling.sum.wrapping_add(1);
            } else {
                sibling.hash[random.gen_range(0..32)] ^= 1;
            }
            assert_ne!(climb(slow.leaf(index), position, &lie), Ok(slow.page(page)));
            compared += 1;
        }
    }
    println!(
        "{compared} places of {TREES} trees agree; {refused} trees were refused for their sum"
    );
    assert!(refused > 0, "sums that do not fit were tried");
}

/// Replaces an account of the program, keeping its kind.
fn write<T: AccountLayout>(world: &mut World, address: &Pubkey, value: &T) {
    let mut account = world.svm.get_account(address).expect("an account");
    let bytes = bytemuck::bytes_of(value);
    account.data[8..8 + bytes.len()].copy_from_slice(bytes);
    world
        .svm
        .set_account(*address, account)
        .expect("an account");
}

fn set_tokens(world: &mut World, address: &Pubkey, amount: u64) {
    let mut account = world.svm.get_account(address).expect("an account");
    account.data[64..72].copy_from_slice(&amount.to_le_bytes());
    world
        .svm
        .set_account(*address, account)
        .expect("an account");
}

/// Makes a tree the active one of a pool in which nothing else is owed, with pages as they are opened.
fn activate(world: &mut World, earnings: &[(Pubkey, u64)], pages: &[LedgerPage]) {
    world.earnings = earnings.to_vec();
    let root = world.tree(earnings).root();
    let mut pool = world.pool();
    (pool.active_root, pool.active_total) = (root.hash, root.sum);
    (pool.arrived_total, pool.claimed_total) = (root.sum, 0);
    let (build, vault) = (world.build, Pubkey::new_from_array(pool.vault));
    write(world, &build.pool, &pool);
    set_tokens(world, &vault, root.sum);
    for page in pages {
        write(world, &build.at.page(&build.pool, page.page), page);
    }
}

#[test]
fn the_program_accepts_what_the_slow_tree_proves() {
    let random = &mut random();
    let mut world = World::new(&MintKind::Token);
    let people: Vec<Pubkey> = (0..8).map(|_| world.keys.address()).collect();
    for person in &people {
        world.create_token_accounts(person);
    }
    // Two pages, as they are when they were just opened.
    let build = world.build;
    let mut pool = world.pool();
    pool.active_leaf_count = 1_024;
    write(&mut world, &build.pool, &pool);
    let pages = [0, 1].map(|page| {
        world.open_page(page);
        world.read::<LedgerPage>(&build.at.page(&build.pool, page))
    });

    let (mut synced, mut claimed) = (0, 0);
    for tree in 0..TREES_ON_CHAIN {
        let mut earnings = match tree {
            // The edges first: no leaf, one, a full page, one more.
            0..4 => vec![(key(random), u64::MAX / 1_024); [0, 1, 512, 513][tree]],
            _ => earnings(random),
        };
        earnings.truncate(1_024);
        // A group of neighbours that have token accounts, anywhere.
        let groups = earnings.len().div_ceil(8);
        let first = 8 * random.gen_range(0..groups.max(1));
        for (leaf, person) in earnings.iter_mut().skip(first).zip(&people) {
            leaf.0 = *person;
        }
        let (program, pool) = (&build.at.program, &build.pool);
        if Tree::try_new(program, pool, &earnings).is_none() {
            continue;
        }
        activate(&mut world, &earnings, &pages);
        for person in &people {
            set_tokens(&mut world, &build.token_account(person), 0);
        }
        for page in [0, 1] {
            let sync = world.sync_instruction(page);
            let node = world.tree(&earnings).page(page);
            if node == sheaf_format::tree::ABSENT {
                // As absent as it is known to be.
                world.must_refuse("PageUpToDate", sync, &[]);
            } else {
                world.must("sync_page", sync, &[]);
                synced += 1;
            }
        }
        let group: Vec<u32> = (first as u32..earnings.len() as u32).take(8).collect();
        let of = |index: u32| earnings[index as usize];
        for index in group.iter().filter(|index| *index % 2 == 0) {
            let claim = world.claim_instruction(*index);
            let (person, cumulative) = of(*index);
            if cumulative == 0 {
                world.must_refuse("NothingToClaim", claim, &[]);
            } else {
                world.must("claim", claim, &[]);
                assert_eq!(world.wallet_tokens(&person), cumulative);
                claimed += 1;
            }
        }
        let rest = group
            .iter()
            .filter(|index| *index % 2 == 1 && of(**index).1 > 0);
        let rest = rest.count();
        if rest > 0 {
            let arguments = world.neighbours_arguments(first as u32, |_| true);
            let accounts = world.pool_accounts();
            let claim = instruction::claim_neighbours(&build.at, &accounts, &arguments);
            world.must("claim_neighbours", claim, &[]);
            claimed += rest;
        }
        for index in &group {
            let (person, cumulative) = of(*index);
            assert_eq!(world.wallet_tokens(&person), cumulative);
        }
    }
    println!("{TREES_ON_CHAIN} trees: {synced} pages synced, {claimed} leaves claimed");
}

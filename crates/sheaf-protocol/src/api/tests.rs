use super::*;
use crate::ledger::{Leaf, Ledger};
use sheaf_format::tree::Node;

const PROGRAM: [u8; 32] = [2; 32];
const POOL: [u8; 32] = [3; 32];

fn ledger() -> Ledger {
    let leaves: Vec<Leaf> = (0..600u16)
        .map(|number| {
            let mut contributor = [0; 32];
            contributor[..2].copy_from_slice(&number.to_be_bytes());
            Leaf {
                contributor,
                cumulative: u64::from(number) + 1,
            }
        })
        .collect();
    Ledger::from_leaves(PROGRAM, POOL, &leaves).expect("a ledger")
}

fn contributor(number: u16) -> [u8; 32] {
    let mut key = [0; 32];
    key[..2].copy_from_slice(&number.to_be_bytes());
    key
}

#[test]
fn a_contributor_can_check_its_proofs_after_a_journey_as_json() {
    let ledger = ledger();
    let view = ContributorView::new(&ledger, 3, &contributor(555), 50).expect("a view");
    let json = serde_json::to_string(&view).expect("json");
    let read: ContributorView = serde_json::from_str(&json).expect("reads");
    assert_eq!(read, view);
    let leaf = read.leaf.expect("a leaf");
    let check =
        |leaf: &ContributorLeaf, root: Node| leaf.verify(&PROGRAM, &POOL, &contributor(555), &root);
    assert_eq!(check(&leaf, ledger.root()), Ok(()));
    assert_eq!(
        (
            leaf.page_proof.len(),
            leaf.pool_proof.len(),
            leaf.claimable()
        ),
        (9, 16, 506)
    );

    let richer = ContributorLeaf {
        cumulative: Amount(1_000),
        ..leaf.clone()
    };
    assert_eq!(check(&richer, ledger.root()), Err(ProofError::Wrong));
    let other_root = Node {
        sum: 1,
        ..ledger.root()
    };
    assert_eq!(check(&leaf, other_root), Err(ProofError::Wrong));
    let mut shorter = leaf.clone();
    shorter.page_proof.pop();
    assert_eq!(
        check(&shorter, ledger.root()),
        Err(ProofError::Length {
            expected: 9,
            found: 8
        })
    );
    let elsewhere = ContributorLeaf { page: 0, ..leaf };
    assert_eq!(check(&elsewhere, ledger.root()), Err(ProofError::Wrong));
}

#[test]
fn somebody_without_a_leaf_is_told_so() {
    let view = ContributorView::new(&ledger(), 3, &[0xff; 32], 0).expect("a view");
    assert_eq!((view.round, &view.leaf), (3, &None));
    let json = serde_json::to_value(&view).expect("json");
    assert!(json["leaf"].is_null());
}

#[test]
fn states_and_stages_are_written_in_lower_case() {
    assert_eq!(
        serde_json::to_string(&SubmissionState::Batched).expect("json"),
        "\"batched\""
    );
    assert_eq!(
        serde_json::to_string(&RoundStage::Window).expect("json"),
        "\"window\""
    );
}

#[test]
fn the_status_reads_back() {
    let key = Base58Key([9; 32]);
    let status = Status {
        genesis: key,
        program: key,
        pool: key,
        mint: key,
        decimals: 6,
        slot: 77,
        intake_round: 3,
        live: Some(LiveRound {
            round: 2,
            stage: RoundStage::Reveal,
        }),
        aggregator: key,
        last_indexed_slot: 70,
    };
    let json = serde_json::to_string(&status).expect("json");
    assert_eq!(
        serde_json::from_str::<Status>(&json).expect("reads"),
        status
    );
}

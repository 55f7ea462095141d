//! What several modules' tests are made of.

use crate::batch::BatchContext;
use crate::{
    intake::{Content, LIMITS},
    specification::{Specification, WebSpecification},
    statement::{Delegation, Signed, Submission, region_bytes},
};
use ed25519_dalek::SigningKey;
use sheaf_format::{Hash, Key};

pub const GENESIS: Hash = [1; 32];
pub const PROGRAM: Key = [2; 32];
pub const POOL: Key = [3; 32];
pub const JOB: Key = [4; 32];

pub fn key(byte: u8) -> SigningKey {
    SigningKey::from_bytes(&[byte; 32])
}

pub fn public(key: &SigningKey) -> Key {
    key.verifying_key().to_bytes()
}

pub fn specification() -> Specification {
    Specification::Web(WebSpecification {
        title: "News".to_owned(),
        urls: (0..5)
            .map(|page| format!("https://example.org/{page}"))
            .collect(),
        pages_per_node: 3,
    })
}

pub const CIPHERTEXT: &[u8] = b"ciphertext";

/// A submission that round 7 takes in slot 1,000.
pub fn body(contributor: u8, node: u8, task: u32, nonce: u64) -> Submission {
    let content = Content::of(CIPHERTEXT);
    Submission {
        genesis: GENESIS,
        program: PROGRAM,
        job: JOB,
        contributor: public(&key(contributor)),
        node: public(&key(node)),
        content_hash: content.hash,
        earliest_round: 7,
        nonce,
        expiry_slot: 2_000,
        observed_slot: 990,
        units: 1,
        task,
        content_bytes: CIPHERTEXT.len() as u32,
        region: region_bytes("eu-west").expect("a region"),
    }
}

pub fn submission(contributor: u8, node: u8, task: u32, nonce: u64) -> Signed<Submission> {
    Signed::sign(body(contributor, node, task, nonce), &key(node))
}

pub fn delegation(contributor: u8, node: u8, valid_until_slot: u64) -> Signed<Delegation> {
    let body = Delegation {
        genesis: GENESIS,
        program: PROGRAM,
        contributor: public(&key(contributor)),
        node: public(&key(node)),
        valid_until_slot,
    };
    Signed::sign(body, &key(contributor))
}

pub fn batch_context<'a>(
    specification: &'a Specification,
    file: &crate::batch::BatchFile,
) -> BatchContext<'a> {
    BatchContext {
        genesis: GENESIS,
        program: PROGRAM,
        job: JOB,
        round: 7,
        specification,
        contributions_root: file.root(),
        count: file.count(),
        units: file.units(),
        was_paid: &|_| false,
        limits: LIMITS,
    }
}

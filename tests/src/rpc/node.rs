//! Answers of a JSON-RPC from a feed, with everything that nodes do wrong.
//!
//! It never lies about what is final: a row or account that it calls final is. That is all that ingest
//! relies on.

use super::{
    faults::{Dice, Faults},
    feed::{Feed, Recorded},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use rand::{Rng as _, seq::SliceRandom as _};
use serde_json::{Value, json};
use solana_sdk::{account::Account, pubkey::Pubkey, signature::Signature};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What is answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// A result.
    Result(Value),
    /// An error of the JSON-RPC.
    Error(i64, &'static str),
    /// A status of HTTP and no body.
    Status(u16),
    /// Something that is no JSON.
    Garbage,
}

/// A node.
#[derive(Debug)]
pub struct Node {
    feed: Feed,
    /// Transactions of a fork, by the place of the one that landed instead.
    forked: Vec<(usize, Recorded)>,
    faults: Faults,
    confirmed: AtomicUsize,
    finalized: AtomicUsize,
}

/// A row of a list.
struct Row<'a> {
    recorded: &'a Recorded,
    status: &'static str,
}

impl Node {
    /// A node to which nothing has happened yet.
    pub fn new(feed: Feed, faults: Faults) -> Self {
        let landed = feed.transactions.iter().enumerate();
        let forked = landed
            .filter(|(_, one)| one.error.is_none())
            .map(|(at, one)| (at, fork(one)))
            .collect();
        Self {
            feed,
            forked,
            faults,
            confirmed: AtomicUsize::new(0),
            finalized: AtomicUsize::new(0),
        }
    }

    /// Makes the first so many transactions confirmed and final.
    pub fn advance(&self, confirmed: usize, finalized: usize) {
        self.confirmed.store(confirmed, Ordering::SeqCst);
        self.finalized
            .store(finalized.min(confirmed), Ordering::SeqCst);
    }

    /// How many transactions are final.
    pub fn finalized(&self) -> usize {
        self.finalized.load(Ordering::SeqCst)
    }

    fn confirmed(&self) -> usize {
        self.confirmed.load(Ordering::SeqCst)
    }

    /// How many transactions of a commitment the node has seen; it may lag.
    fn seen(&self, config: &Value, dice: &mut Dice) -> usize {
        let all = match config["commitment"].as_str() {
            Some("finalized") => self.finalized(),
            _ => self.confirmed(),
        };
        match dice.fault() {
            true => all.saturating_sub(dice.random.gen_range(0..=all)),
            false => all,
        }
    }

    /// Answers a request.
    pub fn answer(&self, method: &str, params: &Value) -> Reply {
        let mut dice = self.faults.dice(&format!("{method} {params}"));
        if dice.fault() {
            let failures = [
                Reply::Status(429),
                Reply::Status(500),
                Reply::Status(503),
                Reply::Garbage,
                Reply::Error(-32005, "the node is behind"),
            ];
            let chosen = dice.random.gen_range(0..failures.len());
            return failures[chosen].clone();
        }
        match method {
            "getMultipleAccounts" => self.accounts(params, &mut dice),
            "getSignaturesForAddress" => self.signatures(params, &mut dice),
            "getTransaction" => self.transaction(params, &mut dice),
            _ => Reply::Error(-32601, "this double does not have the method"),
        }
    }

    fn accounts(&self, params: &Value, dice: &mut Dice) -> Reply {
        let (slot, accounts) = self.feed.after(self.seen(&params[1], dice));
        let asked = params[0].as_array().into_iter().flatten();
        let found = asked.map(|address| {
            let address: Option<Pubkey> = address.as_str().and_then(|text| text.parse().ok());
            address
                .and_then(|address| accounts.get(&address))
                .map(shown)
        });
        let found: Vec<Option<Value>> = found.collect();
        Reply::Result(json!({"context": {"slot": slot}, "value": found}))
    }

    fn signatures(&self, params: &Value, dice: &mut Dice) -> Reply {
        let (address, config) = (params[0].as_str().unwrap_or_default(), &params[1]);
        let seen = self.seen(config, dice);
        // A node may list what is not as sure as it was asked for; it says so in each row.
        let listed = match dice.fault() {
            true => seen.max(self.confirmed()),
            false => seen,
        };
        let mut rows = self.rows(address, listed);
        shuffle_slots(&mut rows, dice);
        if let Some(before) = config["before"].as_str() {
            let at = rows.iter().position(|row| is(row.recorded, before));
            // A node that does not know the signature has nothing before it.
            rows.drain(..at.map_or(rows.len(), |at| at + 1));
        }
        // A node that does not know the signature goes on to the beginning.
        if let Some(until) = config["until"].as_str().filter(|_| !dice.fault()) {
            let at = rows.iter().position(|row| is(row.recorded, until));
            rows.truncate(at.unwrap_or(rows.len()));
        }
        let asked = config["limit"].as_u64().unwrap_or(1_000) as usize;
        let limit = match dice.fault() {
            true => dice.random.gen_range(0..6),
            false => asked,
        };
        rows.truncate(limit.min(asked));
        let mut shown: Vec<Value> = rows.iter().map(Row::shown).collect();
        if dice.fault() {
            shown.retain(|_| dice.random.gen_bool(0.5));
        }
        if dice.fault() && !shown.is_empty() {
            let again = dice.random.gen_range(0..shown.len());
            shown.insert(again, shown[again].clone());
        }
        Reply::Result(shown.into())
    }

    /// Everything that mentions an address, newest first.
    fn rows(&self, address: &str, listed: usize) -> Vec<Row<'_>> {
        let finalized = self.finalized();
        let mut rows = Vec::new();
        for (at, recorded) in self.feed.transactions[..listed].iter().enumerate() {
            let is_final = at < finalized;
            let status = if is_final { "finalized" } else { "confirmed" };
            rows.push(Row { recorded, status });
            // What is on a fork is confirmed until what landed instead is final.
            let forked = self.forked.iter().find(|(instead, _)| *instead == at);
            if let Some((_, recorded)) = forked.filter(|_| !is_final) {
                rows.push(Row { recorded, status });
            }
        }
        rows.retain(|row| {
            row.recorded
                .keys()
                .iter()
                .any(|key| key.to_string() == address)
        });
        rows.reverse();
        rows
    }

    fn transaction(&self, params: &Value, dice: &mut Dice) -> Reply {
        let signature = params[0].as_str().unwrap_or_default();
        let seen = self.seen(&params[1], dice);
        let finalized = self.finalized();
        let landed = self.feed.transactions[..seen].iter();
        let forked = (self.forked.iter())
            .filter(|(at, _)| (finalized..seen).contains(at))
            .map(|(_, one)| one);
        let found = landed.chain(forked).find(|one| is(one, signature));
        // A node may not have, or not have yet, what another listed.
        match found.filter(|_| !dice.fault()) {
            None => Reply::Result(Value::Null),
            Some(found) => Reply::Result(in_full(found, u64::from(dice.fault()))),
        }
    }
}

fn is(recorded: &Recorded, signature: &str) -> bool {
    recorded.signature().to_string() == signature
}

/// The same transaction as it happened on a fork: signed anew, and with other events.
fn fork(landed: &Recorded) -> Recorded {
    let mut forked = landed.clone();
    let mut signature = <[u8; 64]>::from(landed.signature());
    signature[63] ^= 1;
    forked.transaction.signatures[0] = Signature::from(signature);
    for call in forked.inner.iter_mut().flatten() {
        if let Some(last) = call.instruction.data.last_mut() {
            *last ^= 1;
        }
    }
    forked
}

/// Nodes do not agree on the order within a slot.
fn shuffle_slots(rows: &mut [Row<'_>], dice: &mut Dice) {
    if dice.fault() {
        for slot in rows.chunk_by_mut(|one, next| one.recorded.slot == next.recorded.slot) {
            slot.shuffle(&mut dice.random);
        }
    }
}

impl Row<'_> {
    fn shown(&self) -> Value {
        json!({
            "signature": self.recorded.signature().to_string(),
            "slot": self.recorded.slot,
            "err": self.recorded.error,
            "memo": null,
            "blockTime": null,
            "confirmationStatus": self.status,
        })
    }
}

fn shown(account: &Account) -> Value {
    json!({
        "data": [BASE64_STANDARD.encode(&account.data), "base64"],
        "executable": account.executable,
        "lamports": account.lamports,
        "owner": account.owner.to_string(),
        "rentEpoch": account.rent_epoch,
        "space": account.data.len(),
    })
}

/// A transaction with what it did, so many slots after its own: what it was on another fork.
fn in_full(recorded: &Recorded, slots_after: u64) -> Value {
    let bytes = bincode::serialize(&recorded.transaction).expect("a transaction has a form");
    let version = match recorded.transaction.message.address_table_lookups() {
        Some(_) => json!(0),
        None => json!("legacy"),
    };
    let calls = (0..)
        .zip(&recorded.inner)
        .filter(|(_, calls)| !calls.is_empty());
    let inner: Vec<Value> = calls
        .map(|(index, calls): (u8, _)| {
            let calls: Vec<Value> = calls
                .iter()
                .map(|call| {
                    json!({
                        "programIdIndex": call.instruction.program_id_index,
                        "accounts": call.instruction.accounts,
                        "data": bs58::encode(&call.instruction.data).into_string(),
                        "stackHeight": call.stack_height,
                    })
                })
                .collect();
            json!({"index": index, "instructions": calls})
        })
        .collect();
    let [writable, readonly] = recorded.loaded.each_ref().map(|keys| {
        let texts = keys.iter().map(ToString::to_string);
        texts.collect::<Vec<String>>()
    });
    let status = match &recorded.error {
        None => json!({"Ok": null}),
        Some(error) => json!({"Err": error}),
    };
    json!({
        "slot": recorded.slot + slots_after,
        "blockTime": null,
        "version": version,
        "transaction": [BASE64_STANDARD.encode(bytes), "base64"],
        "meta": {
            "err": recorded.error,
            "status": status,
            "fee": 5_000,
            "preBalances": [],
            "postBalances": [],
            "innerInstructions": inner,
            "logMessages": [],
            "preTokenBalances": [],
            "postTokenBalances": [],
            "rewards": [],
            "loadedAddresses": {"writable": writable, "readonly": readonly},
        },
    })
}

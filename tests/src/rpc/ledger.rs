//! A node that takes transactions and loses, keeps back or denies them. What lands runs on LiteSVM.
//!
//! Time passes by what is asked: each look at a signature is a block.

use super::{
    faults::{Dice, Faults},
    node::Reply,
    server::Answers,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use litesvm::LiteSVM;
use rand::Rng as _;
use serde_json::{Value, json};
use solana_sdk::{
    pubkey::Pubkey,
    signature::Signature,
    transaction::{TransactionError, VersionedTransaction},
};
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

/// Blocks for which a blockhash lives.
const LIFE: u64 = 12;
/// Blocks after which a block is final.
const FINAL_AFTER: u64 = 3;

/// What a node says of a transaction that landed when it says something wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// Nothing yet of what is later than its slot: it lags, and says so.
    Lagging,
    /// Nothing, as if it had seen everything: it keeps no history.
    Forgetful,
}

/// A chain behind such a node.
pub struct Ledger {
    faults: Faults,
    denial: Denial,
    state: Mutex<State>,
    mood: Mutex<Mood>,
}

/// Whether the node answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    /// It does.
    Talks,
    /// Until a transaction comes.
    TalksUntilSend,
    /// Not at all.
    Silent,
}

struct State {
    svm: LiteSVM,
    height: u64,
    held: Vec<(u64, VersionedTransaction)>,
    landed: BTreeMap<Signature, (u64, Option<TransactionError>)>,
    sent: BTreeMap<Signature, u64>,
    overlaps: Vec<(Signature, Signature)>,
}

impl Ledger {
    /// A chain that goes on from what is on `svm`.
    pub fn new(svm: LiteSVM, faults: Faults, denial: Denial) -> Self {
        Self {
            faults,
            denial,
            mood: Mutex::new(Mood::Talks),
            state: Mutex::new(State {
                svm: svm.with_sigverify(false),
                height: 1_000,
                held: Vec::new(),
                landed: BTreeMap::new(),
                sent: BTreeMap::new(),
                overlaps: Vec::new(),
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panicked")
    }

    /// Takes the next transaction, and then answers nothing until [`Self::talk`].
    pub fn fall_silent_after_send(&self) {
        self.set_mood(Mood::TalksUntilSend);
    }

    /// Answers again.
    pub fn talk(&self) {
        self.set_mood(Mood::Talks);
    }

    fn set_mood(&self, mood: Mood) {
        *self.mood.lock().expect("nobody panicked") = mood;
    }

    fn mood(&self) -> Mood {
        *self.mood.lock().expect("nobody panicked")
    }

    /// How many different transactions came.
    pub fn sent(&self) -> usize {
        self.state().sent.len()
    }

    /// Lets so much time pass that nothing of what was sent can land any more.
    pub fn outlast(&self) {
        let mut state = self.state();
        for _ in 0..3 * LIFE {
            state.next_block();
        }
    }

    /// Transactions that landed, and how many of them did what they should.
    pub fn landed(&self) -> (usize, usize) {
        let state = self.state();
        let good = state.landed.values().filter(|(_, error)| error.is_none());
        (state.landed.len(), good.count())
    }

    /// Pairs of different transactions, the second sent while the first could still land.
    pub fn overlaps(&self) -> Vec<(Signature, Signature)> {
        self.state().overlaps.clone()
    }

    /// Data of an account.
    pub fn data(&self, address: &Pubkey) -> Vec<u8> {
        self.state()
            .svm
            .get_account(address)
            .unwrap_or_default()
            .data
    }

    /// Lamports of an account.
    pub fn lamports(&self, address: &Pubkey) -> u64 {
        self.state().svm.get_balance(address).unwrap_or(0)
    }

    fn statuses(&self, params: &Value, dice: &mut Dice) -> Reply {
        let mut state = self.state();
        state.next_block();
        let height = state.height;
        let asked = params[0][0].as_str().and_then(|text| text.parse().ok());
        let found = asked.and_then(|signature: Signature| state.landed.get(&signature));
        let (slot, found) = match (dice.fault(), self.denial) {
            (false, _) => (height, found),
            (true, Denial::Lagging) => {
                let seen = height - dice.random.gen_range(1..2 * LIFE);
                (seen, found.filter(|(slot, _)| *slot <= seen))
            }
            (true, Denial::Forgetful) => (height, None),
        };
        let shown = found.map(|(slot, error)| {
            let is_final = slot + FINAL_AFTER <= height;
            json!({
                "slot": slot,
                "confirmations": null,
                "err": error,
                "status": error.as_ref().map_or(json!({"Ok": null}), |error| json!({"Err": error})),
                "confirmationStatus": if is_final { "finalized" } else { "confirmed" },
            })
        });
        Reply::Result(json!({"context": {"slot": slot}, "value": [shown]}))
    }

    fn send(&self, params: &Value, dice: &mut Dice) -> Reply {
        let Some(sent) = transaction(params) else {
            return Reply::Error(-32602, "this is no transaction");
        };
        let signature = sent.signatures[0];
        let mut state = self.state();
        state.note(&sent);
        if dice.fault() {
            // Lost on its way to the leader; the node says nothing of that.
        } else if dice.fault() {
            let due = state.height + dice.random.gen_range(1..LIFE);
            state.held.push((due, sent));
        } else {
            state.land(sent);
            if dice.fault() {
                return Reply::Status(503);
            }
        }
        Reply::Result(signature.to_string().into())
    }

    fn simulate(&self, params: &Value) -> Reply {
        let Some(mut tried) = transaction(params) else {
            return Reply::Error(-32602, "this is no transaction");
        };
        let state = self.state();
        tried
            .message
            .set_recent_blockhash(state.svm.latest_blockhash());
        let (error, meta) = match state.svm.simulate_transaction(tried) {
            Ok(done) => (None, done.meta),
            Err(failed) => (Some(failed.err), failed.meta),
        };
        let value = json!({
            "err": error,
            "logs": meta.logs,
            "accounts": null,
            "unitsConsumed": meta.compute_units_consumed,
            "returnData": null,
        });
        Reply::Result(json!({"context": {"slot": state.height}, "value": value}))
    }
}

fn transaction(params: &Value) -> Option<VersionedTransaction> {
    let text = params[0].as_str()?;
    let bytes = match params[1]["encoding"].as_str() {
        Some("base64") => BASE64_STANDARD.decode(text).ok()?,
        _ => bs58::decode(text).into_vec().ok()?,
    };
    bincode::deserialize(&bytes).ok()
}

impl State {
    const fn last_valid(&self) -> u64 {
        self.height / LIFE * LIFE + LIFE - 1
    }

    const fn finalized(&self) -> u64 {
        self.height - FINAL_AFTER
    }

    fn next_block(&mut self) {
        self.height += 1;
        if self.height.is_multiple_of(LIFE) {
            self.svm.expire_blockhash();
        }
        let height = self.height;
        let (due, held) = std::mem::take(&mut self.held)
            .into_iter()
            .partition(|(at, _)| *at <= height);
        self.held = held;
        for (_, transaction) in due {
            self.land(transaction);
        }
    }

    /// Runs a transaction, once, if its blockhash still lives.
    fn land(&mut self, transaction: VersionedTransaction) {
        let signature = transaction.signatures[0];
        let is_alive = *transaction.message.recent_blockhash() == self.svm.latest_blockhash();
        if !is_alive || self.landed.contains_key(&signature) {
            return;
        }
        let error = self.svm.send_transaction(transaction).err();
        let landed = (self.height, error.map(|failed| failed.err));
        self.landed.insert(signature, landed);
    }

    /// Notes a transaction that comes, and those that could land beside it.
    fn note(&mut self, transaction: &VersionedTransaction) {
        let signature = transaction.signatures[0];
        if self.sent.contains_key(&signature) {
            return;
        }
        let finalized = self.finalized();
        for (earlier, last_valid) in &self.sent {
            if *last_valid >= finalized && !self.landed.contains_key(earlier) {
                self.overlaps.push((*earlier, signature));
            }
        }
        let is_alive = *transaction.message.recent_blockhash() == self.svm.latest_blockhash();
        let last_valid = if is_alive { self.last_valid() } else { 0 };
        self.sent.insert(signature, last_valid);
    }
}

impl Answers for Ledger {
    fn answer(&self, method: &str, params: &Value) -> Reply {
        let mut dice = self.faults.dice(&format!("{method} {params}"));
        if self.mood() == Mood::Silent {
            return Reply::Status(503);
        }
        if method == "sendTransaction" && self.mood() == Mood::TalksUntilSend {
            self.set_mood(Mood::Silent);
        }
        if dice.fault() {
            return Reply::Status(if dice.fault() { 429 } else { 500 });
        }
        match method {
            "getSignatureStatuses" => self.statuses(params, &mut dice),
            "sendTransaction" => self.send(params, &mut dice),
            "simulateTransaction" => self.simulate(params),
            "getLatestBlockhash" => {
                let state = self.state();
                let (hash, last) = (state.svm.latest_blockhash(), state.last_valid());
                let value = json!({"blockhash": hash.to_string(), "lastValidBlockHeight": last});
                Reply::Result(json!({"context": {"slot": state.height}, "value": value}))
            }
            // Asked for what is final only.
            "getBlockHeight" | "getSlot" => Reply::Result(self.state().finalized().into()),
            // It says that it has all of the history, whatever it forgot.
            "getFirstAvailableBlock" => Reply::Result(0.into()),
            "getRecentPrioritizationFees" => Reply::Result(json!([])),
            "getTransaction" => Reply::Result(Value::Null),
            _ => Reply::Error(-32601, "this double does not have the method"),
        }
    }
}

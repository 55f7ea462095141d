//! Finalised transactions in memory, as an RPC would give them.

use async_trait::async_trait;
use bytemuck::Zeroable as _;
use sheaf_client::{
    event::Event,
    layout::{
        BatchPosted, DebitsSettled, JobFunded, PageOpened, PageSynced, ResultAttested,
        ScoresCommitted, ScoresRevealed,
    },
};
use sheaf_format::Key;
use sheaf_indexer::{
    ingest::source::{Fetched, InnerCall, Mention, Source, SourceError},
    place::Place,
};
use solana_sdk::{pubkey::Pubkey, signature::Signature};
use std::collections::HashMap;

/// Transactions in one slot.
const PER_SLOT: u64 = 8;

/// A feed of one pool.
pub struct Feed {
    pool: Pubkey,
    mentions: Vec<Mention>,
    transactions: HashMap<Signature, Fetched>,
}

impl Feed {
    /// One with so many transactions, each with the next event of the pool beside a transfer.
    pub fn new(place: &Place, events: u64) -> Self {
        let mut feed = Self {
            pool: place.pool,
            mentions: Vec::new(),
            transactions: HashMap::new(),
        };
        for sequence in 1..=events {
            let mut bytes = [7; 64];
            bytes[..8].copy_from_slice(&sequence.to_be_bytes());
            let (signature, slot) = (Signature::from(bytes), sequence / PER_SLOT + 1);
            let call = |inner, program, data| InnerCall {
                instruction: 2,
                inner,
                program,
                data,
            };
            feed.mentions.push(Mention {
                signature,
                slot,
                failed: false,
            });
            let calls = vec![
                call(0, place.mint.token_program, vec![12; 10]),
                call(
                    1,
                    place.chain.program(),
                    event(sequence, place.pool_key()).to_instruction(),
                ),
            ];
            let fetched = Fetched {
                signature,
                slot,
                calls,
            };
            feed.transactions.insert(signature, fetched);
        }
        feed
    }

    /// The last transaction, and its slot.
    pub fn newest(&self) -> Option<(Signature, u64)> {
        self.mentions.last().map(|last| (last.signature, last.slot))
    }

    /// All transactions, oldest first.
    pub fn transactions(&self) -> impl Iterator<Item = &Fetched> {
        let found = |mention: &Mention| self.transactions.get(&mention.signature);
        self.mentions.iter().filter_map(found)
    }
}

/// An event as they come in a round, one kind after another.
fn event(sequence: u64, pool: Key) -> Event {
    macro_rules! made {
        ($name:ident) => {
            Event::$name($name {
                sequence,
                pool,
                ..$name::zeroed()
            })
        };
    }
    match sequence % 8 {
        0 => made!(JobFunded),
        1 => made!(BatchPosted),
        2 => made!(ScoresCommitted),
        3 => made!(ScoresRevealed),
        4 => made!(ResultAttested),
        5 => made!(DebitsSettled),
        6 => made!(PageOpened),
        _ => made!(PageSynced),
    }
}

#[async_trait]
impl Source for Feed {
    async fn finalized_slot(&self) -> Result<u64, SourceError> {
        Ok(self.newest().map_or(0, |(_, slot)| slot))
    }

    async fn mentions(
        &self,
        address: &Pubkey,
        after: Option<(Signature, u64)>,
    ) -> Result<Vec<Mention>, SourceError> {
        if *address != self.pool {
            return Ok(Vec::new());
        }
        let after = after.map(|(signature, _)| signature);
        let known = self
            .mentions
            .iter()
            .position(|mention| Some(mention.signature) == after);
        let new = known.map_or(0, |place| place + 1);
        Ok(self.mentions[new..].to_vec())
    }

    async fn transaction(&self, mention: &Mention) -> Result<Option<Fetched>, SourceError> {
        Ok(self.transactions.get(&mention.signature).cloned())
    }
}

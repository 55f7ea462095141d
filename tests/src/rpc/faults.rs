//! Which answer goes wrong, and how: by seed alone, whatever the order in which requests come.

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use sheaf_format::digest::sha256;
use std::{collections::BTreeMap, sync::Mutex};

/// How often things go wrong.
#[derive(Debug, Default)]
pub struct Faults {
    seed: u64,
    per_cent: u32,
    asked: Mutex<BTreeMap<String, u64>>,
}

impl Faults {
    /// No fault at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// Each kind of fault in so many of a hundred answers.
    pub fn new(seed: u64, per_cent: u32) -> Self {
        Self {
            seed,
            per_cent,
            ..Self::default()
        }
    }

    /// The dice for one answer: they depend on the request and on how often it came before.
    ///
    /// # Panics
    /// When another thread panicked.
    pub fn dice(&self, request: &str) -> Dice {
        let mut asked = self.asked.lock().expect("nobody panicked");
        let times = asked.entry(request.to_owned()).or_default();
        *times += 1;
        let seed = [self.seed.to_le_bytes(), times.to_le_bytes()].concat();
        Dice {
            random: StdRng::from_seed(sha256(&[&seed, request.as_bytes()])),
            per_cent: self.per_cent,
        }
    }
}

/// Decides about one answer.
#[derive(Debug)]
pub struct Dice {
    /// For what is chosen once something goes wrong.
    pub random: StdRng,
    per_cent: u32,
}

impl Dice {
    /// Whether the next kind of fault happens.
    pub fn fault(&mut self) -> bool {
        self.random.gen_range(0..100) < self.per_cent
    }
}

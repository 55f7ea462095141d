//! From the first submission to final rounds.

use super::{Scenario, setup::validator_keys};
use crate::{
    plan::VALIDATORS,
    progress, regions,
    stack::roles::{FleetNode, Work},
};
use anyhow::{Result, bail};
use sheaf_client::layout::Pool;
use sheaf_format::stage::{PoolStage, RoundState};
use std::time::{Duration, Instant};

/// How often the pool is looked at.
const POLL: Duration = Duration::from_millis(400);
/// How often a line is repeated while nothing changes but the slots left.
const REPEAT: Duration = Duration::from_secs(5);
/// How long one round may take, on a busy machine and with a void round before it.
const PATIENCE: Duration = Duration::from_secs(150);
/// How long the pool may stay idle, all nodes done, before they are started again.
const IDLE: Duration = Duration::from_secs(15);

/// A round that became final.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FinalRound {
    /// Its number.
    pub number: u64,
    /// Seconds since the nodes started, or since the final round before it.
    pub seconds: f64,
}

/// Where the rounds stand.
struct Standing {
    pool: Pool,
    finals: Vec<u64>,
    voids: Vec<u64>,
    /// No round is live, and no batch holds a reservation.
    at_rest: bool,
}

impl Scenario {
    /// Starts validators and nodes, and waits until the plan's rounds are final and their batches
    /// released. A void round is made up for by a further one.
    ///
    /// # Errors
    /// When a process ends badly, or a round takes too long.
    pub async fn collect(&mut self) -> Result<Vec<FinalRound>> {
        for number in 0..VALIDATORS {
            let keys = validator_keys(&self.stack, number);
            self.stack
                .start_validator(number, &keys, self.indexer.url())?;
        }
        self.start_nodes(self.plan.rounds)?;
        let intake_slots = self.chain.network().await?.parameters.intake_slots;
        let mut lines = Lines::new(intake_slots.into());
        let mut ended: Vec<FinalRound> = Vec::new();
        let mut voids = 0;
        let mut since = Instant::now();
        let mut busy = Instant::now();
        loop {
            tokio::time::sleep(POLL).await;
            self.stack.mend().await?;
            self.stack.check()?;
            let standing = self.standing().await?;
            for number in standing.finals.iter().skip(ended.len()) {
                ended.push(FinalRound {
                    number: *number,
                    seconds: since.elapsed().as_secs_f64(),
                });
                since = Instant::now();
            }
            for number in standing.voids.iter().skip(voids) {
                eprintln!(
                    "  round {number} is void: nothing is paid, what was handed in may come again"
                );
                voids += 1;
            }
            if ended.len() as u64 >= self.plan.rounds && standing.at_rest {
                return Ok(ended);
            }
            lines.tell(self).await;
            if !standing.at_rest || !self.stack.nodes_are_done()? {
                busy = Instant::now();
            } else if busy.elapsed() > IDLE {
                let missing = self.plan.rounds.saturating_sub(ended.len() as u64);
                eprintln!(
                    "  {} of {} rounds are final and the pool is idle: the nodes start again",
                    ended.len(),
                    self.plan.rounds
                );
                self.start_nodes(missing)?;
                busy = Instant::now();
            }
            if since.elapsed() > PATIENCE {
                bail!(
                    "round {} is not final after {} s ({}); look into {} and the other logs beside it",
                    standing.pool.round.max(1),
                    PATIENCE.as_secs(),
                    lines.last,
                    self.stack.folder.log("indexer").display()
                );
            }
        }
    }

    fn start_nodes(&mut self, rounds: u64) -> Result<()> {
        let data = self.stack.folder.join("nodes");
        let nodes = self
            .plan
            .nodes
            .iter()
            .enumerate()
            .map(|(number, conduct)| {
                Ok(FleetNode {
                    keypair: self.stack.localnet.contributor(number)?.path.clone(),
                    node_key: data.join(format!("node-{}.json", number + 1)),
                    region: self.plan.region(number),
                    source_address: regions::address(number),
                    misbehave: conduct.misbehaviour(),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let per_fleet = nodes.len().div_ceil(self.plan.fleets.max(1)).max(1);
        for fleet in nodes.chunks(per_fleet) {
            let work = Work {
                indexer: self.indexer.url(),
                job: self.job,
                rounds,
            };
            self.stack.start_fleet(fleet, work)?;
        }
        Ok(())
    }

    async fn standing(&self) -> Result<Standing> {
        let pool = self.chain.pool(&self.pool).await?;
        let (mut finals, mut voids) = (Vec::new(), Vec::new());
        for number in 1..=pool.round {
            // A round that was never opened has no account: it is the live one, or void.
            let round = self.chain.round(&self.pool, number).await?;
            match round.and_then(|round| RoundState::from_byte(round.state)) {
                Some(RoundState::Final) => finals.push(number),
                Some(RoundState::Void) => voids.push(number),
                _ => {}
            }
        }
        let job = self.chain.job(&self.pool, self.job).await?;
        let idle = PoolStage::from_byte(pool.round_stage) == Some(PoolStage::Idle);
        Ok(Standing {
            at_rest: idle && job.reserved_round == 0 && pool.in_round_total == 0,
            pool,
            finals,
            voids,
        })
    }
}

/// Tells what the round is doing: at every change, and now and then.
struct Lines {
    intake_slots: u64,
    last: String,
    told: Instant,
}

impl Lines {
    fn new(intake_slots: u64) -> Self {
        Self {
            intake_slots,
            last: String::new(),
            told: Instant::now(),
        }
    }

    /// Asks the indexer and tells. An indexer that does not answer is noticed elsewhere.
    async fn tell(&mut self, scenario: &Scenario) {
        let Ok(status) = scenario.indexer.status().await else {
            return;
        };
        let round = match status.live {
            Some(live) => scenario.indexer.round(live.round).await.ok(),
            None => None,
        };
        let line = progress::line(&status, round.as_ref(), self.intake_slots);
        let stage = |line: &str| line.split(" (").next().map(str::to_owned);
        if stage(&line) != stage(&self.last) || self.told.elapsed() > REPEAT {
            eprintln!("  {line}");
            self.told = Instant::now();
        }
        self.last = line;
    }
}

//! Jobs, datasets and batches. Every function says whether the program has to accept.

use super::state::{Batch, BatchState, Dataset, Escrow, Job, Model, RoundState, Stage};
use crate::world::PARAMETERS;
use sheaf_format::limits::DATASET_NUMBER_BIT;

/// Slots that a round lasts at most: every stage, eight slots for the seed, three graces.
pub const ROUND_SLOTS: u64 = {
    let p = PARAMETERS;
    let stages = p.intake_slots
        + p.commit_slots
        + p.reveal_slots
        + p.attest_slots
        + p.window_slots
        + p.settle_slots;
    (stages + 3 * p.grace_slots) as u64 + 8
};

impl Model {
    /// `create_job` by its requester.
    pub fn create_job(&mut self, amount: u64, round_cap: u64, deadline: i64) -> bool {
        let arrived = self.arrives(amount);
        let accepted = self.is_running() && arrived > 0 && deadline > self.unix_time;
        if accepted {
            let escrow = Escrow {
                balance: arrived,
                ..Escrow::default()
            };
            let job = Job {
                escrow,
                round_cap,
                deadline,
                cancelled: None,
                refunded_total: 0,
                last_paid_root: [0; 32],
            };
            self.jobs.insert(self.next_job, job);
            self.next_job += 1;
            self.arrived_total += arrived;
        }
        accepted
    }

    /// `fund_job` by anybody.
    pub fn fund_job(&mut self, number: u64, amount: u64) -> bool {
        let (arrived, unix_time) = (self.arrives(amount), self.unix_time);
        let is_running = self.is_running();
        let Some(job) = self.jobs.get_mut(&number) else {
            return false;
        };
        let accepted = is_running && job.is_active(unix_time) && arrived > 0;
        if accepted {
            job.escrow.balance += arrived;
            self.arrived_total += arrived;
        }
        accepted
    }

    /// `cancel_job`.
    pub fn cancel_job(&mut self, number: u64, by_requester: bool) -> bool {
        let now = (self.unix_time, self.slot);
        let Some(job) = self.jobs.get_mut(&number) else {
            return false;
        };
        let accepted = by_requester && job.is_active(now.0);
        if accepted {
            job.cancelled = Some(now);
        }
        accepted
    }

    /// `extend_job`.
    pub fn extend_job(&mut self, number: u64, deadline: i64, by_requester: bool) -> bool {
        let unix_time = self.unix_time;
        let Some(job) = self.jobs.get_mut(&number) else {
            return false;
        };
        let accepted = by_requester && job.is_active(unix_time) && deadline > job.deadline;
        if accepted {
            job.deadline = deadline;
        }
        accepted
    }

    /// `refund_job`, to the requester or to somebody else.
    pub fn refund_job(&mut self, number: u64, to_requester: bool) -> bool {
        let now = (self.unix_time, self.slot);
        let Some(job) = self.jobs.get_mut(&number) else {
            return false;
        };
        let accepted = to_requester
            && job.escrow.round == 0
            && !job.takes_batches(now)
            && job.escrow.balance > 0;
        if accepted {
            let amount = std::mem::take(&mut job.escrow.balance);
            job.refunded_total += amount;
            self.refunded_total += amount;
        }
        accepted
    }

    /// `close_job`.
    pub fn close_job(&mut self, number: u64) -> bool {
        let unix_time = self.unix_time;
        let accepted = self
            .jobs
            .get(&number)
            .is_some_and(|job| !job.is_active(unix_time) && job.escrow.is_empty());
        if accepted {
            self.jobs.remove(&number);
        }
        accepted
    }

    /// `publish_dataset`.
    pub fn publish_dataset(&mut self, number: u64, price: u64, by_requester: bool) -> bool {
        let accepted = by_requester
            && price > 0
            && self.jobs.contains_key(&number)
            && !self.datasets.contains_key(&number);
        if accepted {
            let escrow = Escrow::default();
            self.datasets.insert(number, Dataset { escrow, price });
        }
        accepted
    }

    /// `license_dataset` for at most this price.
    pub fn license_dataset(&mut self, number: u64, maximum_price: u64) -> bool {
        let Some(price) = self.datasets.get(&number).map(|set| set.price) else {
            return false;
        };
        let arrived = self.arrives(price);
        let accepted = self.is_running() && price <= maximum_price && arrived > 0;
        if accepted {
            self.arrived_total += arrived;
            let set = self.datasets.get_mut(&number).expect("it was there");
            set.escrow.balance += arrived;
        }
        accepted
    }

    /// `close_dataset`.
    pub fn close_dataset(&mut self, number: u64, by_requester: bool) -> bool {
        let set = self.datasets.get(&number);
        let accepted = by_requester && set.is_some_and(|set| set.escrow.is_empty());
        if accepted {
            self.datasets.remove(&number);
        }
        accepted
    }

    /// `post_batch`, or `post_distribution` for a dataset's number.
    pub fn post(&mut self, payer: u64, round: u64, root: [u8; 32], by_aggregator: bool) -> bool {
        let now = (self.unix_time, self.slot);
        let (expected, deadline_slot) = match self.stage {
            Stage::Idle => (self.round + 1, self.slot + ROUND_SLOTS),
            Stage::Intake => (self.round, self.deadline_slot),
            Stage::Closed | Stage::Open => return false,
        };
        let cap = if payer & DATASET_NUMBER_BIT != 0 {
            u64::MAX
        } else {
            let Some(job) = self.jobs.get(&payer) else {
                return false;
            };
            // A round takes 400 ms a slot at most, and may not outlast the stall limit.
            let seconds_left = match job.cancelled {
                None => PARAMETERS.stall_seconds,
                Some((at, _)) => at + PARAMETERS.stall_seconds - now.0,
            };
            let milliseconds = (deadline_slot.saturating_sub(now.1) * 400) as i64;
            let lasts = milliseconds <= 1_000 * seconds_left.max(0);
            if !job.takes_batches(now) || !lasts || root == job.last_paid_root {
                return false;
            }
            job.round_cap
        };
        let may = by_aggregator && self.is_running() && round == expected && now.1 < deadline_slot;
        let Some(escrow) = self.escrow(payer) else {
            return false;
        };
        let reserved = (escrow.balance - escrow.reserved).min(cap);
        if !may || escrow.round != 0 || reserved == 0 {
            return false;
        }
        escrow.reserved = reserved;
        escrow.round = round;
        escrow.batch_count += 1;
        let batch = Batch {
            state: BatchState::Posted,
            reserved,
            debited: 0,
            root,
        };
        self.batches.insert((payer, round), batch);
        if self.stage == Stage::Idle {
            (self.stage, self.round, self.joined) = (Stage::Intake, round, 0);
            (self.started_slot, self.deadline_slot) = (now.1, deadline_slot);
        }
        self.joined += 1;
        true
    }

    /// `release_batch`.
    pub fn release(&mut self, payer: u64, round: u64) -> bool {
        let has_left = self.round > round || self.stage == Stage::Idle;
        let Some(batch) = self.batches.get_mut(&(payer, round)) else {
            return false;
        };
        let is_final = match self.rounds.get_mut(&round) {
            Some(round) if round.has_ended() => {
                if batch.state == BatchState::Released {
                    return false;
                }
                round.released_count += 1;
                round.state == RoundState::Final
            }
            None if has_left && batch.state == BatchState::Posted => false,
            _ => return false,
        };
        batch.state = BatchState::Released;
        let batch = batch.clone();
        let escrow = self.escrow(payer).expect("a batch's payer stays");
        escrow.reserved -= batch.reserved - batch.debited;
        escrow.round = 0;
        if is_final {
            escrow.settled_total += batch.debited;
            if batch.debited > 0
                && let Some(job) = self.jobs.get_mut(&payer)
            {
                job.last_paid_root = batch.root;
            }
        } else {
            escrow.balance += batch.debited;
        }
        true
    }

    /// `close_batch`.
    pub fn close_batch(&mut self, payer: u64, round: u64) -> bool {
        let accepted = self
            .batches
            .get(&(payer, round))
            .is_some_and(|batch| batch.state == BatchState::Released);
        if accepted {
            self.batches.remove(&(payer, round));
            let escrow = self.escrow(payer).expect("a batch's payer stays");
            escrow.batch_count -= 1;
        }
        accepted
    }
}

impl Job {
    /// Whether it takes work, at a unix time.
    pub fn is_active(&self, unix_time: i64) -> bool {
        self.cancelled.is_none() && unix_time < self.deadline
    }

    /// Whether accepted work can still be batched, at a unix time and slot.
    pub fn takes_batches(&self, (unix_time, slot): (i64, u64)) -> bool {
        unix_time < self.deadline
            && self.cancelled.is_none_or(|(at, at_slot)| {
                slot < at_slot + ROUND_SLOTS && unix_time < at + PARAMETERS.stall_seconds
            })
    }
}

impl Escrow {
    const fn is_empty(&self) -> bool {
        self.balance == 0 && self.round == 0 && self.batch_count == 0
    }
}

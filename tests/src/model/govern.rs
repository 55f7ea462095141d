//! The admin: parameters, and who it is. What exists keeps its terms, so nothing else changes.

use super::state::Model;
use sheaf_format::limits::MAX_FEES_BPS;

impl Model {
    /// `set_parameters` with these shares and this minimum stake.
    pub fn set_parameters(&mut self, fees_bps: [u16; 2], minimum_stake: u64, by: usize) -> bool {
        let fees = u32::from(fees_bps[0]) + u32::from(fees_bps[1]);
        let accepted = by == self.admin && fees <= u32::from(MAX_FEES_BPS) && minimum_stake > 0;
        if accepted {
            self.minimum_stake = minimum_stake;
        }
        accepted
    }

    /// `propose_admin`
    pub const fn propose_admin(&mut self, proposed: usize, by: usize) -> bool {
        let accepted = by == self.admin;
        if accepted {
            self.proposed_admin = Some(proposed);
        }
        accepted
    }

    /// `accept_admin`
    pub fn accept_admin(&mut self, by: usize) -> bool {
        let accepted = self.proposed_admin == Some(by);
        if accepted {
            self.admin = by;
            self.proposed_admin = None;
        }
        accepted
    }

    /// `set_job_aggregator` to one that is on the list, or not.
    pub fn name_aggregator(&self, job: u64, is_listed: bool, by_requester: bool) -> bool {
        let job = self.jobs.get(&job);
        is_listed && by_requester && job.is_some_and(|job| job.is_active(self.unix_time))
    }
}

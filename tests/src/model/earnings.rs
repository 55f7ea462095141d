//! Pages and claims.

use super::state::{Leaves, Model, Page, sum};

impl Model {
    /// `open_page`.
    pub fn open_page(&mut self, number: u32) -> bool {
        let exists = number < self.active_leaf_count.div_ceil(512);
        let accepted = number == 0 && exists && self.page.is_none();
        if accepted {
            self.page = Some(Page::default());
        }
        accepted
    }

    /// `sync_page` of the first page to a tree with these leaves.
    pub fn sync(&mut self, leaves: &Leaves) -> bool {
        let is_active = *leaves == self.active;
        let Some(page) = &mut self.page else {
            return false;
        };
        let accepted = is_active && *leaves != page.known[0] && sum(leaves) >= sum(&page.known[0]);
        if accepted {
            page.known.swap(0, 1);
            page.known[0] = leaves.clone();
        }
        accepted
    }

    /// `claim` and `claim_neighbours`: of these indices in a tree with these leaves, those that are
    /// due are paid.
    pub fn claim(&mut self, leaves: &Leaves, indices: &[u32]) -> bool {
        let unclaimed = sum(&self.active) - self.claimed_total();
        let Some(page) = self
            .page
            .as_mut()
            .filter(|page| page.known.contains(leaves))
        else {
            return false;
        };
        let mut paid = Vec::new();
        for index in indices {
            let Some((contributor, cumulative)) = leaves.get(*index as usize) else {
                continue;
            };
            let before = match page.claimed.get(index) {
                Some((owner, _)) if owner != contributor => continue,
                Some((_, claimed)) => *claimed,
                None => 0,
            };
            if *cumulative > before {
                paid.push((*index, *contributor, *cumulative, cumulative - before));
            }
        }
        let due: u64 = paid.iter().map(|(_, _, _, due)| due).sum();
        // After a fraud that stood, leaves may promise more than the tree's sum: first come, first served.
        if due == 0 || due > unclaimed {
            return false;
        }
        for (index, contributor, cumulative, due) in paid {
            page.claimed.insert(index, (contributor, cumulative));
            let arrived = due - (due * self.fee_bps).div_ceil(10_000);
            *self.received.entry(contributor).or_default() += arrived;
        }
        true
    }
}

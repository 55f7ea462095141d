//! Who takes part in a scenario, and what its job asks for.

use crate::regions;

/// How a node goes about its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conduct {
    /// Hands in what the site serves.
    Honest,
    /// Hands in what the site serves it: its region's mirror, with a date and a banner.
    Mirrored,
    /// Changes pages all over.
    Altered,
    /// Hands in older versions of pages.
    Stale,
}

impl Conduct {
    /// What `misbehave` says in a fleet's file.
    pub const fn misbehaviour(self) -> Option<&'static str> {
        match self {
            Self::Altered => Some("altered"),
            Self::Stale => Some("stale"),
            Self::Honest | Self::Mirrored => None,
        }
    }

    /// Whether the node hands in something else than what it saw.
    pub const fn is_lazy(self) -> bool {
        self.misbehaviour().is_some()
    }
}

/// A scenario's size and prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Every node's conduct; node `n` works for wallet `contributor-<n + 1>`.
    pub nodes: Vec<Conduct>,
    /// Processes the nodes are spread over.
    pub fleets: usize,
    /// Pages the job asks for.
    pub pages: usize,
    /// Pages one node fetches in a round.
    pub pages_per_node: u32,
    /// Rounds until the job counts as done.
    pub rounds: u64,
    /// Tokens the job is funded with.
    pub funding: &'static str,
    /// Tokens for one page at full quality.
    pub price: &'static str,
    /// Most tokens one round may take.
    pub round_cap: &'static str,
    /// Slots in which submissions are collected, from the first one on.
    pub collect_slots: u32,
}

/// Validators of every scenario: as many as a localnet has wallets for.
pub const VALIDATORS: usize = 3;

impl Plan {
    /// The demo: 20 nodes, two of them lazy, two rounds of 20 seconds.
    pub fn demo() -> Self {
        let mut nodes = vec![Conduct::Honest; 20];
        nodes[6] = Conduct::Mirrored;
        nodes[12] = Conduct::Altered;
        nodes[19] = Conduct::Stale;
        Self {
            nodes,
            fleets: 2,
            pages: 40,
            pages_per_node: 8,
            rounds: 2,
            funding: "1000",
            // Not round, so that shares do not divide evenly.
            price: "1.234567",
            round_cap: "250",
            collect_slots: 120,
        }
    }

    /// The smallest scenario in which everything happens once: for tests.
    pub fn small() -> Self {
        Self {
            nodes: vec![
                Conduct::Honest,
                Conduct::Mirrored,
                Conduct::Stale,
                Conduct::Honest,
            ],
            fleets: 1,
            pages: 6,
            pages_per_node: 4,
            rounds: 1,
            collect_slots: 60,
            ..Self::demo()
        }
    }

    /// The region that node `number` declares.
    pub const fn region(&self, number: usize) -> &'static str {
        regions::of(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_client::amount;

    #[test]
    fn every_plan_leaves_something_in_escrow() {
        for plan in [Plan::demo(), Plan::small()] {
            let tokens = |text| amount::parse(text, 6).expect("an amount");
            let cost = plan.rounds
                * plan.nodes.len() as u64
                * u64::from(plan.pages_per_node)
                * tokens(plan.price);
            assert!(cost < tokens(plan.funding));
            assert!(cost / plan.rounds <= tokens(plan.round_cap));
            assert!(plan.pages_per_node as usize <= plan.pages);
        }
    }

    #[test]
    fn every_plan_has_honest_mirrored_and_lazy_nodes() {
        for plan in [Plan::demo(), Plan::small()] {
            let has =
                |wanted: fn(&Conduct) -> bool| assert!(plan.nodes.iter().any(wanted), "{plan:?}");
            has(|node| *node == Conduct::Honest);
            has(|node| *node == Conduct::Mirrored);
            has(|node| node.is_lazy());
        }
    }
}

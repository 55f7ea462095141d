//! What is counted and measured, in one registry, for Prometheus.
//!
//! Counters and histograms are told by whoever does the work; gauges are set from [`Figures`] when
//! somebody asks. Every name begins with `sheaf_`. Labels have few values: routes, not paths; kinds
//! of refusals, not who was refused.

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};
use sheaf_protocol::api::RoundStage;
use std::{fmt, sync::atomic::AtomicU64};

/// Media type of what [`Metrics::text`] gives.
pub const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A request that was answered.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Answered {
    /// HTTP method; `other` when it is none of the usual.
    pub method: &'static str,
    /// The route as it is written; `none` when there is none.
    pub route: String,
    /// HTTP status.
    pub status: u16,
}

/// A route.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// The route as it is written.
    pub route: String,
}

/// A name that stands for one of a few.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Code {
    /// The name of a refusal.
    pub code: String,
}

/// What became of a submission.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Outcome {
    /// `received`, or the name of the refusal.
    pub outcome: String,
}

/// A part of a whole.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Part {
    /// Its name.
    pub part: &'static str,
}

/// A stage of a round.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Stage {
    /// Its name, `idle` when no round is live.
    pub stage: &'static str,
}

/// State of journaled transactions.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct State {
    /// `open`, `landed`, `dead` or `refused`.
    pub state: String,
}

/// A gauge of unsigned numbers: token units and lamports fill 64 bits.
pub type Level = Gauge<u64, AtomicU64>;

/// What gauges are set to when somebody asks. What is not known now stays as it was.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// The chain's slot, at `confirmed`.
    pub slot: u64,
    /// Last slot whose events are indexed.
    pub indexed_slot: u64,
    /// Last event of the pool that was acted upon.
    pub frontier: u64,
    /// Last event of the pool on chain.
    pub sequence: u64,
    /// Whether a final round's outcome is waited for.
    pub waits_for_outcome: bool,
    /// The last round.
    pub round: u64,
    /// Its stage while it is live.
    pub stage: Option<RoundStage>,
    /// Submissions that wait for a batch.
    pub waiting: u64,
    /// Journaled transactions by state.
    pub journal: Vec<(String, u64)>,
    /// Events that could not be read.
    pub dead_letters: u64,
    /// Base units in the vault.
    pub held: u64,
    /// Base units owed, by whom to: name and amount.
    pub owed: [(&'static str, u64); 3],
    /// Lamports in the aggregator's wallet, when the chain could be asked.
    pub wallet_lamports: Option<u64>,
    /// Leaves of the active tree held here.
    pub leaves: u64,
}

/// Every metric. Share it behind an `Arc`.
pub struct Metrics {
    registry: Registry,
    /// Requests answered, by method, route and status.
    pub http_requests: Family<Answered, Counter>,
    /// Seconds until the answer began, by method and route.
    pub http_seconds: Family<Route, Histogram, fn() -> Histogram>,
    /// Refusals, by name.
    pub refusals: Family<Code, Counter>,
    /// Requests under way.
    pub under_way: Gauge,
    /// Listeners to the stream of events.
    pub listeners: Gauge,
    /// Submissions by what became of them: `received` or the name of the refusal.
    pub submissions: Family<Outcome, Counter>,
    /// Handlers that broke off.
    pub panics: Counter,
    slot: Level,
    indexed_slot: Level,
    lag: Level,
    frontier: Level,
    sequence: Level,
    waits_for_outcome: Gauge,
    round: Level,
    stage: Family<Stage, Gauge>,
    waiting: Level,
    journal: Family<State, Level>,
    dead_letters: Level,
    held: Level,
    owed: Family<Part, Level>,
    wallet: Level,
    leaves: Level,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// From half a millisecond to half a minute.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 17))
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("sheaf");
        let r = &mut registry;
        Self {
            http_requests: added(r, "http_requests", "Requests answered", Family::default()),
            http_seconds: {
                let family = Family::new_with_constructor(seconds as fn() -> Histogram);
                let help = "Time until the answer began";
                r.register_with_unit("http_request", help, Unit::Seconds, family.clone());
                family
            },
            refusals: added(r, "http_refusals", "Refusals by name", Family::default()),
            under_way: added(
                r,
                "http_requests_under_way",
                "Requests under way",
                Gauge::default(),
            ),
            listeners: added(
                r,
                "event_listeners",
                "Listeners to the stream of events",
                Gauge::default(),
            ),
            submissions: added(
                r,
                "submissions",
                "Submissions by what became of them",
                Family::default(),
            ),
            panics: added(
                r,
                "panics",
                "Requests that broke a handler",
                Counter::default(),
            ),
            slot: added(
                r,
                "slot",
                "The chain's slot, at confirmed",
                Level::default(),
            ),
            indexed_slot: added(
                r,
                "indexed_slot",
                "Last slot whose events are indexed",
                Level::default(),
            ),
            lag: added(
                r,
                "ingest_lag_slots",
                "Slots that the index is behind the chain; finality alone is about 32",
                Level::default(),
            ),
            frontier: added(
                r,
                "event_frontier",
                "Last event of the pool that was acted upon",
                Level::default(),
            ),
            sequence: added(
                r,
                "event_sequence",
                "Last event of the pool on chain",
                Level::default(),
            ),
            waits_for_outcome: added(
                r,
                "waits_for_outcome",
                "1 while a final round's outcome is not known here",
                Gauge::default(),
            ),
            round: added(r, "round", "The last round", Level::default()),
            stage: added(
                r,
                "round_stage",
                "1 for the stage that the last round is in",
                Family::default(),
            ),
            waiting: added(
                r,
                "submissions_waiting",
                "Submissions that wait for a batch",
                Level::default(),
            ),
            journal: added(
                r,
                "journal_entries",
                "Transactions in the journal by state",
                Family::default(),
            ),
            dead_letters: added(
                r,
                "dead_letters",
                "Events that this version cannot read",
                Level::default(),
            ),
            held: added(
                r,
                "pool_held_base_units",
                "Tokens in the vault",
                Level::default(),
            ),
            owed: added(
                r,
                "pool_owed_base_units",
                "Tokens owed: escrow, in_round and unclaimed",
                Family::default(),
            ),
            wallet: added(
                r,
                "wallet_lamports",
                "Lamports in the aggregator's wallet",
                Level::default(),
            ),
            leaves: added(r, "leaves", "Leaves of the active tree", Level::default()),
            registry,
        }
    }
}

fn added<M>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M
where
    M: prometheus_client::registry::Metric + Clone,
{
    registry.register(name, help, metric.clone());
    metric
}

/// Every stage with its name.
const STAGES: [(Option<RoundStage>, &str); 9] = [
    (None, "idle"),
    (Some(RoundStage::Intake), "intake"),
    (Some(RoundStage::Closed), "closed"),
    (Some(RoundStage::Commit), "commit"),
    (Some(RoundStage::Reveal), "reveal"),
    (Some(RoundStage::Attest), "attest"),
    (Some(RoundStage::Unresolved), "unresolved"),
    (Some(RoundStage::Window), "window"),
    (Some(RoundStage::Settle), "settle"),
];

impl Metrics {
    /// Sets every gauge.
    pub fn set(&self, figures: &Figures) {
        self.slot.set(figures.slot);
        self.indexed_slot.set(figures.indexed_slot);
        self.lag
            .set(figures.slot.saturating_sub(figures.indexed_slot));
        self.frontier.set(figures.frontier);
        self.sequence.set(figures.sequence);
        self.waits_for_outcome.set(figures.waits_for_outcome.into());
        self.round.set(figures.round);
        for (stage, name) in STAGES {
            let is_in = stage == figures.stage;
            let labels = Stage { stage: name };
            self.stage.get_or_create(&labels).set(is_in.into());
        }
        self.waiting.set(figures.waiting);
        for state in ["live", "uncertain", "landed", "dead", "refused"] {
            let found = figures.journal.iter().find(|(name, _)| name == state);
            let labels = State {
                state: state.to_owned(),
            };
            let count = found.map_or(0, |(_, count)| *count);
            self.journal.get_or_create(&labels).set(count);
        }
        self.dead_letters.set(figures.dead_letters);
        self.held.set(figures.held);
        for (part, amount) in figures.owed {
            self.owed.get_or_create(&Part { part }).set(amount);
        }
        if let Some(lamports) = figures.wallet_lamports {
            self.wallet.set(lamports);
        }
        self.leaves.set(figures.leaves);
    }

    /// Everything, as OpenMetrics text.
    ///
    /// # Errors
    /// Never with the metrics here: writing to memory does not fail.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut written = String::new();
        text::encode(&mut written, &self.registry)?;
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, name: &str) -> String {
        let found = text.lines().find(|line| line.starts_with(name));
        found
            .unwrap_or_else(|| panic!("no {name} in {text}"))
            .to_owned()
    }

    #[test]
    fn gauges_say_what_the_figures_say() {
        let metrics = Metrics::default();
        metrics.set(&Figures {
            slot: 140,
            indexed_slot: 100,
            stage: Some(RoundStage::Window),
            journal: vec![("live".to_owned(), 2)],
            owed: [("escrow", 7), ("in_round", 0), ("unclaimed", u64::MAX)],
            ..Figures::default()
        });
        let text = metrics.text().expect("text");
        for expected in [
            "sheaf_ingest_lag_slots 40",
            "sheaf_round_stage{stage=\"window\"} 1",
            "sheaf_round_stage{stage=\"idle\"} 0",
            "sheaf_journal_entries{state=\"live\"} 2",
            "sheaf_journal_entries{state=\"dead\"} 0",
            "sheaf_pool_owed_base_units{part=\"unclaimed\"} 18446744073709551615",
        ] {
            let name = expected.rsplit_once(' ').expect("a value").0;
            assert_eq!(line(&text, name), expected);
        }
        assert!(text.ends_with("# EOF\n"));
    }

    /// Every metric with one sample, as text.
    fn all() -> String {
        let metrics = Metrics::default();
        metrics.set(&Figures::default());
        let (method, route) = ("GET", "/".to_owned());
        let answered = Answered {
            method,
            route: route.clone(),
            status: 200,
        };
        metrics.http_requests.get_or_create(&answered).inc();
        let seconds = metrics
            .http_seconds
            .get_or_create_owned(&Route { method, route });
        seconds.observe(0.1);
        let code = Code {
            code: "expired".to_owned(),
        };
        metrics.refusals.get_or_create(&code).inc();
        let outcome = Outcome {
            outcome: "received".to_owned(),
        };
        metrics.submissions.get_or_create(&outcome).inc();
        metrics.text().expect("text")
    }

    /// Names of metrics in an expression of the dashboard.
    fn names(text: &str) -> impl Iterator<Item = &str> {
        text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
            .filter(|word| word.starts_with("sheaf_"))
    }

    #[test]
    fn every_metric_of_the_dashboard_exists_and_every_metric_is_on_it() {
        let dashboard = include_str!("../../docs/grafana/sheaf-indexer.json");
        let parsed: serde_json::Value = serde_json::from_str(dashboard).expect("JSON");
        assert_eq!(parsed["uid"], "sheaf-indexer");
        let all = all();
        let exported: Vec<&str> = all
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split(['{', ' ']).next())
            .collect();
        let shown: Vec<&str> = names(dashboard).collect();
        assert!(shown.len() > 20);
        for name in &shown {
            assert!(
                exported.contains(name),
                "{name} is on the dashboard and nowhere else"
            );
        }
        for name in exported {
            let part = name.ends_with("_count") || name.ends_with("_sum");
            assert!(
                part || shown.contains(&name),
                "{name} is not on the dashboard"
            );
        }
    }

    #[test]
    fn a_wallet_that_cannot_be_asked_for_keeps_its_last_figure() {
        let metrics = Metrics::default();
        let known = Figures {
            wallet_lamports: Some(5),
            ..Figures::default()
        };
        metrics.set(&known);
        metrics.set(&Figures::default());
        let text = metrics.text().expect("text");
        assert_eq!(
            line(&text, "sheaf_wallet_lamports "),
            "sheaf_wallet_lamports 5"
        );
    }
}

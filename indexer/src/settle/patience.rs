//! How long a refusal is borne: a view may be a moment late, so the first ones say little (pure).

use super::failure::Verdict;
use std::collections::BTreeMap;

/// A refusal is told when it comes for this time in a row.
const TOLD_AFTER: u32 = 3;
/// An action is put aside when it was refused this often in a row for the same lasting reason,
const ASIDE_AFTER: u32 = 5;
/// over at least so many slots: longer than nodes behind one address lag behind each other.
const ASIDE_SLOTS: u64 = 25;

/// What to do about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bear {
    /// Nothing: try again.
    Quietly,
    /// Tell it, and try again.
    Tell,
    /// Put the action aside.
    PutAside,
}

/// Refusals in a row, by action.
#[derive(Clone, Debug, Default)]
pub struct Patience(BTreeMap<String, Row>);

#[derive(Clone, Debug)]
struct Row {
    reason: String,
    times: u32,
    since_slot: u64,
}

impl Patience {
    /// An action was refused in a view of `slot`. Another reason than before begins another row.
    pub fn refused(&mut self, action: &str, reason: &str, verdict: Verdict, slot: u64) -> Bear {
        let row = self.0.entry(action.to_owned()).or_insert_with(|| Row {
            reason: reason.to_owned(),
            times: 0,
            since_slot: slot,
        });
        if row.reason != reason {
            *row = Row {
                reason: reason.to_owned(),
                times: 0,
                since_slot: slot,
            };
        }
        row.times = row.times.saturating_add(1);
        let lasted = row.times >= ASIDE_AFTER && slot.saturating_sub(row.since_slot) >= ASIDE_SLOTS;
        if verdict == Verdict::Lasting && lasted {
            self.0.remove(action);
            return Bear::PutAside;
        }
        if row.times == TOLD_AFTER {
            Bear::Tell
        } else {
            Bear::Quietly
        }
    }

    /// An action worked.
    pub fn worked(&mut self, action: &str) {
        self.0.remove(action);
    }

    /// Forgets actions that are not due any more.
    pub fn keep(&mut self, is_due: impl Fn(&str) -> bool) {
        self.0.retain(|action, _| is_due(action));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is done about refusals of one action in these slots.
    fn borne(patience: &mut Patience, verdict: Verdict, slots: &[u64]) -> Vec<Bear> {
        slots
            .iter()
            .map(|slot| patience.refused("post", "NotAggregator", verdict, *slot))
            .collect()
    }

    #[test]
    fn a_lasting_refusal_is_told_and_then_put_aside() {
        let mut patience = Patience::default();
        let all = borne(&mut patience, Verdict::Lasting, &[1, 2, 3, 4, 26]);
        use Bear::{PutAside, Quietly, Tell};
        assert_eq!(all, [Quietly, Quietly, Tell, Quietly, PutAside]);
        let again = borne(&mut patience, Verdict::Lasting, &[27]);
        assert_eq!(again, [Quietly], "once retried, it starts anew");
    }

    #[test]
    fn many_refusals_within_a_moment_are_those_of_a_late_view() {
        let slots: Vec<u64> = (1..=25).collect();
        let all = borne(&mut Patience::default(), Verdict::Lasting, &slots);
        assert!(!all.contains(&Bear::PutAside));
    }

    #[test]
    fn what_is_early_is_never_put_aside() {
        let slots: Vec<u64> = (1..1_000).collect();
        let all = borne(&mut Patience::default(), Verdict::Early, &slots);
        assert!(!all.contains(&Bear::PutAside));
        assert_eq!(all.iter().filter(|bear| **bear == Bear::Tell).count(), 1);
    }

    #[test]
    fn another_reason_or_a_success_begins_anew() {
        let mut patience = Patience::default();
        borne(&mut patience, Verdict::Lasting, &[1, 2, 3, 4]);
        patience.refused("post", "VaultShort", Verdict::Lasting, 50);
        assert_eq!(
            borne(&mut patience, Verdict::Lasting, &[60]),
            [Bear::Quietly]
        );
        borne(&mut patience, Verdict::Lasting, &[61, 62, 63]);
        patience.worked("post");
        assert_eq!(
            borne(&mut patience, Verdict::Lasting, &[99]),
            [Bear::Quietly]
        );
        borne(&mut patience, Verdict::Lasting, &[100, 101, 102]);
        patience.keep(|action| action != "post");
        assert_eq!(
            borne(&mut patience, Verdict::Lasting, &[200]),
            [Bear::Quietly]
        );
    }
}

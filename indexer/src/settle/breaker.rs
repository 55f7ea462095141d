//! A circuit breaker: when one thing fails again and again, settlement pauses for a growing time
//! instead of hammering on it (pure: time is handed in).

use super::{backoff::delay, failure::Kind};
use std::time::Duration;

/// When a breaker opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Failures of one kind in a row that open it.
    pub failures: u32,
    /// Its first pause.
    pub first: Duration,
    /// Its longest pause.
    pub longest: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            failures: 5,
            first: Duration::from_secs(2),
            longest: Duration::from_secs(300),
        }
    }
}

/// What a breaker allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// Everything.
    All,
    /// One try, to see whether it works again.
    One,
    /// Nothing before this time.
    None {
        /// The time.
        until: Duration,
    },
}

/// A breaker that has just opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What failed.
    pub kind: Kind,
    /// How often in a row.
    pub failures: u32,
    /// For how long nothing is tried.
    pub pause: Duration,
}

/// A circuit breaker. Times are since any one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breaker {
    settings: Settings,
    /// The failures in a row: of which kind, and how many.
    row: Option<(Kind, u32)>,
    /// Until when it is open, and how often it opened in a row.
    open: Option<(Duration, u32)>,
}

impl Breaker {
    /// A closed one.
    pub const fn new(settings: Settings) -> Self {
        Self {
            settings,
            row: None,
            open: None,
        }
    }

    /// What is allowed at time `now`.
    pub fn permit(&self, now: Duration) -> Permit {
        match self.open {
            None => Permit::All,
            Some((until, _)) if now < until => Permit::None { until },
            Some(_) => Permit::One,
        }
    }

    /// What failed, while it is open or half open.
    pub fn reason(&self) -> Option<Kind> {
        self.open?;
        self.row.map(|(kind, _)| kind)
    }

    /// Something failed at time `now`. Gives what to tell when it opens, also anew after a try that
    /// failed. A failure of something begun before it opened changes nothing.
    pub fn failed(&mut self, kind: Kind, now: Duration) -> Option<Opened> {
        if matches!(self.permit(now), Permit::None { .. }) {
            return None;
        }
        let failures = match self.row {
            Some((before, times)) if before == kind => times.saturating_add(1),
            _ => 1,
        };
        self.row = Some((kind, failures));
        let openings = self.open.map_or(0, |(_, openings)| openings);
        let is_try = self.open.is_some();
        if !is_try && failures < self.settings.failures {
            return None;
        }
        let pause = delay(self.settings.first, self.settings.longest, openings);
        self.open = Some((now.saturating_add(pause), openings.saturating_add(1)));
        Some(Opened {
            kind,
            failures,
            pause,
        })
    }

    /// Something worked. Gives whether that closed the breaker.
    pub fn worked(&mut self) -> bool {
        self.row = None;
        self.open.take().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Kind::{Rpc, Unreachable};

    const SETTINGS: Settings = Settings {
        failures: 3,
        first: Duration::from_secs(2),
        longest: Duration::from_secs(7),
    };

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// One that opened at second 10.
    fn opened() -> Breaker {
        let mut breaker = Breaker::new(SETTINGS);
        assert_eq!(breaker.failed(Rpc, at(8)), None);
        assert_eq!(breaker.failed(Rpc, at(9)), None);
        let opened = breaker.failed(Rpc, at(10));
        let expected = Opened {
            kind: Rpc,
            failures: 3,
            pause: at(2),
        };
        assert_eq!(opened, Some(expected));
        breaker
    }

    #[test]
    fn it_opens_after_failures_of_one_kind_in_a_row() {
        let breaker = opened();
        assert_eq!(breaker.permit(at(11)), Permit::None { until: at(12) });
        assert_eq!(breaker.reason(), Some(Rpc));
    }

    #[test]
    fn other_failures_and_successes_break_the_row() {
        let mut breaker = Breaker::new(SETTINGS);
        for kind in [Rpc, Rpc, Unreachable, Rpc, Rpc] {
            assert_eq!(breaker.failed(kind, at(1)), None);
        }
        assert!(!breaker.worked());
        for _ in 0..2 {
            assert_eq!(breaker.failed(Rpc, at(1)), None);
        }
        assert_eq!(
            (breaker.permit(at(1)), breaker.reason()),
            (Permit::All, None)
        );
    }

    #[test]
    fn after_its_pause_it_lets_one_try_through_and_closes_when_that_works() {
        let mut breaker = opened();
        assert_eq!(breaker.permit(at(12)), Permit::One);
        assert!(breaker.worked());
        assert_eq!(breaker.permit(at(12)), Permit::All);
        assert_eq!(
            breaker.failed(Rpc, at(13)),
            None,
            "it counts from the start"
        );
    }

    #[test]
    fn a_try_that_fails_opens_it_for_longer_each_time_up_to_an_end() {
        let mut breaker = opened();
        let mut now = 12;
        for pause in [4, 7, 7] {
            // Whatever the reason is this time.
            let opened = breaker.failed(Unreachable, at(now));
            assert_eq!(opened.map(|opened| opened.pause), Some(at(pause)));
            now += pause;
            assert_eq!(breaker.permit(at(now - 1)), Permit::None { until: at(now) });
            assert_eq!(breaker.permit(at(now)), Permit::One);
        }
        assert_eq!(breaker.reason(), Some(Unreachable));
    }

    #[test]
    fn what_was_begun_before_it_opened_does_not_prolong_the_pause() {
        let mut breaker = opened();
        assert_eq!(breaker.failed(Rpc, at(11)), None);
        assert_eq!(breaker.permit(at(12)), Permit::One);
    }
}

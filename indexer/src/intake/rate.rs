//! How often one key may do something: so many a second on average, some more at once.

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::NoOpMiddleware,
    state::keyed::DashMapStateStore,
};
use std::{
    hash::Hash,
    num::NonZeroU32,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

/// Keys kept at most, apart from those that come between two sweeps.
const MOST_KEYS: usize = 200_000;
/// Checks between two sweeps.
const SWEEP_EVERY: usize = 4_096;
/// How long everybody waits when there are too many keys.
const WHEN_CROWDED: Duration = Duration::from_secs(1);

/// So many a second on average, and so many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// A second, on average; 0 for no limit.
    pub per_second: u32,
    /// At once, after a pause.
    pub burst: u32,
}

type Limiter<K, C> = RateLimiter<K, DashMapStateStore<K>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// A limit for each key. A key whose rate has recovered is forgotten.
pub struct RateLimit<K: Hash + Eq + Clone, C: Clock + Clone = DefaultClock> {
    limiter: Option<Limiter<K, C>>,
    clock: C,
    most_keys: usize,
    checks: AtomicUsize,
    crowded: AtomicBool,
}

impl<K: Hash + Eq + Clone> RateLimit<K> {
    /// A limit by the machine's clock.
    pub fn new(rate: Rate) -> Self {
        Self::with(rate, DefaultClock::default(), MOST_KEYS)
    }
}

impl<K: Hash + Eq + Clone, C: Clock + Clone> RateLimit<K, C> {
    fn with(rate: Rate, clock: C, most_keys: usize) -> Self {
        let quota = NonZeroU32::new(rate.per_second).map(|per_second| {
            let burst = NonZeroU32::new(rate.burst).unwrap_or(per_second);
            Quota::per_second(per_second).allow_burst(burst)
        });
        Self {
            limiter: quota
                .map(|quota| RateLimiter::new(quota, DashMapStateStore::default(), clock.clone())),
            clock,
            most_keys,
            checks: AtomicUsize::new(0),
            crowded: AtomicBool::new(false),
        }
    }

    /// Counts one use by a key.
    ///
    /// # Errors
    /// How long to wait, when it has used up its rate.
    pub fn check(&self, key: &K) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        let every = SWEEP_EVERY.min(self.most_keys);
        if self.checks.fetch_add(1, Ordering::Relaxed) % every == every - 1 {
            limiter.retain_recent();
            self.crowded
                .store(limiter.len() >= self.most_keys, Ordering::Relaxed);
        }
        if self.crowded.load(Ordering::Relaxed) {
            return Err(WHEN_CROWDED);
        }
        limiter
            .check_key(key)
            .map_err(|until| until.wait_time_from(self.clock.now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;

    fn limit(most_keys: usize) -> (RateLimit<u32, FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        let rate = Rate {
            per_second: 2,
            burst: 3,
        };
        (RateLimit::with(rate, clock.clone(), most_keys), clock)
    }

    #[test]
    fn a_key_has_its_burst_and_then_its_rate() {
        let (limit, clock) = limit(1_000);
        for _ in 0..3 {
            assert_eq!(limit.check(&1), Ok(()));
        }
        assert_eq!(limit.check(&1), Err(Duration::from_millis(500)));
        assert_eq!(limit.check(&2), Ok(()), "another key has its own");
        clock.advance(Duration::from_millis(500));
        assert_eq!(limit.check(&1), Ok(()));
        assert!(limit.check(&1).is_err());
    }

    #[test]
    fn keys_are_forgotten_and_never_more_than_so_many() {
        let (limit, clock) = limit(100);
        let keys = || limit.limiter.as_ref().expect("a limit").len();
        for key in 0..1_000 {
            let _ = limit.check(&key);
        }
        assert!(keys() <= 200, "{}", keys());
        assert!(limit.check(&5_000).is_err(), "it is crowded");
        clock.advance(Duration::from_secs(10));
        for key in 0..100 {
            let _ = limit.check(&(10_000 + key));
        }
        assert_eq!(limit.check(&5_000), Ok(()));
        assert!(keys() <= 100, "{}", keys());
    }

    #[test]
    fn a_rate_of_nothing_is_no_limit() {
        let rate = Rate {
            per_second: 0,
            burst: 0,
        };
        let limit = RateLimit::new(rate);
        assert!((0..10_000).all(|_| limit.check(&1).is_ok()));
    }
}

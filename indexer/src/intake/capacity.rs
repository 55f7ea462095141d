//! How much may be under way at once, altogether and from one address.

use super::source::Source;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Seats for requests, and bytes for their contents. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Capacity {
    seats: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    per_source: usize,
    seated: Arc<Seated>,
}

#[derive(Debug, Default)]
struct Seated(Mutex<HashMap<Source, usize>>);

impl Seated {
    fn table(&self) -> MutexGuard<'_, HashMap<Source, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request under way. Dropped, its seat is free again.
#[derive(Debug)]
pub struct Seat {
    source: Source,
    seated: Arc<Seated>,
    _seat: OwnedSemaphorePermit,
    _bytes: OwnedSemaphorePermit,
}

impl Capacity {
    /// `seats` requests with `bytes` of content at once. No address gets more than a quarter of the
    /// seats, so that one cannot hold all of them by sending slowly.
    pub fn new(seats: usize, bytes: usize) -> Self {
        let most = |wanted: usize| Arc::new(Semaphore::new(wanted.min(Semaphore::MAX_PERMITS)));
        Self {
            seats: most(seats),
            bytes: most(bytes),
            per_source: (seats / 4).max(1),
            seated: Arc::default(),
        }
    }

    /// A seat for a request with so many bytes; `None` when there is none.
    pub fn seat(&self, source: Source, bytes: u32) -> Option<Seat> {
        let _seat = Arc::clone(&self.seats).try_acquire_owned().ok()?;
        let _bytes = Arc::clone(&self.bytes).try_acquire_many_owned(bytes).ok()?;
        {
            let mut table = self.seated.table();
            let count = table.entry(source).or_default();
            if *count >= self.per_source {
                return None;
            }
            *count += 1;
        }
        Some(Seat {
            source,
            seated: Arc::clone(&self.seated),
            _seat,
            _bytes,
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut table = self.seated.table();
        if let Some(count) = table.get_mut(&self.source) {
            *count -= 1;
            if *count == 0 {
                table.remove(&self.source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, Ipv4Addr};

    fn source(last: u8) -> Source {
        Source::of(IpAddr::from(Ipv4Addr::new(192, 0, 2, last)))
    }

    #[test]
    fn seats_and_bytes_are_bounded_and_come_back() {
        let capacity = Capacity::new(8, 100);
        let large = capacity.seat(source(1), 90).expect("a seat");
        assert!(capacity.seat(source(2), 20).is_none(), "no bytes are left");
        drop(large);
        let seats: Vec<_> = (0..8)
            .map(|at| capacity.seat(source(at), 1).expect("a seat"))
            .collect();
        assert!(capacity.seat(source(9), 0).is_none(), "no seat is left");
        drop(seats);
        assert!(capacity.seat(source(9), 100).is_some());
        assert!(capacity.seated.table().is_empty(), "nothing is kept");
    }

    #[test]
    fn one_address_gets_a_quarter_of_the_seats() {
        let capacity = Capacity::new(8, 100);
        let first = capacity.seat(source(1), 1).expect("a seat");
        let _second = capacity.seat(source(1), 1).expect("a seat");
        assert!(capacity.seat(source(1), 1).is_none());
        assert!(capacity.seat(source(2), 1).is_some());
        drop(first);
        assert!(capacity.seat(source(1), 1).is_some());
    }
}

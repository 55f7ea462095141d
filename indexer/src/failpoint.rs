//! Places at which a test can end the process as if it were killed: before and after each commit of the
//! database, before and after each transaction that is sent.
//!
//! `SHEAF_KILL_AT=commit:3` ends it before its third commit. Nothing of this is in a release build.

/// A place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// Before a commit.
    Commit,
    /// After it.
    Committed,
    /// Before a transaction is sent.
    Send,
    /// After it was sent, before anything is known of it.
    Sent,
}

/// Ends the process here, when it was told to.
#[cfg(not(debug_assertions))]
pub const fn reached(_: Point) {}

#[cfg(debug_assertions)]
pub use told::reached;

#[cfg(debug_assertions)]
mod told {
    use super::Point;
    use std::sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    };

    /// The variable that names a place, and how often it is to be reached.
    const VARIABLE: &str = "SHEAF_KILL_AT";

    static ASKED: OnceLock<Option<(Point, u64)>> = OnceLock::new();
    static TIMES: AtomicU64 = AtomicU64::new(0);

    /// Ends the process here, when it was told to.
    pub fn reached(point: Point) {
        let asked = ASKED.get_or_init(|| read(&std::env::var(VARIABLE).ok()?));
        let Some((asked, times)) = asked else {
            return;
        };
        if *asked == point && TIMES.fetch_add(1, Ordering::SeqCst) + 1 == *times {
            std::process::abort();
        }
    }

    fn read(text: &str) -> Option<(Point, u64)> {
        let (name, times) = text.split_once(':')?;
        let point = match name {
            "commit" => Point::Commit,
            "committed" => Point::Committed,
            "send" => Point::Send,
            "sent" => Point::Sent,
            _ => return None,
        };
        Some((point, times.parse().ok()?))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_place_is_named_with_its_number() {
            assert_eq!(read("commit:3"), Some((Point::Commit, 3)));
            assert_eq!(read("sent:1"), Some((Point::Sent, 1)));
            assert_eq!(read("commit"), None);
            assert_eq!(read("elsewhere:1"), None);
        }
    }
}

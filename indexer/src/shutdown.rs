//! Ending in order: nothing new comes in, what is under way ends, the rest is cut off.

use std::time::Duration;
use tokio::task::{AbortHandle, JoinSet};

/// Ends roles. `source` tells the workers what to do: once it is silent, each ends what it is at,
/// and then itself. What still runs after `patience`, and roles that never end, are cut off.
pub async fn in_order<T: Send + 'static>(
    mut roles: JoinSet<T>,
    source: &AbortHandle,
    workers: &[AbortHandle],
    patience: Duration,
) {
    source.abort();
    let working = async {
        while !workers.iter().all(AbortHandle::is_finished) {
            // Whatever ended, perhaps a worker did.
            if roles.join_next().await.is_none() {
                break;
            }
        }
    };
    if tokio::time::timeout(patience, working).await.is_err() {
        tracing::warn!(
            "something under way did not end within {} s and is cut off; the journal knows what was sent",
            patience.as_secs()
        );
    }
    roles.shutdown().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        future::pending,
        sync::{Arc, Mutex, PoisonError},
    };
    use tokio::sync::watch;

    /// What happened, in order.
    #[derive(Clone, Default)]
    struct Diary(Arc<Mutex<Vec<&'static str>>>);

    impl Diary {
        fn note(&self, what: &'static str) {
            let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            notes.push(what);
        }

        fn read(&self) -> Vec<&'static str> {
            let notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            notes.clone()
        }
    }

    /// Notes that it was dropped.
    struct CutOff(Diary);

    impl Drop for CutOff {
        fn drop(&mut self) {
            self.0.note("helper cut off");
        }
    }

    /// A source, a worker whose step takes `step`, and a helper that never ends.
    async fn ended(step: Duration, patience: Duration) -> Vec<&'static str> {
        let diary = Diary::default();
        let (tell, mut told) = watch::channel(0);
        let (begin, mut begun) = watch::channel(false);
        let mut roles = JoinSet::new();
        let source = roles.spawn(async move {
            tell.send_replace(1);
            pending::<()>().await;
        });
        let notes = diary.clone();
        let worker = roles.spawn(async move {
            while told.changed().await.is_ok() {
                notes.note("step begun");
                begin.send_replace(true);
                tokio::time::sleep(step).await;
                notes.note("step ended");
            }
            notes.note("worker ended");
        });
        let helper = CutOff(diary.clone());
        roles.spawn(async move {
            let _helper = helper;
            pending::<()>().await;
        });
        begun.changed().await.expect("the worker works");
        in_order(roles, &source, &[worker], patience).await;
        diary.read()
    }

    #[tokio::test]
    async fn a_worker_ends_its_step_and_then_itself_before_anything_is_cut_off() {
        let notes = ended(Duration::from_millis(30), Duration::from_secs(60)).await;
        let expected = ["step begun", "step ended", "worker ended", "helper cut off"];
        assert_eq!(notes, expected);
    }

    #[tokio::test]
    async fn a_worker_that_hangs_does_not_hold_up_the_end() {
        let notes = ended(Duration::from_secs(3_600), Duration::from_millis(30)).await;
        assert_eq!(notes, ["step begun", "helper cut off"]);
    }
}

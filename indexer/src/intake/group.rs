//! Work that comes one by one and is done many at a time, behind a bounded queue.

use std::time::Duration;
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};

/// Nobody answered: the work failed, or its worker has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this could not be done now")]
pub struct Unanswered;

/// Where work is handed in.
#[derive(Debug)]
pub struct Queue<T, R>(mpsc::Sender<Asked<T, R>>);

/// Where it comes out, in groups.
#[derive(Debug)]
pub struct Line<T, R> {
    receive: mpsc::Receiver<Asked<T, R>>,
    most: usize,
    linger: Duration,
}

/// One piece of work and who waits for it.
#[derive(Debug)]
pub struct Asked<T, R> {
    /// The work.
    pub item: T,
    answer: oneshot::Sender<R>,
}

/// A queue of `places`, whose groups close at `most` pieces or `linger` after the first.
pub fn queue<T, R>(places: usize, most: usize, linger: Duration) -> (Queue<T, R>, Line<T, R>) {
    let (send, receive) = mpsc::channel(places.max(1));
    let line = Line {
        receive,
        most: most.max(1),
        linger,
    };
    (Queue(send), line)
}

impl<T, R> Queue<T, R> {
    /// Has a piece of work done.
    ///
    /// # Errors
    /// [`Unanswered`].
    pub async fn ask(&self, item: T) -> Result<R, Unanswered> {
        let (answer, answered) = oneshot::channel();
        let asked = Asked { item, answer };
        self.0.send(asked).await.map_err(|_| Unanswered)?;
        answered.await.map_err(|_| Unanswered)
    }
}

impl<T, R> Line<T, R> {
    /// The next group, without what nobody waits for any more; `None` when no more can come.
    pub async fn next(&mut self) -> Option<Vec<Asked<T, R>>> {
        let mut group = Vec::new();
        while group.is_empty() {
            if self.receive.recv_many(&mut group, self.most).await == 0 {
                return None;
            }
            if group.len() < self.most && !self.linger.is_zero() {
                sleep(self.linger).await;
                while group.len() < self.most
                    && let Ok(asked) = self.receive.try_recv()
                {
                    group.push(asked);
                }
            }
            group.retain(|asked| !asked.answer.is_closed());
        }
        Some(group)
    }
}

impl<T, R> Asked<T, R> {
    /// Answers; whoever asked may have left.
    pub fn answer(self, answer: R) {
        let _ = self.answer.send(answer);
    }

    /// Does the work and answers.
    pub fn answer_with(self, work: impl FnOnce(T) -> R) {
        let _ = self.answer.send(work(self.item));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[tokio::test]
    async fn a_group_closes_when_full_or_after_a_while() {
        let (queue, mut line) = queue::<u32, u32>(10, 3, Duration::from_millis(2));
        let queue = Arc::new(queue);
        let asks: Vec<_> = (0..4)
            .map(|number| {
                let queue = Arc::clone(&queue);
                tokio::spawn(async move { queue.ask(number).await })
            })
            .collect();
        for expected in [3, 1] {
            let group = line.next().await.expect("a group");
            assert_eq!(group.len(), expected);
            for asked in group {
                asked.answer_with(|number| number * 10);
            }
        }
        for (number, ask) in (0..4).zip(asks) {
            assert_eq!(ask.await.expect("it ran"), Ok(number * 10));
        }
        drop(queue);
        assert!(line.next().await.is_none());
    }

    #[tokio::test]
    async fn work_that_is_dropped_is_unanswered_and_work_nobody_waits_for_is_left_out() {
        let (queue, mut line) = queue::<u32, u32>(10, 3, Duration::ZERO);
        let (answer, group) = tokio::join!(queue.ask(1), async {
            drop(line.next().await.expect("a group"));
        });
        assert_eq!((answer, group), (Err(Unanswered), ()));

        let left = tokio::time::timeout(Duration::from_millis(1), queue.ask(2)).await;
        assert!(left.is_err());
        let (_, group) = tokio::join!(queue.ask(3), async {
            let group = line.next().await.expect("a group");
            group.iter().map(|asked| asked.item).collect::<Vec<_>>()
        });
        assert_eq!(group, [3]);
    }
}

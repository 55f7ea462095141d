//! One look at the aggregator's status for all nodes of the process.

use sheaf_client::indexer::Indexer;
use std::time::Duration;
use tokio::sync::watch;

/// How often the status is asked for.
const POLL: Duration = Duration::from_millis(400);
/// Longest pause between tries while the aggregator does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What nodes need of the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The chain's slot.
    pub slot: u64,
    /// The round whose intake is open.
    pub intake_round: u64,
}

/// Asks for the status for ever and tells about every answer. Ends when nobody listens.
pub async fn watch(indexer: Indexer, tell: watch::Sender<Now>) {
    let mut pause = POLL;
    loop {
        tokio::time::sleep(pause).await;
        match indexer.status().await {
            Ok(status) => {
                if pause != POLL {
                    println!("the aggregator answers again");
                    pause = POLL;
                }
                let now = Now {
                    slot: status.slot,
                    intake_round: status.intake_round,
                };
                if tell.send(now).is_err() {
                    return;
                }
            }
            Err(error) => {
                if pause == POLL {
                    eprintln!("{error}; trying again until it answers");
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

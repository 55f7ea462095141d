//! What ends a program that runs for ever: Ctrl-C, SIGTERM, SIGHUP, and standard input where that
//! is asked for.

use std::{future::pending, io};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::oneshot,
};

/// Watches for the end.
#[derive(Debug)]
pub struct Ending {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
    stdin: Option<oneshot::Receiver<()>>,
}

impl Ending {
    /// Starts watching.
    ///
    /// # Errors
    /// When the signals cannot be watched.
    pub fn watch(until_stdin_closes: bool) -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            stdin: until_stdin_closes.then(stdin_closed),
        })
    }

    /// Returns when the program is to end.
    pub async fn wait(&mut self) {
        let stdin = async {
            match &mut self.stdin {
                Some(closed) => drop(closed.await),
                None => pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
            () = stdin => {}
        }
    }
}

/// Reads standard input on a thread of its own, which the end of the process ends.
fn stdin_closed() -> oneshot::Receiver<()> {
    let (closed, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = closed.send(());
    });
    receiver
}

//! Sends requests over many connections and reads the answers: as little work as can be, because it
//! shares the machine with what is measured.

use anyhow::{Context as _, bail, ensure};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    task::JoinSet,
};

/// What came of it.
#[derive(Debug)]
pub struct Load {
    elapsed: Duration,
    /// How long each answer took, ascending.
    latencies: Vec<Duration>,
}

impl Load {
    /// Answers a second.
    pub fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// A percentile of how long answers took, in milliseconds.
    pub fn latency(&self, percentile: usize) -> f64 {
        let place = (self.latencies.len() * percentile / 100).min(self.latencies.len() - 1);
        self.latencies[place].as_secs_f64() * 1_000.0
    }
}

/// Sends each request once; every answer has to be a success.
///
/// # Errors
/// When one is not, or a connection fails.
pub async fn send(
    address: SocketAddr,
    requests: &Arc<Vec<Vec<u8>>>,
    connections: usize,
) -> anyhow::Result<Load> {
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut senders = JoinSet::new();
    for _ in 0..connections {
        let (requests, next) = (Arc::clone(requests), Arc::clone(&next));
        senders.spawn(async move {
            let mut stream = BufReader::new(TcpStream::connect(address).await?);
            stream.get_ref().set_nodelay(true)?;
            let mut latencies = Vec::new();
            while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                let sent = Instant::now();
                stream.get_mut().write_all(request).await?;
                answer(&mut stream).await?;
                latencies.push(sent.elapsed());
            }
            anyhow::Ok(latencies)
        });
    }
    let mut latencies = Vec::with_capacity(requests.len());
    while let Some(sent) = senders.join_next().await {
        latencies.extend(sent??);
    }
    let elapsed = started.elapsed();
    ensure!(latencies.len() == requests.len(), "an answer is missing");
    latencies.sort_unstable();
    Ok(Load { elapsed, latencies })
}

/// Reads one answer.
async fn answer(stream: &mut BufReader<TcpStream>) -> anyhow::Result<()> {
    let (mut status, mut length) = (None, 0);
    let mut line = String::new();
    loop {
        line.clear();
        ensure!(stream.read_line(&mut line).await? > 0, "the server hung up");
        let text = line.trim_end();
        if status.is_none() {
            status = Some(text.to_owned());
        } else if text.is_empty() {
            break;
        } else if let Some((name, value)) = text.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().context("a length")?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let status = status.unwrap_or_default();
    if !status.contains(" 200 ") {
        bail!("{status}: {}", String::from_utf8_lossy(&body));
    }
    Ok(())
}

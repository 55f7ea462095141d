//! The buffer: where a program's bytes are gathered before they replace anything. Writes may come twice
//! and in any order, so what is missing is found by reading the buffer back.

use super::signers;
use crate::{
    context::Context,
    output::{fields, note},
};
use anyhow::{Context as _, bail, ensure};
use clap::Args;
use serde::Serialize;
use sheaf_client::{
    Chain, Error, amount,
    loader::{
        Buffer,
        account::BUFFER_HEADER,
        instruction::{close_buffer, create_buffer, write},
        missing_chunks,
    },
    send::Terms,
};
use solana_sdk::{
    pubkey::Pubkey,
    signature::{Keypair, Signature, Signer},
};
use std::{
    fmt,
    ops::Range,
    time::{Duration, Instant},
};

/// Chunks that are on their way at a time.
const FLIGHT: usize = 64;
/// How long a flight may take to land before the buffer is read again.
const LANDING: Duration = Duration::from_secs(20);
/// How often its signatures are asked for.
const POLL: Duration = Duration::from_millis(200);
/// Passes over the buffer in a row that may bring nothing.
const IDLE_PASSES: usize = 3;
/// Compute units of one write, with its budget.
const WRITE_UNITS: u32 = 10_000;

/// Who writes to a buffer.
pub struct Writers<'a> {
    /// Pays fees and rent.
    pub payer: &'a Keypair,
    /// The buffer's authority.
    pub authority: &'a Keypair,
    /// The buffer.
    pub buffer: &'a Keypair,
}

/// Lamports of a buffer for `length` bytes that are there already, and those it takes.
///
/// # Errors
/// When the RPC cannot be asked.
pub async fn lamports(chain: &Chain, buffer: &Pubkey, length: usize) -> anyhow::Result<(u64, u64)> {
    let takes = chain.rent(BUFFER_HEADER + length).await?;
    Ok((chain.lamports(buffer).await?, takes))
}

/// Brings a file into a buffer, which is created or taken up where an earlier run left it.
///
/// # Errors
/// When the buffer is not ours or of another length, or the chain takes no writes.
pub async fn fill(chain: &Chain, writers: &Writers<'_>, file: &[u8]) -> anyhow::Result<()> {
    let mut missing = match look(chain, writers, file).await? {
        Some(missing) => missing,
        None => {
            create(chain, writers, file.len()).await?;
            missing_chunks(file, &vec![0; file.len()])
        }
    };
    let mut idle = 0;
    while !missing.is_empty() {
        let before = missing.len();
        note(&format!(
            "{before} parts of {} bytes are to be written to buffer {}",
            file.len(),
            writers.buffer.pubkey()
        ));
        for (number, flight) in missing.chunks(FLIGHT).enumerate() {
            send(chain, writers, file, flight).await?;
            let sent = before.min((number + 1) * FLIGHT);
            note(&format!("{sent} of {before} sent"));
        }
        missing = look(chain, writers, file)
            .await?
            .context("the buffer is gone: another run deployed from it, or closed it")?;
        idle = if missing.len() < before { 0 } else { idle + 1 };
        ensure!(
            idle < IDLE_PASSES,
            "{} parts do not land: the cluster is busy, or drops transactions",
            missing.len()
        );
    }
    Ok(())
}

/// What a buffer still lacks; none when it does not exist.
async fn look(
    chain: &Chain,
    writers: &Writers<'_>,
    file: &[u8],
) -> anyhow::Result<Option<Vec<Range<usize>>>> {
    let address = writers.buffer.pubkey();
    let Some(account) = chain.account(&address).await? else {
        return Ok(None);
    };
    let buffer = Buffer::read(&account)
        .with_context(|| format!("{address} is no buffer: name another --buffer-keypair"))?;
    check(&address, &buffer, &writers.authority.pubkey(), file.len())?;
    Ok(Some(missing_chunks(file, buffer.bytes)))
}

/// Whether a buffer can take a file of `length` bytes.
fn check(
    address: &Pubkey,
    buffer: &Buffer,
    authority: &Pubkey,
    length: usize,
) -> anyhow::Result<()> {
    ensure!(
        buffer.authority == Some(*authority),
        "buffer {address} belongs to {}, not to {authority}: name another --buffer-keypair, or that key as --upgrade-authority",
        buffer
            .authority
            .map_or("nobody".to_owned(), |key| key.to_string())
    );
    ensure!(
        buffer.bytes.len() == length,
        "buffer {address} is for a program of {} bytes, this one has {length}: it was built anew since. \
         Close the buffer, then try again",
        buffer.bytes.len()
    );
    Ok(())
}

async fn create(chain: &Chain, writers: &Writers<'_>, length: usize) -> anyhow::Result<()> {
    let rent = chain.rent(BUFFER_HEADER + length).await?;
    let (payer, buffer) = (writers.payer.pubkey(), writers.buffer.pubkey());
    let create = create_buffer(&payer, &buffer, &writers.authority.pubkey(), rent, length);
    let keys = signers(&[writers.payer, writers.buffer]);
    chain.send(&create, &keys, &Terms::default()).await?;
    Ok(())
}

/// Sends some chunks and waits until they landed, or long enough. What does not land is found
/// missing later, and sent again.
async fn send(
    chain: &Chain,
    writers: &Writers<'_>,
    file: &[u8],
    chunks: &[Range<usize>],
) -> anyhow::Result<()> {
    let terms = Terms {
        compute_unit_limit: Some(WRITE_UNITS),
        simulate: false,
        ..Terms::default()
    };
    let keys = signers(&[writers.payer, writers.authority]);
    let (buffer, authority) = (writers.buffer.pubkey(), writers.authority.pubkey());
    let mut open = Vec::with_capacity(chunks.len());
    for chunk in chunks {
        let offset = u32::try_from(chunk.start).context("the program is too long")?;
        let write = write(&buffer, &authority, offset, &file[chunk.clone()]);
        let signed = chain.sign(&[write], &keys, &terms).await?;
        match chain.submit(&signed).await {
            Err(error @ Error::Refused(_)) => return Err(error.into()),
            // It may have arrived all the same.
            Err(error) => tracing::debug!(%error, offset, "a write was not taken"),
            Ok(()) => {}
        }
        open.push(signed.signature);
    }
    land(chain, open).await
}

async fn land(chain: &Chain, mut open: Vec<Signature>) -> anyhow::Result<()> {
    let until = Instant::now() + LANDING;
    while !open.is_empty() && Instant::now() < until {
        tokio::time::sleep(POLL).await;
        let Ok(answer) = chain.rpc().get_signature_statuses(&open).await else {
            continue;
        };
        let mut still_open = Vec::new();
        for (signature, status) in open.into_iter().zip(answer.value) {
            match status {
                Some(status) if status.satisfies_commitment(chain.commitment()) => {
                    if let Some(error) = status.err {
                        bail!("write {signature} failed: {error}");
                    }
                }
                _ => still_open.push(signature),
            }
        }
        open = still_open;
    }
    Ok(())
}

/// Arguments of `sheaf network close-buffer`.
#[derive(Debug, Args)]
pub struct CloseBufferArgs {
    /// The buffer; -k is its authority
    pub buffer: Pubkey,
}

#[derive(Debug, Serialize)]
struct Closed {
    buffer: String,
    lamports: String,
    signature: String,
}

impl fmt::Display for Closed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fields(
            formatter,
            &[
                ("Closed", &self.buffer),
                ("Lamports", &self.lamports),
                ("Signature", &self.signature),
            ],
        )
    }
}

/// Closes a buffer that nothing is deployed from any more; its SOL goes to the wallet.
///
/// # Errors
/// When there is none, or it is another's.
pub async fn close(args: &CloseBufferArgs, context: &Context) -> anyhow::Result<()> {
    let (chain, wallet) = (context.chain(), context.wallet()?);
    let account = chain.account(&args.buffer).await?;
    let account = account.with_context(|| {
        format!(
            "there is no buffer {} on {}: it was closed, or deployed from",
            args.buffer,
            chain.url()
        )
    })?;
    let buffer = Buffer::read(&account)
        .with_context(|| format!("{} is no buffer of the loader", args.buffer))?;
    check(&args.buffer, &buffer, &wallet.pubkey(), buffer.bytes.len())?;
    let close = close_buffer(&args.buffer, &wallet.pubkey(), &wallet.pubkey());
    let landed = context.send(&[close], &[wallet]).await?;
    context.print(&Closed {
        buffer: args.buffer.to_string(),
        lamports: account.lamports.to_string(),
        signature: landed.signature.to_string(),
    })
}

/// What becomes of a buffer's SOL when a deployment stops.
pub fn leftover(buffer: &Pubkey, lamports: u64) -> String {
    format!(
        "buffer {buffer} holds {} SOL: the same command goes on from here, and `sheaf network close-buffer {buffer}` returns it to its authority",
        amount::format(lamports, amount::SOL_DECIMALS)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_of_another_authority_or_length_is_not_taken_up() {
        let [address, mine, other] = [1, 2, 3].map(|byte| Pubkey::new_from_array([byte; 32]));
        let refused = |authority, length| {
            let bytes = &[0; 4];
            let outcome = check(&address, &Buffer { authority, bytes }, &mine, length);
            outcome.err().map(|error| error.to_string())
        };
        assert_eq!(refused(Some(mine), 4), None);
        assert!(refused(Some(other), 4).is_some_and(|text| text.contains("belongs to")));
        assert!(refused(None, 4).is_some_and(|text| text.contains("nobody")));
        assert!(refused(Some(mine), 5).is_some_and(|text| text.contains("Close the buffer")));
    }

    #[test]
    fn who_stops_half_way_is_told_where_the_money_is() {
        let text = leftover(&Pubkey::default(), 1_500_000_000);
        assert!(
            text.contains("1.5 SOL") && text.contains("close-buffer 1111"),
            "{text}"
        );
    }
}

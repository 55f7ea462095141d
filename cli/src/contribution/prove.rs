//! `sheaf contribution prove`: inclusion in a batch on chain, or absence against a receipt.

use super::receipt;
use crate::{
    context::Context,
    output::fields,
    pool::PoolArgs,
    verify::{
        DIFFERENT,
        facts::{Place, batches},
    },
};
use anyhow::{Context as _, ensure};
use clap::Args;
use serde::Serialize;
use sheaf_format::{Hash, Key};
use sheaf_protocol::{
    batch::{BatchFile, item},
    list_root::InclusionProof,
    statement::{Receipt, Signed},
    text::{Base58Key, Base58Signature, HexHash},
    verification::BatchFacts,
};
use std::{fmt, path::PathBuf, process::ExitCode};

/// Arguments of `sheaf contribution prove`.
#[derive(Debug, Args)]
pub struct ProveArgs {
    /// Id of the submission
    #[arg(value_name = "ID")]
    pub submission: HexHash,
    /// The pool, and the indexer that has the batch.
    #[command(flatten)]
    pub pool: PoolArgs,
    /// The aggregator's signed receipt, or a node's journal with it: proves that it was left out
    #[arg(long, value_name = "FILE")]
    pub receipt: Option<PathBuf>,
}

/// A proof. What does not apply is `null`.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Proof {
    submission: HexHash,
    job: u64,
    round: u64,
    /// Whether it is in the batch; if not, the receipt's promise was broken.
    included: bool,
    /// Address of the batch, where the root stands.
    batch: Base58Key,
    contributions_root: HexHash,
    count: u32,
    /// The signature, which the list's item holds behind the id.
    signature: Option<Base58Signature>,
    proof: Option<InclusionProof>,
    receipt: Option<Promise>,
}

/// What the aggregator signed.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Promise {
    aggregator: Base58Key,
    received_slot: u64,
    signature: Base58Signature,
}

impl fmt::Display for Proof {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = format!("batch of job {} in round {}", self.job, self.round);
        let verdict = match &self.proof {
            Some(proof) => format!("in the {place}, number {} of {}", proof.index, self.count),
            None => format!("left out of the {place}, though {} signed for it", {
                let signed = self.receipt.as_ref();
                signed.map_or_else(String::new, |receipt| receipt.aggregator.to_string())
            }),
        };
        let siblings = self.proof.as_ref().map_or(0, |proof| proof.siblings.len());
        fields(
            formatter,
            &[
                ("Submission", &self.submission),
                ("Proven", &verdict),
                ("Batch", &self.batch),
                ("Root on chain", &self.contributions_root),
                ("Siblings", &siblings),
            ],
        )
    }
}

/// Proves.
///
/// # Errors
/// When neither inclusion nor absence can be proven.
pub async fn run(args: &ProveArgs, context: &Context) -> anyhow::Result<ExitCode> {
    let chain = context.chain();
    let found = args.pool.find(chain).await?;
    let place = Place::find(chain, found.address, false).await?;
    let indexer = args.pool.client()?;
    let id = args.submission;
    let receipt = args
        .receipt
        .as_deref()
        .map(|path| receipt::read(path, id))
        .transpose()?;
    let (job, round) = match &receipt {
        Some(receipt) => promised(&place, receipt)?,
        None => {
            let view = indexer.submission(&id.0).await?;
            let view = view.with_context(|| {
                format!("the indexer does not know submission {id}: with its receipt (--receipt FILE), its absence can be proven")
            })?;
            let round = view.round.with_context(|| {
                format!("submission {id} is in no batch yet: try again in a moment")
            })?;
            (view.job, round)
        }
    };
    let batch = batches::of_job(&place, job, round).await?.with_context(|| {
        format!("job {job} has no batch on chain in round {round} (yet), so nothing can be proven against it")
    })?;
    let promise = match &receipt {
        None => None,
        Some(receipt) => {
            let aggregator = batches::aggregator(&place, job, round).await?;
            Some(check_promise(receipt, &aggregator)?)
        }
    };
    let file = indexer.batch(round, job).await?;
    let address = batches::address(&place, job, round);
    let proof = prove(&file, &batch, round, id, address.to_bytes(), promise)?;
    let included = proof.included;
    context.print(&proof)?;
    Ok(if included {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(DIFFERENT)
    })
}

/// The job and round a receipt names.
fn promised(place: &Place, receipt: &Signed<Receipt>) -> anyhow::Result<(u64, u64)> {
    let body = &receipt.body;
    ensure!(
        (body.genesis, body.program) == (place.genesis, place.program()),
        "the receipt is of another cluster or program: correct -u or --program-id"
    );
    let job = batches::number_of(place, &body.job)
        .context("the receipt names a job that this pool does not have")?;
    Ok((job, body.round))
}

fn check_promise(receipt: &Signed<Receipt>, aggregator: &Key) -> anyhow::Result<Promise> {
    receipt.verify(aggregator).with_context(|| {
        format!(
            "the receipt is not signed by {}, who batches for the job in that round: it proves nothing",
            Base58Key(*aggregator)
        )
    })?;
    Ok(Promise {
        aggregator: (*aggregator).into(),
        received_slot: receipt.body.received_slot,
        signature: receipt.signature.into(),
    })
}

/// What a batch file says of a submission, once it is the one on chain.
fn prove(
    file: &BatchFile,
    batch: &BatchFacts,
    round: u64,
    id: HexHash,
    address: Hash,
    receipt: Option<Promise>,
) -> anyhow::Result<Proof> {
    ensure!(
        file.root() == batch.contributions_root
            && file.count() == batch.count
            && file.job.0 == batch.terms.job
            && file.round == round,
        "the indexer's batch is not the one on chain: it has root {}, {} was posted. Ask another indexer, with --indexer URL",
        HexHash(file.root()),
        HexHash(batch.contributions_root)
    );
    let entry = file.submissions.iter().find(|entry| entry.id() == id.0);
    let proof = entry.and_then(|_| file.prove(&id.0));
    if let (Some(entry), Some(proof)) = (entry, &proof) {
        ensure!(
            proof.verify(&batch.contributions_root, &item(entry)),
            "the proof does not lead to the root on chain"
        );
    } else {
        ensure!(
            receipt.is_some(),
            "submission {id} is not in the batch of job {} in round {round}. Only with the aggregator's receipt (--receipt FILE) does that prove anything",
            batch.terms.number
        );
    }
    Ok(Proof {
        submission: id,
        job: batch.terms.number,
        round,
        included: proof.is_some(),
        batch: address.into(),
        contributions_root: batch.contributions_root.into(),
        count: batch.count,
        signature: entry.map(|entry| entry.signature.into()),
        proof,
        receipt,
    })
}

#[cfg(test)]
mod tests;

//! `sheaf job create`: checks everything that can be checked, creates and funds the job, publishes
//! its specification.

use super::{
    publish::{self, SpecificationFile},
    terms::TermArgs,
};
use crate::{
    context::Context,
    funds::require_tokens,
    identity,
    output::{fields, note},
    pool::FoundPool,
};
use anyhow::{Context as _, ensure};
use clap::Args;
use serde::Serialize;
use sheaf_client::{
    Error,
    indexer::Indexer,
    instruction::{self, PoolAccounts},
    layout::{AccountLayout, CreateJobArguments, Job, Network},
    send::Landed,
};
use sheaf_format::limits::MAX_JOB_SECONDS;
use sheaf_protocol::{
    encryption::public_key,
    text::{AgeKey, HexHash},
};
use solana_sdk::{
    pubkey::Pubkey,
    signature::{Keypair, Signer},
};
use std::{fmt, path::PathBuf};

/// How often the job gets another number, when others create jobs at the same moment.
const TRIES: usize = 5;
/// Longest life of a job, in hours.
const MAX_HOURS: i64 = MAX_JOB_SECONDS / 3_600;

/// Arguments of `sheaf job create`.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// Mint the job pays in; it has a pool
    #[arg(long)]
    pub mint: Pubkey,
    /// Wallet of the aggregator that posts the job's batches; it is on the network's list
    #[arg(long, value_name = "PUBKEY")]
    pub aggregator: Pubkey,
    /// What the job asks for, as JSON
    #[arg(long, value_name = "FILE")]
    pub specification: PathBuf,
    /// Its money.
    #[command(flatten)]
    pub terms: TermArgs,
    /// Hours until the job ends by itself
    #[arg(long, value_name = "H", default_value_t = 720,
          value_parser = clap::value_parser!(i64).range(1..=MAX_HOURS))]
    pub deadline_hours: i64,
    /// Identity file that decrypts the contributions; created when there is none. Keep it
    #[arg(long, value_name = "FILE")]
    pub identity: PathBuf,
    /// URL of the aggregator's indexer, where the specification is published
    #[arg(long, value_name = "URL", env = "SHEAF_INDEXER", default_value = crate::node::DEFAULT_INDEXER)]
    pub indexer: String,
}

#[derive(Debug, Serialize)]
struct Created {
    job: u64,
    address: String,
    pool: String,
    signature: String,
    specification_hash: HexHash,
    recipient: String,
    identity: PathBuf,
    published: bool,
}

impl fmt::Display for Created {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let published = if self.published { "yes" } else { "not yet" };
        fields(
            formatter,
            &[
                ("Job", &self.job),
                ("Address", &self.address),
                ("Pool", &self.pool),
                ("Specification", &self.specification_hash),
                ("Published", &published),
                ("Recipient", &self.recipient),
                ("Identity", &self.identity.display()),
                ("Signature", &self.signature),
            ],
        )
    }
}

/// Creates a job.
///
/// # Errors
/// What, why, what next. Nothing was sent unless a transaction or the chain's refusal is named. A
/// specification that could not be published is none: the job exists.
pub async fn run(args: &CreateArgs, context: &Context) -> anyhow::Result<()> {
    let chain = context.chain();
    let indexer = Indexer::new(&args.indexer)?;
    let file = SpecificationFile::read(&args.specification)?;
    sheaf_kinds::check(&file.specification)
        .with_context(|| format!("{} cannot be used", args.specification.display()))?;
    let mint = chain.mint(&args.mint).await?;
    let terms = args.terms.read(mint.decimals)?;
    let pool = FoundPool::of_mint(chain, &args.mint).await?;
    require_aggregator(&chain.network().await?, &args.aggregator)?;
    let wallet = context.payer(chain.rent(Job::LENGTH).await?).await?;
    require_tokens(chain, &mint, &wallet.pubkey(), terms.amount).await?;
    let deadline = chain
        .unix_time()
        .await?
        .saturating_add(args.deadline_hours.saturating_mul(3_600));
    // On disk before the chain names it: without it nobody could read what the job pays for.
    let encryption_key = public_key(&identity::read_or_create(&args.identity)?)?;
    let arguments = CreateJobArguments {
        encryption_key,
        specification_hash: file.hash,
        aggregator: args.aggregator.to_bytes(),
        amount: terms.amount,
        price_per_unit: terms.price,
        round_cap: terms.round_cap,
        minimum_earning: terms.minimum_earning,
        deadline,
        kind: file.specification.kind() as u8,
        _padding: [0; 7],
    };
    let (number, landed) = create(
        context,
        wallet,
        &PoolAccounts::from(&mint),
        &pool,
        &arguments,
    )
    .await?;
    let address = chain.addresses().job(&pool.address, number);
    note(&format!("job {number} is created: {}", landed.signature));
    let published = published(args, context, &indexer, number, &address, &file).await;
    context.print(&Created {
        job: number,
        address: address.to_string(),
        pool: pool.address.to_string(),
        signature: landed.signature.to_string(),
        specification_hash: file.hash.into(),
        recipient: AgeKey(encryption_key).to_string(),
        identity: args.identity.clone(),
        published,
    })
}

fn require_aggregator(network: &Network, aggregator: &Pubkey) -> anyhow::Result<()> {
    let listed = network.active_aggregators();
    ensure!(
        listed.contains(&aggregator.to_bytes()),
        "{aggregator} is not on the network's list of aggregators: name one of {}",
        listed
            .iter()
            .map(|key| Pubkey::new_from_array(*key).to_string())
            .collect::<Vec<_>>()
            .join(", ")
    );
    Ok(())
}

/// Creates the job under the pool's next number. Somebody else may take that number first: then the
/// chain refuses, nothing has happened, and the next number is tried.
async fn create(
    context: &Context,
    wallet: &Keypair,
    accounts: &PoolAccounts,
    pool: &FoundPool,
    arguments: &CreateJobArguments,
) -> anyhow::Result<(u64, Landed)> {
    let chain = context.chain();
    let mut number = pool.account.next_job;
    let mut tries = 1;
    loop {
        let create = instruction::create_job(
            chain.addresses(),
            &wallet.pubkey(),
            accounts,
            number,
            arguments,
        );
        let error = match context.send(&[create], &[wallet]).await {
            Ok(landed) => return Ok((number, landed)),
            Err(error) => error,
        };
        // Unless the chain refused, the job may exist: nothing is sent again.
        if error.refusal().is_none() || tries == TRIES {
            return Err(error.into());
        }
        let next = chain.pool(&pool.address).await?.next_job;
        if !was_taken(&error, number, next) {
            return Err(error.into());
        }
        note(&format!(
            "somebody else created job {number} first; trying {next}"
        ));
        number = next;
        tries += 1;
    }
}

/// Whether a creation failed for certain because somebody else took the number.
fn was_taken(error: &Error, number: u64, next: u64) -> bool {
    error.refusal().is_some() && next > number
}

/// Whether the specification is published now; says why not.
async fn published(
    args: &CreateArgs,
    context: &Context,
    indexer: &Indexer,
    number: u64,
    address: &Pubkey,
    file: &SpecificationFile,
) -> bool {
    let outcome = async {
        let publication = publish::sign(context, address, file.hash).await?;
        publish::publish(indexer, number, &file.bytes, &publication).await?;
        anyhow::Ok(())
    };
    match outcome.await {
        Ok(()) => true,
        Err(error) => {
            note(&format!(
                "job {number} exists, but its specification is not published: {error:#}. Until `sheaf job publish {number} --mint {} --specification {}` nobody can contribute",
                args.mint,
                args.specification.display()
            ));
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;
    use sheaf_client::Refusal;
    use solana_sdk::signature::Signature;

    #[test]
    fn an_aggregator_must_be_on_the_list() {
        let mut network = Network::zeroed();
        network.aggregators[0] = [5; 32];
        network.aggregator_count = 1;
        let listed = Pubkey::new_from_array([5; 32]);
        assert!(require_aggregator(&network, &listed).is_ok());
        let refused = require_aggregator(&network, &Pubkey::default());
        assert!(refused.is_err_and(|error| error.to_string().contains(&listed.to_string())));
    }

    #[test]
    fn a_creation_is_repeated_only_when_it_certainly_failed() {
        let refused = || {
            Error::Refused(Box::new(Refusal {
                name: "AccountAlreadyInUse".to_owned(),
                message: String::new(),
                code: None,
                instruction: None,
                program: None,
                logs: Vec::new(),
                signature: None,
            }))
        };
        assert!(was_taken(&refused(), 4, 5));
        assert!(!was_taken(&refused(), 4, 4), "refused for another reason");
        let uncertain = Error::Uncertain {
            signature: Signature::default(),
            reason: String::new(),
        };
        assert!(!was_taken(&uncertain, 4, 5), "it may have been ours");
        let expired = Error::Expired {
            signature: Signature::default(),
        };
        assert!(!was_taken(&expired, 4, 5));
    }
}

//! From an empty chain to a funded job whose specification is published: all of it through `sheaf`.

use super::{Earner, Role, Scenario};
use crate::{
    plan::{Conduct, Plan, VALIDATORS},
    regions,
    site::{Mirrors, Site, pages},
    stack::{Stack, localnet::Localnet},
};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use sheaf_client::{indexer::Indexer, keys::read_or_create_keypair};
use sheaf_protocol::specification::{Specification, WebSpecification};
use solana_sdk::{pubkey::Pubkey, signature::Signer};
use std::path::{Path, PathBuf};

/// Tokens each validator stakes.
const STAKE: &str = "100";

/// What `sheaf job create` prints, as far as it is used.
#[derive(Debug, Deserialize)]
struct JobCreated {
    job: u64,
    published: bool,
}

/// What other commands print: nothing of it is used but that they succeeded.
#[derive(Debug, Deserialize)]
struct Done {}

impl Scenario {
    /// Serves the site; creates network, pool and validators; starts the indexer; creates the job.
    ///
    /// # Errors
    /// When a step fails.
    pub async fn prepare(plan: Plan, mut stack: Stack, folder: &Path) -> Result<Self> {
        let site = serve(&plan, folder).await?;
        let treasury = create_network(&stack).await?;
        register_validators(&stack).await?;
        let indexer = Indexer::new(&stack.start_indexer(plan.collect_slots).await?)?;
        let requester = stack.folder.join("requester");
        let specification = requester.join("specification.json");
        write_specification(&plan, &site, folder, &specification)?;
        let identity = requester.join("identity.txt");
        let job = create_job(&plan, &stack, &indexer, &specification, &identity).await?;
        let chain = stack.localnet.chain()?;
        let mint = stack.localnet.mint()?;
        let mut scenario = Self {
            earners: earners(&plan, &stack.localnet, treasury)?,
            pool: chain.addresses().pool(&mint),
            plan,
            stack,
            site,
            chain,
            indexer,
            mint,
            job,
            identity,
            before: Default::default(),
        };
        scenario.before = scenario.token_balances().await?;
        Ok(scenario)
    }
}

/// Serves the folder; nodes whose region has a mirror are served by that.
async fn serve(plan: &Plan, folder: &Path) -> Result<Site> {
    let mirrors: Mirrors = plan
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, conduct)| **conduct == Conduct::Mirrored)
        .map(|(number, _)| (regions::address(number), plan.region(number).to_owned()))
        .collect();
    Site::serve(folder, mirrors).await
}

/// Creates the network and the pool. Returns the treasury's wallet.
async fn create_network(stack: &Stack) -> Result<Pubkey> {
    let Localnet { manifest, .. } = &stack.localnet;
    let admin = &stack.localnet.wallet("admin")?.path;
    let aggregator = &stack.localnet.wallet("aggregator")?.pubkey;
    let treasury = read_or_create_keypair(&stack.folder.join("treasury/wallet.json"))?.pubkey();
    let init = [
        "network",
        "init",
        "--preset",
        "localnet",
        "--stake-mint",
        &manifest.mint,
        "--treasury",
        &treasury.to_string(),
        "--aggregator",
        aggregator,
    ];
    let _: Done = stack.cli.json(admin, &init).await?;
    let create = ["pool", "create", "--mint", &manifest.mint];
    let _: Done = stack.cli.json(admin, &create).await?;
    Ok(treasury)
}

/// Where validator `number` keeps its keys and records.
pub(super) fn validator_keys(stack: &Stack, number: usize) -> PathBuf {
    stack.folder.join(format!("validators/{}", number + 1))
}

async fn register_validators(stack: &Stack) -> Result<()> {
    for number in 0..VALIDATORS {
        let keys = validator_keys(stack, number);
        let (vote, identity) = (keys.join("vote.json"), keys.join("identity.txt"));
        let register = [
            "validator".as_ref(),
            "register".as_ref(),
            "--stake".as_ref(),
            STAKE.as_ref(),
            "--vote-key".as_ref(),
            vote.as_os_str(),
            "--identity".as_ref(),
            identity.as_os_str(),
        ];
        let wallet = &stack.localnet.validator(number)?.path;
        let _: Done = stack.cli.json(wallet, &register).await?;
    }
    Ok(())
}

fn write_specification(plan: &Plan, site: &Site, folder: &Path, file: &Path) -> Result<()> {
    let chosen = pages::choose(folder, plan.pages)?;
    let specification = Specification::Web(WebSpecification {
        title: format!("{} pages as seen from many regions", plan.pages),
        urls: chosen.iter().map(|page| site.url(page)).collect(),
        pages_per_node: plan.pages_per_node,
    });
    let write = || -> Result<()> {
        std::fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
        std::fs::write(file, specification.to_bytes()?)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", file.display()))
}

async fn create_job(
    plan: &Plan,
    stack: &Stack,
    indexer: &Indexer,
    specification: &Path,
    identity: &Path,
) -> Result<u64> {
    let create = [
        "job".as_ref(),
        "create".as_ref(),
        "--mint".as_ref(),
        stack.localnet.manifest.mint.as_ref(),
        "--aggregator".as_ref(),
        stack.localnet.wallet("aggregator")?.pubkey.as_ref(),
        "--specification".as_ref(),
        specification.as_os_str(),
        "--amount".as_ref(),
        plan.funding.as_ref(),
        "--price".as_ref(),
        plan.price.as_ref(),
        "--round-cap".as_ref(),
        plan.round_cap.as_ref(),
        "--identity".as_ref(),
        identity.as_os_str(),
        "--indexer".as_ref(),
        indexer.url().as_ref(),
    ];
    let requester = &stack.localnet.wallet("requester")?.path;
    let created: JobCreated = stack.cli.json(requester, &create).await?;
    ensure!(
        created.published,
        "job {} was created, but its specification is not published; see {}",
        created.job,
        stack.folder.log("cli").display()
    );
    Ok(created.job)
}

fn earners(plan: &Plan, localnet: &Localnet, treasury: Pubkey) -> Result<Vec<Earner>> {
    let mut earners = Vec::new();
    for number in 0..plan.nodes.len() {
        let wallet = localnet.contributor(number)?;
        earners.push(Earner {
            role: Role::Contributor(number),
            wallet: wallet.address()?,
            payer: wallet.path.clone(),
        });
    }
    for number in 0..VALIDATORS {
        let wallet = localnet.validator(number)?;
        earners.push(Earner {
            role: Role::Validator(number),
            wallet: wallet.address()?,
            payer: wallet.path.clone(),
        });
    }
    // The treasury has no SOL: anybody may send its claim.
    earners.push(Earner {
        role: Role::Treasury,
        wallet: treasury,
        payer: localnet.wallet("admin")?.path.clone(),
    });
    Ok(earners)
}

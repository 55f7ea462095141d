//! `sheaf node`: observes the world for a job and hands in what it saw.

mod errand;
pub mod journal;
mod member;
mod offer;
pub mod place;
mod settings;
mod tasks;
mod watch;

pub use settings::{DEFAULT_INDEXER, RunArgs, default_data_folder};

use crate::{context::Context, output::note};
use member::Member;
use place::Place;
use sheaf_client::indexer::Indexer;
use sheaf_kinds::{
    AddressPolicy,
    dataset::{CONSENT_FILE, RECORDS_FILE},
    require_localnet,
};
use sheaf_protocol::specification::{Specification, compute::ComputeInput};
use std::sync::Arc;
use tokio::{sync::watch as channel, task::JoinSet};

/// What a node can be told to do.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    // Documented where its arguments are: that is its help.
    Run(Box<RunArgs>),
}

/// What a contributor who lets a job compute on own files should know.
fn leaves(specification: &Specification) -> String {
    let compute = match specification {
        Specification::Compute(compute) => compute,
        Specification::Dataset(dataset) => {
            return format!(
                "{CONSENT_FILE} and the records in {RECORDS_FILE}, up to {} of them, leave the folder, for the \
                 requester and the validators",
                dataset.records
            );
        }
        Specification::Web(_) => {
            return "this job computes on nobody's files: --compute-folder is not used".to_owned();
        }
    };
    match &compute.input {
        ComputeInput::Given(_) => {
            "this job computes on its own inputs: --compute-folder is not used".to_owned()
        }
        ComputeInput::Own(own) => format!(
            "module {} reads the files below --compute-folder, once for each of {} tasks; up to {} bytes \
             of what it makes of them leave each time, for the requester and the validators",
            compute.module.sha256,
            own.parameters.len(),
            compute.limits.output_bytes
        ),
    }
}

/// Runs the nodes of `args`.
///
/// # Errors
/// When the chain or the aggregator cannot be reached at first, a file cannot be used, an option is
/// not allowed on this cluster, or the job is not to be worked for.
pub async fn run(args: RunArgs, context: &Context) -> anyhow::Result<()> {
    let nodes = args.nodes(context.wallet_path())?;
    let place = Place::find(context.chain(), Indexer::new(&args.indexer)?, args.job).await?;
    let genesis = bs58::encode(place.genesis).into_string();
    let policy = if args.allow_loopback {
        AddressPolicy::with_loopback(&genesis)?
    } else {
        AddressPolicy::public()
    };
    if nodes.iter().any(|node| node.misbehave.is_some()) {
        require_localnet("--misbehave", &genesis)?;
    }
    let data = args.data_folder()?;
    let members = nodes
        .into_iter()
        .map(|node| {
            Member::new(place.clone(), node, policy, args.pages_per_round, &data).map(Arc::new)
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    for member in &members {
        note(&format!("{} works for job {}", member.name(), args.job));
    }
    if members
        .iter()
        .any(|member| member.settings.compute_folder.is_some())
        && let Ok(specification) = place.specification(&place.job().await?).await
    {
        note(&leaves(&specification));
    }
    if let Some(drawback) = offer::drawback(&place.job().await?) {
        note(&format!("warning: {drawback}"));
    }
    let status = place.indexer.status().await?;
    let (tell, hear) = channel::channel(watch::Now {
        slot: status.slot,
        intake_round: status.intake_round,
    });
    let watching = tokio::spawn(watch::watch(place.indexer.clone(), tell));
    let mut running = JoinSet::new();
    for member in members {
        running.spawn(member.run(hear.clone(), args.rounds));
    }
    drop(hear);
    let ended = async {
        while let Some(ended) = running.join_next().await {
            ended??;
        }
        Ok(())
    };
    let outcome = tokio::select! {
        outcome = ended => outcome,
        _ = tokio::signal::ctrl_c() => Ok(()),
    };
    watching.abort();
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_protocol::specification::compute::{
        ComputeSpecification, ModuleSource, OwnInput, RunLimits,
    };

    fn compute(input: ComputeInput) -> Specification {
        Specification::Compute(ComputeSpecification {
            title: "Words".to_owned(),
            module: ModuleSource::inline(b"module"),
            limits: RunLimits {
                fuel: 1,
                memory_pages: 1,
                output_bytes: 256,
            },
            input,
            tasks_per_node: 1,
        })
    }

    #[test]
    fn a_contributor_is_told_which_module_reads_and_how_much_leaves() {
        let own = compute(ComputeInput::Own(OwnInput {
            parameters: vec![String::new(), "YQ==".to_owned()],
            random_bytes: 0,
            redundancy: 1,
        }));
        let told = leaves(&own);
        let module = ModuleSource::inline(b"module").sha256.to_string();
        for part in [module.as_str(), "2 tasks", "256 bytes"] {
            assert!(told.contains(part), "{told}");
        }
        let given = compute(ComputeInput::Given(vec!["YQ==".to_owned()]));
        assert!(leaves(&given).contains("not used"));
    }
}

//! The command line: global options and the groups of commands.

use crate::{
    claim::ClaimArgs, compute, consent, contribution, dataset, job, localnet::LocalnetArgs,
    network, node, output::Format, pool, quest, rewards, validator, verify,
};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Pays people for the data their devices and judgement contribute to AI.
///
/// Requesters put jobs and their money in escrow, nodes contribute, validators judge, contributors claim.
#[derive(Debug, Parser)]
#[command(name = "sheaf", version, propagate_version = true)]
pub struct Arguments {
    /// Options of every command.
    #[command(flatten)]
    pub global: GlobalOptions,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command; they stand before or after it.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalOptions {
    /// Cluster: a URL, or localhost, devnet, testnet, mainnet-beta [default: Solana's configuration, else localhost]
    #[arg(short, long, global = true, value_name = "URL")]
    pub url: Option<String>,
    /// URL of the cluster's websocket [default: follows from the cluster's]
    #[arg(long, global = true, value_name = "URL")]
    pub ws: Option<String>,
    /// Wallet that signs and pays [default: Solana's configuration, else ~/.config/solana/id.json]
    #[arg(short, long, global = true, value_name = "FILE")]
    pub keypair: Option<PathBuf>,
    /// Solana's configuration file [default: ~/.config/solana/cli/config.yml]
    #[arg(short = 'C', long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How sure to be of what the chain says: processed, confirmed or finalized [default: confirmed]
    #[arg(long, global = true, value_name = "LEVEL")]
    pub commitment: Option<String>,
    /// Address of Sheaf's program [env: SHEAF_PROGRAM_ID] [default: the localnet's]
    #[arg(long, global = true, value_name = "PUBKEY")]
    pub program_id: Option<String>,
    /// How to print results
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "FORMAT",
        default_value_t
    )]
    pub output: Format,
}

/// A group of commands, or a command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a Solana network on this machine with Sheaf's program, a test mint and funded wallets
    Localnet(LocalnetArgs),
    /// The network: parameters, aggregators, validators
    #[command(subcommand)]
    Network(network::Command),
    /// Pools: one for each mint, with the vault that holds its tokens
    #[command(subcommand)]
    Pool(pool::Command),
    /// Jobs: what requesters ask and pay for
    #[command(subcommand)]
    Job(job::Command),
    /// Nodes: contribute to jobs
    #[command(subcommand)]
    Node(node::Command),
    /// Validators: judge contributions and attest to results
    #[command(subcommand)]
    Validator(validator::Command),
    /// What a wallet has earned
    #[command(subcommand)]
    Rewards(rewards::Command),
    /// Pay out what a wallet has earned and not claimed yet
    Claim(ClaimArgs),
    /// Verify what was paid, from published data alone
    #[command(subcommand)]
    Verify(verify::Command),
    /// Contributions: what became of one, proven
    #[command(subcommand)]
    Contribution(contribution::Command),
    /// Quests: questions that several people answer
    #[command(subcommand)]
    Quest(quest::Command),
    /// Computations: modules that jobs run on contributors' machines
    #[command(subcommand)]
    Compute(compute::Command),
    /// Records that people own: import, check, value
    #[command(subcommand)]
    Dataset(dataset::Command),
    /// Consent: who may use whose data, what for, until when
    #[command(subcommand)]
    Consent(consent::Command),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, error::ErrorKind};

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn global_options_stand_before_or_after_the_command() -> Result<(), clap::Error> {
        let before = parse("sheaf -u devnet -k w.json --output json network show")?;
        let after = parse("sheaf network show -u devnet -k w.json --output json")?;
        for parsed in [before, after] {
            assert_eq!(parsed.global.url.as_deref(), Some("devnet"));
            assert_eq!(parsed.global.keypair, Some(PathBuf::from("w.json")));
            assert_eq!(parsed.global.output, Format::Json);
        }
        Ok(())
    }

    #[test]
    fn of_an_option_given_twice_the_one_behind_the_command_counts() -> Result<(), clap::Error> {
        let parsed = parse("sheaf --program-id A network show --program-id B")?;
        assert_eq!(parsed.global.program_id.as_deref(), Some("B"));
        Ok(())
    }

    #[test]
    fn every_documented_command_is_understood() {
        let key = "11111111111111111111111111111111";
        let lines = [
            format!(
                "network init --stake-mint {key} --treasury {key} --aggregator {key} --aggregator {key} --preset localnet --commit-slots 90"
            ),
            "network show".to_owned(),
            "network deploy --program p.so --program-keypair p.json --buffer-keypair b.json --upgrade-authority a.json"
                .to_owned(),
            "network verify --program p.so".to_owned(),
            format!("network set-upgrade-authority {key}"),
            format!("network close-buffer {key}"),
            format!("pool create --mint {key} --reserve 0.5"),
            format!("pool show --mint {key}"),
            format!(
                "job create --mint {key} --aggregator {key} --specification s.json --amount 10 --price 0.01 --round-cap 5 --identity i.txt"
            ),
            "job publish 0 --specification s.json --indexer http://h:1".to_owned(),
            format!("job fund 1 --amount 2.5 --mint {key}"),
            "job cancel 1".to_owned(),
            "job refund 1".to_owned(),
            "job show 1".to_owned(),
            "job list".to_owned(),
            "job download 1 --identity i.txt --out d --round 4".to_owned(),
            "node run --job 3 --region eu-west".to_owned(),
            "validator register --stake 5 --vote-key v.json --identity i.txt --vote-key-sol 0.1"
                .to_owned(),
            "validator run --vote-key v.json --identity i.txt --indexer http://h:1 --allow-loopback --source-address 127.0.0.2 --data d".to_owned(),
            format!("rewards show {key}"),
            "claim".to_owned(),
            format!("claim {key} --indexer http://h:1"),
            "quest aggregate --answers a.csv --truth t.csv --method majority --output json".to_owned(),
            "compute specify --module m.wasm --title T --given a.txt --given b.txt --fuel 5 --out s.json"
                .to_owned(),
            "compute specify --module m.wasm --title T --own --random-bytes 32 --out s.json".to_owned(),
            "compute run --specification s.json --task 1 --compute-folder d --out o.bin".to_owned(),
            "node run --job 3 --compute-folder d".to_owned(),
            "dataset value --records r.csv --validation v.csv --label y --id n --k 3 --scale validation --output csv".to_owned(),
            "dataset check a.jsonl b.csv --schema s.json --output json".to_owned(),
            "dataset import archive.zip --platform x --data posts,likes --dry-run".to_owned(),
            "dataset import archive.zip --consent c.json --revocation r.json --at 2026-11-25 --out r.jsonl"
                .to_owned(),
            "dataset import series.csv --platform sensor --dry-run".to_owned(),
            format!(
                "consent grant --requester {key} --job {key} --data posts,likes --purpose training,research --from 2026-11-25 --until 2027-11-25T12:00:00Z --genesis {key} --out c.json"
            ),
            "consent revoke c.json --at 2026-12-01 --out r.json".to_owned(),
            "consent show c.json --revocation r.json --at 2026-12-01 --output json".to_owned(),
            "verify round 3 --indexer http://h:1 --save d --output json".to_owned(),
            "verify round 3 --from d".to_owned(),
            format!("contribution prove {} --receipt r.json", "0a".repeat(32)),
            "localnet --rpc-port 0 --until-stdin-closes".to_owned(),
        ];
        for line in lines {
            if let Err(error) = parse(&format!("sheaf {line}")) {
                panic!("{line}: {error}");
            }
        }
    }

    #[test]
    fn misuse_is_a_usage_error() {
        let lines = [
            ("job show", ErrorKind::MissingRequiredArgument),
            ("job show x", ErrorKind::ValueValidation),
            ("job fund 1 --amount 1,5", ErrorKind::ValueValidation),
            ("pool create --mint nonsense", ErrorKind::ValueValidation),
            ("network show --output xml", ErrorKind::InvalidValue),
            ("quest aggregate", ErrorKind::MissingRequiredArgument),
            (
                "quest aggregate --answers a --method vote",
                ErrorKind::InvalidValue,
            ),
            (
                "compute specify --module m --title T --out s",
                ErrorKind::MissingRequiredArgument,
            ),
            (
                "compute specify --module m --title T --out s --own --given a",
                ErrorKind::ArgumentConflict,
            ),
            ("dataset value --k 0", ErrorKind::ValueValidation),
            (
                "dataset import a.zip --platform myspace",
                ErrorKind::ValueValidation,
            ),
            (
                "consent grant --requester 11111111111111111111111111111111 --data diary --purpose training --until 2027-01-01 --out c",
                ErrorKind::ValueValidation,
            ),
            ("consent show c.json --at soon", ErrorKind::ValueValidation),
            ("verify round 0", ErrorKind::ValueValidation),
            (
                "verify round 1 --from a --save b",
                ErrorKind::ArgumentConflict,
            ),
            ("contribution prove 0a", ErrorKind::ValueValidation),
            ("harvest", ErrorKind::InvalidSubcommand),
        ];
        for (line, kind) in lines {
            let refused = parse(&format!("sheaf {line}")).map_err(|error| {
                assert_eq!(error.exit_code(), 2, "{line}");
                error.kind()
            });
            assert_eq!(refused.err(), Some(kind), "{line}");
        }
    }
}

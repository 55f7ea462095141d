//! The network's parameters: presets, what the command line changes of them, and the bounds.

use crate::tokens::Tokens;
use anyhow::{Context as _, ensure};
use clap::{Args, ValueEnum};
use sheaf_client::layout::NetworkParameters;
use sheaf_format::limits::{
    BPS, MAX_FEES_BPS, MAX_STAGE_SLOTS, MAX_STALL_SECONDS, MAX_UNBONDING_SECONDS, MIN_QUORUM_BPS,
    MIN_STAGE_SLOTS, SEED_SLOTS_AHEAD, SLOT_MILLISECONDS,
};
use sheaf_kinds::require_localnet;

/// Parameters to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// Rounds of seconds, for slots of 50 ms
    Localnet,
    /// Rounds of a day and a half, for slots of 400 ms
    Production,
}

impl Preset {
    /// The preset for a cluster that nobody named one for.
    pub fn usual(genesis: &str) -> Self {
        match require_localnet("--preset localnet", genesis) {
            Ok(()) => Self::Localnet,
            Err(_) => Self::Production,
        }
    }

    /// Least stake, in tokens.
    const fn minimum_stake(self) -> &'static str {
        match self {
            Self::Localnet => "1",
            Self::Production => "1000",
        }
    }

    fn parameters(self) -> NetworkParameters {
        let both = NetworkParameters {
            minimum_stake: 0,
            unbonding_seconds: 600,
            stall_seconds: 3_600,
            intake_slots: 40,
            commit_slots: 80,
            reveal_slots: 60,
            attest_slots: 60,
            window_slots: 40,
            settle_slots: 100,
            grace_slots: 40,
            quorum_bps: 6_667,
            treasury_bps: 500,
            validators_bps: 1_000,
            _padding: [0; 6],
        };
        match self {
            Self::Localnet => both,
            Self::Production => NetworkParameters {
                unbonding_seconds: 14 * 24 * 3_600,
                stall_seconds: 7 * 24 * 3_600,
                intake_slots: hours(24),
                commit_slots: hours(2),
                reveal_slots: hours(1),
                attest_slots: hours(1),
                window_slots: hours(6),
                settle_slots: hours(2),
                grace_slots: hours(1) / 6,
                ..both
            },
        }
    }
}

/// Slots of 400 ms.
const fn hours(hours: u32) -> u32 {
    hours * 9_000
}

/// Parameters that differ from the preset's.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Parameters")]
pub struct ParameterArgs {
    /// Least stake of a validator, in tokens of the stake mint
    #[arg(long, value_name = "T")]
    pub minimum_stake: Option<Tokens>,
    /// Seconds between asking for a stake back and receiving it
    #[arg(long, value_name = "SECONDS")]
    pub unbonding_seconds: Option<i64>,
    /// Seconds after a job's end until its money can be refunded, at the latest, whoever is absent
    #[arg(long, value_name = "SECONDS")]
    pub stall_seconds: Option<i64>,
    /// Slots from a round's first batch until its intake may be closed
    #[arg(long, value_name = "SLOTS")]
    pub intake_slots: Option<u32>,
    /// Slots in which validators commit
    #[arg(long, value_name = "SLOTS")]
    pub commit_slots: Option<u32>,
    /// Slots in which validators reveal
    #[arg(long, value_name = "SLOTS")]
    pub reveal_slots: Option<u32>,
    /// Slots in which validators attest
    #[arg(long, value_name = "SLOTS")]
    pub attest_slots: Option<u32>,
    /// Slots between the quorum and the first settlement
    #[arg(long, value_name = "SLOTS")]
    pub window_slots: Option<u32>,
    /// Slots granted for settlement
    #[arg(long, value_name = "SLOTS")]
    pub settle_slots: Option<u32>,
    /// Slots in which only an aggregator closes intake or opens the round
    #[arg(long, value_name = "SLOTS")]
    pub grace_slots: Option<u32>,
    /// Part of the stake that makes a quorum, in basis points
    #[arg(long, value_name = "BPS")]
    pub quorum_bps: Option<u16>,
    /// Treasury's part of each debit, in basis points
    #[arg(long, value_name = "BPS")]
    pub treasury_bps: Option<u16>,
    /// Validators' part of each debit, in basis points
    #[arg(long, value_name = "BPS")]
    pub validators_bps: Option<u16>,
}

impl ParameterArgs {
    /// These, and where nothing is said the preset's; `decimals` are the stake mint's.
    ///
    /// # Errors
    /// When one lies outside the program's bounds.
    pub fn over(&self, preset: Preset, decimals: u8) -> anyhow::Result<NetworkParameters> {
        let usual = preset.parameters();
        let stake = match &self.minimum_stake {
            Some(stake) => stake.clone(),
            None => preset.minimum_stake().parse()?,
        };
        let parameters = NetworkParameters {
            minimum_stake: stake.base_units(decimals).context("--minimum-stake")?,
            unbonding_seconds: self.unbonding_seconds.unwrap_or(usual.unbonding_seconds),
            stall_seconds: self.stall_seconds.unwrap_or(usual.stall_seconds),
            intake_slots: self.intake_slots.unwrap_or(usual.intake_slots),
            commit_slots: self.commit_slots.unwrap_or(usual.commit_slots),
            reveal_slots: self.reveal_slots.unwrap_or(usual.reveal_slots),
            attest_slots: self.attest_slots.unwrap_or(usual.attest_slots),
            window_slots: self.window_slots.unwrap_or(usual.window_slots),
            settle_slots: self.settle_slots.unwrap_or(usual.settle_slots),
            grace_slots: self.grace_slots.unwrap_or(usual.grace_slots),
            quorum_bps: self.quorum_bps.unwrap_or(usual.quorum_bps),
            treasury_bps: self.treasury_bps.unwrap_or(usual.treasury_bps),
            validators_bps: self.validators_bps.unwrap_or(usual.validators_bps),
            _padding: [0; 6],
        };
        check(&parameters)?;
        Ok(parameters)
    }
}

/// The program's bounds, named: it would only say that one parameter lies outside.
fn check(parameters: &NetworkParameters) -> anyhow::Result<()> {
    let p = parameters;
    ensure!(p.minimum_stake > 0, "--minimum-stake must be more than 0");
    let seconds = [
        (
            "--unbonding-seconds",
            p.unbonding_seconds,
            0,
            MAX_UNBONDING_SECONDS,
        ),
        ("--stall-seconds", p.stall_seconds, 1, MAX_STALL_SECONDS),
    ];
    for (name, value, least, most) in seconds {
        ensure!(
            (least..=most).contains(&value),
            "{name} is {value}; it must lie between {least} and {most}"
        );
    }
    let stages = [
        ("--intake-slots", p.intake_slots),
        ("--commit-slots", p.commit_slots),
        ("--reveal-slots", p.reveal_slots),
        ("--attest-slots", p.attest_slots),
        ("--window-slots", p.window_slots),
        ("--settle-slots", p.settle_slots),
        ("--grace-slots", p.grace_slots),
    ];
    for (name, slots) in stages {
        ensure!(
            (MIN_STAGE_SLOTS..=MAX_STAGE_SLOTS).contains(&slots),
            "{name} is {slots}; it must lie between {MIN_STAGE_SLOTS} and {MAX_STAGE_SLOTS}"
        );
    }
    ensure!(
        (u64::from(MIN_QUORUM_BPS)..=BPS).contains(&u64::from(p.quorum_bps)),
        "--quorum-bps is {}; it must lie between {MIN_QUORUM_BPS} and {BPS}",
        p.quorum_bps
    );
    let fees = u32::from(p.treasury_bps) + u32::from(p.validators_bps);
    ensure!(
        fees <= u32::from(MAX_FEES_BPS),
        "--treasury-bps and --validators-bps are {fees} together; the most is {MAX_FEES_BPS}"
    );
    // All stages, and a grace for closing, for opening and for the tally.
    let round = stages
        .iter()
        .map(|(_, slots)| u64::from(*slots))
        .sum::<u64>()
        + 2 * u64::from(p.grace_slots)
        + SEED_SLOTS_AHEAD;
    let milliseconds = u128::from(round) * u128::from(SLOT_MILLISECONDS);
    ensure!(
        milliseconds <= u128::from(p.stall_seconds.unsigned_abs()) * 1_000,
        "a round of {round} slots may last {} s, longer than --stall-seconds {}: shorten the stages, or raise it",
        milliseconds / 1_000,
        p.stall_seconds
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_localnets_preset_is_the_documented_one() -> anyhow::Result<()> {
        let p = ParameterArgs::default().over(Preset::Localnet, 6)?;
        let stages = [
            p.intake_slots,
            p.commit_slots,
            p.reveal_slots,
            p.attest_slots,
            p.window_slots,
            p.settle_slots,
            p.grace_slots,
        ];
        assert_eq!(stages, [40, 80, 60, 60, 40, 100, 40]);
        assert_eq!((p.unbonding_seconds, p.stall_seconds), (600, 3_600));
        assert_eq!(
            (p.quorum_bps, p.treasury_bps, p.validators_bps),
            (6_667, 500, 1_000)
        );
        assert_eq!(p.minimum_stake, 1_000_000);
        Ok(())
    }

    #[test]
    fn every_preset_lies_within_the_bounds() {
        for preset in [Preset::Localnet, Preset::Production] {
            assert!(
                ParameterArgs::default().over(preset, 9).is_ok(),
                "{preset:?}"
            );
        }
    }

    #[test]
    fn a_public_cluster_gets_the_production_preset() {
        assert_eq!(Preset::usual("some hash"), Preset::Localnet);
        let mainnet = "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d";
        assert_eq!(Preset::usual(mainnet), Preset::Production);
    }

    #[test]
    fn what_is_said_wins_over_the_preset() -> anyhow::Result<()> {
        let args = ParameterArgs {
            commit_slots: Some(99),
            minimum_stake: Some("2.5".parse()?),
            ..ParameterArgs::default()
        };
        let p = args.over(Preset::Localnet, 6)?;
        assert_eq!((p.commit_slots, p.minimum_stake), (99, 2_500_000));
        assert_eq!(p.reveal_slots, 60);
        Ok(())
    }

    #[test]
    fn a_parameter_out_of_bounds_is_named() {
        type Change = (&'static str, fn(&mut ParameterArgs));
        let changes: [Change; 8] = [
            ("--minimum-stake", |p| {
                p.minimum_stake = "0".parse().ok();
            }),
            ("--unbonding-seconds", |p| p.unbonding_seconds = Some(-1)),
            ("--stall-seconds", |p| p.stall_seconds = Some(0)),
            ("--commit-slots", |p| p.commit_slots = Some(9)),
            ("--quorum-bps", |p| p.quorum_bps = Some(10_001)),
            ("--treasury-bps", |p| p.treasury_bps = Some(u16::MAX)),
            ("a round of", |p| p.stall_seconds = Some(60)),
            ("a round of", |p| p.settle_slots = Some(MAX_STAGE_SLOTS)),
        ];
        for (name, change) in changes {
            let mut args = ParameterArgs::default();
            change(&mut args);
            let refused = args
                .over(Preset::Localnet, 6)
                .map_err(|error| error.to_string());
            assert!(refused.is_err_and(|error| error.contains(name)), "{name}");
        }
    }
}

//! What an operator may set about intake.

use super::rate::Rate;
use ipnet::IpNet;

/// Limits of what is taken from outside.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Intake")]
pub struct IntakeSettings {
    /// Submissions a second that one node key may hand in on average; 0 for no limit
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    pub node_rate: u32,

    /// Submissions that one node key may hand in at once
    #[arg(long, value_name = "NUMBER", default_value_t = 400)]
    pub node_burst: u32,

    /// Submissions and delegations a second that one address (IPv6: one /64) may send on average; 0
    /// for no limit
    #[arg(long, value_name = "NUMBER", default_value_t = 200)]
    pub address_rate: u32,

    /// Submissions and delegations that one address may send at once
    #[arg(long, value_name = "NUMBER", default_value_t = 4_000)]
    pub address_burst: u32,

    /// Networks of the proxies whose x-forwarded-for is believed, such as 10.0.0.0/8. Without any, the
    /// peer's own address counts
    #[arg(long, value_name = "NETWORK", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpNet>,

    /// Submissions worked on at once; more are asked to come again
    #[arg(long, value_name = "NUMBER", default_value_t = 4_096)]
    pub intake_requests: usize,

    /// Memory for the contents of those, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 256)]
    pub intake_memory: usize,

    /// Seconds a content may take to arrive, and then its submission to be dealt with
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub intake_deadline: u64,
}

impl Default for IntakeSettings {
    /// As without any option.
    fn default() -> Self {
        Self {
            node_rate: 20,
            node_burst: 400,
            address_rate: 200,
            address_burst: 4_000,
            trusted_proxies: Vec::new(),
            intake_requests: 4_096,
            intake_memory: 256,
            intake_deadline: 30,
        }
    }
}

impl IntakeSettings {
    /// The rate of a node key.
    pub const fn node(&self) -> Rate {
        Rate {
            per_second: self.node_rate,
            burst: self.node_burst,
        }
    }

    /// The rate of an address.
    pub const fn address(&self) -> Rate {
        Rate {
            per_second: self.address_rate,
            burst: self.address_burst,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        intake: IntakeSettings,
    }

    #[test]
    fn the_defaults_are_those_of_the_command_line() {
        let parsed = Line::parse_from(["line"]).intake;
        assert_eq!(
            format!("{parsed:?}"),
            format!("{:?}", IntakeSettings::default())
        );
        let line = ["line", "--trusted-proxies", "10.0.0.0/8,::1/128"];
        assert_eq!(Line::parse_from(line).intake.trusted_proxies.len(), 2);
    }
}

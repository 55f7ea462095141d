//! `sheaf consent show`.

use super::{Statements, chain_time};
use crate::{
    context::Context,
    output::{fields, note},
};
use clap::Args;
use serde::Serialize;
use sheaf_protocol::{
    Base58Key, HexHash,
    statement::{
        Signed,
        consent::{ANY_JOB, Consent, ConsentRefused, DataClass, Purpose},
    },
    text::UnixTime,
};
use std::{
    fmt::{self, Display},
    path::PathBuf,
};

/// Arguments of `sheaf consent show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The consent, as `sheaf consent grant` wrote it
    #[arg(value_name = "FILE")]
    pub consent: PathBuf,
    /// Revocations that are known
    #[arg(long, value_name = "FILE")]
    pub revocation: Vec<PathBuf>,
    /// The moment in question [default: the chain's time]
    #[arg(long, value_name = "MOMENT")]
    pub at: Option<UnixTime>,
}

/// Whether a consent holds.
#[derive(Debug, Serialize)]
struct State {
    at: UnixTime,
    holds: bool,
    /// Why not.
    reason: Option<String>,
}

/// A consent, in words and in parts.
#[derive(Debug, Serialize)]
pub struct Report {
    consent: Signed<Consent>,
    hash: HexHash,
    text: String,
    contributor: Base58Key,
    requester: Base58Key,
    /// `null` for any job of the requester.
    job: Option<Base58Key>,
    data: Vec<DataClass>,
    purposes: Vec<Purpose>,
    valid_from: UnixTime,
    valid_until: UnixTime,
    /// `null` when the moment is not known.
    state: Option<State>,
}

/// Does what was asked.
///
/// # Errors
/// What, why, what next.
pub async fn run(args: &ShowArgs, context: &Context) -> anyhow::Result<()> {
    let statements = Statements::read(&args.consent, &args.revocation)?;
    let at = match args.at {
        Some(at) => Some(at.0),
        None => match chain_time(context).await {
            Ok(now) => Some(now),
            Err(error) => {
                note(&format!("whether it holds is not told: {error:#}"));
                None
            }
        },
    };
    let state = at.map(|at| (at, statements.check_at(at)));
    context.print(&Report::new(&statements.consent, state)?)
}

impl Report {
    /// What a consent says.
    ///
    /// # Errors
    /// When it says nothing.
    pub fn new(
        consent: &Signed<Consent>,
        state: Option<(u64, Result<(), ConsentRefused>)>,
    ) -> anyhow::Result<Self> {
        let body = &consent.body;
        Ok(Self {
            hash: body.hash().into(),
            text: body.text()?,
            contributor: body.contributor.into(),
            requester: body.requester.into(),
            job: (body.job != ANY_JOB).then(|| body.job.into()),
            data: body.classes()?,
            purposes: body.purposes()?,
            valid_from: UnixTime(body.valid_from),
            valid_until: UnixTime(body.valid_until),
            state: state.map(|(at, found)| State {
                at: UnixTime(at),
                holds: found.is_ok(),
                reason: found.err().map(|refused| refused.to_string()),
            }),
            consent: *consent,
        })
    }
}

impl Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}\n", self.text)?;
        let state = self.state.as_ref().map(|state| match &state.reason {
            None => format!("yes, at {}", state.at),
            Some(reason) => format!("no, at {}: {reason}", state.at),
        });
        let mut lines: Vec<(&str, &dyn Display)> = vec![("Hash", &self.hash)];
        if let Some(state) = &state {
            lines.push(("Holds", state));
        }
        fields(formatter, &lines)
    }
}

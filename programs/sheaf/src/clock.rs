//! The chain's time.

use anchor_lang::prelude::*;

/// Slot and unix time of the running instruction.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// The slot: stages of rounds are counted in these.
    pub slot: u64,
    /// Seconds since 1970: deadlines of jobs and unbonding are counted in these. At least 1, because
    /// zero means "never" in accounts.
    pub unix_time: i64,
}

/// Reads the chain's clock.
///
/// # Errors
/// When the runtime has no clock.
pub fn now() -> Result<Now> {
    let clock = <Clock as PinocchioSysvar>::get()?;
    Ok(Now {
        slot: clock.slot,
        unix_time: clock.unix_timestamp.max(1),
    })
}

//! What a round costs on chain.

use crate::{round::Played, size::Size};
use sheaf_format::limits::MAX_DEBITS_PER_SETTLE;

/// What one signature costs.
const LAMPORTS_PER_SIGNATURE: u64 = 5_000;
/// Lamports that a byte of an account is held with, and the bytes each account counts on top.
const LAMPORTS_PER_BYTE: u64 = 6_960;
const BYTES_ON_TOP: u64 = 128;
/// Accounts with their discriminators.
const BATCH_BYTES: u64 = 8 + 176;
const ROUND_BYTES: u64 = 8 + 9_712;

/// Transactions of one kind.
pub type Row = (&'static str, u64);

/// Transactions of a round, each with one signature.
pub fn transactions(size: &Size, round: &Played) -> Vec<Row> {
    let (jobs, validators) = (u64::from(size.jobs), u64::from(size.validators));
    debug_assert_eq!(
        round.settle_transactions,
        round.debits.div_ceil(MAX_DEBITS_PER_SETTLE)
    );
    vec![
        ("post_batch", jobs),
        ("close_intake, open_round, tally_round, finalise_round", 4),
        (
            "commit_scores, reveal_scores, attest_result",
            3 * validators,
        ),
        ("settle_round", round.settle_transactions as u64),
        ("release_batch, close_batch", 2 * jobs),
        ("count_duties", validators),
        ("close_round", 1),
    ]
}

/// What they cost together, in lamports.
pub fn fees(rows: &[Row]) -> u64 {
    rows.iter().map(|(_, count)| count).sum::<u64>() * LAMPORTS_PER_SIGNATURE
}

/// Lamports that accounts hold while the round lives, and give back.
pub fn rent(size: &Size) -> u64 {
    let of = |bytes: u64| (bytes + BYTES_ON_TOP) * LAMPORTS_PER_BYTE;
    u64::from(size.jobs) * of(BATCH_BYTES) + of(ROUND_BYTES)
}

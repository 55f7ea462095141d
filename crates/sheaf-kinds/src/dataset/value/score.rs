//! From a value to a score in bps.

/// Full score.
const FULL_BPS: f64 = 10_000.0;

/// The score of records with this sum of values, `own` of the `all` that were valued together by
/// their `k` nearest neighbours: the mean value of a record, measured in equal shares of a perfect result.
///
/// If every neighbour of every validation point were right, the utility would be 1 and an equal
/// share of it `1 / max(k, all)`: a record worth that has 10,000. Less is proportionally less, more is
/// not paid, and what harms (or has no records) has 0. The score never falls when the value rises.
pub fn score_bps(sum: f64, own: usize, all: usize, k: u32) -> u16 {
    if own == 0 {
        return 0;
    }
    let share = sum / own as f64 * (all.max(k as usize)) as f64;
    // Not a number becomes 0 here, too.
    (share * FULL_BPS).round().clamp(0.0, FULL_BPS) as u16
}

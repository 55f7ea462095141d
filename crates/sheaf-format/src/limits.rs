//! Program constants that bound every parameter. An admin chooses inside these, never outside.

/// Levels of a page's own tree: a page holds `2^9 = 512` leaves.
pub const PAGE_LEVELS: usize = 9;
/// Leaves on one ledger page.
pub const PAGE_LEAVES: usize = 1 << PAGE_LEVELS;
/// Levels of the tree that the pages hang in: at most `2^16` pages.
pub const POOL_LEVELS: usize = 16;
/// Neighbours that one instruction can pay: an aligned group.
pub const NEIGHBOURS: usize = 8;
/// Levels of such a group's own tree.
pub const NEIGHBOUR_LEVELS: usize = 3;
/// Leaf indices are below this: `2^25`.
pub const MAX_LEAVES: u32 = 1 << (PAGE_LEVELS + POOL_LEVELS);

/// Slots in the network's table of validators.
pub const MAX_VALIDATORS: usize = 64;
/// Slots in the network's list of aggregators.
pub const MAX_AGGREGATORS: usize = 8;
/// Debits that one settle instruction may carry.
pub const MAX_DEBITS_PER_SETTLE: usize = 8;

/// Marks a dataset's number among debits: its job's number with this bit set, so that datasets come
/// after all jobs.
pub const DATASET_NUMBER_BIT: u64 = 1 << 63;

/// One hundred percent in basis points.
pub const BPS: u64 = 10_000;
/// The quorum is never below two thirds of the snapshotted stake.
pub const MIN_QUORUM_BPS: u16 = 6_667;
/// Treasury fee and validators' share together never exceed this part of a debit.
pub const MAX_FEES_BPS: u16 = 3_000;

/// Shortest length of any stage, in slots.
pub const MIN_STAGE_SLOTS: u32 = 10;
/// Longest length of any stage, in slots (about twelve days of 400 ms slots).
pub const MAX_STAGE_SLOTS: u32 = 2_592_000;
/// Longest stall limit, in seconds: after it a requester's money comes back whoever is absent.
pub const MAX_STALL_SECONDS: i64 = 30 * 24 * 3_600;
/// Longest life of a job from its creation to its deadline, in seconds.
pub const MAX_JOB_SECONDS: i64 = 366 * 24 * 3_600;
/// What a slot lasts at most in regular operation, in milliseconds: turns a round's length in
/// slots into seconds, where it is held against a stall limit.
pub const SLOT_MILLISECONDS: u64 = 400;
/// Longest unbonding time, in seconds.
pub const MAX_UNBONDING_SECONDS: i64 = 60 * 24 * 3_600;

/// Longest pause, in seconds. It lapses by itself.
pub const MAX_PAUSE_SECONDS: i64 = 3 * 24 * 3_600;
/// Seconds from the end of a pause until the guardian may pause again: longer than the longest
/// pause, so that the network runs more than half of the time.
pub const PAUSE_COOL_DOWN_SECONDS: i64 = 7 * 24 * 3_600;
const _: () = assert!(PAUSE_COOL_DOWN_SECONDS > MAX_PAUSE_SECONDS);
/// What a challenge costs unless it goes unanswered, in lamports.
pub const CHALLENGE_BOND_LAMPORTS: u64 = 100_000_000;
/// Prover's part of a slashed stake; the rest goes to the treasury.
pub const PROVER_REWARD_BPS: u64 = 1_000;
/// Rounds in a row with a missed duty that jail a validator.
pub const MISSED_DUTIES_TO_JAIL: u8 = 3;
/// Rounds of a pool that the guardian may veto without one becoming final in between.
pub const MAX_VETOES_IN_A_ROW: u8 = 3;

/// Closing intake fixes the slot this many ahead, whose hash seeds the assignment of reviewers.
pub const SEED_SLOTS_AHEAD: u64 = 8;

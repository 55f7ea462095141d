//! Seeds of the program-derived addresses. Numbers in seeds are little-endian.

/// `["network"]`: the one [`Network`](crate::layout) account.
pub const NETWORK: &[u8] = b"network";
/// `["pool", mint]`.
pub const POOL: &[u8] = b"pool";
/// `["vault", pool]`: the pool's token account.
pub const VAULT: &[u8] = b"vault";
/// `["job", pool, number: u64]`.
pub const JOB: &[u8] = b"job";
/// `["batch", job, round: u64]`.
pub const BATCH: &[u8] = b"batch";
/// `["validator", authority]`.
pub const VALIDATOR: &[u8] = b"validator";
/// `["stake", validator]`: the validator's token account of stake.
pub const STAKE: &[u8] = b"stake";
/// `["round", pool, number: u64]`.
pub const ROUND: &[u8] = b"round";
/// `["page", pool, page: u32]`.
pub const PAGE: &[u8] = b"page";
/// `["challenge", round, index: u32]`.
pub const CHALLENGE: &[u8] = b"challenge";
/// `["evidence", round, prover]`.
pub const EVIDENCE: &[u8] = b"evidence";
/// `["dataset", job]`.
pub const DATASET: &[u8] = b"dataset";
/// `["__event_authority"]`: signs the program's calls to itself that carry events.
pub const EVENT_AUTHORITY: &[u8] = b"__event_authority";

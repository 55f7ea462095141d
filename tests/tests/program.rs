//! The program's real bytes in LiteSVM, with signature checks on.
//!
//! | module | what it guards |
//! |---|---|
//! | `path` | the way from escrow to claim, over each kind of mint; costs and sizes |
//! | `mints` | which mints are admitted, and by which names others are refused |
//! | `escrow` | funding, cancelling, refunds |
//! | `rounds` | stages, void and release, the seed, settlement |
//! | `votes` | who votes, when, and with what |
//! | `claims` | proofs, pages, replays |
//! | `creation` | who creates what, and addresses that somebody prefunded |

#[path = "program/claims.rs"]
mod claims;
#[path = "program/creation.rs"]
mod creation;
#[path = "program/escrow.rs"]
mod escrow;
#[path = "program/mints.rs"]
mod mints;
#[path = "program/path.rs"]
mod path;
#[path = "program/rounds.rs"]
mod rounds;
#[path = "program/votes.rs"]
mod votes;

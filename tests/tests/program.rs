//! The program's real bytes in LiteSVM, with signature checks on.
//!
//! | module | what it guards |
//! |---|---|
//! | `path` | the way from escrow to claim, over each kind of mint; costs and sizes |
//! | `mints` | which mints are admitted, and by which names others are refused |
//! | `challenges` | leaves that have to be shown, or the round is void |
//! | `fraud` | roots that take earnings away, and what that costs |
//! | `datasets` | licences, and how they reach contributors |
//! | `terms` | deadlines and aggregators of jobs that run |
//! | `closing` | rent that comes back, and addresses that stay empty |
//! | `jail` | stakes that grow, duties, jail |
//! | `escrow` | funding, cancelling, refunds |
//! | `rounds` | stages, void and release, the seed, settlement |
//! | `votes` | who votes, when, and with what |
//! | `claims` | proofs, pages, replays |
//! | `neighbours` | up to eight claims at once |
//! | `governance` | admin, guardian, pause and veto |
//! | `negatives` | every instruction without a signature, with wrong accounts and with cut data |
//! | `bytes` | what the program's file carries beside its code |
//! | `creation` | who creates what, and addresses that somebody prefunded |

#[path = "program/bytes.rs"]
mod bytes;
#[path = "program/challenges.rs"]
mod challenges;
#[path = "program/claims.rs"]
mod claims;
#[path = "program/closing.rs"]
mod closing;
#[path = "program/creation.rs"]
mod creation;
#[path = "program/datasets.rs"]
mod datasets;
#[path = "program/escrow.rs"]
mod escrow;
#[path = "program/fraud.rs"]
mod fraud;
#[path = "program/governance.rs"]
mod governance;
#[path = "program/jail.rs"]
mod jail;
#[path = "program/mints.rs"]
mod mints;
#[path = "program/negatives.rs"]
mod negatives;
#[path = "program/neighbours.rs"]
mod neighbours;
#[path = "program/path.rs"]
mod path;
#[path = "program/rounds.rs"]
mod rounds;
#[path = "program/terms.rs"]
mod terms;
#[path = "program/votes.rs"]
mod votes;

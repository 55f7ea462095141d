//! The whole path with real processes: chain, indexer, validators, nodes and `sheaf` itself, over the
//! program's real bytes. Fixtures are those of the demo (`sheaf-demo`), in its smallest size.
//!
//! | module | what it guards |
//! |---|---|
//! | `money` | from escrow to claims and refund, to the last unit; lazy nodes, false and repeated claims |
//! | `deploy` | the program deployed, upgraded, compared and handed over by loader transactions |
//! | `recompute` | each round of `money` computed again from published data; a changed copy; a proof of inclusion |
//! | `processes` | three indexer processes on one PostgreSQL database, one of which dies |
//! | `records` | a `dataset` job: consent, records judged beside others, paid once, delivered |
//! | `bad_input` | what is refused, by which name, and that it changes nothing |

#[path = "end_to_end/bad_input.rs"]
mod bad_input;
#[path = "end_to_end/deploy.rs"]
mod deploy;
#[path = "end_to_end/money.rs"]
mod money;
#[path = "end_to_end/processes.rs"]
mod processes;
#[path = "end_to_end/recompute.rs"]
mod recompute;
#[path = "end_to_end/records.rs"]
mod records;
#[path = "end_to_end/stage.rs"]
mod stage;

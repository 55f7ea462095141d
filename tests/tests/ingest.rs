//! Ingest against nodes that misbehave, over transactions of the program's real bytes. The misbehaving
//! node is a double (`sheaf_tests::rpc`): such nodes cannot be had on demand.
//!
//! | module | what it guards |
//! |---|---|
//! | `orders` | whatever the order in which transactions come, and however often: the same database |
//! | `faults` | all that nodes do wrong at once, also over crashes: the same database |
//! | `forms` | legacy and version 0, keys from tables, inner instructions |

#[path = "ingest/faults.rs"]
mod faults;
#[path = "ingest/forms.rs"]
mod forms;
#[path = "ingest/orders.rs"]
mod orders;
#[path = "ingest/stage.rs"]
mod stage;

//! Records: JSON objects, one a line, or lines of CSV; what they must look like, and which are
//! there already.
//!
//! - [`screen`](Screen::take): a contribution's records, checked one by one, each refusal with its line;
//! - [`Schema`]: the requester's JSON Schema; [`canonical`]: one spelling for equal records;
//! - [`Known`]: exact and near duplicates, within and across contributions.
//!
//! Pure: the same contributions in the same order give the same answer.

mod canonical;
mod known;
mod read;
mod refusal;
mod schema;
mod screen;

pub use canonical::{canonical, record_hash};
pub use known::{Known, Match, NEAR_BPS, NEAR_FROM_SHINGLES, Origin};
pub use read::{FileError, Form, MAX_RECORD_BYTES, MAX_RECORDS, Record, read_records};
pub use refusal::{Reason, Refusal};
pub use schema::{Schema, SchemaError};
pub use screen::{Screen, Screening};

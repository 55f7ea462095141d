//! Ledger pages and claims. Anyone may send these.

pub mod open_page;
pub mod pay;
pub mod sync_page;

pub use open_page::*;
pub use pay::*;
pub use sync_page::*;

//! Ledger pages and claims. Anyone may send these.

pub mod open_page;
pub mod pay;
pub mod pay_neighbours;
pub mod sync_page;

pub use open_page::*;
pub use pay::*;
pub use pay_neighbours::*;
pub use sync_page::*;

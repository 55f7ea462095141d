//! What instructions cost, and the document that says so.
//!
//! - [`measure`]: the figures, from real bytes.
//! - [`parts`]: where the units of some instructions go.
//! - [`document`]: the committed page, `docs/compute-units.md`.

pub mod document;
pub mod measure;
pub mod parts;

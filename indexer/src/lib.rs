//! `sheaf-indexer`: the aggregator of one pool.
//!
//! - [`arguments`]: the command line; [`config`]: with the environment and a file behind it.
//! - [`run`]: starting and ending the roles; [`app`]: what they share.
//! - [`place`]: pool, program and cluster; [`view`]: the chain at `confirmed`.
//! - [`ingest`]: finalised events, read and acted upon; [`store`]: the database; [`content`]: ciphertexts.
//! - [`intake`]: what people hand in; [`rounds`]: batches and outcomes; [`settle`]: transactions.
//! - [`serve`]: the HTTP API; [`metrics`]: what is counted.
//!
//! Data flows one way: intake → store → rounds → settle → chain → ingest → store → serve.

pub mod app;
pub mod arguments;
pub mod config;
pub mod content;
pub mod ingest;
pub mod intake;
pub mod metrics;
pub mod place;
pub mod rounds;
pub mod run;
pub mod serve;
pub mod settle;
pub mod store;
pub mod view;

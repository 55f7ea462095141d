//! Events, by concern. Every instruction but `claim` ends with one, sent as a call of the program to
//! itself, so that no log limit can cut it.

mod challenge;
mod claim;
mod dataset;
mod fraud;
mod job;
mod network;
mod pool;
mod round;
mod validator;

pub use {
    challenge::*, claim::*, dataset::*, fraud::*, job::*, network::*, pool::*, round::*,
    validator::*,
};

//! Events about evidence and fraud.

use anchor_lang::prelude::*;

sheaf_format::evidence_cached_event! { #[event(bytemuck)] }
sheaf_format::evidence_closed_event! { #[event(bytemuck)] }
sheaf_format::fraud_proven_event! { #[event(bytemuck)] }
sheaf_format::validator_slashed_event! { #[event(bytemuck)] }

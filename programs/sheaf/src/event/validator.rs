//! Events of the network's series about validators.

use anchor_lang::prelude::*;

sheaf_format::validator_registered_event! { #[event(bytemuck)] }
sheaf_format::unstake_requested_event! { #[event(bytemuck)] }
sheaf_format::stake_withdrawn_event! { #[event(bytemuck)] }

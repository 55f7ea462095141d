//! Events of the network's series about validators.

use anchor_lang::prelude::*;

sheaf_format::validator_registered_event! { #[event(bytemuck)] }
sheaf_format::unstake_requested_event! { #[event(bytemuck)] }
sheaf_format::stake_withdrawn_event! { #[event(bytemuck)] }
sheaf_format::stake_added_event! { #[event(bytemuck)] }
sheaf_format::duties_counted_event! { #[event(bytemuck)] }
sheaf_format::validator_unjailed_event! { #[event(bytemuck)] }

//! Events of the network's series about the network itself.

use crate::state::NetworkParameters;
use anchor_lang::prelude::*;

sheaf_format::network_created_event! { #[event(bytemuck)] }
sheaf_format::parameters_set_event! { #[event(bytemuck)] }
sheaf_format::admin_proposed_event! { #[event(bytemuck)] }
sheaf_format::admin_changed_event! { #[event(bytemuck)] }
sheaf_format::guardian_set_event! { #[event(bytemuck)] }
sheaf_format::network_paused_event! { #[event(bytemuck)] }
sheaf_format::network_unpaused_event! { #[event(bytemuck)] }

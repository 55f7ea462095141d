//! Events of the network's series about the network itself.

use crate::state::NetworkParameters;
use anchor_lang::prelude::*;

sheaf_format::network_created_event! { #[event(bytemuck)] }
sheaf_format::parameters_set_event! { #[event(bytemuck)] }

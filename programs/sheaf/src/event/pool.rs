//! Events about pools: the first of each pool's series.

use anchor_lang::prelude::*;

sheaf_format::pool_created_event! { #[event(bytemuck)] }

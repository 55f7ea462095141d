//! Events about ledger pages.

use anchor_lang::prelude::*;

sheaf_format::page_opened_event! { #[event(bytemuck)] }
sheaf_format::page_synced_event! { #[event(bytemuck)] }

//! Events about challenges.

use anchor_lang::prelude::*;

sheaf_format::challenge_opened_event! { #[event(bytemuck)] }
sheaf_format::challenge_answered_event! { #[event(bytemuck)] }
sheaf_format::challenge_closed_event! { #[event(bytemuck)] }

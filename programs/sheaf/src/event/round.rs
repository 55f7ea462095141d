//! Events about rounds.

use anchor_lang::prelude::*;

sheaf_format::intake_closed_event! { #[event(bytemuck)] }
sheaf_format::round_opened_event! { #[event(bytemuck)] }
sheaf_format::scores_committed_event! { #[event(bytemuck)] }
sheaf_format::scores_revealed_event! { #[event(bytemuck)] }
sheaf_format::result_attested_event! { #[event(bytemuck)] }
sheaf_format::round_tallied_event! { #[event(bytemuck)] }
sheaf_format::debits_settled_event! { #[event(bytemuck)] }
sheaf_format::round_finalised_event! { #[event(bytemuck)] }
sheaf_format::round_voided_event! { #[event(bytemuck)] }
sheaf_format::round_closed_event! { #[event(bytemuck)] }

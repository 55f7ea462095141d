//! Events about jobs and their batches.

use anchor_lang::prelude::*;

sheaf_format::job_created_event! { #[event(bytemuck)] }
sheaf_format::job_funded_event! { #[event(bytemuck)] }
sheaf_format::job_cancelled_event! { #[event(bytemuck)] }
sheaf_format::job_refunded_event! { #[event(bytemuck)] }
sheaf_format::batch_posted_event! { #[event(bytemuck)] }
sheaf_format::batch_released_event! { #[event(bytemuck)] }
sheaf_format::job_extended_event! { #[event(bytemuck)] }
sheaf_format::job_aggregator_set_event! { #[event(bytemuck)] }
sheaf_format::job_closed_event! { #[event(bytemuck)] }
sheaf_format::batch_closed_event! { #[event(bytemuck)] }

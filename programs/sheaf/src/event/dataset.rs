//! Events about datasets.

use anchor_lang::prelude::*;

sheaf_format::dataset_published_event! { #[event(bytemuck)] }
sheaf_format::dataset_licensed_event! { #[event(bytemuck)] }
sheaf_format::usage_recorded_event! { #[event(bytemuck)] }
sheaf_format::dataset_closed_event! { #[event(bytemuck)] }

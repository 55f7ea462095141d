//! Accounts, instruction arguments and events, each exported as a declarative macro.
//!
//! The on-chain program expands a layout under `#[account]` or `#[event(bytemuck)]`, host code
//! under [`host_layout!`](crate::host_layout): the fields, their order and their offsets are
//! written once. All are `repr(C)` without padding, integers little-endian, so the bytes are
//! the same in an account, in instruction data and in an event. Offsets count from the end of
//! the 8-byte discriminator, where there is one.

mod account;
mod argument;
mod event;

/// Defines macro `$macro_name!`, which expands the struct under given attributes, and asserts
/// its size and each field's offset wherever it is expanded.
macro_rules! layout {
    ($d:tt $macro_name:ident
        $(#[$doc:meta])*
        $name:ident ($size:literal bytes) {
            $( $(#[$field_doc:meta])* $offset:literal: $field:ident: $type:ty, )*
        }
    ) => {
        #[doc = concat!("Expands [`", stringify!($name), "`](crate::layout) under the given attributes.")]
        #[macro_export]
        macro_rules! $macro_name {
            ($d(#[$d attribute:meta])*) => {
                $(#[$doc])*
                $d(#[$d attribute])*
                pub struct $name { $( $(#[$field_doc])* pub $field: $type, )* }
                const _: () = {
                    assert!(core::mem::size_of::<$name>() == $size);
                    $( assert!(core::mem::offset_of!($name, $field) == $offset); )*
                };
            };
        }
    };
}
pub(crate) use layout;

/// Expands layout macros as plain `Pod` structs, for host code:
/// `host_layout!(pool_layout, job_layout)`.
#[macro_export]
macro_rules! host_layout {
    ($($layout:ident),* $(,)?) => {
        $( $crate::$layout! {
            #[repr(C)]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
        } )*
    };
}

//! What a module of a `compute` job is made of: reading its input, writing its output, and the exports
//! its host calls (`docs/compute.md`). Without allocation and without dependencies.
//!
//! ```
//! use sheaf_module::{Input, Output};
//!
//! fn count(input: &Input<'_>, output: &mut Output<'_>) -> Option<()> {
//!     output.write_number(input.files().count() as u64)
//! }
//!
//! sheaf_module::export!(run: count);
//! ```
#![cfg_attr(target_arch = "wasm32", no_std)]

mod host;
mod input;
mod output;
mod words;

pub use host::{ARENA_BYTES, allocate, answer, bytes_at};
pub use input::{File, Files, Input};
pub use output::Output;
pub use words::{mix, word_hash, words};

/// Exports a module's functions to its host: `run` makes an output of an input (`None` refuses the input,
/// and there is no output), `score` says what an output is worth, 0 to 10,000.
#[macro_export]
macro_rules! export {
    (run: $run:ident $(, score: $score:ident)?) => {
        // Natively there is no host: the functions are checked, and there for tests.
        const _: fn(&$crate::Input<'_>, &mut $crate::Output<'_>) -> Option<()> = $run;
        $(const _: fn(&[u8]) -> u32 = $score;)?

        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code)]
        mod exports {
            /// Where the host writes the next bytes.
            #[unsafe(no_mangle)]
            extern "C" fn alloc(length: usize) -> usize {
                $crate::allocate(length)
            }

            /// Makes an output: where it lies, and how long it is.
            #[unsafe(no_mangle)]
            extern "C" fn run(start: usize, length: usize) -> u64 {
                // SAFETY: the host wrote these bytes where `alloc` said.
                $crate::answer(unsafe { $crate::bytes_at(start, length) }, super::$run)
            }

            $(
                /// What an output is worth.
                #[unsafe(no_mangle)]
                extern "C" fn score(start: usize, length: usize) -> u32 {
                    // SAFETY: the host wrote these bytes where `alloc` said.
                    super::$score(unsafe { $crate::bytes_at(start, length) })
                }
            )?

            #[panic_handler]
            fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
                core::arch::wasm32::unreachable()
            }
        }
    };
}

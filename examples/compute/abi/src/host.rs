//! The host's side: memory it may write to, and the answer it reads.

use crate::{Input, Output};

/// Room for an output, in bytes.
pub const ARENA_BYTES: usize = 64 << 10;

/// Bytes of a page of memory.
#[cfg(target_arch = "wasm32")]
const PAGE_BYTES: usize = 64 << 10;

/// Where the host may write `length` bytes: fresh pages at the end of the memory. Nothing is ever given
/// back, because a module is run once.
#[cfg(target_arch = "wasm32")]
pub fn allocate(length: usize) -> usize {
    let before = core::arch::wasm32::memory_grow(0, length.div_ceil(PAGE_BYTES));
    if before == usize::MAX {
        core::arch::wasm32::unreachable();
    }
    before * PAGE_BYTES
}

/// There is no host here.
#[cfg(not(target_arch = "wasm32"))]
pub fn allocate(_length: usize) -> usize {
    0
}

/// The bytes that the host wrote.
///
/// # Safety
/// The host wrote `length` bytes at `start`, and nobody changes them.
pub unsafe fn bytes_at(start: usize, length: usize) -> &'static [u8] {
    if length == 0 {
        return &[];
    }
    // SAFETY: said by the caller.
    unsafe { core::slice::from_raw_parts(start as *const u8, length) }
}

/// Makes an output of an input: where it lies in the upper half, how long it is in the lower. An input
/// that is none, and one that `run` refuses, stop the module.
#[cfg(target_arch = "wasm32")]
pub fn answer(input: &[u8], run: fn(&Input<'_>, &mut Output<'_>) -> Option<()>) -> u64 {
    let start = allocate(ARENA_BYTES);
    // SAFETY: these pages are new: nobody else knows them.
    let space = unsafe { core::slice::from_raw_parts_mut(start as *mut u8, ARENA_BYTES) };
    let mut output = Output::new(space);
    let done = Input::read(input).and_then(|input| run(&input, &mut output));
    if done.is_none() {
        core::arch::wasm32::unreachable();
    }
    ((start as u64) << 32) | output.written().len() as u64
}

/// There is no host here.
#[cfg(not(target_arch = "wasm32"))]
pub fn answer(_input: &[u8], _run: fn(&Input<'_>, &mut Output<'_>) -> Option<()>) -> u64 {
    0
}

//! A program that exists to be compared with itself: `tests/tests/differential.rs` compiles
//! [`operations`] for the host as well, runs both on the same inputs, and expects the same bytes.
//!
//! Instruction data: one byte that names the operation, then inputs of 32 bytes each. Return
//! data: the FNV-1a hash of each output, 8 bytes each. It is called without accounts; without an
//! operation that it knows, it fails with the error 1.

pub mod operations;

/// Inputs of one call: return data holds 1,024 bytes.
pub const MAX_INPUTS: usize = 128;

#[cfg(target_os = "solana")]
mod entry {
    use super::{operations, MAX_INPUTS};
    use std::alloc::{GlobalAlloc, Layout};

    /// The runtime's heap: 32 KiB at a fixed address, zeroed. Its first word holds how many bytes
    /// are in use.
    const HEAP: usize = 0x3_0000_0000;
    const HEAP_BYTES: usize = 32 * 1024;

    /// Hands out the heap from below and never takes back; each input starts with an empty one.
    struct Bump;

    // SAFETY: ranges never overlap, and nothing else uses the heap.
    unsafe impl GlobalAlloc for Bump {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            let used = HEAP as *mut usize;
            let start = (HEAP + 8 + *used).next_multiple_of(layout.align());
            let end = start + layout.size();
            if end > HEAP + HEAP_BYTES {
                return core::ptr::null_mut();
            }
            *used = end - HEAP - 8;
            start as *mut u8
        }

        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
    }

    #[global_allocator]
    static ALLOCATOR: Bump = Bump;

    extern "C" {
        fn sol_set_return_data(data: *const u8, length: u64);
    }

    /// The runtime's entry point.
    ///
    /// # Safety
    /// `input` is the runtime's serialised input: with no accounts, an account count of zero, the
    /// length of the instruction data, and the data.
    #[no_mangle]
    pub unsafe extern "C" fn entrypoint(input: *const u8) -> u64 {
        let length = input.add(8).cast::<u64>().read_unaligned() as usize;
        let data = core::slice::from_raw_parts(input.add(16), length);
        let (operation, inputs) = match data.split_first() {
            Some((operation, inputs)) if *operation <= operations::PANICS => (*operation, inputs),
            _ => return 1,
        };
        let mut returned = [0u8; 8 * MAX_INPUTS];
        let mut count = 0;
        for (input, slot) in inputs.chunks_exact(32).zip(returned.chunks_exact_mut(8)) {
            *(HEAP as *mut usize) = 0;
            let mut output = operations::Output::new();
            operations::run(operation, input, &mut output);
            slot.copy_from_slice(&output.hash().to_le_bytes());
            count += 8;
        }
        sol_set_return_data(returned.as_ptr(), count);
        0
    }
}

//! Which parts of a file a buffer still lacks.

use std::ops::Range;

/// Bytes of a file that one transaction writes: two signatures, the budget and the instruction's own
/// bytes fit beside them.
pub const CHUNK_BYTES: usize = 850;

/// The chunks of `file` that `written` does not hold yet, by their place in the file. What lies
/// behind the end of `written` counts as missing.
pub fn missing_chunks(file: &[u8], written: &[u8]) -> Vec<Range<usize>> {
    (0..file.len())
        .step_by(CHUNK_BYTES)
        .map(|start| start..file.len().min(start + CHUNK_BYTES))
        .filter(|chunk| written.get(chunk.clone()) != file.get(chunk.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Vec<u8> {
        (0..2 * CHUNK_BYTES + 10)
            .map(|byte| (byte % 251) as u8 + 1)
            .collect()
    }

    /// Where the missing chunks start.
    fn missing(file: &[u8], written: &[u8]) -> Vec<usize> {
        let chunks = missing_chunks(file, written);
        chunks.iter().map(|chunk| chunk.start).collect()
    }

    #[test]
    fn an_empty_buffer_lacks_everything_once_and_in_order() {
        let file = file();
        let all = [0, CHUNK_BYTES, 2 * CHUNK_BYTES];
        assert_eq!(missing(&file, &vec![0; file.len()]), all);
        assert_eq!(missing(&file, &[]), all);
        let chunks = missing_chunks(&file, &[]);
        assert_eq!(chunks.iter().map(Range::len).sum::<usize>(), file.len());
    }

    #[test]
    fn only_chunks_that_differ_are_missing() {
        let file = file();
        assert_eq!(missing(&file, &file), [0; 0]);
        let mut written = file.clone();
        written[CHUNK_BYTES] ^= 1;
        assert_eq!(missing(&file, &written), [CHUNK_BYTES]);
        written.clone_from(&file);
        written.pop();
        assert_eq!(missing(&file, &written), [2 * CHUNK_BYTES]);
    }

    #[test]
    fn zeros_of_the_file_need_no_write_into_a_fresh_buffer() {
        let mut file = file();
        file[..CHUNK_BYTES].fill(0);
        let fresh = vec![0; file.len()];
        assert_eq!(missing(&file, &fresh), [CHUNK_BYTES, 2 * CHUNK_BYTES]);
        assert_eq!(missing(&[], &[]), [0; 0]);
    }
}

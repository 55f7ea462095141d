//! Words of a text, and their hash.

/// The words of a text: runs of ASCII letters and digits and of whatever is not ASCII.
pub fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    text.split(move |byte| !inside(byte))
        .filter(|word| !word.is_empty())
}

/// FNV-1a over a word in lower case (ASCII only), with its bits mixed so that the low ones depend on all.
pub const fn word_hash(word: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < word.len() {
        hash ^= word[at].to_ascii_lowercase() as u64;
        hash = hash.wrapping_mul(0x0000_0100_0000_01b3);
        at += 1;
    }
    mix(hash)
}

/// A permutation of 64-bit numbers in which each bit of the result depends on all of the input.
pub const fn mix(mut number: u64) -> u64 {
    number ^= number >> 33;
    number = number.wrapping_mul(0xff51_afd7_ed55_8ccd);
    number ^= number >> 33;
    number = number.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    number ^ (number >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whatever_stands_between_them() {
        let found: Vec<&[u8]> = words("Eins, zwei;\n drei-VIER käse ".as_bytes()).collect();
        let expected = ["Eins", "zwei", "drei", "VIER", "käse"].map(str::as_bytes);
        assert_eq!(found, expected);
        assert_eq!(words(b" .,").count(), 0);
    }

    #[test]
    fn a_word_has_one_hash_in_either_case() {
        assert_eq!(word_hash(b"Milk"), word_hash(b"mILK"));
        assert_ne!(word_hash(b"milk"), word_hash(b"silk"));
    }
}

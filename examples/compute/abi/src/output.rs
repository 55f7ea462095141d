//! Writing an output into a space of fixed size.

/// An output as it is written. What does not fit any more is an error, and then there is no output.
#[derive(Debug)]
pub struct Output<'a> {
    space: &'a mut [u8],
    length: usize,
}

impl<'a> Output<'a> {
    /// An empty output in this space.
    pub const fn new(space: &'a mut [u8]) -> Self {
        Self { space, length: 0 }
    }

    /// Appends bytes; `None` when they do not fit.
    pub fn write(&mut self, bytes: &[u8]) -> Option<()> {
        let end = self.length.checked_add(bytes.len())?;
        self.space.get_mut(self.length..end)?.copy_from_slice(bytes);
        self.length = end;
        Some(())
    }

    /// Appends a number in decimal digits; `None` when it does not fit.
    pub fn write_number(&mut self, mut number: u64) -> Option<()> {
        let mut digits = [0; 20];
        let mut start = digits.len();
        loop {
            start -= 1;
            digits[start] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                return self.write(&digits[start..]);
            }
        }
    }

    /// What was written.
    pub fn written(&self) -> &[u8] {
        &self.space[..self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_decimal_digits_while_there_is_room() {
        let mut space = [0; 24];
        let mut output = Output::new(&mut space);
        assert_eq!(output.write_number(0), Some(()));
        assert_eq!(output.write(b" "), Some(()));
        assert_eq!(output.write_number(u64::MAX), Some(()));
        assert_eq!(output.written(), b"0 18446744073709551615");
        assert_eq!(output.write(b"abc"), None);
        assert_eq!(output.written().len(), 22);
    }
}

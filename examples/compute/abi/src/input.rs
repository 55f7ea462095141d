//! Reading an input. Nothing is copied; an input that is cut short is no input.

/// What a module is run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input<'a> {
    /// The public part of the task.
    pub parameter: &'a [u8],
    /// Random bytes of the contributor's machine.
    pub random: &'a [u8],
    count: u32,
    files: &'a [u8],
}

/// One of the contributor's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct File<'a> {
    /// Its path below the contributor's folder.
    pub name: &'a [u8],
    /// What it holds.
    pub content: &'a [u8],
}

/// The files, in the order of their names.
#[derive(Clone, Debug)]
pub struct Files<'a> {
    left: u32,
    bytes: &'a [u8],
}

fn number(bytes: &mut &[u8]) -> Option<u32> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    *bytes = rest;
    Some(u32::from_le_bytes(*number))
}

fn part<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = number(bytes)? as usize;
    let (part, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(part)
}

impl<'a> Input<'a> {
    /// Reads an input; `None` when these bytes are not one.
    pub fn read(mut bytes: &'a [u8]) -> Option<Self> {
        let parameter = part(&mut bytes)?;
        let random = part(&mut bytes)?;
        let count = number(&mut bytes)?;
        let input = Self {
            parameter,
            random,
            count,
            files: bytes,
        };
        // Once through, so that reading files cannot fail later.
        let mut rest = bytes;
        for _ in 0..count {
            part(&mut rest)?;
            part(&mut rest)?;
        }
        rest.is_empty().then_some(input)
    }

    /// The contributor's files.
    pub const fn files(&self) -> Files<'a> {
        Files {
            left: self.count,
            bytes: self.files,
        }
    }
}

impl<'a> Iterator for Files<'a> {
    type Item = File<'a>;

    fn next(&mut self) -> Option<File<'a>> {
        self.left = self.left.checked_sub(1)?;
        let name = part(&mut self.bytes)?;
        let content = part(&mut self.bytes)?;
        Some(File { name, content })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: &[u8] = b"\x02\0\0\0pq\x01\0\0\0\x09\x01\0\0\0\x01\0\0\0a\x03\0\0\0xyz";

    #[test]
    fn an_input_is_read_as_its_host_lays_it_out() {
        let input = Input::read(BYTES).expect("an input");
        assert_eq!(
            (input.parameter, input.random),
            (b"pq".as_slice(), [9].as_slice())
        );
        let file = File {
            name: b"a",
            content: b"xyz",
        };
        assert_eq!(input.files().collect::<Vec<_>>(), [file]);
    }

    #[test]
    fn bytes_that_are_cut_short_or_too_long_are_no_input() {
        for length in 0..BYTES.len() {
            assert_eq!(Input::read(&BYTES[..length]), None, "{length}");
        }
        assert_eq!(Input::read(&[BYTES, b"!"].concat()), None);
    }
}

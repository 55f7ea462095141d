//! The bytes a module is given: the task's public part, random bytes, files.
//!
//! `length:u32 || parameter || length:u32 || random bytes || count:u32 || count × (length:u32 || name ||
//! length:u32 || content)`, little-endian, files ascending by name. A given input is a parameter
//! without random bytes and files.

/// A file of a contributor, under the name a module knows it by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnFile {
    /// Path below the contributor's folder, with `/`.
    pub name: String,
    /// What it holds.
    pub content: Vec<u8>,
}

/// What a module is run on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input<'a> {
    /// The task's public part.
    pub parameter: &'a [u8],
    /// Random bytes of this machine.
    pub random: &'a [u8],
    /// The contributor's files, ascending by name.
    pub files: &'a [OwnFile],
}

impl Input<'_> {
    /// The bytes.
    ///
    /// # Errors
    /// In words, when a part has 4 GiB or more.
    pub fn to_bytes(&self) -> Result<Vec<u8>, &'static str> {
        let mut bytes = Vec::new();
        part(&mut bytes, self.parameter)?;
        part(&mut bytes, self.random)?;
        number(&mut bytes, self.files.len())?;
        for file in self.files {
            part(&mut bytes, file.name.as_bytes())?;
            part(&mut bytes, &file.content)?;
        }
        Ok(bytes)
    }
}

fn number(bytes: &mut Vec<u8>, number: usize) -> Result<(), &'static str> {
    let number = u32::try_from(number).map_err(|_| "a part of the input is too large")?;
    bytes.extend_from_slice(&number.to_le_bytes());
    Ok(())
}

fn part(bytes: &mut Vec<u8>, part: &[u8]) -> Result<(), &'static str> {
    number(bytes, part.len())?;
    bytes.extend_from_slice(part);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_input_is_laid_out_as_documented() {
        let files = [OwnFile {
            name: "a".to_owned(),
            content: b"xyz".to_vec(),
        }];
        let input = Input {
            parameter: b"pq",
            random: &[9],
            files: &files,
        };
        let expected = b"\x02\0\0\0pq\x01\0\0\0\x09\x01\0\0\0\x01\0\0\0a\x03\0\0\0xyz";
        assert_eq!(input.to_bytes().as_deref(), Ok(expected.as_slice()));
        assert_eq!(
            Input::default().to_bytes().as_deref(),
            Ok([0; 12].as_slice())
        );
    }
}

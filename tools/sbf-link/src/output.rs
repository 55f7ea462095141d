//! Files appear whole or not at all.

use std::{fs, io::ErrorKind, path::Path};

/// Removes what an earlier build left.
pub fn remove(output: &Path) -> Result<(), String> {
    match fs::remove_file(output) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(format!(
            "cannot remove the old {}: {error}; remove it by hand",
            output.display()
        )),
        _ => Ok(()),
    }
}

/// Writes beside the output, then renames.
pub fn write(output: &Path, bytes: &[u8]) -> Result<(), String> {
    let unfinished = output.with_extension(format!("unfinished-{}", std::process::id()));
    let written = fs::write(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, output));
    written.map_err(|error| {
        // Where this fails too there is nothing to remove, or no way to.
        let _ = fs::remove_file(&unfinished);
        format!("cannot write {}: {error}", output.display())
    })
}

#[cfg(test)]
mod tests {
    use super::{remove, write};
    use std::fs;

    #[test]
    fn a_failed_write_leaves_nothing() {
        let folder = std::env::temp_dir().join(format!("sbf-link-output-{}", std::process::id()));
        // A folder stands where the output should go, so the rename fails.
        let output = folder.join("program.so");
        fs::create_dir_all(&output).expect("a folder");
        assert!(write(&output, b"program").is_err());
        assert!(remove(&output).is_err());
        let left = fs::read_dir(&folder).expect("the folder").count();
        fs::remove_dir_all(&folder).expect("the folder goes");
        assert_eq!(left, 1, "an unfinished file was left");
    }
}

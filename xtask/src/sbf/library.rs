//! An edited copy of Debian's standard library, so that `std` builds for a Solana target.
//!
//! Each edit must match exactly as often as it says, or the build fails: so a new compiler is
//! noticed. Cargo does not notice edits in the copy, hence its folder is named by their hash.

use super::compiler::RELEASE;
use crate::{
    failure::{Context, Result, failed},
    process,
};
use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

/// One edit: in every file below `path`, `from` becomes `to`, `count` times in all.
#[derive(Hash)]
struct Edit {
    path: &'static str,
    from: &'static str,
    to: &'static str,
    count: usize,
}

const EDITS: &[Edit] = &[
    // std takes its minimal platform layer.
    Edit {
        path: "std",
        from: "target_os = \"zkvm\"",
        to: "target_os = \"solana\"",
        count: 11,
    },
    Edit {
        path: "test",
        from: "target_os = \"zkvm\"",
        to: "target_os = \"solana\"",
        count: 3,
    },
    Edit {
        path: "std/build.rs",
        from: "target_os == \"zkvm\"",
        to: "target_os == \"solana\"",
        count: 1,
    },
    Edit {
        path: "std/src/sys/alloc/mod.rs",
        from: "    target_arch = \"wasm64\",\n)) {\n    16",
        to: "    target_arch = \"wasm64\",\n    target_arch = \"bpf\",\n)) {\n    16",
        count: 1,
    },
    // No randomness and no writable statics on chain.
    Edit {
        path: "std/src/hash/random.rs",
        from: "        thread_local!(static KEYS: Cell<(u64, u64)> = {
            Cell::new(hashmap_random_keys())
        });

        KEYS.with(|keys| {
            let (k0, k1) = keys.get();
            keys.set((k0.wrapping_add(1), k1));
            RandomState { k0, k1 }
        })",
        to: "        RandomState { k0: 0, k1: 0 }",
        count: 1,
    },
    Edit {
        path: "std/src/hash/random.rs",
        from: "use crate::cell::Cell;\n",
        to: "",
        count: 1,
    },
    Edit {
        path: "std/src/hash/random.rs",
        from: "use crate::sys::random::hashmap_random_keys;\n",
        to: "",
        count: 1,
    },
    // A stack frame is 4,096 bytes in all.
    Edit {
        path: "core/src/slice/sort/stable/mod.rs",
        from: "AlignedStorage::<T, 4096>",
        to: "AlignedStorage::<T, 1024>",
        count: 2,
    },
];

/// Makes the edited copy, unless it is there, and returns its folder.
pub fn prepare() -> Result<PathBuf> {
    let mut hasher = DefaultHasher::new();
    EDITS.hash(&mut hasher);
    RELEASE.hash(&mut hasher);
    let sbf = process::root().join("target/sbf");
    let folder = sbf.join(format!("library-{:016x}", hasher.finish()));
    if folder.is_dir() {
        return Ok(folder);
    }
    let source = source()?;
    // Into another name first: a copy that was cut short must not be taken for a whole one.
    let unfinished = sbf.join("library-unfinished");
    let _ = fs::remove_dir_all(&unfinished);
    copy(&source, &unfinished)?;
    for edit in EDITS {
        apply(edit, &unfinished)?;
    }
    fs::rename(&unfinished, &folder).context("cannot rename the copied library")?;
    Ok(folder)
}

/// Debian's own sources of the standard library.
pub fn source() -> Result<PathBuf> {
    let source = PathBuf::from(format!("/usr/src/rustc-{RELEASE}/library"));
    if !source.is_dir() {
        return failed(format!(
            "{} is missing: install Debian's rust-web-src {RELEASE}",
            source.display()
        ));
    }
    Ok(source)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).context(format!("cannot create {}", to.display()))?;
    for entry in fs::read_dir(from).context(format!("cannot read {}", from.display()))? {
        let entry = entry.context(format!("cannot read {}", from.display()))?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)
                .context(format!("cannot copy {}", entry.path().display()))?;
        }
    }
    Ok(())
}

fn apply(edit: &Edit, library: &Path) -> Result<()> {
    let mut found = 0;
    for file in rust_files(&library.join(edit.path))? {
        let text = fs::read_to_string(&file).context(format!("cannot read {}", file.display()))?;
        let (edited, count) = replace(&text, edit.from, edit.to);
        if count > 0 {
            fs::write(&file, edited).context(format!("cannot write {}", file.display()))?;
            found += count;
        }
    }
    if found == edit.count {
        return Ok(());
    }
    failed(format!(
        "the standard library is not the one the edits were made for: in {} expected {} of {:?}, found {found}",
        edit.path, edit.count, edit.from
    ))
}

fn replace(text: &str, from: &str, to: &str) -> (String, usize) {
    (text.replace(from, to), text.matches(from).count())
}

fn rust_files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).context(format!("cannot read {}", path.display()))? {
        let path = entry.context("cannot read the library")?.path();
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library_with(text: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("sheaf-edits-{}", text.len()));
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("file.rs"), text).expect("a file");
        folder
    }

    const EDIT: Edit = Edit {
        path: "file.rs",
        from: "one",
        to: "two",
        count: 1,
    };

    #[test]
    fn an_edit_that_matches_is_applied() {
        let library = library_with("one");
        apply(&EDIT, &library).expect("the edit fits");
        let text = fs::read_to_string(library.join("file.rs")).expect("a file");
        assert_eq!(text, "two");
    }

    #[test]
    fn an_edit_that_matches_never_or_twice_is_refused() {
        for text in ["nothing", "one and one"] {
            let error = apply(&EDIT, &library_with(text)).unwrap_err();
            assert!(error.to_string().contains("expected 1"), "{text}");
        }
    }
}

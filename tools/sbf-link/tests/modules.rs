//! Hand-written modules go through the linker: what is legal comes out as a program, what is not
//! is refused with its reason and leaves no file.

mod common;

use common::{Scratch, bitcode, link, said, verify};
use std::{fs, path::Path};

/// Modules that must become programs. `mismatched-call` is undefined behaviour, which LLVM resolves
/// before we look; the statics of `ctor` and `thread-local` become constants.
const ACCEPTED: &[&str] = &[
    "ok",
    "aggregate-return",
    "atomic",
    "black-box",
    "ctor",
    "indirect-8args",
    "indirectbr",
    "mismatched-call",
    "thread-local",
    "variable-copy",
    "wide-overflow",
];

/// Modules that must be refused, with a part of the reason.
const REFUSED: &[(&str, &str)] = &[
    ("big-frame", "stack limit is exceeded"),
    ("bss", "writable section .bss"),
    ("byval", "takes a byval argument"),
    ("constant-section", "the program would lack section .table"),
    ("div256", "integer wider than 128 bits"),
    ("dynamic-alloca", "dynamic stack allocation"),
    ("extern-6args", "takes more than five registers"),
    ("float32", "only f64 arithmetic is supported"),
    ("frem", "unsupported float operation"),
    ("inline-asm", "inline assembly is not supported"),
    ("musttail", "musttail"),
    ("no-entry", "entrypoint is not defined"),
    ("undefined", "undefined, and not a syscall: nowhere"),
    ("vector", "'__multi3' is not supported"),
    ("writable-in-rodata", "writable section .rodata.counters"),
    ("writable-section", "writable section .counters"),
    ("writable-static", "writable section .data"),
];

/// Links a module and says how that differs from what is expected: a program, or a reason.
fn judge(module: &str, refused_for: Option<&str>, scratch: &Scratch) -> Result<(), String> {
    let program = scratch.0.join(format!("{module}.so"));
    fs::write(&program, "of an earlier build").expect("a file");
    let linked = link(&bitcode(module, scratch), &program);
    match refused_for {
        Some(reason) => {
            if linked.status.success() {
                return Err(format!("{module} was accepted"));
            }
            if program.exists() {
                return Err(format!("{module} left a file"));
            }
            if !said(&linked).contains(reason) {
                return Err(format!("{module} was refused for: {}", said(&linked)));
            }
        }
        None => {
            if !linked.status.success() {
                return Err(format!("{module} was refused: {}", said(&linked)));
            }
            let verified = verify(&program);
            if !verified.status.success() {
                return Err(format!("{module} does not verify: {}", said(&verified)));
            }
        }
    }
    Ok(())
}

#[test]
fn legal_modules_become_programs_that_verify() {
    let scratch = Scratch::new("accepted");
    for module in ACCEPTED {
        assert_eq!(judge(module, None, &scratch), Ok(()));
    }
}

#[test]
fn illegal_modules_are_refused_with_their_reason_and_leave_no_file() {
    let scratch = Scratch::new("refused");
    for (module, reason) in REFUSED {
        assert_eq!(judge(module, Some(reason), &scratch), Ok(()));
    }
}

#[test]
fn these_tests_can_fail() {
    let scratch = Scratch::new("can-fail");
    for (module, refused_for, complaint) in [
        ("ok", Some("anything"), "ok was accepted"),
        ("no-entry", None, "no-entry was refused"),
        (
            "no-entry",
            Some("another reason"),
            "no-entry was refused for",
        ),
    ] {
        let found = judge(module, refused_for, &scratch).expect_err(complaint);
        assert!(found.contains(complaint), "{found}");
    }
}

#[test]
fn every_module_is_in_one_of_the_tables() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/modules");
    let mut on_disk: Vec<String> = fs::read_dir(folder)
        .expect("the modules")
        .map(|entry| entry.expect("an entry").path())
        .filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    let mut in_tables: Vec<String> = ACCEPTED
        .iter()
        .chain(REFUSED.iter().map(|(module, _)| module))
        .map(ToString::to_string)
        .collect();
    on_disk.sort();
    in_tables.sort();
    assert_eq!(on_disk, in_tables);
}

//! Which files are programs: those of our crates, whole and verified, and no other.

mod common;

use common::{Scratch, bitcode, link, linker, run, said, verify};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

/// A folder within.
fn folder(scratch: &Scratch, name: &str) -> PathBuf {
    let folder = scratch.0.join(name);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Links a module as the crate in this folder, with the programs in another.
fn link_as(input: &Path, output: &Path, programs: &Path, crate_folder: &Path) -> Output {
    run(linker()
        .args([input, Path::new("-o"), output])
        .env("SBF_LINK_PROGRAMS", programs)
        .env("CARGO_MANIFEST_DIR", crate_folder))
}

/// A program, with its bytes.
fn program(module: &str, scratch: &Scratch) -> (PathBuf, Vec<u8>) {
    let program = scratch.0.join("program.so");
    let linked = link(&bitcode(module, scratch), &program);
    assert!(linked.status.success(), "{}", said(&linked));
    let bytes = fs::read(&program).expect("the program");
    (program, bytes)
}

fn assert_refused(file: &Path, bytes: &[u8], reason: &str) {
    fs::write(file, bytes).expect("a file");
    let verified = verify(file);
    assert!(!verified.status.success(), "{} bytes passed", bytes.len());
    let said = said(&verified);
    assert!(
        said.contains("is not a program") && said.contains(reason),
        "{said}"
    );
}

#[test]
fn a_dependencys_cdylib_is_skipped_and_can_never_pass_for_a_program() {
    let scratch = Scratch::new("dependency");
    let input = bitcode("ok", &scratch);
    let (ours, theirs) = (
        folder(&scratch, "programs"),
        folder(&scratch, "registry/spl-x"),
    );
    let file = scratch.0.join("libsolana_program.so");

    let skipped = link_as(&input, &file, &ours, &theirs);
    assert!(skipped.status.success(), "{}", said(&skipped));
    let note = fs::read_to_string(&file).expect("the note");
    assert_eq!(
        note,
        "not a program: dependency cdylib skipped by sbf-link\n"
    );
    let verified = verify(&file);
    assert!(
        !verified.status.success(),
        "a skipped cdylib passed for a program"
    );
    assert!(
        said(&verified).contains("dependency"),
        "{}",
        said(&verified)
    );

    // The same file name, but one of ours: it is linked.
    let linked = link_as(&input, &file, &ours, &folder(&scratch, "programs/anything"));
    assert!(linked.status.success(), "{}", said(&linked));
    assert!(verify(&file).status.success());
}

#[test]
fn without_the_variable_everything_is_linked() {
    let scratch = Scratch::new("no-variable");
    let file = scratch.0.join("libspl_token.so");
    let linked = run(linker()
        .args([bitcode("ok", &scratch).as_path(), Path::new("-o"), &file])
        .env("CARGO_MANIFEST_DIR", folder(&scratch, "registry/spl-token")));
    assert!(linked.status.success(), "{}", said(&linked));
    assert!(verify(&file).status.success());
}

#[test]
fn a_program_of_ours_that_cannot_be_linked_is_an_error_whatever_its_name() {
    let scratch = Scratch::new("ours");
    let input = bitcode("no-entry", &scratch);
    let file = scratch.0.join("libsolana_program.so");
    let ours = folder(&scratch, "programs");
    let failed = link_as(
        &input,
        &file,
        &ours,
        &folder(&scratch, "programs/libsolana"),
    );
    assert!(!failed.status.success());
    assert!(!file.exists(), "a failed link left a file");
}

#[test]
fn a_wrong_folder_of_programs_is_an_error_and_skips_nothing() {
    let scratch = Scratch::new("wrong-folder");
    let input = bitcode("ok", &scratch);
    let file = scratch.0.join("libsheaf.so");
    for wrong in [Path::new("programs"), &scratch.0.join("missing")] {
        let failed = link_as(&input, &file, wrong, &scratch.0);
        assert!(!failed.status.success());
        assert!(
            said(&failed).contains("SBF_LINK_PROGRAMS"),
            "{}",
            said(&failed)
        );
        assert!(!file.exists());
    }
}

#[test]
fn inputs_without_bitcode_are_an_error() {
    let scratch = Scratch::new("no-bitcode");
    let input = scratch.0.join("symbols.o");
    fs::write(&input, "not bitcode").expect("a file");
    let failed = link(&input, &scratch.0.join("x.so"));
    assert!(said(&failed).contains("no bitcode"), "{}", said(&failed));
}

#[test]
fn a_file_cut_anywhere_is_no_program() {
    let scratch = Scratch::new("cut");
    let (file, whole) = program("indirect-8args", &scratch);
    assert_refused(&file, &[], "the file is empty");
    let lengths = (1..whole.len()).step_by(41);
    for length in lengths.chain([64, whole.len() / 2, whole.len() - 1]) {
        assert_refused(&file, &whole[..length], "");
    }
}

#[test]
fn other_elf_files_are_no_programs() {
    let scratch = Scratch::new("other");
    let host = fs::read(env!("CARGO_BIN_EXE_sbf-link")).expect("the linker's own file");
    assert_refused(&scratch.0.join("host.so"), &host, "the loader refuses it");
}

#[test]
fn an_unknown_syscall_is_refused_although_the_loader_would_take_it() {
    // Operation and registers of a call; a call within the program has another register byte.
    const SYSCALL: [u8; 2] = [0x85, 0x00];
    let scratch = Scratch::new("syscall");
    let (file, mut bytes) = program("variable-copy", &scratch);
    let (code, _) = bytes.as_chunks_mut::<8>();
    let call = code.iter_mut().find(|word| word.starts_with(&SYSCALL));
    // The number of a syscall is a hash of its name: another bit, no name.
    call.expect("a syscall")[4] ^= 1;
    assert_refused(&file, &bytes, "neither a known syscall");
}

#[test]
fn a_missing_file_says_so() {
    let verified = verify(Path::new("/no/such/program.so"));
    assert!(!verified.status.success());
    assert!(
        said(&verified).contains("/no/such/program.so"),
        "{}",
        said(&verified)
    );
}

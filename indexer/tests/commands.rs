//! The binary as its operators call it.

use sheaf_client::folder::FolderLock;
use sheaf_demo::stack::postgres::Postgres;
use std::{
    path::Path,
    process::{Command, Output},
};

/// The binary, without settings of whoever runs the tests.
fn indexer(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sheaf-indexer"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SHEAF_") {
            command.env_remove(name);
        }
    }
    command.args(words);
    command
}

fn ended(mut command: Command) -> (bool, String) {
    let Output {
        status,
        mut stdout,
        stderr,
    } = command.output().expect("it starts");
    stdout.extend(stderr);
    let said = String::from_utf8(stdout).expect("text");
    (status.success(), said)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of letters")
}

#[test]
fn a_schema_is_brought_up_to_date_once_and_what_was_done_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = Postgres::shared().and_then(Postgres::create_database);
    let url = url.expect("a database");
    let data = folder.path().join("data");
    for words in [["--data", text(&data)], ["--database", &url]] {
        let migrate = || ended(indexer(&[&["migrate"], &words[..]].concat()));
        let (success, said) = migrate();
        assert!(success && said.contains("step 1 done: start"), "{said}");
        let (success, said) = migrate();
        assert!(success && said.contains("is up to date"), "{said}");
    }
}

#[test]
fn the_environment_goes_over_the_file_and_flags_over_both() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).join("db.sqlite");
    let settings = folder.path().join("indexer.toml");
    for name in ["file", "variable", "flag"] {
        std::fs::create_dir(folder.path().join(name)).expect("created");
    }
    let database = format!("database = \"{}\"", text(&at("file")));
    std::fs::write(&settings, database).expect("written");
    let words = ["migrate", "--settings", text(&settings)];
    let (success, said) = ended(indexer(&words));
    assert!(success, "{said}");
    let mut command = indexer(&words);
    command.env("SHEAF_INDEXER_DATABASE", at("variable"));
    let (success, said) = ended(command);
    assert!(success, "{said}");
    let mut command = indexer(&words);
    command
        .env("SHEAF_INDEXER_DATABASE", "mysql://host")
        .args(["--database", text(&at("flag"))]);
    let (success, said) = ended(command);
    assert!(success, "{said}");
    for name in ["file", "variable", "flag"] {
        let found = std::fs::metadata(at(name)).expect(name).len();
        assert!(found > 0, "{name}");
    }
}

#[test]
fn what_is_wrong_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = folder.path().join("indexer.toml");
    std::fs::write(&settings, "colect-slots = 4\n").expect("written");
    let (success, said) = ended(indexer(&["migrate", "--settings", text(&settings)]));
    assert!(!success && said.contains("\"colect-slots\""), "{said}");
    let missing = folder.path().join("missing.toml");
    let (success, said) = ended(indexer(&["migrate", "--settings", text(&missing)]));
    assert!(!success && said.contains("missing.toml"), "{said}");
    let (success, said) = ended(indexer(&[
        "migrate",
        "--database",
        "mysql://me:secret@host/db",
    ]));
    assert!(!success && said.contains("postgres://"), "{said}");
}

#[test]
fn an_sqlite_file_is_one_process_s() {
    let folder = tempfile::tempdir().expect("a folder");
    let lock = FolderLock::take(folder.path(), "indexer.sqlite.lock").expect("a lock");
    assert!(lock.is_some());
    let mint = "So11111111111111111111111111111111111111112";
    let data = text(folder.path());
    for words in [
        &["migrate", "--data", data][..],
        &["run", "--data", data, "--mint", mint],
    ] {
        let (success, said) = ended(indexer(words));
        assert!(!success && said.contains("is one process's"), "{said}");
        assert!(said.contains("--database postgres://"), "{said}");
    }
}

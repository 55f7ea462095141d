//! Generated text is what its generator makes.

use std::{fs, path::Path, process::Command};

#[test]
fn the_division_helpers_are_what_their_generator_makes() {
    let helpers = Path::new(env!("CARGO_MANIFEST_DIR")).join("helpers");
    let generated = Command::new(helpers.join("generate.sh"))
        .output()
        .expect("helpers/generate.sh runs");
    let said = String::from_utf8_lossy(&generated.stderr);
    assert!(generated.status.success(), "{said}");
    let committed = fs::read(helpers.join("div.ll")).expect("helpers/div.ll");
    assert!(
        generated.stdout == committed,
        "helpers/div.ll is stale: run helpers/generate.sh > helpers/div.ll"
    );
}

//! What instructions cost stays what `docs/compute-units.md` says.

use sheaf_tests::{
    costs::{
        document,
        measure::{Row, Table, measure},
    },
    walk::instructions,
};
use std::collections::BTreeSet;

/// An instruction may cost this much more than its committed figure, in percent.
const TOLERANCE: u64 = 5;

/// The figures of a row, with what they are called.
fn figures(row: &Row) -> [(&'static str, u64); 4] {
    [
        ("Token, typical", row.spl.typical),
        ("Token, worst", row.spl.worst),
        ("Token-2022, typical", row.token_2022.typical),
        ("Token-2022, worst", row.token_2022.worst),
    ]
}

/// What grew beyond the tolerance, by name.
fn grown(committed: &Table, measured: &Table) -> Vec<String> {
    let mut grown = Vec::new();
    for (name, row) in measured {
        let Some(before) = committed.get(name) else {
            grown.push(format!("{name} is not in docs/compute-units.md"));
            continue;
        };
        for ((case, now), (_, before)) in figures(row).into_iter().zip(figures(before)) {
            if now * 100 > before * (100 + TOLERANCE) {
                grown.push(format!("{name} ({case}) takes {now} units, not {before}"));
            }
        }
    }
    grown
}

#[test]
fn no_instruction_grows_and_none_is_missing() {
    let committed = document::committed();
    let named: BTreeSet<&str> = committed.keys().map(String::as_str).collect();
    assert_eq!(named, instructions(), "the table names every instruction");
    let grown = grown(&committed, &measure());
    assert!(
        grown.is_empty(),
        "{}\nif that is meant, run `cargo xtask bench cu`",
        grown.join("\n")
    );
}

#[test]
fn growth_is_noticed_by_name() {
    let committed = document::committed();
    let mut dearer = committed.clone();
    let claim = dearer.get_mut("claim").expect("it is in the table");
    claim.spl.worst += claim.spl.worst / 20 + 1;
    let grown = grown(&committed, &dearer);
    assert_eq!(grown.len(), 1);
    assert!(grown[0].starts_with("claim (Token, worst) takes"));
}

/// `cargo xtask bench cu` runs this: it rewrites the document, and the file that `SHEAF_BENCH_JSON`
/// names.
#[test]
#[ignore = "it rewrites docs/compute-units.md"]
fn rewrite_the_document() {
    let table = measure();
    document::rewrite(&table);
    let json = document::json(&table);
    match std::env::var_os("SHEAF_BENCH_JSON") {
        Some(file) => std::fs::write(file, json).expect("the file can be written"),
        None => print!("{json}"),
    }
}

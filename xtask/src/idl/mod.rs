//! `idl/sheaf.json`: the program's interface as Anchor's clients read it.
//!
//! Anchor's macros print it in parts, as tests behind the feature `idl-build`. Its command-line tool
//! runs those tests and joins the parts; here xtask does, because the tool is not to be had from a
//! package registry.

mod json;

use crate::{
    failure::{Context, Result, failed},
    process,
};
use std::{collections::BTreeMap, fs, path::PathBuf};

/// Writes the interface.
pub fn write() -> Result<()> {
    let file = file();
    let interface = generate()?;
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).context("cannot create idl/")?;
    }
    fs::write(&file, interface).context(format!("cannot write {}", file.display()))?;
    println!("{}", file.display());
    Ok(())
}

/// Says when the interface in the repository is not the program's.
pub fn check() -> Result<()> {
    let file = file();
    let committed = fs::read_to_string(&file).context(format!("cannot read {}", file.display()))?;
    if committed == generate()? {
        return Ok(());
    }
    failed(
        "idl/sheaf.json is stale: it is not what the program's source says. \
         Run `cargo xtask idl`, look at the difference, and commit the file",
    )
}

fn file() -> PathBuf {
    process::root().join("idl/sheaf.json")
}

fn generate() -> Result<String> {
    let mut cargo = process::cargo("programs");
    cargo
        .args(["test", "--quiet", "--locked", "--package", "sheaf", "--lib"])
        .args(["--features", "idl-build", "__anchor_private_print_idl"])
        .args(["--", "--show-output", "--test-threads=1"])
        // The interface names the localnet's address, whatever was built last.
        .env_remove("SHEAF_PROGRAM_ID");
    join(&process::output(&mut cargo)?)
}

/// One interface of the parts that were printed.
fn join(printed: &str) -> Result<String> {
    let program = only(printed, "program")?;
    let address = only(printed, "address")?;
    let mut events = BTreeMap::new();
    let mut types = BTreeMap::new();
    for printed in parts(printed, "event") {
        let (event, its_types) = (field(printed, "event")?, field(printed, "types")?);
        insert_all(&mut events, [event])?;
        insert_all(&mut types, json::members(its_types))?;
    }
    insert_all(&mut types, json::members(field(program, "types")?))?;
    let mut accounts = BTreeMap::new();
    insert_all(&mut accounts, json::members(field(program, "accounts")?))?;
    let errors: Vec<&str> = parts(printed, "errors").flat_map(json::members).collect();

    let interface = format!(
        r#"{{"address":"{address}","metadata":{},"instructions":{},"accounts":[{}],"events":[{}],"errors":[{}],"types":[{}]}}"#,
        field(program, "metadata")?,
        field(program, "instructions")?,
        values(&accounts),
        values(&events),
        errors.join(","),
        values(&types),
    );
    check_types(&interface, &types)?;
    Ok(json::pretty(&interface))
}

/// Adds values under their names; the same value may come again.
fn insert_all<'a>(
    into: &mut BTreeMap<&'a str, &'a str>,
    values: impl IntoIterator<Item = &'a str>,
) -> Result<()> {
    for value in values {
        let name = field(value, "name")?;
        if into.insert(name, value).is_some_and(|other| other != value) {
            return failed(format!(
                "the interface has two things named {name}: rename one"
            ));
        }
    }
    Ok(())
}

fn values(map: &BTreeMap<&str, &str>) -> String {
    map.values().copied().collect::<Vec<_>>().join(",")
}

/// Every type that is named is described. The macros read names, not types: they take an alias for
/// a type of its own and never describe it.
fn check_types(interface: &str, types: &BTreeMap<&str, &str>) -> Result<()> {
    for rest in interface.split(r#""defined":"#).skip(1) {
        let name = rest
            .strip_prefix(r#"{"name":"#)
            .and_then(|rest| rest.split_inclusive('"').nth(1))
            .map(|name| format!("\"{name}"));
        if !name.as_deref().is_some_and(|name| types.contains_key(name)) {
            return failed(format!(
                "the interface names type {} and does not describe it: \
                 where an alias stands in the program, write the type itself",
                name.unwrap_or_default()
            ));
        }
    }
    Ok(())
}

fn field<'a>(object: &'a str, name: &str) -> Result<&'a str> {
    match json::field(object, name) {
        Some(value) => Ok(value),
        None => failed(format!(
            "what Anchor's macros printed has no field {name}, as those of 2.0.0-rc.2 do: {object}"
        )),
    }
}

/// What was printed between the marks of one kind, each time.
fn parts<'a>(printed: &'a str, kind: &str) -> impl Iterator<Item = &'a str> {
    let end = format!("--- IDL end {kind} ---");
    printed
        .split(&format!("--- IDL begin {kind} ---"))
        .skip(1)
        .filter_map(move |rest| Some(rest.split_once(&end)?.0.trim()))
        .collect::<Vec<_>>()
        .into_iter()
}

fn only<'a>(printed: &'a str, kind: &str) -> Result<&'a str> {
    let mut parts = parts(printed, kind);
    match (parts.next(), parts.next()) {
        (Some(part), None) => Ok(part),
        _ => failed(format!(
            "expected one part '{kind}' of the interface among the printed: \
             does the program still build with the feature idl-build?"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = r#"
--- IDL begin address ---
Program1
--- IDL end address ---
--- IDL begin event ---
{"event":{"name":"Zebra"},"types":[{"name":"Zebra","type":"u8"},{"name":"Shared","type":"u8"}]}
--- IDL end event ---
--- IDL begin event ---
{"event":{"name":"Ant"},"types":[{"name":"Ant","type":"u8"},{"name":"Shared","type":"u8"}]}
--- IDL end event ---
--- IDL begin errors ---
[{"code":6000,"name":"First"}]
--- IDL end errors ---
--- IDL begin program ---
{"address":"","metadata":{"name":"sheaf"},"instructions":[{"name":"go","args":[{"type":{"defined":{"name":"Shared"}}}]}],"accounts":[],"types":[]}
--- IDL end program ---
"#;

    #[test]
    fn parts_are_joined_by_name_and_each_type_comes_once() {
        let joined = join(PRINTED).expect("an interface");
        let place = |text: &str| joined.find(text).expect(text);
        assert!(joined.contains(r#""address": "Program1""#), "{joined}");
        assert!(place(r#""name": "Ant""#) < place(r#""name": "Zebra""#));
        assert_eq!(joined.matches(r#"{"name": "Shared", "#).count(), 1);
        assert!(joined.contains(r#""code": 6000"#));
    }

    #[test]
    fn what_would_be_a_wrong_interface_is_refused() {
        let twice = PRINTED.replacen(
            r#"{"name":"Shared","type":"u8"}"#,
            r#"{"name":"Shared","type":"u16"}"#,
            1,
        );
        let alias = PRINTED.replace(
            r#"{"defined":{"name":"Shared"}}"#,
            r#"{"defined":{"name":"Key"}}"#,
        );
        let empty = PRINTED.replace("begin program", "begin nothing");
        for (printed, problem) in [
            (twice, "two things"),
            (alias, "\"Key\""),
            (empty, "'program'"),
        ] {
            let refused = join(&printed).expect_err(problem).to_string();
            assert!(refused.contains(problem), "{refused}");
        }
    }
}

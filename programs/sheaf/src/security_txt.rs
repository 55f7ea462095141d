//! Whom to tell about a hole in this program, inside of its bytes: a `security.txt` as explorers and
//! `query-security-txt` find it, by its first and last line.
//!
//! Written out here because the crate that defines the format keeps its text by exporting it, and our
//! linker exports the entry point alone. It is a macro over one `concat!` otherwise.

/// Names and values, each ended by a zero byte.
const PARTS: &[&str] = &[
    "=======BEGIN SECURITY.TXT V1=======",
    "name",
    "Sheaf",
    "project_url",
    // Who deploys says where to reach them: `SHEAF_PROJECT_URL` and `SHEAF_SECURITY_CONTACTS`
    // (`email:…`, `link:…`, joined by commas) when the program is built.
    or(option_env!("SHEAF_PROJECT_URL"), "none given"),
    "contacts",
    or(
        option_env!("SHEAF_SECURITY_CONTACTS"),
        "other:the upgrade authority of this program",
    ),
    "policy",
    "SECURITY.md in the source of this program",
    "preferred_languages",
    "en",
    "auditors",
    "None",
    "=======END SECURITY.TXT V1=======",
];

const LENGTH: usize = {
    let (mut length, mut part) = (0, 0);
    while part < PARTS.len() {
        length += PARTS[part].len() + 1;
        part += 1;
    }
    length
};

/// The text. Nothing reads it on chain; `used` keeps it.
#[used]
pub static SECURITY_TXT: [u8; LENGTH] = {
    let (mut text, mut place, mut part) = ([0; LENGTH], 0, 0);
    while part < PARTS.len() {
        let bytes = PARTS[part].as_bytes();
        let mut index = 0;
        while index < bytes.len() {
            text[place] = bytes[index];
            (place, index) = (place + 1, index + 1);
        }
        (place, part) = (place + 1, part + 1);
    }
    text
};

const fn or(given: Option<&'static str>, otherwise: &'static str) -> &'static str {
    match given {
        Some(given) => given,
        None => otherwise,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_alternate_between_the_marks() {
        let text = core::str::from_utf8(&SECURITY_TXT).expect("text");
        let parts: Vec<&str> = text.split_terminator('\0').collect();
        assert_eq!(parts, PARTS);
        assert_eq!(parts.len() % 2, 0);
        for needed in ["name", "project_url", "contacts", "policy"] {
            assert!(parts[1..].iter().step_by(2).any(|name| *name == needed));
        }
    }
}

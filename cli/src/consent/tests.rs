//! Statements for tests, and what the commands do with them.

use super::{Statements, show::Report, write};
use ed25519_dalek::SigningKey;
use sheaf_protocol::statement::{
    Signed,
    consent::{ANY_JOB, Consent, DataClass, Purpose, Revocation},
};
use std::fs;

/// A moment within [`granted`]'s.
pub const NOW: u64 = 1_795_642_200;

fn person() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// A consent to these classes around [`NOW`].
pub fn granted(classes: &[DataClass]) -> Statements {
    let consent = Consent {
        genesis: [1; 32],
        program: [2; 32],
        contributor: person().verifying_key().to_bytes(),
        requester: [3; 32],
        job: ANY_JOB,
        classes: DataClass::bits(classes),
        purposes: Purpose::Training.bit(),
        valid_from: NOW - 10,
        valid_until: NOW + 10,
        nonce: 1,
    };
    Statements {
        consent: Signed::sign(consent, &person()),
        revocations: Vec::new(),
    }
}

/// Its revocation.
pub fn revoked(consent: &Signed<Consent>, revoked_at: u64) -> Signed<Revocation> {
    let body = Revocation {
        genesis: consent.body.genesis,
        program: consent.body.program,
        contributor: consent.body.contributor,
        consent: consent.body.hash(),
        revoked_at,
    };
    Signed::sign(body, &person())
}

#[test]
fn statements_are_read_from_the_files_they_were_written_to() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name);
    let granted = granted(&[DataClass::Posts]);
    write(&path("c.json"), &granted.consent)?;
    write(&path("r.json"), &revoked(&granted.consent, NOW))?;
    assert!(write(&path("c.json"), &granted.consent).is_err());
    let read = Statements::read(&path("c.json"), &[path("r.json")])?;
    assert_eq!(read.consent, granted.consent);
    assert!(read.check_at(NOW - 1).is_ok() && read.check_at(NOW).is_err());
    let swapped = Statements::read(&path("r.json"), &[]).map(|_| ());
    let swapped = swapped.expect_err("no consent").to_string();
    assert!(swapped.contains("r.json holds no consent"), "{swapped}");
    fs::write(path("c.json"), "{}")?;
    assert!(Statements::read(&path("c.json"), &[]).is_err());
    Ok(())
}

#[test]
fn what_is_shown_is_the_consents_own_words_and_whether_it_holds() -> anyhow::Result<()> {
    let granted = granted(&[DataClass::Posts]);
    let text = granted.consent.body.text()?;
    for (at, holds, said) in [
        (NOW, true, "Holds  yes, at 2026-11-25 21:30:00 UTC"),
        (
            NOW + 11,
            false,
            "no, at 2026-11-25 21:30:11 UTC: the consent ended with",
        ),
    ] {
        let report = Report::new(&granted.consent, Some((at, granted.check_at(at))))?;
        let shown = report.to_string();
        assert!(shown.starts_with(&text) && shown.contains(said), "{shown}");
        let json = serde_json::to_value(&report)?;
        assert_eq!(json["text"], text.as_str());
        assert_eq!(json["state"]["holds"], holds);
        assert_eq!(json["data"], serde_json::json!(["posts"]));
        assert!(json["job"].is_null());
    }
    let unknown = serde_json::to_value(Report::new(&granted.consent, None)?)?;
    assert!(unknown["state"].is_null());
    Ok(())
}

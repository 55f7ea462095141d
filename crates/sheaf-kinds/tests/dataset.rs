//! A `dataset` job from specification to score, with flowers as records.

use ed25519_dalek::SigningKey;
use serde_json::{Map, Value, json};
use sheaf_kinds::{
    AddressPolicy, Claim, Kind, Misbehaviour, Setting, Vantage,
    dataset::{CONSENT_FILE, RECORDS_FILE},
};
use sheaf_protocol::{
    specification::Specification,
    statement::{
        Signed,
        consent::{ANY_JOB, Consent, DataClass, Purpose},
    },
};
use std::{error::Error, fs, path::Path};

type Outcome = Result<(), Box<dyn Error>>;

const SETTING: Setting = Setting {
    genesis: [1; 32],
    program: [2; 32],
    requester: [3; 32],
    job: [4; 32],
    unix_time: 1_000,
};

const RECORDS: usize = 20;

/// The flowers of `tests/records/iris.csv`.
fn flowers() -> Result<Vec<Map<String, Value>>, Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records/iris.csv");
    let mut reader = csv::Reader::from_path(path)?;
    let names = reader.headers()?.clone();
    let mut flowers = Vec::new();
    for row in reader.records() {
        let row = row?;
        let fields = names.iter().zip(&row).map(|(name, text)| {
            let value = match text.parse::<f64>() {
                Ok(number) => number.into(),
                Err(_) => text.into(),
            };
            (name.to_owned(), value)
        });
        flowers.push(fields.collect());
    }
    Ok(flowers)
}

/// Every third flower examines; of the others each person has every `people`-th.
fn specification() -> Result<Specification, Box<dyn Error>> {
    let validation: Vec<_> = flowers()?.into_iter().skip(2).step_by(3).collect();
    let text = json!({
        "kind": "dataset",
        "title": "Flowers",
        "schema": {"required": ["species"], "properties": {"petal_width": {"type": "number", "minimum": 0}}},
        "data": ["records"],
        "purposes": ["training", "evaluation"],
        "records": RECORDS,
        "effect": {
            "label": "species",
            "features": ["sepal_length", "sepal_width", "petal_length", "petal_width"],
            "k": 5,
            "validation": validation,
        },
    });
    Ok(Specification::parse(text.to_string().as_bytes())?)
}

fn key(person: u8) -> SigningKey {
    SigningKey::from_bytes(&[person; 32])
}

fn claim(person: u8) -> Claim {
    Claim {
        contributor: key(person).verifying_key().to_bytes(),
        task: 0,
        region: String::new(),
        observed_slot: 0,
    }
}

/// Puts consent and records into a person's folder.
fn prepare(
    folder: &Path,
    person: u8,
    purposes: &[Purpose],
    records: &[Map<String, Value>],
) -> Outcome {
    let consent = Consent {
        genesis: SETTING.genesis,
        program: SETTING.program,
        contributor: claim(person).contributor,
        requester: SETTING.requester,
        job: ANY_JOB,
        classes: DataClass::Records.bit(),
        purposes: Purpose::bits(purposes),
        valid_from: 0,
        valid_until: 2_000,
        nonce: 0,
    };
    let signed = Signed::sign(consent, &key(person));
    fs::write(folder.join(CONSENT_FILE), serde_json::to_vec(&signed)?)?;
    let lines: Result<Vec<String>, _> = records.iter().map(serde_json::to_string).collect();
    fs::write(folder.join(RECORDS_FILE), lines?.join("\n"))?;
    Ok(())
}

fn open(folder: Option<&Path>) -> Result<Box<dyn Kind>, Box<dyn Error>> {
    let vantage = Vantage {
        policy: AddressPolicy::public(),
        source: None,
    };
    let specification = specification()?;
    sheaf_kinds::check(&specification)?;
    Ok(sheaf_kinds::open(specification, vantage, folder, &SETTING)?)
}

const BOTH: [Purpose; 2] = [Purpose::Training, Purpose::Evaluation];

#[tokio::test]
async fn records_go_from_a_folder_to_a_score_beside_others() -> Outcome {
    let mut flowers: Vec<_> = flowers()?;
    // Those that examine are not handed in.
    let mut place = 0;
    flowers.retain(|_| {
        place += 1;
        place % 3 != 0
    });
    let share = |first: usize| -> Vec<_> {
        let mine = flowers.iter().skip(first).step_by(5);
        mine.take(RECORDS).cloned().collect()
    };
    let [honest, careless] = [tempfile::tempdir()?, tempfile::tempdir()?];
    prepare(honest.path(), 7, &BOTH, &share(0))?;
    let mut mislabelled = share(1);
    for record in &mut mislabelled {
        let other = match record.get("species").and_then(Value::as_str) {
            Some("setosa") => "virginica",
            _ => "setosa",
        };
        record.insert("species".to_owned(), other.into());
    }
    prepare(careless.path(), 8, &BOTH, &mislabelled)?;

    let right = open(Some(honest.path()))?.observe(&claim(7)).await?;
    // A node does not hand in what would earn nothing.
    let refused = open(Some(careless.path()))?.observe(&claim(8)).await;
    let refused = refused.expect_err("wrong labels").message;
    assert!(refused.contains("would earn nothing"), "{refused}");

    let kind = open(None)?;
    assert_eq!(
        (kind.task_count(), kind.is_compared(), kind.is_repeated()),
        (1, true, false)
    );
    let reviewer = kind.reviewer(0).await?;
    let alone = reviewer.review(&claim(7), &right);
    assert!(alone.quality_bps > 7_500, "{alone:?}");

    // Another person's wallet earns nothing with it, nor does a lazy node.
    assert_eq!(reviewer.review(&claim(8), &right).quality_bps, 0);
    let lazy = kind.falsify(&right, Misbehaviour::Altered);
    let lazy = reviewer.review(&claim(7), &lazy);
    assert!(lazy.quality_bps <= 10_000 / RECORDS as u16, "{lazy:?}");

    // Beside a copy under another name one of both is paid.
    let copier = tempfile::tempdir()?;
    prepare(copier.path(), 9, &BOTH, &share(0))?;
    let copy = open(Some(copier.path()))?.observe(&claim(9)).await?;
    let mine = reviewer.review_among(&claim(7), &right, &[Some(&copy)]);
    let theirs = reviewer.review_among(&claim(9), &copy, &[Some(&right)]);
    let mut qualities = [mine.quality_bps, theirs.quality_bps];
    qualities.sort_unstable();
    assert!(
        qualities[0] == 0 && qualities[1] > 7_500,
        "{mine:?} {theirs:?}"
    );
    Ok(())
}

#[tokio::test]
async fn nothing_is_handed_in_without_records_or_a_consent_that_covers_them() -> Outcome {
    let refused = |message: String, said: &str| assert!(message.contains(said), "{message}");
    let none = open(None)?.observe(&claim(7)).await.expect_err("no folder");
    refused(none.message, "--compute-folder");
    let folder = tempfile::tempdir()?;
    let kind = open(Some(folder.path()))?;
    let empty = kind.observe(&claim(7)).await.expect_err("no files");
    refused(empty.message, "consent.json cannot be read");
    prepare(folder.path(), 7, &[Purpose::Training], &flowers()?[..2])?;
    let narrow = kind.observe(&claim(7)).await.expect_err("one purpose");
    refused(narrow.message, "does not allow evaluation");
    prepare(folder.path(), 7, &BOTH, &flowers()?[..2])?;
    assert!(kind.observe(&claim(7)).await.is_ok());
    Ok(())
}

#[test]
fn a_schema_that_is_none_is_found_before_a_job_is_paid_for() -> Outcome {
    let bytes = specification()?.to_bytes()?;
    let text = String::from_utf8(bytes)?;
    let broken = text.replace("\"type\":\"number\"", "\"type\":\"nothing\"");
    assert_ne!(broken, text);
    let broken = Specification::parse(broken.as_bytes())?;
    let refused = sheaf_kinds::check(&broken).expect_err("no schema");
    assert!(refused.message.contains("no JSON Schema"), "{refused}");
    Ok(())
}

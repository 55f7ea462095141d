use super::*;
use ed25519_dalek::SigningKey;
use sheaf_protocol::statement::{
    Signed,
    consent::{ANY_JOB, Consent},
};

const SETTING: Setting = Setting {
    genesis: [1; 32],
    program: [2; 32],
    requester: [3; 32],
    job: [4; 32],
    unix_time: 1_000,
};

fn person(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

fn key(number: u8) -> Key {
    person(number).verifying_key().to_bytes()
}

fn consent(number: u8) -> Consent {
    Consent {
        genesis: SETTING.genesis,
        program: SETTING.program,
        contributor: key(number),
        requester: SETTING.requester,
        job: ANY_JOB,
        classes: DataClass::Records.bit(),
        purposes: Purpose::Training.bit(),
        valid_from: 0,
        valid_until: 2_000,
        nonce: 0,
    }
}

fn handed_in(consent: Consent, number: u8, records: &[&str]) -> Vec<u8> {
    let consent = Signed::sign(consent, &person(number));
    ContributionHeader { consent }.with_records(records.join("\n").as_bytes())
}

fn by(number: u8, records: &[&str]) -> Vec<u8> {
    handed_in(consent(number), number, records)
}

fn terms(effect: bool) -> Terms {
    let schema =
        serde_json::json!({"required": ["x", "y"], "properties": {"x": {"type": "number"}}});
    let validation = [(0.0, "a"), (10.0, "b")].map(|(x, y)| {
        Map::from_iter([
            ("x".to_owned(), Value::from(x)),
            ("y".to_owned(), Value::from(y)),
        ])
    });
    Terms {
        schema: Schema::new(&schema).expect("a schema"),
        classes: vec![DataClass::Records],
        purposes: vec![Purpose::Training],
        records: 2,
        effect: effect.then(|| Effect {
            label: "y".to_owned(),
            features: vec!["x".to_owned()],
            k: NonZeroU32::MIN,
            scale: Scale::None,
            validation: validation.to_vec(),
        }),
    }
}

const RIGHT: [&str; 2] = [r#"{"x":1,"y":"a"}"#, r#"{"x":9,"y":"b"}"#];

fn quality(effect: bool, own: &[u8], others: &[Option<&[u8]>]) -> u16 {
    judge(&terms(effect), &SETTING, &key(7), own, others).quality_bps
}

#[test]
fn right_records_are_paid_and_wrong_ones_are_not() {
    assert_eq!(quality(true, &by(7, &RIGHT), &[]), 10_000);
    let wrong = by(7, &[r#"{"x":1,"y":"b"}"#, r#"{"x":9,"y":"a"}"#]);
    assert_eq!(quality(true, &wrong, &[]), 0);
    // Half of the wanted number, and alone it answers half of the validation set.
    assert_eq!(quality(true, &by(7, &RIGHT[..1]), &[]), 2_500);
    // Harm to others is seen beside them.
    let right = by(8, &RIGHT);
    let near = by(7, &[r#"{"x":0.5,"y":"b"}"#, r#"{"x":9.5,"y":"a"}"#]);
    assert_eq!(quality(true, &near, &[Some(&right)]), 0);
}

#[test]
fn without_a_measured_effect_the_number_of_records_counts() {
    assert_eq!(quality(false, &by(7, &RIGHT), &[]), 10_000);
    let more = [RIGHT[0], RIGHT[1], r#"{"x":5,"y":"a"}"#];
    assert_eq!(quality(false, &by(7, &more), &[]), 10_000);
    let refused = by(7, &[RIGHT[0], r#"{"x":"one","y":"a"}"#]);
    let review = judge(&terms(false), &SETTING, &key(7), &refused, &[]);
    assert_eq!(review.quality_bps, 5_000);
    assert!(
        review.reason.contains("1 refused, first line 2"),
        "{}",
        review.reason
    );
}

#[test]
fn what_two_people_hand_in_is_paid_once() {
    let (mine, theirs) = (by(7, &RIGHT), by(8, &RIGHT));
    let first = judge(&terms(false), &SETTING, &key(7), &mine, &[Some(&theirs)]);
    let second = judge(&terms(false), &SETTING, &key(8), &theirs, &[Some(&mine)]);
    let mut qualities = [first.quality_bps, second.quality_bps];
    qualities.sort_unstable();
    assert_eq!(qualities, [0, 10_000]);
    // Nobody loses to one who could not hand it in.
    let mut forged = consent(8);
    forged.valid_until = 999;
    let expired = handed_in(forged, 8, &RIGHT);
    for other in [Some(&*expired), Some(b"noise".as_slice()), None] {
        assert_eq!(quality(false, &mine, &[other]), 10_000);
    }
}

#[test]
fn one_comparison_serves_every_contribution_of_a_round() {
    let (mine, theirs) = (by(7, &RIGHT[..1]), by(8, &RIGHT[1..]));
    let terms = terms(true);
    let [a, b]: [&[u8]; 2] = [&mine, &theirs];
    assert_eq!(round_key(a, &[Some(b), None]), round_key(b, &[Some(a)]));
    assert_ne!(round_key(a, &[Some(b)]), round_key(a, &[]));
    let compared = Compared::new(&terms, &SETTING, a, &[Some(b)]);
    for (number, own, other) in [(7, a, b), (8, b, a)] {
        let alone = judge(&terms, &SETTING, &key(number), own, &[Some(other)]);
        assert_eq!(compared.review(&terms, own), alone);
        assert_eq!(alone.quality_bps, 5_000);
    }
    // The same contribution twice is there once.
    let twice = judge(&terms, &SETTING, &key(7), a, &[Some(a), Some(b)]);
    assert_eq!(twice.quality_bps, 5_000);
}

#[test]
fn copies_of_the_validation_set_are_worth_nothing() {
    let copies = by(7, &[r#"{"x":0,"y":"a"}"#, r#"{"x":10.0,"y":"b"}"#]);
    assert_eq!(quality(true, &copies, &[]), 0);
}

#[test]
fn without_a_consent_that_covers_it_nothing_is_looked_at() {
    let refused = |consent: Consent, signer: u8, said: &str| {
        let own = handed_in(consent, signer, &RIGHT);
        let review = judge(&terms(true), &SETTING, &key(7), &own, &[]);
        assert_eq!(review.quality_bps, 0);
        assert!(review.reason.contains(said), "{}", review.reason);
    };
    refused(consent(8), 8, "another person's");
    refused(consent(7), 8, "not by");
    let changed = |change: fn(&mut Consent)| {
        let mut consent = consent(7);
        change(&mut consent);
        consent
    };
    refused(changed(|c| c.valid_until = 999), 7, "ended");
    refused(changed(|c| c.requester = [9; 32]), 7, "another requester");
    refused(changed(|c| c.job = [9; 32]), 7, "another job");
    refused(changed(|c| c.genesis = [9; 32]), 7, "another cluster");
    refused(
        changed(|c| c.classes = DataClass::Posts.bit()),
        7,
        "does not cover records",
    );
    refused(
        changed(|c| c.purposes = Purpose::Research.bit()),
        7,
        "does not allow training",
    );
    let review = judge(&terms(true), &SETTING, &key(7), b"{}\n{}", &[]);
    assert!(review.reason.contains("no consent"), "{}", review.reason);
}

#[test]
fn the_plaintext_is_a_line_with_the_consent_and_the_records() {
    let plaintext = by(7, &RIGHT);
    let (header, records) = ContributionHeader::split(&plaintext).expect("a contribution");
    assert_eq!(header.consent.body, consent(7));
    assert_eq!(records, RIGHT.join("\n").as_bytes());
    assert!(ContributionHeader::split(&[b'x'; 9_000]).is_err());
}

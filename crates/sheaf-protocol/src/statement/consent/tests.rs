use super::*;
use crate::fixtures::{GENESIS, JOB, PROGRAM, key, public};
use ed25519_dalek::SigningKey;

const NOW: u64 = 1_795_642_200;

fn person() -> SigningKey {
    key(40)
}

fn consent() -> Consent {
    Consent {
        genesis: GENESIS,
        program: PROGRAM,
        contributor: public(&person()),
        requester: public(&key(50)),
        job: JOB,
        classes: DataClass::bits(&[DataClass::Posts, DataClass::Searches]),
        purposes: Purpose::bits(&[Purpose::Training]),
        valid_from: NOW - 10,
        valid_until: NOW + 10,
        nonce: 1,
    }
}

fn revocation(revoked_at: u64) -> Signed<Revocation> {
    let body = Revocation {
        genesis: GENESIS,
        program: PROGRAM,
        contributor: public(&person()),
        consent: consent().hash(),
        revoked_at,
    };
    Signed::sign(body, &person())
}

fn usage() -> Use<'static> {
    Use {
        genesis: GENESIS,
        program: PROGRAM,
        contributor: public(&person()),
        requester: public(&key(50)),
        job: JOB,
        classes: &[DataClass::Posts],
        purposes: &[Purpose::Training],
        now: NOW,
    }
}

/// One thing that can be wrong, what it does to a use, and what is said of it. In the order in which
/// they are looked at.
type Flaw = (
    fn(&mut Consent, &mut Use<'static>, &mut Vec<Signed<Revocation>>),
    fn(&ConsentRefused) -> bool,
);

const FLAWS: [Flaw; 10] = [
    (
        |_, usage, _| usage.program = [9; 32],
        |refused| matches!(refused, ConsentRefused::AnotherPlace),
    ),
    (
        |_, usage, _| usage.contributor = [9; 32],
        |refused| matches!(refused, ConsentRefused::AnotherContributor),
    ),
    (
        |_, usage, _| usage.requester = [9; 32],
        |refused| matches!(refused, ConsentRefused::AnotherRequester),
    ),
    (
        |_, usage, _| usage.job = [9; 32],
        |refused| matches!(refused, ConsentRefused::AnotherJob),
    ),
    (
        |_, usage, _| usage.classes = &[DataClass::Posts, DataClass::Likes],
        |refused| matches!(refused, ConsentRefused::Class(DataClass::Likes)),
    ),
    (
        |_, usage, _| usage.purposes = &[Purpose::Training, Purpose::Licensing],
        |refused| matches!(refused, ConsentRefused::Purpose(Purpose::Licensing)),
    ),
    (
        |consent, _, _| consent.valid_from = NOW + 1,
        |refused| matches!(refused, ConsentRefused::NotYet(UnixTime(at)) if *at == NOW + 1),
    ),
    (
        |consent, _, _| {
            consent.valid_from = NOW - 20;
            consent.valid_until = NOW - 1;
        },
        |refused| matches!(refused, ConsentRefused::Expired(UnixTime(at)) if *at == NOW - 1),
    ),
    (
        |_, _, revocations| revocations.push(revocation(NOW)),
        |refused| matches!(refused, ConsentRefused::Revoked(UnixTime(NOW))),
    ),
    // A later revocation, which does not hold yet: no flaw by itself.
    (
        |_, _, revocations| revocations.push(revocation(NOW + 1)),
        |_| false,
    ),
];

#[test]
fn data_may_be_used_only_when_nothing_at_all_is_wrong() {
    for set in 0u32..1 << FLAWS.len() {
        // Not yet valid and expired at once is no consent at all.
        if set >> 6 & 3 == 3 {
            continue;
        }
        let (mut granted, mut asked, mut revocations) = (consent(), usage(), Vec::new());
        let flaws = FLAWS.iter().enumerate();
        let chosen: Vec<_> = flaws.filter(|(bit, _)| set >> bit & 1 == 1).collect();
        for (_, (spoil, _)) in &chosen {
            spoil(&mut granted, &mut asked, &mut revocations);
        }
        // Revocations name the consent as it was granted.
        for revocation in &mut revocations {
            revocation.body.consent = granted.hash();
            *revocation = Signed::sign(revocation.body, &person());
        }
        let found = check_use(&Signed::sign(granted, &person()), &revocations, &asked);
        let first = chosen.iter().find(|(bit, _)| *bit != 9);
        match (found, first) {
            (Ok(()), None) => {}
            (Err(refused), Some((_, (_, says)))) => assert!(says(&refused), "{set:b}: {refused}"),
            (found, _) => panic!("{set:b}: {found:?}"),
        }
    }
}

#[test]
fn a_consent_holds_in_its_first_and_last_second_and_not_beside_them() {
    let signed = Signed::sign(consent(), &person());
    let at = |now| check_use(&signed, &[], &Use { now, ..usage() });
    assert!(at(NOW - 11).is_err());
    assert_eq!((at(NOW - 10), at(NOW + 10)), (Ok(()), Ok(())));
    assert!(at(NOW + 11).is_err());
    let revoked = |now| check_use(&signed, &[revocation(NOW)], &Use { now, ..usage() });
    assert_eq!(revoked(NOW - 1), Ok(()));
    assert_eq!(revoked(NOW), Err(ConsentRefused::Revoked(UnixTime(NOW))));
}

#[test]
fn of_several_revocations_the_earliest_counts() {
    let several = [revocation(NOW + 5), revocation(NOW - 5), revocation(NOW)];
    assert_eq!(revoked_at(&consent(), &several), Some(NOW - 5));
    assert_eq!(revoked_at(&consent(), &[]), None);
}

#[test]
fn nobody_else_can_grant_or_revoke() {
    let forged = Signed::sign(consent(), &key(41));
    let refused = check_use(&forged, &[], &usage());
    assert!(matches!(refused, Err(ConsentRefused::Signature(_))));

    let signed = Signed::sign(consent(), &person());
    let by_another = Signed::sign(revocation(0).body, &key(41));
    let mut in_anothers_name = revocation(0).body;
    in_anothers_name.contributor = public(&key(41));
    let in_anothers_name = Signed::sign(in_anothers_name, &key(41));
    let mut of_another = revocation(0).body;
    of_another.consent = Consent {
        nonce: 2,
        ..consent()
    }
    .hash();
    let of_another = Signed::sign(of_another, &person());
    let mut elsewhere = revocation(0).body;
    elsewhere.genesis = [9; 32];
    let elsewhere = Signed::sign(elsewhere, &person());
    let all = [by_another, in_anothers_name, of_another, elsewhere];
    assert_eq!(check_use(&signed, &all, &usage()), Ok(()));
}

#[test]
fn a_consent_for_a_requester_covers_each_of_its_jobs() {
    let any = Consent {
        job: ANY_JOB,
        ..consent()
    };
    let signed = Signed::sign(any, &person());
    for job in [JOB, [9; 32]] {
        assert_eq!(check_use(&signed, &[], &Use { job, ..usage() }), Ok(()));
    }
}

#[test]
fn a_consent_to_nobody_to_nothing_or_never_is_refused() {
    for (changed, expected) in [
        (
            Consent {
                requester: [0; 32],
                ..consent()
            },
            ConsentError::NoRequester,
        ),
        (
            Consent {
                classes: 0,
                ..consent()
            },
            ConsentError::Classes(0),
        ),
        (
            Consent {
                classes: 1 << 31 | 1,
                ..consent()
            },
            ConsentError::Classes(1 << 31 | 1),
        ),
        (
            Consent {
                purposes: 16,
                ..consent()
            },
            ConsentError::Purposes(16),
        ),
        (
            Consent {
                valid_until: NOW - 11,
                ..consent()
            },
            ConsentError::Period,
        ),
    ] {
        assert_eq!(changed.check(), Err(expected));
        assert_eq!(changed.text(), Err(expected));
        let signed = Signed::sign(changed, &person());
        let refused = check_use(&signed, &[], &usage());
        assert_eq!(refused, Err(ConsentRefused::Meaningless(expected)));
    }
}

#[test]
fn its_words_say_all_that_it_allows() {
    let [person, requester] = [public(&person()), public(&key(50))].map(Base58Key);
    let expected = format!(
        "The person with wallet {person} lets {requester} use the posts they wrote and what they searched for, for \
         job {} alone, to train models, from 2026-11-25 21:29:50 UTC to 2026-11-25 21:30:10 UTC. The person may \
         revoke this at any time; data handed over before then cannot be called back.",
        Base58Key(JOB)
    );
    assert_eq!(consent().text(), Ok(expected));
    let all = Consent {
        job: ANY_JOB,
        classes: DataClass::bits(DataClass::ALL),
        purposes: Purpose::bits(Purpose::ALL),
        ..consent()
    };
    let text = all.text().expect("it means something");
    for class in DataClass::ALL {
        assert!(text.contains(class.phrase()), "{class}");
    }
    assert!(text.contains("train models, evaluate models, do research and license it to others"));
    assert!(text.contains("for any of its jobs"), "{text}");
    assert!(
        revocation(NOW)
            .body
            .text()
            .contains("from 2026-11-25 21:30:00 UTC on")
    );
}

#[test]
fn words_and_bits_are_read_as_they_are_written() {
    for class in DataClass::ALL {
        assert_eq!(class.word().parse(), Ok(*class));
        assert_eq!(DataClass::of_bits(class.bit()), Some(vec![*class]));
    }
    for purpose in Purpose::ALL {
        assert_eq!(purpose.word().parse(), Ok(*purpose));
    }
    let refused = "diary".parse::<DataClass>().expect_err("unknown");
    assert!(
        refused
            .to_string()
            .contains("\"diary\" is not known: it is one of posts, ")
    );
    assert_eq!(DataClass::of_bits(0), None);
    assert_eq!(DataClass::bits(DataClass::ALL), 0xff);
}

#[test]
fn statements_have_the_bytes_the_contract_lays_out() {
    let bytes = consent().to_bytes();
    assert_eq!(bytes.len(), 192);
    assert_eq!(bytes[128..160], JOB);
    assert_eq!(bytes[160..164], [0b1_0001, 0, 0, 0]);
    assert_eq!(bytes[168..176], (NOW - 10).to_le_bytes());
    assert_eq!(bytes[184..], 1u64.to_le_bytes());
    assert_eq!(Consent::from_bytes(&bytes), Ok(consent()));
    let revoked = revocation(7).body.to_bytes();
    assert_eq!(revoked.len(), 136);
    assert_eq!(revoked[96..128], consent().hash());
    assert_eq!(revoked[128..], 7u64.to_le_bytes());
}

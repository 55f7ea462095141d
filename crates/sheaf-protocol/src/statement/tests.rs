use super::*;
use crate::fixtures::{GENESIS, PROGRAM, body, delegation, key, public, submission};

#[test]
fn a_submission_has_the_bytes_the_contract_lays_out() {
    let body = Submission {
        genesis: [1; 32],
        program: [2; 32],
        job: [3; 32],
        contributor: [4; 32],
        node: [5; 32],
        content_hash: [6; 32],
        earliest_round: 7,
        nonce: 8,
        expiry_slot: 9,
        observed_slot: 10,
        units: 11,
        task: 12,
        content_bytes: 13,
        region: region_bytes("eu-west").expect("a region"),
    };
    let bytes = body.to_bytes();
    assert_eq!(bytes.len(), 248);
    assert_eq!(bytes[128..132], [5; 4]);
    assert_eq!(bytes[192..200], 7u64.to_le_bytes());
    assert_eq!(bytes[216..224], 10u64.to_le_bytes());
    assert_eq!(bytes[224..228], 11u32.to_le_bytes());
    assert_eq!(bytes[236..], *b"eu-west\0\0\0\0\0");
    assert_eq!(Submission::from_bytes(&bytes), Ok(body));
    // Computed by another program from the contract.
    let expected = "ec99b1e55f2ce684fce793cc933b7e29824ec50f5a791d89f73e5aa0639225d7";
    assert_eq!(hex::encode(body.id()), expected);
}

#[test]
fn bodies_are_as_long_as_the_contract_says() {
    assert_eq!(Delegation::LENGTH, 136);
    assert_eq!(Submission::LENGTH, 248);
    assert_eq!(Receipt::LENGTH, 144);
    assert_eq!(Download::LENGTH, 136);
    assert_eq!(ScoreStatement::LENGTH, 168);
    assert_eq!(Publication::LENGTH, 128);
    assert_eq!(consent::Consent::LENGTH, 192);
    assert_eq!(consent::Revocation::LENGTH, 136);
}

#[test]
fn no_two_statements_share_a_domain() {
    let domains = [
        Delegation::DOMAIN,
        Submission::DOMAIN,
        Receipt::DOMAIN,
        Download::DOMAIN,
        ScoreStatement::DOMAIN,
        Publication::DOMAIN,
        consent::Consent::DOMAIN,
        consent::Revocation::DOMAIN,
    ];
    for (at, domain) in domains.iter().enumerate() {
        // Nor does one begin with another: a body cannot complete a shorter domain.
        let others = domains.iter().enumerate().filter(|(other, _)| *other != at);
        assert!(
            others
                .map(|(_, other)| other)
                .all(|other| !other.starts_with(domain))
        );
    }
}

#[test]
fn a_signature_holds_for_its_signer_body_and_domain_only() {
    let signed = submission(10, 11, 0, 1);
    assert_eq!(signed.verify_named(), Ok(()));
    assert!(signed.verify(&public(&key(12))).is_err());
    let mut changed = signed;
    changed.body.units += 1;
    assert!(changed.verify_named().is_err());

    // A delegation and a download have the same length: only the domain tells them apart.
    let delegation = delegation(10, 11, 5);
    let download = Signed {
        body: Download::from_bytes(&delegation.body.to_bytes()).expect("as long"),
        signature: delegation.signature,
    };
    assert_eq!(delegation.verify_named(), Ok(()));
    assert!(download.verify(&public(&key(10))).is_err());
}

#[test]
fn keys_of_small_order_and_second_spellings_of_signatures_are_refused() {
    let signed = submission(10, 11, 0, 1);
    // The neutral element signs everything under lax verification.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut forged = signed;
    forged.signature = [0; 64];
    forged.signature[0] = 1;
    assert!(forged.verify(&neutral).is_err());

    // s + l is the same scalar, spelt otherwise.
    let order = hex::decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
        .expect("hex");
    let mut again = signed;
    let mut carry = 0u16;
    for (byte, add) in again.signature[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    assert_ne!(again, signed);
    assert!(again.verify_named().is_err());
}

#[test]
fn statements_travel_as_bytes_as_headers_and_as_json() {
    let signed = submission(10, 11, 2, 3);
    assert_eq!(Signed::from_bytes(&signed.to_bytes()), Ok(signed));
    assert_eq!(Signed::from_base64(&signed.to_base64()), Ok(signed));
    let headers = Signed::from_headers(&signed.body_base64(), &signed.signature_base64());
    assert_eq!(headers, Ok(signed));
    let json = serde_json::to_string(&signed).expect("json");
    assert_eq!(
        serde_json::from_str::<Signed<Submission>>(&json).expect("reads"),
        signed
    );
    assert!(json.starts_with("{\"body\":\"AQEB"), "{json}");
    assert!(serde_json::from_str::<Signed<Delegation>>(&json).is_err());
}

#[test]
fn another_length_is_refused_by_name() {
    let short = Delegation::from_bytes(&[0; 135]);
    let expected = StatementError::Length {
        domain: Delegation::DOMAIN,
        expected: 136,
        found: 135,
    };
    assert_eq!(short, Err(expected));
    assert!(Signed::<Delegation>::from_bytes(&[0; 201]).is_err());
    assert!(Signed::<Delegation>::from_bytes(&[0; 10]).is_err());
    assert!(Signed::<Delegation>::from_headers("AAAA", "AAAA").is_err());
}

#[test]
fn a_region_is_short_ascii() {
    for region in ["", "eu", "antarctica-1"] {
        let bytes = region_bytes(region).expect("a region");
        let body = Submission {
            region: bytes,
            ..body(10, 11, 0, 0)
        };
        assert_eq!(body.region_text(), Ok(region));
    }
    for region in ["antarctica-12", "é", "a b", "a\0b"] {
        assert_eq!(region_bytes(region), Err(RegionError), "{region}");
    }
    for region in [*b"eu\0west\0\0\0\0\0", [0xff; 12], *b"eu west\0\0\0\0\0"] {
        let body = Submission {
            region,
            ..body(10, 11, 0, 0)
        };
        assert_eq!(body.region_text(), Err(RegionError));
    }
}

#[test]
fn a_solana_keypair_gives_its_signing_key() {
    let signing = key(9);
    let keypair = signing.to_keypair_bytes();
    assert_eq!(
        signing_key(&keypair).map(|key| public(&key)),
        Some(public(&signing))
    );
    let mut torn = keypair;
    torn[40] ^= 1;
    assert!(signing_key(&torn).is_none());
}

#[test]
fn a_download_holds_for_its_content_until_its_slot() {
    let body = Download {
        genesis: GENESIS,
        program: PROGRAM,
        content_hash: [7; 32],
        signer: public(&key(20)),
        valid_until_slot: 50,
    };
    let signed = Signed::sign(body, &key(20));
    assert_eq!(signed.check(&GENESIS, &PROGRAM, &[7; 32], 50), Ok(()));
    let expired = Refused::Expired { until: 50, now: 51 };
    assert_eq!(signed.check(&GENESIS, &PROGRAM, &[7; 32], 51), Err(expired));
    assert_eq!(
        signed.check(&GENESIS, &PROGRAM, &[8; 32], 50),
        Err(Refused::WrongContent)
    );
    assert_eq!(
        signed.check(&[9; 32], &PROGRAM, &[7; 32], 50),
        Err(Refused::WrongGenesis)
    );
    assert_eq!(
        signed.check(&GENESIS, &[9; 32], &[7; 32], 50),
        Err(Refused::WrongProgram)
    );
    let forged = Signed::sign(body, &key(21));
    let refused = forged.check(&GENESIS, &PROGRAM, &[7; 32], 50);
    assert!(matches!(refused, Err(Refused::Signature(_))));
}

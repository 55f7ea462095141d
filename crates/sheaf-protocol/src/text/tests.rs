use super::*;

#[test]
fn every_value_reads_back_what_it_writes() {
    for byte in [0, 1, 127, 255] {
        let key = Base58Key([byte; 32]);
        assert_eq!(key.to_string().parse(), Ok(key));
        let hash = HexHash([byte; 32]);
        assert_eq!(hash.to_string().parse(), Ok(hash));
        let signature = Base58Signature([byte; 64]);
        assert_eq!(signature.to_string().parse(), Ok(signature));
        let age = AgeKey([byte; 32]);
        assert_eq!(age.to_string().parse(), Ok(age));
        let amount = Amount(u64::from(byte));
        assert_eq!(amount.to_string().parse(), Ok(amount));
    }
    assert_eq!("18446744073709551615".parse(), Ok(Amount(u64::MAX)));
}

#[test]
fn the_localnet_program_reads_as_its_address() {
    let program = Base58Key(sheaf_format::LOCALNET_PROGRAM_ID);
    assert_eq!(program.to_string(), sheaf_format::LOCALNET_PROGRAM_ADDRESS);
}

#[test]
fn an_amount_has_one_spelling() {
    for text in ["", "+1", "-1", "01", "1.0", " 1", "1 ", "0x1", "٣", "1e3"] {
        assert!(
            matches!(text.parse::<Amount>(), Err(TextError::NotAmount(_))),
            "{text}"
        );
    }
    let beyond = "18446744073709551616".parse::<Amount>();
    assert!(matches!(beyond, Err(TextError::AmountTooLarge(_))));
}

#[test]
fn a_hash_is_lower_case_and_complete() {
    let text = HexHash([0xab; 32]).to_string();
    assert!(text.to_uppercase().parse::<HexHash>().is_err());
    assert!(text[2..].parse::<HexHash>().is_err());
    assert!(format!("{text}ab").parse::<HexHash>().is_err());
    assert!(text.replace('a', "g").parse::<HexHash>().is_err());
}

#[test]
fn errors_name_the_length_that_is_wrong() {
    let short = bs58::encode([7; 31]).into_string();
    assert_eq!(
        short.parse::<Base58Key>(),
        Err(TextError::Length {
            text: short.clone(),
            expected: 32,
            found: 31
        })
    );
    assert!(matches!(
        "0OIl".parse::<Base58Key>(),
        Err(TextError::NotBase58(_))
    ));
    assert!(
        matches!("1".repeat(5_000).parse::<Base58Key>(), Err(TextError::NotBase58(text)) if text.len() == 100)
    );
}

#[test]
fn json_carries_strings_and_refuses_numbers() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Fields {
        #[serde(with = "base58_key")]
        key: Key,
        #[serde(with = "hex_hash")]
        hash: Hash,
        #[serde(with = "amount")]
        amount: u64,
    }
    let fields = Fields {
        key: [1; 32],
        hash: [2; 32],
        amount: u64::MAX,
    };
    let json = serde_json::to_string(&fields).expect("json");
    assert!(
        json.contains("\"amount\":\"18446744073709551615\""),
        "{json}"
    );
    assert_eq!(
        serde_json::from_str::<Fields>(&json).expect("reads"),
        fields
    );
    assert_eq!(
        serde_json::from_value::<Fields>(serde_json::to_value(&fields).expect("value"))
            .expect("reads"),
        fields
    );
    assert!(serde_json::from_str::<Amount>("5").is_err());
}

#[test]
fn a_key_for_encryption_is_what_age_reads() {
    let identity = age::x25519::Identity::generate();
    let text = identity.to_public().to_string();
    let key: AgeKey = text.parse().expect("an age recipient");
    assert_eq!(key.to_string(), text);
    assert!(text.to_uppercase().parse::<AgeKey>().is_err());
    assert!("age1qqqq".parse::<AgeKey>().is_err());
}

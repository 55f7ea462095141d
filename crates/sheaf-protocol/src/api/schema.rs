//! Schemas of the values that are written as text, for the API's description.

use crate::text::{AgeKey, Amount, Base58Key, Base58Signature, HexHash};
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{ObjectBuilder, Type},
    },
};

/// Describes a text with a pattern that every value of the type matches.
macro_rules! text_schema {
    ($($name:ident $pattern:literal $example:literal $description:literal,)*) => { $(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .pattern(Some($pattern))
                    .description(Some($description))
                    .examples([$example])
                    .into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )* };
}

text_schema! {
    Base58Key "^[1-9A-HJ-NP-Za-km-z]{32,44}$" "11111111111111111111111111111111"
        "A public key, an address or a genesis hash: 32 bytes in base58.",
    Base58Signature "^[1-9A-HJ-NP-Za-km-z]{64,88}$"
        "1111111111111111111111111111111111111111111111111111111111111111"
        "An ed25519 signature: 64 bytes in base58.",
    HexHash "^[0-9a-f]{64}$" "0000000000000000000000000000000000000000000000000000000000000000"
        "A sha256 hash: 64 lower-case hex digits.",
    Amount "^(0|[1-9][0-9]{0,19})$" "1000000"
        "Base units of a mint (at most 2^64 - 1), in decimal digits.",
    AgeKey "^age1[02-9ac-hj-np-z]{58}$"
        "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z"
        "An X25519 key, written as an age recipient.",
}

/// Any [`Signed`](crate::statement::Signed) statement, as far as its schema goes.
#[derive(Clone, Copy, Debug)]
pub struct SignedStatement;

impl PartialSchema for SignedStatement {
    fn schema() -> RefOr<Schema> {
        let body = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(
                "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
            ))
            .description(Some("The statement's bytes in base64 (docs/protocol.md)."));
        ObjectBuilder::new()
            .property("body", body)
            .property("signature", Base58Signature::schema())
            .required("body")
            .required("signature")
            .description(Some("A signed statement."))
            .into()
    }
}

impl ToSchema for SignedStatement {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("SignedStatement")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(schema: RefOr<Schema>) -> String {
        let json = serde_json::to_value(schema).expect("json");
        json["examples"][0].as_str().expect("an example").to_owned()
    }

    #[test]
    fn examples_are_what_they_stand_for() {
        assert!(example(Base58Key::schema()).parse::<Base58Key>().is_ok());
        assert!(
            example(Base58Signature::schema())
                .parse::<Base58Signature>()
                .is_ok()
        );
        assert!(example(HexHash::schema()).parse::<HexHash>().is_ok());
        assert!(example(Amount::schema()).parse::<Amount>().is_ok());
        let key = AgeKey([0; 32]).to_string();
        assert_eq!(example(AgeKey::schema()), key);
    }
}

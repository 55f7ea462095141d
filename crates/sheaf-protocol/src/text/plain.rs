//! serde `with` modules for fields that hold the plain types.

macro_rules! with_module {
    ($(#[$doc:meta])* $name:ident: $plain:ty as $wrapper:ty) => {
        $(#[$doc])*
        pub mod $name {
            use serde::{Deserialize, Deserializer, Serialize, Serializer};

            /// Writes the value as text.
            ///
            /// # Errors
            /// Those of the serializer.
            pub fn serialize<S: Serializer>(value: &$plain, serializer: S) -> Result<S::Ok, S::Error> {
                <$wrapper>::from(*value).serialize(serializer)
            }

            /// Reads the value from text.
            ///
            /// # Errors
            /// Those of the deserializer, and text that is not such a value.
            pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$plain, D::Error> {
                <$wrapper>::deserialize(deserializer).map(Into::into)
            }
        }
    };
}

with_module! {
    /// A [`Key`](sheaf_format::Key) in base58.
    base58_key: sheaf_format::Key as crate::text::Base58Key
}

with_module! {
    /// A [`Hash`](sheaf_format::Hash) as 64 lower-case hex digits.
    hex_hash: sheaf_format::Hash as crate::text::HexHash
}

with_module! {
    /// Base units as a decimal string.
    amount: u64 as crate::text::Amount
}

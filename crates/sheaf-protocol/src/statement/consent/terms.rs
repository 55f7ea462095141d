//! The classes of data and the purposes that consents speak of.

use std::{fmt, str::FromStr};

/// A word that is no class of data or no purpose.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not known: it is one of {known}")]
pub struct UnknownTerm {
    /// What was written.
    pub word: String,
    /// What could have been.
    pub known: String,
}

/// An enumeration of which a consent names any number: a bit, a word and a phrase for each.
macro_rules! terms {
    (
        $(#[$doc:meta])* $name:ident {
            $( $(#[$variant_doc:meta])* $variant:ident = $bit:literal, $word:literal, $phrase:literal; )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $( $(#[$variant_doc])* $variant, )* }

        impl $name {
            /// All that there are, by their bits.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )* ];

            /// Its bit in a consent.
            pub const fn bit(self) -> u32 {
                match self { $( Self::$variant => 1 << $bit, )* }
            }

            /// Its word on the command line and in JSON.
            pub const fn word(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }

            /// How a sentence names it.
            pub const fn phrase(self) -> &'static str {
                match self { $( Self::$variant => $phrase, )* }
            }

            /// The bits of several.
            pub fn bits(several: &[Self]) -> u32 {
                several.iter().fold(0, |bits, one| bits | one.bit())
            }

            /// Those with a bit set; `None` when no bit is, or one that stands for nothing.
            pub fn of_bits(bits: u32) -> Option<Vec<Self>> {
                let known = bits != 0 && bits & !Self::bits(Self::ALL) == 0;
                let set = Self::ALL.iter().copied().filter(|one| bits & one.bit() != 0);
                known.then(|| set.collect())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.word())
            }
        }

        impl FromStr for $name {
            type Err = UnknownTerm;

            fn from_str(word: &str) -> Result<Self, UnknownTerm> {
                let found = Self::ALL.iter().copied().find(|one| one.word() == word);
                found.ok_or_else(|| UnknownTerm {
                    word: word.chars().take(40).collect(),
                    known: Self::ALL.iter().map(|one| one.word()).collect::<Vec<_>>().join(", "),
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                word.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

terms! {
    /// A class of data. Bits are never given another meaning.
    DataClass {
        /// What the person published.
        Posts = 0, "posts", "the posts they wrote";
        /// What the person wrote under the works of others.
        Comments = 1, "comments", "the comments they wrote";
        /// What the person wrote to groups. Never what was written to them.
        Messages = 2, "messages", "the messages they wrote to groups";
        /// What the person marked as liked.
        Likes = 3, "likes", "what they liked";
        /// What the person searched for.
        Searches = 4, "searches", "what they searched for";
        /// What the person watched.
        WatchHistory = 5, "watch-history", "what they watched";
        /// What sensors of the person measured.
        Sensor = 6, "sensor", "what their sensors measured";
        /// Other records that the person prepared.
        Records = 7, "records", "the records they prepared";
    }
}

terms! {
    /// What data may be used for. Bits are never given another meaning.
    Purpose {
        /// Making models.
        Training = 0, "training", "train models";
        /// Measuring models.
        Evaluation = 1, "evaluation", "evaluate models";
        /// Science.
        Research = 2, "research", "do research";
        /// Passing the data on to those who license it.
        Licensing = 3, "licensing", "license it to others";
    }
}

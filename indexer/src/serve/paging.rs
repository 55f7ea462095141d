//! Lists part by part: how many entries, and behind which.
//!
//! A cursor names the last entry of the part before, so that entries that come meanwhile neither
//! shift nor hide others. What it looks like is nobody's business but this module's.

use super::error::ApiError;
use serde::{Deserialize, Deserializer, de::Error as _};
use sheaf_protocol::api::Page;
use std::{borrow::Cow, fmt, str::FromStr};

/// How many entries a list gives at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// When nothing is asked for.
    pub usual: u32,
    /// At most.
    pub most: u32,
}

impl Limits {
    /// The number of entries that is asked for.
    ///
    /// # Errors
    /// A problem when it is none or too large.
    pub fn check(self, asked: Option<u32>) -> Result<u32, ApiError> {
        let limit = asked.unwrap_or(self.usual);
        if limit == 0 || limit > self.most {
            let most = self.most;
            return Err(ApiError::malformed(format!(
                "limit is {limit}: give a number from 1 to {most}"
            )));
        }
        Ok(limit)
    }
}

/// Makes sure that something can have this number: databases count to 2^63 - 1.
///
/// # Errors
/// A problem when nothing can.
pub fn numbered(number: u64) -> Result<(), ApiError> {
    i64::try_from(number).map(drop).map_err(|_| {
        ApiError::new(
            "unknown_number",
            format!("nothing here has the number {number}"),
        )
    })
}

/// A part of a list from one entry more than was asked for, which tells whether there are others.
/// `cursor` names an entry.
pub fn page<T>(mut entries: Vec<T>, limit: u32, cursor: impl Fn(&T) -> String) -> Page<T> {
    let limit = limit as usize;
    let next_cursor = (entries.len() > limit)
        .then(|| {
            limit
                .checked_sub(1)
                .and_then(|last| entries.get(last))
                .map(&cursor)
        })
        .flatten();
    entries.truncate(limit);
    Page {
        items: entries,
        next_cursor,
    }
}

/// Two values with a dot between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair<A, B>(pub A, pub B);

impl<A: fmt::Display, B: fmt::Display> fmt::Display for Pair<A, B> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.0, self.1)
    }
}

impl<'de, A: FromStr, B: FromStr> Deserialize<'de> for Pair<A, B> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let read = text
            .split_once('.')
            .and_then(|(a, b)| Some(Self(a.parse().ok()?, b.parse().ok()?)));
        read.ok_or_else(|| {
            D::Error::custom("the cursor is none that this list gave: begin without one")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_protocol::text::HexHash;

    #[test]
    fn a_part_ends_with_a_cursor_when_others_follow() {
        let text = |number: &u64| number.to_string();
        let more = page(vec![5, 6, 7], 2, text);
        assert_eq!(
            (more.items, more.next_cursor),
            (vec![5, 6], Some("6".to_owned()))
        );
        let last = page(vec![7, 8], 2, text);
        assert_eq!((last.items, last.next_cursor), (vec![7, 8], None));
    }

    #[test]
    fn cursors_come_back_as_they_went() {
        type Cursor = Pair<u64, HexHash>;
        let read = |text: &str| serde_json::from_value::<Cursor>(serde_json::json!(text));
        let pair = Pair(7_u64, HexHash([3; 32]));
        assert_eq!(read(&pair.to_string()).expect("a cursor"), pair);
        for wrong in ["", "7", "7.", ".00", "-1.00", "7.zz"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn limits_have_limits() {
        let limits = Limits { usual: 5, most: 9 };
        assert_eq!(limits.check(None).expect("a limit"), 5);
        assert_eq!(limits.check(Some(9)).expect("a limit"), 9);
        assert!(limits.check(Some(0)).is_err() && limits.check(Some(10)).is_err());
    }
}

//! Values as the database holds them.

use crate::store::{Result, StoreError};
use sheaf_protocol::statement::{Body, Signed};

/// A slot, round or number as the database's integer.
pub fn integer(value: u64) -> Result<i64> {
    i64::try_from(value).map_err(|_| StoreError::TooLarge(value))
}

/// The other way.
pub fn number(value: i64) -> Result<u64> {
    u64::try_from(value).map_err(|_| StoreError::corrupt("a number", "it is negative"))
}

/// A number of 32 bits.
pub fn small(value: i64) -> Result<u32> {
    u32::try_from(value).map_err(|error| StoreError::corrupt("a number", error))
}

/// An index that a statement was given.
pub fn index(value: i64) -> Result<usize> {
    usize::try_from(value).map_err(|error| StoreError::corrupt("an index", error))
}

/// A number of 16 bits.
pub fn tiny(value: i64) -> Result<u16> {
    u16::try_from(value).map_err(|error| StoreError::corrupt("a number", error))
}

/// An amount or nonce as 8 bytes, big-endian.
pub fn wide(value: u64) -> Vec<u8> {
    value.to_be_bytes().to_vec()
}

/// An amount from 8 bytes.
pub fn amount(bytes: &[u8]) -> Result<u64> {
    Ok(u64::from_be_bytes(fixed("an amount", bytes)?))
}

/// Bytes of a known length.
pub fn fixed<const N: usize>(what: &'static str, bytes: &[u8]) -> Result<[u8; N]> {
    <[u8; N]>::try_from(bytes)
        .map_err(|_| StoreError::corrupt(what, format!("{} bytes instead of {N}", bytes.len())))
}

/// A signed statement.
pub fn statement<B: Body>(bytes: &[u8]) -> Result<Signed<B>> {
    Signed::from_bytes(bytes).map_err(|error| StoreError::corrupt("a statement", error))
}

/// JSON of this version.
pub fn json<T: serde::de::DeserializeOwned>(what: &'static str, bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| StoreError::corrupt(what, error))
}

/// A value as JSON.
pub fn to_json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| StoreError::corrupt(what, error))
}

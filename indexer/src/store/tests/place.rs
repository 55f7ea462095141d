//! Databases and whom they belong to.

use super::fixture::{Fresh, IDENTITY};
use crate::store::{Identity, IntakeStore as _, SqlStore, StoreError};

pub async fn a_database_belongs_to_one_pool(fresh: Fresh) {
    let store = &fresh.store;
    store.bind(&IDENTITY).await.expect("the same again");
    let other = Identity {
        genesis: [8; 32],
        ..IDENTITY
    };
    let refused = store.bind(&other).await;
    assert!(matches!(refused, Err(StoreError::OtherPlace)));
    store.close().await;
    let again = SqlStore::open(&fresh.location).await.expect("opens again");
    let refused = again.bind(&other).await;
    assert!(matches!(refused, Err(StoreError::OtherPlace)));
}

pub async fn a_schema_is_brought_up_to_date_once(fresh: Fresh) {
    let (_, done) = SqlStore::migrate(&fresh.location).await.expect("opens");
    assert!(done.is_empty(), "{done:?}");
}

//! Delegations from contributors to nodes.

use super::IntakeError;
use crate::app::App;
use sheaf_format::{Hash, digest::sha256};
use sheaf_protocol::statement::{Body, Delegation, Signed};

/// Takes a delegation that holds now. Gives its hash.
///
/// # Errors
/// When it breaks a rule or the store fails.
pub async fn take(app: &App, delegation: &Signed<Delegation>) -> Result<Hash, IntakeError> {
    let slot = app.view().slot;
    delegation.check(&app.place.genesis, &app.place.program(), slot)?;
    app.store.put_delegation(delegation).await?;
    Ok(sha256(&[
        Delegation::DOMAIN.as_bytes(),
        &delegation.body.to_bytes(),
    ]))
}

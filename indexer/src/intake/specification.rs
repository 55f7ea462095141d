//! What jobs ask for, as their requesters publish it.

use super::IntakeError;
use crate::app::App;
use sheaf_protocol::{
    specification::{self, Specification},
    statement::{Publication, Signed, StatementError},
};

/// Takes the specification that a job names, signed by its requester. `signature` is the header's
/// base64.
///
/// # Errors
/// When there is no such job, it is not one of ours, the bytes are not the ones it names, or the store fails.
pub async fn take(
    app: &App,
    number: u64,
    bytes: &[u8],
    signature: &str,
) -> Result<(), IntakeError> {
    let view = app.view();
    let (address, job) = view
        .jobs
        .get(&number)
        .ok_or(IntakeError::UnknownJob(number))?;
    if *job.aggregator_in(view.next_intake()) != app.aggregator() || !view.is_active(job) {
        return Err(IntakeError::NotOurJob(number));
    }
    let specification = Specification::parse_published(bytes, &job.specification_hash)?;
    let publication = Publication {
        genesis: app.place.genesis,
        program: app.place.program(),
        job: *address,
        specification_hash: specification::hash(bytes),
    };
    Signed::with_signature_header(publication, signature)
        .and_then(|signed| signed.verify(&job.requester))
        .map_err(|error: StatementError| IntakeError::Unsigned(error))?;
    app.store.put_specification(number, bytes).await?;
    app.specifications.add(number, bytes, specification);
    tracing::info!("job {number}: its specification is published");
    Ok(())
}

//! Ciphertexts, for those entitled to them.

use super::{error::ApiError, extract::Path, jobs::header, openapi::BytesSchema};
use crate::{app::App, intake::IntakeError, store::intake::ContentStanding, view::View};
use axum::{
    extract::State,
    http::{HeaderMap, header::CONTENT_TYPE},
    response::IntoResponse,
};
use sheaf_format::Key;
use sheaf_protocol::{
    api::DOWNLOAD_HEADER,
    statement::{Download, Signed},
    text::HexHash,
};

/// A ciphertext, for registered validators once its batch is on chain, and for the requester once a
/// final round has paid for it.
#[utoipa::path(get, path = "/v1/content/{hash}", tag = "content", operation_id = "content",
    params(
        ("hash" = HexHash, Path, description = "sha256 of the ciphertext"),
        ("x-sheaf-download" = String, Header,
            description = "Signed statement `download` (docs/protocol.md): base64 of body and signature"),
    ),
    responses((status = 200, description = "The ciphertext", body = BytesSchema,
        content_type = "application/octet-stream")))]
pub async fn one(
    State(app): State<App>,
    Path(hash): Path<HexHash>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    let request = Signed::<Download>::from_base64(header(&headers, DOWNLOAD_HEADER)?)
        .map_err(IntakeError::from)?;
    let (genesis, program) = (app.place.genesis, app.place.program());
    request
        .check(&genesis, &program, &hash.0, app.view().slot)
        .map_err(IntakeError::from)?;
    let standing = app.store.content_standing(&hash.0).await?;
    if !may_read(&app.view(), &request.body.signer, &standing) {
        return Err(ApiError::new(
            "not_entitled",
            "contents go to registered validators once their batch is on chain, and to their requester once a final round has paid for them",
        ));
    }
    let content = app.contents.get(&hash.0).await?.ok_or_else(|| {
        ApiError::new("unknown_content", format!("no content {hash} is kept here"))
    })?;
    Ok(([(CONTENT_TYPE, "application/octet-stream")], content))
}

/// Validators may read what is in a batch on chain, a requester what a final round paid for: nobody
/// reads first and then cancels.
fn may_read(view: &View, signer: &Key, standing: &ContentStanding) -> bool {
    let is_validator = view
        .validators
        .iter()
        .any(|entry| entry.authority == *signer || entry.vote_key == *signer);
    let on_chain = |(round, job): &(u64, u64)| {
        *round < view.pool.round || (*round == view.pool.round && view.batches.contains_key(job))
    };
    let asks = |job: &u64| {
        view.jobs
            .get(job)
            .is_some_and(|(_, job)| job.requester == *signer)
    };
    (is_validator && standing.batches.iter().any(on_chain)) || standing.bought_by.iter().any(asks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::fixture::view;
    use bytemuck::Zeroable;
    use sheaf_client::layout::{Batch, Validator};

    const REQUESTER: Key = [0; 32];
    const VALIDATOR: Key = [6; 32];

    fn standing(bought_by: &[u64], batches: &[(u64, u64)]) -> ContentStanding {
        ContentStanding {
            bought_by: bought_by.to_vec(),
            batches: batches.to_vec(),
        }
    }

    #[test]
    fn a_requester_reads_only_what_was_paid_for() {
        let view = view();
        assert!(may_read(&view, &REQUESTER, &standing(&[0], &[])));
        assert!(!may_read(&view, &REQUESTER, &standing(&[], &[(2, 0)])));
        assert!(!may_read(&view, &[1; 32], &standing(&[0], &[(2, 0)])));
    }

    #[test]
    fn a_validator_reads_only_what_is_in_a_batch_on_chain() {
        let mut view = view();
        view.validators.push(Validator {
            authority: [5; 32],
            vote_key: VALIDATOR,
            ..Validator::zeroed()
        });
        let reads = |view: &View, batches: &[(u64, u64)]| {
            may_read(view, &VALIDATOR, &standing(&[], batches))
        };
        assert!(!reads(&view, &[]) && !reads(&view, &[(4, 0)]));
        assert!(reads(&view, &[(2, 0)]));
        assert!(!reads(&view, &[(3, 0)]), "frozen and not posted");
        view.batches.insert(0, Batch::zeroed());
        assert!(reads(&view, &[(3, 0)]));
    }
}

//! Score files of validators, taken once their roots were revealed on chain.

use super::IntakeError;
use crate::app::App;
use sheaf_client::layout::Round;
use sheaf_format::{Hash, Key, stage::ballot};
use sheaf_protocol::scores::SignedScoreFile;
use solana_sdk::pubkey::Pubkey;

/// The root a validator revealed in a round, if it did.
pub fn revealed_root(round: &Round, validator: &Key) -> Option<Hash> {
    let (_, entry) = round
        .stake_table()
        .find(|(_, entry)| entry.authority == *validator)?;
    (entry.ballot & ballot::REVEALED != 0).then_some(entry.scores_root)
}

/// Takes a score file of round `number`. Gives its root.
///
/// # Errors
/// When it is not what its validator revealed, or the store fails.
pub async fn take(app: &App, number: u64, signed: &SignedScoreFile) -> Result<Hash, IntakeError> {
    let view = app.view();
    let round = view
        .round
        .as_ref()
        .filter(|round| round.number == number)
        .ok_or(IntakeError::RoundNotOpen(number))?;
    let validator = signed.file.validator;
    let root = revealed_root(round, &validator.0).ok_or(IntakeError::NotRevealed(validator))?;
    let registered = view
        .validators
        .iter()
        .find(|entry| entry.authority == validator.0);
    let vote_key = match registered {
        Some(entry) => entry.vote_key,
        // It may have left the table since.
        None => {
            let authority = Pubkey::new_from_array(validator.0);
            app.place.chain.validator(&authority).await?.vote_key
        }
    };
    signed.verify(&app.place.scope(number), &vote_key, &root)?;
    app.store.put_scores(signed).await?;
    tracing::info!(
        "round {number}: {validator} published {} scores",
        signed.file.scores.len()
    );
    Ok(root)
}

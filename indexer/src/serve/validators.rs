//! Validators and how they kept their duties.

use super::{
    error::ApiError,
    extract::{Path, Query},
    paging::{Limits, page},
};
use crate::{
    app::App,
    store::read::{Direction, EventFilter, LoggedEvent},
    view::View,
};
use axum::{Json, extract::State};
use serde::Deserialize;
use sheaf_client::{event::Event, layout::Validator};
use sheaf_protocol::{
    api::{DutyView, Page, ValidatorState, ValidatorView},
    text::Base58Key,
};
use utoipa::IntoParams;

/// Validators given at once; there are at most 64.
const LIMITS: Limits = Limits {
    usual: 100,
    most: 100,
};
/// Duties given at once.
const DUTIES: Limits = Limits {
    usual: 100,
    most: 1_000,
};
/// Where in the bytes of `DutiesCounted` the validator stands: behind discriminator and number.
const AUTHORITY_AT: u32 = 16;

/// Which part of the list of validators.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ValidatorList {
    /// Most entries in the answer.
    #[param(minimum = 1, maximum = 100, default = 100)]
    limit: Option<u32>,
    /// What `next_cursor` said.
    cursor: Option<Base58Key>,
}

/// Registered validators, ascending by authority.
#[utoipa::path(get, path = "/v1/validators", tag = "validators", operation_id = "validators",
    params(ValidatorList),
    responses((status = 200, description = "Validators", body = Page<ValidatorView>)))]
pub async fn all(
    State(app): State<App>,
    Query(list): Query<ValidatorList>,
) -> Result<Json<Page<ValidatorView>>, ApiError> {
    let limit = LIMITS.check(list.limit)?;
    let mut validators: Vec<ValidatorView> = app.view().validators.iter().map(show).collect();
    validators.sort_unstable_by_key(|validator| validator.authority);
    validators.retain(|validator| {
        list.cursor
            .is_none_or(|cursor| validator.authority > cursor)
    });
    Ok(Json(page(
        validators,
        limit,
        |validator: &ValidatorView| validator.authority.to_string(),
    )))
}

/// A validator.
#[utoipa::path(get, path = "/v1/validators/{authority}", tag = "validators", operation_id = "validator",
    params(("authority" = Base58Key, Path, description = "The validator's wallet")),
    responses((status = 200, description = "The validator", body = ValidatorView)))]
pub async fn one(
    State(app): State<App>,
    Path(authority): Path<Base58Key>,
) -> Result<Json<ValidatorView>, ApiError> {
    find(&app.view(), authority)
        .map(Json)
        .ok_or_else(|| unknown(authority))
}

/// Which part of the list of duties.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DutyList {
    /// Most entries in the answer.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// What `next_cursor` said.
    #[param(value_type = Option<String>, pattern = "^[0-9]{1,18}$")]
    cursor: Option<u64>,
}

/// How a validator kept its duties, round by round, newest first, in all pools of the network, as far
/// as somebody had the program count them.
#[utoipa::path(get, path = "/v1/validators/{authority}/duties", tag = "validators", operation_id = "duties",
    params(("authority" = Base58Key, Path, description = "The validator's wallet"), DutyList),
    responses((status = 200, description = "Duties", body = Page<DutyView>)))]
pub async fn duties(
    State(app): State<App>,
    Path(authority): Path<Base58Key>,
    Query(list): Query<DutyList>,
) -> Result<Json<Page<DutyView>>, ApiError> {
    let limit = DUTIES.check(list.limit)?;
    let network = app.place.chain.addresses().network().to_bytes();
    let filter = EventFilter {
        name: "DutiesCounted",
        subject: Some((AUTHORITY_AT, authority.0)),
    };
    let before = Direction::Before(list.cursor.unwrap_or(u64::MAX));
    let events = app
        .store
        .list_events(&network, &[filter], before, limit.saturating_add(1))
        .await?;
    // Somebody who left has a past, and nobody else.
    if events.is_empty() && list.cursor.is_none() && find(&app.view(), authority).is_none() {
        return Err(unknown(authority));
    }
    let duties: Vec<DutyView> = events.iter().filter_map(duty).collect();
    Ok(Json(page(duties, limit, |duty: &DutyView| {
        duty.sequence.to_string()
    })))
}

fn duty(logged: &LoggedEvent) -> Option<DutyView> {
    let Ok(Event::DutiesCounted(event)) = Event::decode(&logged.data) else {
        return None;
    };
    Some(DutyView {
        sequence: logged.sequence,
        slot: logged.slot,
        signature: <[u8; 64]>::from(logged.signature).into(),
        pool: event.pool.into(),
        round: event.round,
        missed: event.missed != 0,
        missed_in_a_row: event.missed_duties,
        jailed_until: event.jailed_until,
    })
}

fn find(view: &View, authority: Base58Key) -> Option<ValidatorView> {
    view.validators
        .iter()
        .find(|validator| validator.authority == authority.0)
        .map(show)
}

fn unknown(authority: Base58Key) -> ApiError {
    ApiError::new(
        "unknown_validator",
        format!("{authority} is not registered as a validator (any more)"),
    )
}

fn show(validator: &Validator) -> ValidatorView {
    ValidatorView {
        authority: validator.authority.into(),
        vote_key: validator.vote_key.into(),
        encryption_key: validator.encryption_key.into(),
        state: match (validator.withdraw_after, validator.jailed_until) {
            (0, 0) => ValidatorState::Voting,
            (0, _) => ValidatorState::Jailed,
            _ => ValidatorState::Unbonding,
        },
        stake: validator.stake.into(),
        missed_duties: validator.missed_duties,
        jailed_until: validator.jailed_until,
        withdraw_after: validator.withdraw_after,
        slashable_until_slot: validator.slashable_until_slot,
        bonded_since_slot: validator.bonded_since_slot,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;
    use sheaf_client::layout::DutiesCounted;
    use sheaf_format::digest::EVENT_INSTRUCTION_TAG;

    #[test]
    fn the_authority_stands_where_lists_look_for_it() {
        let event = Event::DutiesCounted(DutiesCounted {
            authority: [7; 32],
            ..DutiesCounted::zeroed()
        });
        let data = event.to_instruction();
        let data = data
            .strip_prefix(&EVENT_INSTRUCTION_TAG[..])
            .expect("an event");
        let at = AUTHORITY_AT as usize;
        assert_eq!(data[at..at + 32], [7; 32]);
        assert!(!data[..at].contains(&7));
    }

    #[test]
    fn a_validator_that_asked_for_its_stake_unbonds_jailed_or_not() {
        let state = |withdraw_after, jailed_until| {
            show(&Validator {
                withdraw_after,
                jailed_until,
                ..Validator::zeroed()
            })
            .state
        };
        assert_eq!(state(0, 0), ValidatorState::Voting);
        assert_eq!(state(0, 5), ValidatorState::Jailed);
        assert_eq!(state(5, 5), ValidatorState::Unbonding);
    }
}

//! The public log: what the program said about its changes, in order.

use super::{
    error::ApiError,
    extract::{Path, Query},
    paging::{Limits, page},
};
use crate::{
    app::App,
    store::read::{Direction, EventFilter, LoggedEvent},
};
use axum::{Json, extract::State};
use serde::Deserialize;
use sheaf_client::event::Event;
use sheaf_format::Key;
use sheaf_protocol::{
    api::{DatasetEvent, EventView, Page, Series, UsageView},
    text::Base58Key,
};
use utoipa::IntoParams;

/// Events given at once.
const LIMITS: Limits = Limits {
    usual: 100,
    most: 1_000,
};

/// Where in the bytes of a dataset's event the dataset stands, by type: behind discriminator, number
/// and pool, and in one case the job.
const DATASET_EVENTS: [(&str, u32); 4] = [
    ("DatasetPublished", 80),
    ("DatasetLicensed", 48),
    ("UsageRecorded", 48),
    ("DatasetClosed", 48),
];

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventList {
    /// The series; the pool's when nothing is said.
    #[param(inline, value_type = Series, required = false)]
    series: Option<Series>,
    /// Only events of this type.
    #[param(max_length = 64, pattern = "^[A-Za-z]+$")]
    name: Option<String>,
    /// Most entries in the answer.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// What `next_cursor` said, or the number of an event: what follows it is given.
    #[param(value_type = Option<String>, pattern = "^[0-9]{1,18}$")]
    cursor: Option<u64>,
}

/// Events in the order of their numbers: finalised, without a gap, and acted upon here.
#[utoipa::path(get, path = "/v1/events", tag = "events", operation_id = "events", params(EventList),
    responses((status = 200, description = "Events", body = Page<EventView>)))]
pub async fn all(
    State(app): State<App>,
    Query(list): Query<EventList>,
) -> Result<Json<Page<EventView>>, ApiError> {
    let limit = LIMITS.check(list.limit)?;
    let series = list.series.unwrap_or(Series::Pool);
    let filters = match &list.name {
        None => Vec::new(),
        Some(name) => vec![EventFilter {
            name: Event::NAMES
                .iter()
                .find(|known| *known == name)
                .ok_or_else(|| {
                    ApiError::new(
                        "unknown_event",
                        format!("no event is called \"{name}\": idl/sheaf.json lists their names"),
                    )
                })?,
            subject: None,
        }],
    };
    let after = Direction::After(list.cursor.unwrap_or(0));
    let events = app
        .store
        .list_events(
            &address(&app, series),
            &filters,
            after,
            limit.saturating_add(1),
        )
        .await?;
    let shown: Vec<EventView> = events
        .iter()
        .filter_map(|event| show(series, event))
        .collect();
    Ok(Json(page(shown, limit, |event: &EventView| {
        event.sequence.to_string()
    })))
}

/// An event of the pool's series.
#[utoipa::path(get, path = "/v1/events/{sequence}", tag = "events", operation_id = "event",
    params(("sequence" = u64, Path, description = "Number of the event in the pool's series", example = 1)),
    responses((status = 200, description = "The event", body = EventView)))]
pub async fn one(
    State(app): State<App>,
    Path(sequence): Path<u64>,
) -> Result<Json<EventView>, ApiError> {
    let unknown = || {
        ApiError::new(
            "unknown_event",
            format!("the pool has no event {sequence} that is finalised and acted upon (yet)"),
        )
    };
    let before = sequence.checked_sub(1).ok_or_else(unknown)?;
    let pool = address(&app, Series::Pool);
    let found = app
        .store
        .list_events(&pool, &[], Direction::After(before), 1)
        .await?;
    found
        .first()
        .filter(|event| event.sequence == sequence)
        .and_then(|event| show(Series::Pool, event))
        .map(Json)
        .ok_or_else(unknown)
}

/// Which events of datasets.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UsageList {
    /// Address of the dataset.
    dataset: Option<Base58Key>,
    /// Most entries in the answer.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// What `next_cursor` said.
    #[param(value_type = Option<String>, pattern = "^[0-9]{1,18}$")]
    cursor: Option<u64>,
}

/// What happened to datasets, newest first: offers, licences, reported uses.
#[utoipa::path(get, path = "/v1/usage", tag = "events", operation_id = "usage", params(UsageList),
    responses((status = 200, description = "Events of datasets", body = Page<UsageView>)))]
pub async fn usage(
    State(app): State<App>,
    Query(list): Query<UsageList>,
) -> Result<Json<Page<UsageView>>, ApiError> {
    let limit = LIMITS.check(list.limit)?;
    let filters = DATASET_EVENTS.map(|(name, at)| EventFilter {
        name,
        subject: list.dataset.map(|dataset| (at, dataset.0)),
    });
    let before = Direction::Before(list.cursor.unwrap_or(u64::MAX));
    let pool = address(&app, Series::Pool);
    let events = app
        .store
        .list_events(&pool, &filters, before, limit.saturating_add(1))
        .await?;
    let shown: Vec<UsageView> = events.iter().filter_map(show_usage).collect();
    Ok(Json(page(shown, limit, |usage: &UsageView| {
        usage.sequence.to_string()
    })))
}

/// The account whose series it is.
pub fn address(app: &App, series: Series) -> Key {
    match series {
        Series::Pool => app.place.pool_key(),
        Series::Network => app.place.chain.addresses().network().to_bytes(),
    }
}

/// An event as the API shows it. All that was acted upon can be read.
pub fn show(series: Series, logged: &LoggedEvent) -> Option<EventView> {
    let event = Event::decode(&logged.data).ok()?;
    Some(EventView {
        series,
        sequence: logged.sequence,
        slot: logged.slot,
        signature: <[u8; 64]>::from(logged.signature).into(),
        name: logged.name.clone(),
        fields: event.fields(),
    })
}

fn show_usage(logged: &LoggedEvent) -> Option<UsageView> {
    let (dataset, event) = match Event::decode(&logged.data).ok()? {
        Event::DatasetPublished(event) => (
            event.dataset,
            DatasetEvent::Published {
                job: event.number,
                content_hash: event.content_hash.into(),
                price: event.price.into(),
            },
        ),
        Event::DatasetLicensed(event) => (
            event.dataset,
            DatasetEvent::Licensed {
                consumer: event.consumer.into(),
                license: event.license,
                arrived: event.arrived.into(),
            },
        ),
        Event::UsageRecorded(event) => (
            event.dataset,
            DatasetEvent::Used {
                consumer: event.consumer.into(),
                usage: event.usage,
                usage_hash: event.usage_hash.into(),
            },
        ),
        Event::DatasetClosed(event) => (event.dataset, DatasetEvent::Closed),
        _ => return None,
    };
    Some(UsageView {
        sequence: logged.sequence,
        slot: logged.slot,
        signature: <[u8; 64]>::from(logged.signature).into(),
        dataset: dataset.into(),
        event,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;
    use sheaf_client::layout::{DatasetClosed, DatasetLicensed, DatasetPublished, UsageRecorded};
    use sheaf_format::digest::EVENT_INSTRUCTION_TAG;

    #[test]
    fn the_dataset_stands_where_lists_look_for_it() {
        let dataset = [7; 32];
        let events = [
            Event::DatasetPublished(DatasetPublished {
                dataset,
                ..DatasetPublished::zeroed()
            }),
            Event::DatasetLicensed(DatasetLicensed {
                dataset,
                ..DatasetLicensed::zeroed()
            }),
            Event::UsageRecorded(UsageRecorded {
                dataset,
                ..UsageRecorded::zeroed()
            }),
            Event::DatasetClosed(DatasetClosed {
                dataset,
                ..DatasetClosed::zeroed()
            }),
        ];
        for (event, (name, at)) in events.iter().zip(DATASET_EVENTS) {
            assert_eq!(event.name(), name);
            let data = event.to_instruction();
            let data = data
                .strip_prefix(&EVENT_INSTRUCTION_TAG[..])
                .expect("an event");
            let at = at as usize;
            assert_eq!(data[at..at + 32], dataset, "{name}");
        }
    }
}

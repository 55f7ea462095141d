//! Events as they come, pushed (server-sent events).
//!
//! The program's events are messages of type `chain` with their number as id: who comes back with
//! `Last-Event-ID` gets what it missed from the store, without a gap. Messages of type `pulse` say
//! where things stand now; they have no id and are never repeated.

use super::{error::ApiError, events::show, extract::Query};
use crate::{
    app::App,
    ingest::Progress,
    metrics::Metrics,
    store::{
        intake::COUNTED,
        read::{Direction, LoggedEvent},
    },
    view::{View, Watch},
};
use axum::{
    extract::State,
    http::HeaderMap,
    response::{
        IntoResponse,
        sse::{Event as Message, KeepAlive, Sse},
    },
};
use futures_util::{Stream, stream};
use serde::Deserialize;
use sheaf_protocol::api::{Pulse, Series};
use std::{collections::VecDeque, convert::Infallible, future::Future, sync::Arc, time::Duration};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use utoipa::{IntoParams, ToSchema};

/// Listeners at once.
const LISTENERS: usize = 256;
/// Events read from the store at once.
const PART: u32 = 200;
/// How often something is sent though nothing happens, so that nobody takes the line for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Shortest time between two pulses.
const BEAT: Duration = Duration::from_millis(400);
/// Milliseconds after which a listener that lost the line comes back.
const RETRY: Duration = Duration::from_secs(2);
/// The header that says what was heard last.
const LAST_EVENT_ID: &str = "last-event-id";

/// What all listeners share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Feed {
    pulse: watch::Receiver<Option<Pulse>>,
    /// Changes, or is dropped, when the server ends.
    ending: watch::Receiver<()>,
    places: Arc<Semaphore>,
}

impl Feed {
    /// A feed, and what keeps its pulse going: run it as long as there are listeners.
    pub fn new(
        app: App,
        ending: watch::Receiver<()>,
    ) -> (Self, impl Future<Output = ()> + Send + use<>) {
        let (tell, pulse) = watch::channel(None);
        let places = Arc::new(Semaphore::new(LISTENERS));
        let feed = Self {
            pulse,
            ending,
            places: Arc::clone(&places),
        };
        (feed, beat(app, places, tell))
    }
}

/// Tells where things stand at every new view, not too often, while somebody listens. Ends when
/// views do.
async fn beat(app: App, places: Arc<Semaphore>, tell: watch::Sender<Option<Pulse>>) {
    let mut views = app.view.clone();
    loop {
        if places.available_permits() == LISTENERS {
            tell.send_replace(None);
        } else {
            match pulse(&app, &app.view()).await {
                Ok(pulse) => drop(tell.send_replace(Some(pulse))),
                Err(error) => tracing::warn!("no pulse: {error}"),
            }
        }
        tokio::time::sleep(BEAT).await;
        if views.changed().await.is_err() {
            return;
        }
    }
}

async fn pulse(app: &App, view: &View) -> Result<Pulse, crate::store::StoreError> {
    let batched = view.batches.values().map(|batch| u64::from(batch.count));
    Ok(Pulse {
        slot: view.slot,
        round: view.pool.round,
        stage: view.live_stage(),
        intake_round: app.store.intake_round().await?,
        waiting: app.store.count_waiting(COUNTED).await?,
        batched: batched.sum(),
        sequence: app.progress.borrow().frontier,
    })
}

/// From where to listen.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Listen {
    /// Number of the last event that was heard, for who cannot set `Last-Event-ID`, which goes first.
    #[param(value_type = Option<String>, pattern = "^[0-9]{1,18}$")]
    after: Option<u64>,
}

/// What was heard before the line ended.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it only describes")]
pub struct Heard {
    /// Number of the last event that was heard.
    #[param(rename = "last-event-id", value_type = String, required = false, pattern = "^[0-9]{1,18}$")]
    last_event_id: Option<u64>,
}

/// A message of the stream.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes")]
pub struct StreamMessage {
    /// `chain`, with an `EventView` as data, or `pulse`, with a `Pulse`.
    event: StreamMessageKind,
    /// JSON.
    data: String,
    /// Number of the event, of `chain` only.
    #[schema(value_type = String, required = false, pattern = "^[0-9]{1,19}$")]
    id: Option<String>,
    /// Milliseconds after which to come back when the line ends.
    #[schema(value_type = u32, required = false)]
    retry: Option<u32>,
}

/// What a message of the stream is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it only describes")]
pub enum StreamMessageKind {
    /// An event of the program.
    Chain,
    /// Where things stand.
    Pulse,
}

/// The pool's events as they come, from the one after `Last-Event-ID` (or `after`) on, or from now
/// on: messages `chain` (an event, its number as id) and `pulse` (where things stand, without id).
#[utoipa::path(get, path = "/v1/events/stream", tag = "events", operation_id = "stream",
    params(Listen, Heard),
    responses((status = 200, description = "Messages", body = StreamMessage, content_type = "text/event-stream")))]
pub async fn stream(
    State(app): State<App>,
    State(feed): State<Feed>,
    headers: HeaderMap,
    Query(listen): Query<Listen>,
) -> Result<impl IntoResponse, ApiError> {
    let heard = match headers.get(LAST_EVENT_ID) {
        None => listen.after,
        Some(text) => {
            let number = text.to_str().ok().and_then(|text| text.parse().ok());
            Some(number.ok_or_else(|| {
                ApiError::malformed("Last-Event-ID is no number of an event: leave it out")
            })?)
        }
    };
    let Ok(place) = Arc::clone(&feed.places).try_acquire_owned() else {
        return Err(ApiError::new(
            "too_many_listeners",
            format!("{LISTENERS} listen already: poll /v1/events, or try again shortly"),
        ));
    };
    let after = match heard {
        Some(heard) => heard,
        None => app.store.series(&app.place.pool_key()).await?.frontier,
    };
    let mut pulses = feed.pulse.clone();
    pulses.mark_changed();
    let listener = Listener {
        after,
        unread: VecDeque::new(),
        look: true,
        progress: app.progress.clone(),
        views: app.view.clone(),
        pulses,
        ending: feed.ending,
        _seat: Seat::take(Arc::clone(&app.metrics), place),
        app,
    };
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    Ok((
        [("cache-control", "no-store"), ("x-accel-buffering", "no")],
        Sse::new(messages(listener)).keep_alive(keep_alive),
    ))
}

/// A place among the listeners; given back when the line ends.
struct Seat {
    metrics: Arc<Metrics>,
    _place: OwnedSemaphorePermit,
}

impl Seat {
    fn take(metrics: Arc<Metrics>, place: OwnedSemaphorePermit) -> Self {
        metrics.listeners.inc();
        Self {
            metrics,
            _place: place,
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.metrics.listeners.dec();
    }
}

/// Somebody who listens.
struct Listener {
    app: App,
    /// Number of the last event that was sent or passed on.
    after: u64,
    unread: VecDeque<LoggedEvent>,
    /// Whether the store may have more.
    look: bool,
    progress: watch::Receiver<Progress>,
    /// Kept so that the line ends with the views.
    views: Watch,
    pulses: watch::Receiver<Option<Pulse>>,
    ending: watch::Receiver<()>,
    _seat: Seat,
}

fn messages(listener: Listener) -> impl Stream<Item = Result<Message, Infallible>> {
    stream::unfold(listener, |mut listener| async move {
        let message = listener.next().await?;
        Some((Ok(message.retry(RETRY)), listener))
    })
}

impl Listener {
    /// The next message. `None` ends the line: whoever listens comes back and misses nothing.
    async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some(logged) = self.unread.pop_front() {
                self.after = logged.sequence;
                let shown = show(Series::Pool, &logged)?;
                let message = Message::default().event("chain");
                return message.id(shown.sequence.to_string()).json_data(shown).ok();
            }
            if self.look {
                self.read().await?;
                continue;
            }
            tokio::select! {
                biased;
                _ = self.ending.changed() => return None,
                changed = self.progress.changed() => {
                    changed.ok()?;
                    self.look = true;
                }
                changed = self.pulses.changed() => {
                    // Without a pulse events still come.
                    if changed.is_err() {
                        self.views.changed().await.ok()?;
                    }
                    let pulse = self.pulses.borrow_and_update().clone();
                    if let Some(pulse) = pulse {
                        return Message::default().event("pulse").json_data(pulse).ok();
                    }
                }
            }
        }
    }

    async fn read(&mut self) -> Option<()> {
        let pool = self.app.place.pool_key();
        let after = Direction::After(self.after);
        // What comes while this reads is told by a change after it.
        self.progress.borrow_and_update();
        let found = self.app.store.list_events(&pool, &[], after, PART).await;
        let found = found
            .inspect_err(|error| tracing::warn!("a listener cannot be told: {error}"))
            .ok()?;
        self.look = found.len() == PART as usize;
        self.unread.extend(found);
        Some(())
    }
}

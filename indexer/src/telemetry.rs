//! What an operator sees: logs as text or JSON, traces to a collector, and a board of signals.

use clap::ValueEnum;
use std::sync::{PoisonError, RwLock};
use tracing_subscriber::{
    EnvFilter, Layer, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

/// How logs are written to standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// Starts logging, and tracing where it was built in and an endpoint is named. What it returns must
/// live as long as the process works: dropping it sends the rest away. Called within a runtime.
pub fn start(format: LogFormat) -> Guard {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let registry = tracing_subscriber::registry().with(filter).with(lines);
    #[cfg(not(feature = "opentelemetry"))]
    let guard = Guard::default();
    #[cfg(feature = "opentelemetry")]
    let (registry, guard) = {
        let (layer, guard) = collector::layer();
        (registry.with(layer), guard)
    };
    registry.init();
    guard
}

/// Keeps traces flowing while it lives.
#[derive(Debug, Default)]
pub struct Guard {
    #[cfg(feature = "opentelemetry")]
    provider: Option<opentelemetry_sdk::trace::SdkTracerProvider>,
}

#[cfg(feature = "opentelemetry")]
impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(provider) = self.provider.take()
            && let Err(error) = provider.shutdown()
        {
            tracing::warn!("the last traces were not sent: {error}");
        }
    }
}

#[cfg(feature = "opentelemetry")]
mod collector {
    //! Spans over OTLP. Where to is what the environment says: `OTEL_EXPORTER_OTLP_ENDPOINT`,
    //! `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`.

    use super::Guard;
    use async_trait::async_trait;
    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
    use opentelemetry_otlp::{SpanExporter, WithHttpConfig as _};
    use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
    use reqwest_for_objects::Client;
    use std::{io::Write as _, time::Duration};
    use tokio::runtime::Handle;
    use tracing::Subscriber;
    use tracing_subscriber::{Layer, registry::LookupSpan};

    /// How long one hand-over to the collector may take.
    const TIMEOUT: Duration = Duration::from_secs(10);

    /// The exporter works on a thread of its own; requests run where the runtime is.
    #[derive(Debug)]
    struct OnRuntime {
        client: Client,
        runtime: Handle,
    }

    #[async_trait]
    impl HttpClient for OnRuntime {
        async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
            let client = self.client.clone();
            let sending = self.runtime.spawn(async move {
                let response = client.execute(request.try_into()?).await?;
                let mut answer = Response::builder().status(response.status());
                if let Some(headers) = answer.headers_mut() {
                    *headers = response.headers().clone();
                }
                Ok::<_, HttpError>(answer.body(response.bytes().await?)?)
            });
            sending.await?
        }
    }

    fn exporter() -> Result<SpanExporter, HttpError> {
        // Whoever installed another provider before has chosen.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().timeout(TIMEOUT).build()?;
        let runtime = Handle::try_current()?;
        let exporter = SpanExporter::builder().with_http();
        Ok(exporter
            .with_http_client(OnRuntime { client, runtime })
            .build()?)
    }

    const NAME: &str = "sheaf-indexer";
    const ENDPOINTS: [&str; 2] = [
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    ];

    /// The layer that sends spans, when an endpoint is named.
    pub fn layer<S>() -> (Option<Box<dyn Layer<S> + Send + Sync>>, Guard)
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let named = ENDPOINTS
            .iter()
            .any(|name| std::env::var_os(name).is_some());
        if !named {
            return (None, Guard::default());
        }
        let exporter = match exporter() {
            Ok(exporter) => exporter,
            Err(error) => {
                // Logging has not begun yet.
                let line = format!("sheaf-indexer: no traces are sent: {error}");
                let _ = writeln!(std::io::stderr(), "{line}");
                return (None, Guard::default());
            }
        };
        let mut resource = Resource::builder();
        if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
            resource = resource.with_service_name(NAME);
        }
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build())
            .build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer(NAME));
        let guard = Guard {
            provider: Some(provider),
        };
        (Some(layer.boxed()), guard)
    }
}

/// What the last audit found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audited {
    /// Slot of the chain it looked at; 0 when it could not look.
    pub slot: u64,
    /// Differences between chain and database; none when it could not look.
    pub differences: Option<usize>,
}

/// Signals for metrics and alarms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// Why settlement pauses, as the circuit breaker names it; none while it works.
    pub settlement_paused: Option<&'static str>,
    /// Actions that wait for somebody to look at them.
    pub reviews_waiting: usize,
    /// Transactions whose end is not known.
    pub transactions_open: usize,
    /// What the last audit found.
    pub audited: Option<Audited>,
}

/// A board of signals: written by the roles, read by whoever serves metrics.
#[derive(Debug)]
pub struct Board(RwLock<Signals>);

/// The process's board.
pub static BOARD: Board = Board(RwLock::new(Signals {
    settlement_paused: None,
    reviews_waiting: 0,
    transactions_open: 0,
    audited: None,
}));

impl Board {
    /// The signals now.
    pub fn read(&self) -> Signals {
        *self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes signals.
    pub fn write(&self, change: impl FnOnce(&mut Signals)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_shows_what_was_written_last() {
        let board = Board(RwLock::new(Signals::default()));
        board.write(|signals| signals.reviews_waiting = 2);
        board.write(|signals| signals.settlement_paused = Some("store"));
        let expected = Signals {
            reviews_waiting: 2,
            settlement_paused: Some("store"),
            ..Signals::default()
        };
        assert_eq!(board.read(), expected);
    }
}

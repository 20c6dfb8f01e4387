//! Sends finished spans to the collector, many at once.
//!
//! One task on the main thread, beside those that answer requests. Nothing is sent twice: what the collector does not take is
//! dropped and counted, and the log says so once until it is taken again.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::TraceMetrics;
use super::endpoint::Endpoint;
use super::layer::FinishedSpan;
use super::protobuf::{Resource, export_request};

/// Spans in one request to the collector, at most.
const BATCH: usize = 512;
/// How long a span waits for others.
const GATHER: Duration = Duration::from_secs(2);
/// For one request to the collector, and for all of them at a stop.
const PATIENCE: Duration = Duration::from_secs(5);

/// Empties the queue.
pub struct Exporter {
    endpoint: Endpoint,
    queue: mpsc::Receiver<FinishedSpan>,
    batch: Vec<FinishedSpan>,
    instance: String,
    metrics: Arc<TraceMetrics>,
    is_refused: bool,
}

impl Exporter {
    pub(super) fn new(
        endpoint: Endpoint,
        queue: mpsc::Receiver<FinishedSpan>,
        instance: [u8; 16],
        metrics: Arc<TraceMetrics>,
    ) -> Exporter {
        let instance = uuid::Builder::from_random_bytes(instance).into_uuid().to_string();
        Exporter { endpoint, queue, batch: Vec::with_capacity(BATCH), instance, metrics, is_refused: false }
    }

    /// Sends until it is told to stop, and then what still waits.
    pub(super) async fn run(mut self, mut stop: oneshot::Receiver<()>) {
        loop {
            tokio::select! {
                _ = &mut stop => break,
                () = self.gather() => self.send().await,
            }
        }
        self.queue.close();
        let rest = async {
            while self.queue.recv_many(&mut self.batch, BATCH).await > 0 || !self.batch.is_empty() {
                self.send().await;
            }
        };
        let _too_slow = timeout(PATIENCE, rest).await;
        while self.queue.try_recv().is_ok() {
            self.metrics.dropped.increment();
        }
        self.metrics.dropped.add(self.batch.len() as u64);
    }

    /// Waits for a batch: full, or what came within the time. Nothing is lost when this is broken off.
    async fn gather(&mut self) {
        let (queue, batch) = (&mut self.queue, &mut self.batch);
        let filling = async {
            while batch.len() < BATCH {
                if queue.recv_many(batch, BATCH - batch.len()).await == 0 {
                    // Nobody can send any more.
                    std::future::pending::<()>().await;
                }
            }
        };
        let _not_full = timeout(GATHER, filling).await;
    }

    async fn send(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        let resource = Resource { service: "rollcall", version: env!("CARGO_PKG_VERSION"), instance: &self.instance };
        let body = export_request(resource, &self.batch);
        let sent = timeout(PATIENCE, post(&self.endpoint, body)).await.unwrap_or_else(|_| bail_slow());
        let spans = self.batch.len() as u64;
        self.batch.clear();
        match sent {
            Ok(()) => {
                self.metrics.exported.add(spans);
                if self.is_refused {
                    tracing::info!(collector = %self.endpoint, "the collector takes traces again");
                }
            }
            Err(ref error) => {
                self.metrics.dropped.add(spans);
                if !self.is_refused {
                    let error = format!("{error:#}");
                    tracing::warn!(collector = %self.endpoint, error, "the collector takes no traces: they are dropped until it does");
                }
            }
        }
        self.is_refused = sent.is_err();
    }
}

fn bail_slow() -> Result<()> {
    bail!("it did not answer within {} s", PATIENCE.as_secs())
}

/// One request on a connection of its own: a batch every few seconds is worth no pool.
async fn post(endpoint: &Endpoint, body: Vec<u8>) -> Result<()> {
    let stream = TcpStream::connect(endpoint.address()).await.context("it cannot be reached")?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::builder()
        .method(Method::POST)
        .uri(&endpoint.path)
        .header(HOST, endpoint.authority())
        .header(CONTENT_TYPE, "application/x-protobuf")
        .body(Full::new(Bytes::from(body)))?;
    // It ends by itself once the sender is gone.
    actix_web::rt::spawn(connection);
    let status = sender.send_request(request).await.context("it did not answer in HTTP")?.status();
    if !status.is_success() {
        bail!("it answered {status}");
    }
    Ok(())
}

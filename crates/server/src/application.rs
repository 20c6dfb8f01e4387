//! The server as one value: built from settings, run, stopped. `main` and the tests use the same constructor.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::App;
use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use anyhow::{Context, Result, anyhow};
use dashboard::{Dashboard, SetupToken};
use database::{Clock, RandomSource};
use provisioning::Provisioning;
use registry::Registry;
use scim_endpoint::ScimEndpoint;
use scim_model::Limits;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpSocket;
use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::config::Config;
use crate::connection::{self, Settings};
use crate::counting::Counting;
use crate::health::{Stopping, healthz, readyz};
use crate::installation::Installation;
use crate::metrics::{MetricsAccess, RequestMetrics, metrics};
use crate::middleware::{SecurityHeaders, request_log, scim_refusal, unreadable};
use crate::retention::Retention;
use crate::tls::Tls;
use crate::traces::TraceMetrics;

/// Connections that wait to be accepted.
const BACKLOG: u32 = 1024;
/// Identity providers keep their connections; a reverse proxy keeps them longer than the usual 60 s of such proxies.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// For the head of a request. The body has no limit of time but one of size.
const REQUEST_HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How often what is noted in memory is written down.
const FLUSH_EVERY: Duration = Duration::from_secs(15);

/// A server that listens already and answers once it is run.
pub struct Application {
    server: Server,
    metrics_server: Option<(Server, SocketAddr)>,
    address: SocketAddr,
    drain: Duration,
    stopping: Arc<Stopping>,
    public_url: String,
    tls: Option<Arc<Tls>>,
    registry: Registry,
    provisioning: Provisioning,
    setup_token: Option<SecretString>,
    retention: Retention,
    counting: Counting,
}

/// Stops a running [`Application`].
#[derive(Clone)]
pub struct StopHandle {
    server: ServerHandle,
    stopping: Arc<Stopping>,
}

impl StopHandle {
    /// Says at `/readyz` that no more requests should be sent here. Everything is still answered.
    pub fn announce(&self) {
        self.stopping.begin();
    }

    /// Stops accepting, lets requests under way finish, and makes [`Application::run`] return.
    pub async fn stop(&self) {
        self.announce();
        self.server.stop(true).await;
    }
}

impl Application {
    /// Listens, opens the installation, brings its database up to date and puts everything together. Port 0 takes a free
    /// one. Must be called inside an actix runtime.
    pub async fn build(config: &Config, clock: Arc<dyn Clock>, random: Arc<dyn RandomSource>) -> Result<Application> {
        Self::build_counting(config, Arc::default(), clock, random).await
    }

    /// As [`Application::build`], where traces are sent: what becomes of them is among its metrics.
    pub async fn build_counting(
        config: &Config,
        traces: Arc<TraceMetrics>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn RandomSource>,
    ) -> Result<Application> {
        let access = Data::new(MetricsAccess::read(config.metrics_token_file.as_deref())?);
        let tls = config.tls.clone().map(|files| Tls::load(files, Arc::clone(&clock))).transpose()?.map(Arc::new);
        let listener = listen(config.listen)?;
        let address = listener.local_addr()?;
        let public_url = config.public_url_for(address);
        let Installation { database, registry, public_url } =
            Installation::open(config, public_url, Arc::clone(&clock), random).await?;
        let limits = Limits { body_bytes: config.body_limit_bytes, ..Limits::default() };
        let provisioning = Provisioning::new(database.clone(), registry.clone(), limits);
        let setup_token = if registry.is_set_up().await? { None } else { Some(registry.unguessable()) };

        let retention_clock = Arc::clone(&clock);
        let guard = Arc::new(setup_token.clone().map_or_else(SetupToken::none, SetupToken::new));
        let dashboard = Dashboard::new(registry.clone(), provisioning.clone(), guard, &public_url, clock);
        let endpoint = ScimEndpoint { provisioning: provisioning.clone(), registry: registry.clone() };
        let headers = Data::new(SecurityHeaders { https: public_url.starts_with("https://") });
        let database = Data::new(database);
        let requests = Data::new(RequestMetrics::default());
        let provisioning_data = Data::new(provisioning.clone());
        let stopping = Arc::new(Stopping::default());
        let stopping_data = Data::from(Arc::clone(&stopping));
        let traces = Data::from(traces);
        let settings = Settings {
            keep_alive: KEEP_ALIVE,
            head_timeout: REQUEST_HEAD_TIMEOUT,
            stop_timeout_s: config.stop_timeout_s,
            workers: config.workers,
        };
        let (at_listen, alone) = (access.has_token(), config.metrics_listen);
        let operations = move |with_metrics: bool| {
            let (access, requests, database) = (access.clone(), requests.clone(), database.clone());
            let (provisioning, stopping, traces) = (provisioning_data.clone(), stopping_data.clone(), traces.clone());
            move |services: &mut ServiceConfig| {
                services
                    .app_data(access)
                    .app_data(requests)
                    .app_data(database)
                    .app_data(provisioning)
                    .app_data(stopping)
                    .app_data(traces);
                services.route("/healthz", web::get().to(healthz)).route("/readyz", web::get().to(readyz));
                if with_metrics {
                    services.route("/metrics", web::get().to(metrics));
                }
            }
        };
        let metrics_server = match alone {
            Some(address) => {
                let (listener, operations) = (listen(address)?, operations.clone());
                let address = listener.local_addr()?;
                let settings = Settings { workers: Some(1), ..settings };
                let server =
                    connection::serve(listener, settings, None, move || App::new().configure(operations(true)));
                Some((server.context("cannot take connections for /metrics")?, address))
            }
            None => None,
        };
        let server = connection::serve(listener, settings, tls.clone(), move || {
            let (endpoint, dashboard) = (endpoint.clone(), dashboard.clone());
            App::new()
                .app_data(headers.clone())
                .configure(operations(at_listen))
                .configure(move |services| scim_endpoint::configure(services, endpoint))
                .configure(move |services| dashboard::configure(services, dashboard))
                .default_service(web::to(dashboard::not_found))
                .wrap(from_fn(unreadable))
                .wrap(from_fn(scim_refusal))
                .wrap(from_fn(SecurityHeaders::add))
                // The last one is the outermost: it sees every answer as it leaves.
                .wrap(from_fn(request_log))
        })
        .context("cannot take connections")?;
        let counting = Counting {
            registry: registry.clone(),
            provisioning: provisioning.clone(),
            clock: Arc::clone(&retention_clock),
        };
        let retention = Retention {
            registry: registry.clone(),
            provisioning: provisioning.clone(),
            clock: retention_clock,
            event_days: config.event_retention_days,
            audit_days: config.audit_retention_days,
        };
        let drain = Duration::from_secs(config.drain_s);
        Ok(Application {
            server,
            metrics_server,
            address,
            drain,
            stopping,
            public_url,
            tls,
            registry,
            provisioning,
            setup_token,
            retention,
            counting,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where `/metrics` has a listener of its own.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics_server.as_ref().map(|(_, address)| *address)
    }

    /// How long to go on answering after a request to stop.
    pub fn drain(&self) -> Duration {
        self.drain
    }

    /// What its URLs start with.
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// What it speaks https with, to read it again.
    pub fn tls(&self) -> Option<Arc<Tls>> {
        self.tls.clone()
    }

    /// Tenants, administrators, applications: for the demonstration and for tests.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Users, groups and the report: for tests.
    pub fn provisioning(&self) -> &Provisioning {
        &self.provisioning
    }

    /// The page to open first: the set-up with its one-time token, or the dashboard.
    pub fn url_to_open(&self) -> String {
        match &self.setup_token {
            Some(token) => format!("{}/setup?token={}", self.public_url, token.expose_secret()),
            None => format!("{}/", self.public_url),
        }
    }

    /// A handle that stops it.
    pub fn stop_handle(&self) -> StopHandle {
        StopHandle { server: self.server.handle(), stopping: Arc::clone(&self.stopping) }
    }

    /// Answers requests until it is stopped, and then writes down what is still in memory.
    pub async fn run(self) -> Result<()> {
        let (stop_flushing, stopped) = oneshot::channel();
        let flushing = actix_web::rt::spawn(flush_until(stopped, self.registry.clone(), self.provisioning.clone()));
        let pruning = actix_web::rt::spawn(self.retention.run_for_ever());
        let counting = actix_web::rt::spawn(self.counting.run_for_ever());
        let metrics_server = self.metrics_server.map(|(server, _)| {
            let handle = server.handle();
            actix_web::rt::spawn(server);
            handle
        });
        let served = self.server.await;
        pruning.abort();
        counting.abort();
        if let Some(handle) = metrics_server {
            handle.stop(false).await;
        }
        // What it is writing must not be lost between memory and database.
        drop(stop_flushing);
        if flushing.await.is_err() {
            tracing::error!("the task that writes down what waits in memory panicked");
        }
        flush(&self.registry, &self.provisioning).await;
        served.context("the server stopped unexpectedly")
    }
}

/// Writes down what was noted in memory, now and then and when there is much of it, until told to stop.
async fn flush_until(mut stopped: oneshot::Receiver<()>, registry: Registry, provisioning: Provisioning) {
    let mut regularly = interval_at(Instant::now() + FLUSH_EVERY, FLUSH_EVERY);
    regularly.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = &mut stopped => return,
            _ = regularly.tick() => flush(&registry, &provisioning).await,
            () = provisioning.report_fills() => warn_unwritten(provisioning.flush_full_report().await),
        }
    }
}

/// Writes down what was noted in memory. A failure is logged and tried again next time: nothing here is a client's data.
async fn flush(registry: &Registry, provisioning: &Provisioning) {
    if let Err(error) = registry.flush_uses().await {
        tracing::warn!(error = &error as &dyn std::error::Error, "times of last use could not be written");
    }
    warn_unwritten(provisioning.flush_report().await);
}

fn warn_unwritten(outcome: Result<(), provisioning::Error>) {
    if let Err(error) = outcome {
        tracing::warn!(error = &error as &dyn std::error::Error, "report rows of look-ups could not be written");
    }
}

/// A listening socket. Built by hand, because the standard library's own queue of 128 waiting connections is short for an
/// identity provider that opens many at once.
fn listen(address: SocketAddr) -> Result<TcpListener> {
    let bind = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // On Windows this would let two servers share the port.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)?.into_std()
    };
    bind().map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            anyhow!("{address} is in use by another program: stop that one, or choose another port with --listen")
        }
        std::io::ErrorKind::PermissionDenied => {
            anyhow!(
                "not allowed to listen on {address}: ports below 1024 need privileges, choose another with --listen"
            )
        }
        _ => anyhow!(error).context(format!("cannot listen on {address}")),
    })
}

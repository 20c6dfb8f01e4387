//! The server under test, and the administrator's view of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use database::testing::{Scratch, SeededRandom, SteppingClock};
use database::{Clock, Database, DatabaseConfig, SystemRandom, Timestamp};
use provisioning::{EventDetail, EventReport, EventRow, EventSearch, Provisioning, UserDetail, UserRow, UserSearch};
use registry::{CredentialKind, Feature, NewApplication, Registry, RevealedCredential, TenantScope};
use rollcall::{Application, Config, LogFormat, StopHandle, Tls};
use secrecy::ExposeSecret;

use super::application::{TestApplication, path_of};
use super::client::Wire;

/// When everything happens, unless a test moves the clock.
const NOW: &str = "2026-11-24T09:00:00Z";

/// What the answers' URLs begin with.
const PUBLIC_URL: &str = "https://rollcall.test";

/// Small, so that tests need not send many megabytes to go over it.
pub const BODY_LIMIT_BYTES: usize = 2 * 1024 * 1024;

/// Opens `/metrics`.
pub const METRICS_TOKEN: &str = "0123456789abcdefghijklmnopqrstuv";

/// A running server.
pub struct TestServer {
    pub wire: Wire,
    pub clock: SteppingClock,
    pub registry: Registry,
    pub provisioning: Provisioning,
    pub database_url: String,
    /// Whether a test wrote to the database past the server.
    pub tampered: AtomicBool,
    /// What it speaks https with, if it does.
    pub tls: Option<Arc<Tls>>,
    config: Config,
    stop: StopHandle,
    _folder: tempfile::TempDir,
    _scratch: Scratch,
}

impl TestServer {
    pub async fn start(scratch: Scratch) -> Self {
        Self::start_with(scratch, |_| ()).await
    }

    /// As [`TestServer::start`], with other settings.
    pub async fn start_with(scratch: Scratch, change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let metrics_token_file = folder.path().join("metrics.token");
        std::fs::write(&metrics_token_file, METRICS_TOKEN).unwrap();
        let mut config = Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            public_url: Some(PUBLIC_URL.to_owned()),
            tls: None,
            database_url: scratch.url().to_owned().into(),
            data_dir: folder.path().to_owned(),
            secret_key_file: folder.path().join("secret.key"),
            body_limit_bytes: BODY_LIMIT_BYTES,
            workers: Some(2),
            event_retention_days: None,
            audit_retention_days: None,
            metrics_listen: None,
            metrics_token_file: Some(metrics_token_file),
            otlp_endpoint: None,
            drain_s: 0,
            stop_timeout_s: 20,
            log: "off".to_owned(),
            log_format: LogFormat::Text,
        };
        change(&mut config);
        let clock = SteppingClock::at(NOW);
        let application =
            Application::build(&config, Arc::new(clock.clone()), Arc::new(SeededRandom::new(1))).await.unwrap();
        let server = TestServer {
            wire: Wire { address: application.address().to_string() },
            clock,
            registry: application.registry().clone(),
            provisioning: application.provisioning().clone(),
            database_url: scratch.url().to_owned(),
            tampered: AtomicBool::new(false),
            tls: application.tls(),
            config,
            stop: application.stop_handle(),
            _folder: folder,
            _scratch: scratch,
        };
        actix_web::rt::spawn(application.run());
        server
    }

    /// Another server on the same database with the same secret key and the same clock: where it listens, and how to stop
    /// it.
    pub async fn neighbour(&self) -> (Wire, StopHandle) {
        let application =
            Application::build(&self.config, Arc::new(self.clock.clone()), Arc::new(SeededRandom::new(2)))
                .await
                .unwrap();
        let (wire, stop) = (Wire { address: application.address().to_string() }, application.stop_handle());
        actix_web::rt::spawn(application.run());
        (wire, stop)
    }

    /// An administrator's scope, in a tenant that is made when it does not exist.
    pub async fn tenant(&self, slug: &str) -> TenantScope {
        if self.registry.operator_scope(slug).await.is_err() {
            self.registry.add_tenant(slug, slug).await.unwrap();
        }
        self.registry.operator_scope(slug).await.unwrap()
    }

    /// A new application with a bearer token; features as given, the rest at their defaults.
    pub async fn application(&self, tenant: &str, features: &[(Feature, bool)]) -> TestApplication {
        let scope = self.tenant(tenant).await;
        let number = self.registry.applications(&scope).await.unwrap().len() + 1;
        self.application_named(tenant, &format!("Okta {number}"), features).await
    }

    /// As [`TestServer::application`], under a name.
    pub async fn application_named(&self, tenant: &str, name: &str, features: &[(Feature, bool)]) -> TestApplication {
        let scope = self.tenant(tenant).await;
        let new = NewApplication {
            name: name.to_owned(),
            authentication: CredentialKind::Bearer,
            features: features.to_vec(),
        };
        let (application, revealed) = self.registry.add_application(&scope, new).await.unwrap();
        let path = path_of(&application.base_url).to_owned();
        TestApplication {
            id: application.id.to_string(),
            name: name.to_owned(),
            base_url: format!("http://{}{path}", self.wire.address),
            path,
            token: revealed.secret.expose_secret().to_owned(),
            scope,
            wire: self.wire.clone(),
        }
    }

    /// A further credential of an application.
    pub async fn issue(
        &self,
        application: &TestApplication,
        kind: CredentialKind,
        expires_at: Option<Timestamp>,
    ) -> RevealedCredential {
        self.registry.issue_credential(&application.scope, &application.id, kind, "second", expires_at).await.unwrap()
    }

    /// A search of the report over all time; `change` narrows it.
    pub async fn report(&self, scope: &TenantScope, change: impl FnOnce(&mut EventSearch)) -> EventReport {
        let mut search = EventSearch {
            identifier: String::new(),
            application: String::new(),
            from: Timestamp::parse("2026-11-01T00:00:00Z").unwrap(),
            to: Timestamp::parse("2026-12-01T00:00:00Z").unwrap(),
            operation: None,
            outcome: None,
            error_code: None,
            after: None,
            limit: 1_000,
        };
        change(&mut search);
        self.provisioning.events(scope, search).await.unwrap()
    }

    /// Every row of the report, the newest first.
    pub async fn events(&self, scope: &TenantScope) -> Vec<EventRow> {
        self.report(scope, |_| ()).await.page.rows
    }

    /// The newest row of the report with everything known about it.
    pub async fn last_event(&self, scope: &TenantScope) -> EventDetail {
        let events = self.events(scope).await;
        self.provisioning.event(scope, &events[0].id).await.unwrap().unwrap()
    }

    /// The database, past the server, by the server's clock.
    pub fn database(&self) -> Database {
        let config = DatabaseConfig::new(&self.database_url);
        Database::open(&config, Arc::new(self.clock.clone()), Arc::new(SystemRandom)).unwrap()
    }

    /// What the clock shows.
    pub fn clock_ms(&self) -> i64 {
        self.clock.now().as_milliseconds()
    }

    /// Everybody in the directory.
    pub async fn people(&self, scope: &TenantScope) -> Vec<UserRow> {
        let search = UserSearch { text: String::new(), status: None, application: None, after: None, limit: 1_000 };
        self.provisioning.users(scope, search).await.unwrap().rows
    }

    /// One person of the directory by user name.
    pub async fn person(&self, scope: &TenantScope, user_name: &str) -> Option<UserDetail> {
        let people = self.people(scope).await;
        let row = people.iter().find(|row| row.user_name == user_name)?;
        self.provisioning.user(scope, &row.id).await.unwrap()
    }

    /// Begins to stop, while the test goes on.
    pub fn begin_to_stop(&self) -> impl Future<Output = ()> + use<> {
        let stop = self.stop.clone();
        let stopping = actix_web::rt::spawn(async move { stop.stop().await });
        async { stopping.await.unwrap() }
    }

    /// What contradicts each other in the data of all tenants.
    pub async fn contradictions(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for tenant in self.registry.tenants().await.unwrap() {
            let scope = self.registry.operator_scope(&tenant.slug).await.unwrap();
            problems.extend(self.provisioning.consistency(&scope).await.unwrap().problems);
        }
        problems
    }

    /// Ends the server, and the test if it left data that contradicts itself.
    pub async fn stop(self) {
        if !self.tampered.load(Ordering::Relaxed) {
            assert_eq!(self.contradictions().await, Vec::<String>::new());
        }
        self.stop.stop().await;
    }
}

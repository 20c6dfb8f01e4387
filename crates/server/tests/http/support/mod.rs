//! A server in this process on a database of its own, and applications to talk to.

use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};
use database::testing::Scratch;
use database::{Database, SystemClock, SystemRandom};
use provisioning::Provisioning;
use registry::{CredentialKind, Feature, NewApplication, Registry, SecretKey, TenantScope};
use scim_model::Limits;
use secrecy::ExposeSecret;

pub struct TestServer {
    pub address: String,
    pub registry: Registry,
    pub provisioning: Provisioning,
    handle: ServerHandle,
    _keys: tempfile::TempDir,
    _scratch: Scratch,
}

pub struct TestApplication {
    pub id: String,
    pub base_url: String,
    pub token: String,
    pub scope: TenantScope,
}

/// One test function, run on SQLite and on PostgreSQL.
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($server:ident) $body:block)+) => {
        $(mod $name {
            #[allow(unused_imports)]
            use super::*;

            $(#[$meta])*
            async fn run($server: &$crate::support::TestServer) $body

            #[actix_web::test]
            async fn sqlite() {
                let server = $crate::support::TestServer::start(database::testing::Scratch::sqlite()).await;
                run(&server).await;
                server.stop().await;
            }

            #[actix_web::test]
            async fn postgres() {
                let server = $crate::support::TestServer::start(database::testing::Scratch::postgres()).await;
                run(&server).await;
                server.stop().await;
            }
        })+
    };
}

impl TestServer {
    pub async fn start(scratch: Scratch) -> Self {
        let keys = tempfile::tempdir().unwrap();
        let database: Database = scratch.open_with(Arc::new(SystemClock), Arc::new(SystemRandom));
        let key = SecretKey::load_or_create(&keys.path().join("secret.key")).unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let registry = Registry::new(database.clone(), &key, &address).unwrap();
        let provisioning = Provisioning::new(database, registry.clone(), Limits::default());
        let endpoint =
            scim_endpoint::ScimEndpoint { provisioning: provisioning.clone(), registry: registry.clone() };
        let server = HttpServer::new(move || {
            App::new().configure(|config: &mut web::ServiceConfig| scim_endpoint::configure(config, endpoint.clone()))
        })
        .workers(2)
        .disable_signals()
        .listen(listener)
        .unwrap()
        .run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        TestServer { address, registry, provisioning, handle, _keys: keys, _scratch: scratch }
    }

    /// A tenant with one application; features as given, the rest at their defaults.
    pub async fn application(&self, tenant: &str, features: &[(Feature, bool)]) -> TestApplication {
        if self.registry.operator_scope(tenant).await.is_err() {
            self.registry.add_tenant(tenant, tenant).await.unwrap();
        }
        let scope = self.registry.operator_scope(tenant).await.unwrap();
        let existing = self.registry.applications(&scope).await.unwrap().len();
        let (application, revealed) = self
            .registry
            .add_application(
                &scope,
                NewApplication {
                    name: format!("Okta {existing}"),
                    authentication: CredentialKind::Bearer,
                    features: features.to_vec(),
                },
            )
            .await
            .unwrap();
        TestApplication {
            id: application.id.to_string(),
            base_url: application.base_url,
            token: revealed.secret.expose_secret().to_owned(),
            scope,
        }
    }

    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

//! The registry as its callers see it, on both databases.

mod access;
mod applications;
mod authentication;
mod credentials;

use std::sync::Arc;

use database::SystemRandom;
use database::testing::{Scratch, SteppingClock};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    Application, Authenticated, CredentialKind, NewApplication, PresentedCredential, Registry, RejectionReason,
    RevealedCredential, Role, SecretKey, Session, SetUp, TenantScope,
};

const PASSWORD: &str = "correct horse";

/// A registry with an empty database of its own and a clock that stands still.
struct Bench {
    registry: Registry,
    clock: SteppingClock,
    scratch: Scratch,
}

impl Bench {
    fn new(scratch: Scratch) -> Bench {
        let clock = SteppingClock::at("2026-11-23T10:00:00Z");
        let registry = registry(&scratch, &clock, 7);
        Bench { registry, clock, scratch }
    }

    /// Another server on the same database.
    fn second_server(&self) -> Registry {
        registry(&self.scratch, &self.clock, 7)
    }

    /// Set up, with the tenant `acme` and its owner signed in.
    async fn signed_in(&self) -> (TenantScope, Session) {
        set_up(&self.registry, "acme", "Ada@Example.com").await.unwrap();
        let session = sign_in(&self.registry, "ada@example.com").await;
        (session.scope("acme").unwrap(), session)
    }

    /// An operator's scope for a new tenant.
    async fn tenant(&self, slug: &str) -> TenantScope {
        self.registry.add_tenant(slug, slug).await.unwrap();
        self.registry.operator_scope(slug).await.unwrap()
    }

    async fn application(
        &self,
        scope: &TenantScope,
        name: &str,
        authentication: CredentialKind,
    ) -> (Application, RevealedCredential) {
        let new = NewApplication { name: name.to_owned(), authentication, features: Vec::new() };
        self.registry.add_application(scope, new).await.unwrap()
    }
}

fn registry(scratch: &Scratch, clock: &SteppingClock, key: u8) -> Registry {
    let database = scratch.open_with(Arc::new(clock.clone()), Arc::new(SystemRandom));
    Registry::new(database, &SecretKey::from_bytes([key; 32]), "https://rollcall.example/").unwrap()
}

async fn set_up(registry: &Registry, slug: &str, email: &str) -> crate::Result<()> {
    let set_up = SetUp {
        tenant_name: "Acme".to_owned(),
        tenant_slug: slug.to_owned(),
        email: email.to_owned(),
        password: SecretString::from(PASSWORD),
    };
    registry.set_up(set_up).await
}

async fn sign_in(registry: &Registry, email: &str) -> Session {
    let cookie = registry.sign_in(email, PASSWORD.into()).await.unwrap();
    registry.session(cookie.expose_secret()).await.unwrap().unwrap()
}

fn bearer(credential: &RevealedCredential) -> PresentedCredential {
    PresentedCredential::Bearer(credential.secret.clone())
}

/// What came of a credential, for comparison.
async fn outcome(registry: &Registry, presented: &PresentedCredential, slug: &str, application: &str) -> Outcome {
    match registry.authenticate(presented, slug, application).await.unwrap() {
        Authenticated::Accepted(_) => Outcome::Accepted,
        Authenticated::Paused(_) => Outcome::Paused,
        Authenticated::Rejected(rejection) => {
            Outcome::Rejected(rejection.reason, rejection.application.map(|at| at.application_name))
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Accepted,
    Paused,
    Rejected(RejectionReason, Option<String>),
}

/// Runs a test on both databases, one after the other, and says which one failed.
async fn on_both<F: Future<Output = ()>>(test: impl Fn(Bench) -> F) {
    for (database, scratch) in Scratch::both() {
        // Shown by the test runner when the test fails.
        eprintln!("on {database}");
        test(Bench::new(scratch)).await;
    }
}

/// The acts in the audit log, newest first.
async fn acts(registry: &Registry, scope: &TenantScope, application: Option<&str>) -> Vec<String> {
    registry.audit(scope, application, 100).await.unwrap().into_iter().map(|event| event.act).collect()
}

async fn with_role(bench: &Bench, scope: &TenantScope, email: &str, role: Role) -> TenantScope {
    bench.registry.add_administrator(scope, email, role, PASSWORD.into()).await.unwrap();
    sign_in(&bench.registry, email).await.scope(scope.slug()).unwrap()
}

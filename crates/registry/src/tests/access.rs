//! Set-up, signing in, sessions, roles and tenants.

use secrecy::ExposeSecret;

use super::{PASSWORD, acts, on_both, set_up, sign_in, with_role};
use crate::{Error, Role};

const HOUR_MS: i64 = 3_600_000;

#[tokio::test]
async fn set_up_happens_once() {
    on_both(async |bench| {
        let registry = &bench.registry;
        assert!(!registry.is_set_up().await.unwrap());
        for (slug, email, field) in [("Acme", "ada@example.com", "tenant_slug"), ("acme", "ada", "email")] {
            let refused = set_up(registry, slug, email).await.unwrap_err();
            assert!(matches!(&refused, Error::InvalidField { field: named, .. } if *named == field), "{refused}");
        }
        assert!(!registry.is_set_up().await.unwrap());
        set_up(registry, "acme", " Ada@Example.com ").await.unwrap();
        assert!(registry.is_set_up().await.unwrap());
        let again = set_up(registry, "other", "eve@example.com").await;
        assert!(matches!(again, Err(Error::AlreadySetUp)));
        assert_eq!(registry.tenants().await.unwrap().len(), 1);

        let session = sign_in(registry, "ADA@example.com").await;
        assert_eq!(session.administrator().email, "Ada@Example.com");
        let scope = session.scope("acme").unwrap();
        assert_eq!((scope.role(), scope.tenant_name(), scope.actor()), (Role::Owner, "Acme", "Ada@Example.com"));
        assert_eq!(acts(registry, &scope, None).await, ["administrator.add", "tenant.add"]);
    })
    .await;
}

#[tokio::test]
async fn set_up_leaves_nothing_behind_when_the_slug_is_taken() {
    on_both(async |bench| {
        bench.registry.add_tenant("acme", "Acme").await.unwrap();
        let refused = set_up(&bench.registry, "acme", "ada@example.com").await.unwrap_err();
        assert!(matches!(refused, Error::InvalidField { field: "tenant_slug", .. }), "{refused}");
        assert!(!bench.registry.is_set_up().await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn wrong_passwords_and_unknown_addresses_are_alike_and_limited() {
    on_both(async |bench| {
        bench.signed_in().await;
        for email in ["ada@example.com", "nobody@example.com"] {
            for _ in 0..5 {
                let wrong = bench.registry.sign_in(email, "wrong password".into()).await;
                assert!(matches!(wrong, Err(Error::WrongPassword)), "{email}: {wrong:?}");
            }
            let limited = bench.registry.sign_in(email, PASSWORD.into()).await;
            assert!(matches!(limited, Err(Error::TooManyAttempts { retry_after_s: 10 })), "{email}: {limited:?}");
        }
        bench.clock.step(10_000);
        sign_in(&bench.registry, "ada@example.com").await;
    })
    .await;
}

#[tokio::test]
async fn sessions_end_when_idle_when_old_and_when_signed_out() {
    on_both(async |bench| {
        bench.signed_in().await;
        let registry = &bench.registry;
        let cookie = || async { registry.sign_in("ada@example.com", PASSWORD.into()).await.unwrap() };
        let alive = |cookie: secrecy::SecretString| async move {
            registry.session(cookie.expose_secret()).await.unwrap().is_some()
        };

        let idle = cookie().await;
        bench.clock.step(12 * HOUR_MS - 1);
        assert!(alive(idle.clone()).await);
        bench.clock.step(12 * HOUR_MS);
        assert!(!alive(idle).await);

        let old = cookie().await;
        for _ in 0..14 {
            assert!(alive(old.clone()).await);
            bench.clock.step(11 * HOUR_MS);
        }
        assert!(alive(old.clone()).await, "154 hours");
        bench.clock.step(11 * HOUR_MS);
        assert!(alive(old.clone()).await, "165 hours");
        bench.clock.step(3 * HOUR_MS);
        assert!(!alive(old).await, "168 hours are seven days");

        let left = cookie().await;
        registry.sign_out(left.expose_secret()).await.unwrap();
        registry.sign_out(left.expose_secret()).await.unwrap();
        assert!(!alive(left).await);
        assert!(!alive("".into()).await);
    })
    .await;
}

#[tokio::test]
async fn the_password_can_be_asked_again() {
    on_both(async |bench| {
        let (_, session) = bench.signed_in().await;
        bench.registry.confirm_password(&session, PASSWORD.into()).await.unwrap();
        let wrong = bench.registry.confirm_password(&session, "wrong password".into()).await;
        assert!(matches!(wrong, Err(Error::WrongPassword)));
    })
    .await;
}

#[tokio::test]
async fn people_belong_to_tenants_by_their_roles() {
    on_both(async |bench| {
        let registry = &bench.registry;
        let acme = bench.tenant("acme").await;
        let globex = bench.tenant("globex").await;
        let added = registry.add_administrator(&acme, "ada@example.com", Role::Owner, PASSWORD.into()).await.unwrap();
        assert!(!added.already_existed);
        let added =
            registry.add_administrator(&globex, "ADA@example.com", Role::Support, "another one".into()).await.unwrap();
        assert!(added.already_existed);
        let twice = registry.add_administrator(&acme, "ada@example.com", Role::Admin, PASSWORD.into()).await;
        assert!(matches!(twice, Err(Error::InvalidField { field: "email", .. })));

        // The password of the first tenant is the person's.
        let session = sign_in(registry, "ada@example.com").await;
        let roles: Vec<_> = session.memberships().iter().map(|of| (of.tenant.slug.as_str(), of.role)).collect();
        assert_eq!(roles, [("acme", Role::Owner), ("globex", Role::Support)]);
        assert!(session.scope("initech").is_none());
    })
    .await;
}

#[tokio::test]
async fn roles_limit_what_people_change() {
    on_both(async |bench| {
        let acme = bench.tenant("acme").await;
        let admin = with_role(&bench, &acme, "admin@example.com", Role::Admin).await;
        let support = with_role(&bench, &acme, "support@example.com", Role::Support).await;
        let registry = &bench.registry;
        let owner = registry.add_administrator(&admin, "eve@example.com", Role::Owner, PASSWORD.into()).await;
        assert!(matches!(owner, Err(Error::NotAllowed)), "an admin makes no owner");
        let anybody = registry.add_administrator(&support, "eve@example.com", Role::Support, PASSWORD.into()).await;
        assert!(matches!(anybody, Err(Error::NotAllowed)), "support makes nobody");
        registry.add_administrator(&admin, "eve@example.com", Role::Admin, PASSWORD.into()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn tenants_have_slugs_of_their_own() {
    on_both(async |bench| {
        let registry = &bench.registry;
        registry.add_tenant("globex", "Globex").await.unwrap();
        registry.add_tenant("acme", " Acme ").await.unwrap();
        let taken = registry.add_tenant("acme", "Another").await;
        assert!(matches!(taken, Err(Error::InvalidField { field: "slug", .. })));
        let tenants: Vec<_> =
            registry.tenants().await.unwrap().into_iter().map(|tenant| (tenant.slug, tenant.name)).collect();
        let expected = [("acme", "Acme"), ("globex", "Globex")].map(|(slug, name)| (slug.to_owned(), name.to_owned()));
        assert_eq!(tenants, expected);
        assert!(matches!(registry.operator_scope("initech").await, Err(Error::NotFound)));
    })
    .await;
}

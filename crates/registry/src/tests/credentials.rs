//! Issuing, showing again and revoking credentials.

use diesel::prelude::*;
use secrecy::ExposeSecret;

use super::{PASSWORD, acts, on_both, registry};
use crate::{CredentialKind, CredentialState, Error};

#[tokio::test]
async fn a_credential_can_be_shown_again_after_the_password() {
    on_both(async |bench| {
        let (acme, session) = bench.signed_in().await;
        let (okta, issued) = bench.application(&acme, "Okta", CredentialKind::Bearer).await;
        let (registry, id, credential) = (&bench.registry, okta.id.as_str(), issued.credential.id.as_str());
        let wrong = registry.reveal_credential(&acme, &session, id, credential, "wrong password".into()).await;
        assert!(matches!(wrong, Err(Error::WrongPassword)));
        let shown = registry.reveal_credential(&acme, &session, id, credential, PASSWORD.into()).await.unwrap();
        assert_eq!(shown.secret.expose_secret(), issued.secret.expose_secret());
        assert_eq!(shown.credential, issued.credential);
        assert_eq!(acts(registry, &acme, Some(id)).await[0], "credential.reveal");
        let unknown = registry.reveal_credential(&acme, &session, id, "0", PASSWORD.into()).await;
        assert!(matches!(unknown, Err(Error::NotFound)));
        assert!(!format!("{shown:?}").contains(issued.secret.expose_secret()), "secrets do not print");
    })
    .await;
}

#[tokio::test]
async fn a_tenant_can_forbid_showing() {
    on_both(async |bench| {
        use database::schema::tenant;
        let (acme, session) = bench.signed_in().await;
        let (okta, issued) = bench.application(&acme, "Okta", CredentialKind::Bearer).await;
        bench
            .scratch
            .open()
            .write(|tx| {
                diesel::update(tenant::table).set(tenant::reveal_allowed.eq(false)).execute(tx.connection())?;
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
        let (id, credential) = (okta.id.as_str(), issued.credential.id.as_str());
        let refused = bench.registry.reveal_credential(&acme, &session, id, credential, PASSWORD.into()).await;
        assert!(matches!(refused, Err(Error::RevealNotAllowed)));
        assert!(bench.registry.reveal_fresh(&acme, id).await.unwrap().is_some(), "a new one is shown all the same");
    })
    .await;
}

#[tokio::test]
async fn another_secret_key_cannot_show_but_can_still_check() {
    on_both(async |bench| {
        let (acme, session) = bench.signed_in().await;
        let (okta, issued) = bench.application(&acme, "Okta", CredentialKind::Bearer).await;
        let other = registry(&bench.scratch, &bench.clock, 8);
        let (id, credential) = (okta.id.as_str(), issued.credential.id.as_str());
        let refused = other.reveal_credential(&acme, &session, id, credential, PASSWORD.into()).await;
        assert!(matches!(refused, Err(Error::OtherSecretKey)));
        let outcome = super::outcome(&other, &super::bearer(&issued), "acme", id).await;
        assert_eq!(outcome, super::Outcome::Accepted);
    })
    .await;
}

#[tokio::test]
async fn a_new_credential_is_shown_once_more_to_its_maker_only_and_not_for_long() {
    on_both(async |bench| {
        let (acme, _) = bench.signed_in().await;
        let (okta, issued) = bench.application(&acme, "Okta", CredentialKind::Bearer).await;
        let (registry, id) = (&bench.registry, okta.id.as_str());
        let fresh = registry.reveal_fresh(&acme, id).await.unwrap().unwrap();
        assert_eq!(fresh.secret.expose_secret(), issued.secret.expose_secret());
        let operator = registry.operator_scope("acme").await.unwrap();
        assert!(registry.reveal_fresh(&operator, id).await.unwrap().is_none());
        bench.clock.step(10 * 60_000);
        assert!(registry.reveal_fresh(&acme, id).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn credentials_are_listed_newest_first_with_their_state() {
    on_both(async |bench| {
        let acme = bench.tenant("acme").await;
        let (okta, first) = bench.application(&acme, "Okta", CredentialKind::Bearer).await;
        let (registry, id) = (&bench.registry, okta.id.as_str());
        let expires_at = registry.now().plus_milliseconds(1000);
        let issue = async |kind, name, expires_at| {
            bench.clock.step(1);
            registry.issue_credential(&acme, id, kind, name, expires_at).await.unwrap()
        };
        issue(CredentialKind::Basic, "Second", Some(expires_at)).await;
        issue(CredentialKind::Bearer, "Third", None).await;
        registry.revoke_credential(&acme, id, first.credential.id.as_str()).await.unwrap();
        registry.revoke_credential(&acme, id, first.credential.id.as_str()).await.unwrap();
        let now = registry.now().plus_milliseconds(5000);
        let listed: Vec<_> = registry.credentials(&acme, id).await.unwrap();
        let listed: Vec<_> = listed.iter().map(|listed| (listed.name.as_str(), listed.state(now))).collect();
        let expected = [
            ("Third", CredentialState::Active),
            ("Second", CredentialState::Expired),
            ("Bearer token", CredentialState::Revoked),
        ];
        assert_eq!(listed, expected);
        let revocations = acts(registry, &acme, Some(id)).await.into_iter().filter(|act| act == "credential.revoke");
        assert_eq!(revocations.count(), 1);

        let past = registry.issue_credential(&acme, id, CredentialKind::Bearer, "Late", Some(registry.now())).await;
        assert!(matches!(past, Err(Error::InvalidField { field: "expires_at", .. })));
        let nameless = registry.issue_credential(&acme, id, CredentialKind::Bearer, " ", None).await;
        assert!(matches!(nameless, Err(Error::InvalidField { field: "name", .. })));
        let unknown = registry.revoke_credential(&acme, id, "nothing").await;
        assert!(matches!(unknown, Err(Error::NotFound)));
    })
    .await;
}

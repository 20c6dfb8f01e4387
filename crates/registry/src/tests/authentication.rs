//! Credentials at the door of the SCIM endpoint.

use secrecy::{ExposeSecret, SecretString};

use super::{Outcome, bearer, on_both, outcome};
use crate::{Authenticated, CredentialKind, Feature, PresentedCredential, RejectionReason};

#[tokio::test]
async fn a_valid_credential_makes_the_scope_of_its_application() {
    on_both(async |bench| {
        let acme = bench.tenant("acme").await;
        let (okta, credential) = bench.application(&acme, "Okta", CredentialKind::Bearer).await;
        let found = bench.registry.authenticate(&bearer(&credential), "acme", okta.id.as_str()).await.unwrap();
        let Authenticated::Accepted(scope) = found else { panic!("{found:?}") };
        assert_eq!((scope.tenant_slug(), scope.application_name()), ("acme", "Okta"));
        assert_eq!((scope.tenant_id(), scope.application_id()), (acme.tenant_id(), &okta.id));
        assert_eq!((scope.base_url(), scope.settings_revision()), (okta.base_url.as_str(), 1));
        assert_eq!(**scope.settings(), okta.settings);
        let secret = credential.secret.expose_secret();
        assert_eq!(scope.credential_label(), format!("{}…{}", &secret[..5], &secret[48..]));
    })
    .await;
}

#[tokio::test]
async fn every_other_credential_is_rejected_with_its_reason() {
    use RejectionReason::*;
    on_both(async |bench| {
        let (acme, globex) = (bench.tenant("acme").await, bench.tenant("globex").await);
        let (okta, token) = bench.application(&acme, "Okta", CredentialKind::Bearer).await;
        let (basic, password) = bench.application(&acme, "Basic", CredentialKind::Basic).await;
        let (foreign, _) = bench.application(&globex, "Foreign", CredentialKind::Bearer).await;
        let username = password.credential.username.clone().unwrap();
        let present = |username: &str, secret: &SecretString| PresentedCredential::Basic {
            username: username.to_owned(),
            secret: secret.clone(),
        };
        let cut_off = SecretString::from(&token.secret.expose_secret()[..40]);
        // Well-formed, but nobody's.
        let unknown = SecretString::from("rct0000000000000000000000000000000000000000000".to_owned() + "3Nr9Sg");
        let unknown = match crate::token::is_well_formed(&unknown) {
            true => unknown,
            false => crate::token::generate(&bench.scratch.open(), false),
        };
        let (okta, basic, foreign) = (okta.id.as_str(), basic.id.as_str(), foreign.id.as_str());
        let at = |reason, name: &str| Outcome::Rejected(reason, Some(name.to_owned()));
        let nowhere = || Outcome::Rejected(UnknownApplication, None);
        let table = [
            (bearer(&token), "acme", okta, Outcome::Accepted),
            (present(&username, &password.secret), "acme", basic, Outcome::Accepted),
            (present("scim-somebody", &password.secret), "acme", basic, at(WrongUserName, "Basic")),
            (present("", &password.secret), "acme", basic, at(WrongUserName, "Basic")),
            (bearer(&password), "acme", basic, at(UnknownCredential, "Basic")),
            (present(&username, &token.secret), "acme", okta, at(UnknownCredential, "Okta")),
            (PresentedCredential::Bearer(unknown), "acme", okta, at(UnknownCredential, "Okta")),
            (PresentedCredential::Bearer(cut_off), "acme", okta, at(Malformed, "Okta")),
            (PresentedCredential::Bearer("".into()), "acme", okta, at(Malformed, "Okta")),
            (bearer(&token), "acme", basic, at(OtherApplication, "Basic")),
            (bearer(&token), "globex", foreign, at(OtherApplication, "Foreign")),
            (bearer(&token), "globex", okta, nowhere()),
            (bearer(&token), "acme", "a00000000000", nowhere()),
            (bearer(&token), "nobody", okta, nowhere()),
            (PresentedCredential::Bearer("x".into()), "nobody", "\0", nowhere()),
        ];
        for (row, (presented, slug, application, expected)) in table.into_iter().enumerate() {
            assert_eq!(outcome(&bench.registry, &presented, slug, application).await, expected, "row {row}");
        }
    })
    .await;
}

#[tokio::test]
async fn revoking_holds_from_the_next_request_on_every_server() {
    on_both(async |bench| {
        let acme = bench.tenant("acme").await;
        let (okta, first) = bench.application(&acme, "Okta", CredentialKind::Bearer).await;
        let (registry, other, id) = (&bench.registry, bench.second_server(), okta.id.as_str());
        let second = registry.issue_credential(&acme, id, CredentialKind::Bearer, "Second", None).await.unwrap();
        assert_eq!(outcome(&other, &bearer(&first), "acme", id).await, Outcome::Accepted);
        registry.revoke_credential(&acme, id, first.credential.id.as_str()).await.unwrap();
        let revoked = Outcome::Rejected(RejectionReason::Revoked, Some("Okta".to_owned()));
        assert_eq!(outcome(&other, &bearer(&first), "acme", id).await, revoked);
        assert_eq!(outcome(&other, &bearer(&second), "acme", id).await, Outcome::Accepted);
    })
    .await;
}

#[tokio::test]
async fn a_credential_expires_to_the_millisecond() {
    on_both(async |bench| {
        let acme = bench.tenant("acme").await;
        let (okta, _) = bench.application(&acme, "Okta", CredentialKind::Bearer).await;
        let (registry, id) = (&bench.registry, okta.id.as_str());
        let expires_at = registry.now().plus_milliseconds(1000);
        let credential =
            registry.issue_credential(&acme, id, CredentialKind::Bearer, "Short", Some(expires_at)).await.unwrap();
        bench.clock.step(999);
        assert_eq!(outcome(registry, &bearer(&credential), "acme", id).await, Outcome::Accepted);
        bench.clock.step(1);
        let expired = Outcome::Rejected(RejectionReason::Expired, Some("Okta".to_owned()));
        assert_eq!(outcome(registry, &bearer(&credential), "acme", id).await, expired);
    })
    .await;
}

#[tokio::test]
async fn settings_and_pausing_hold_from_the_next_request_on_every_server() {
    on_both(async |bench| {
        let acme = bench.tenant("acme").await;
        let (okta, credential) = bench.application(&acme, "Okta", CredentialKind::Bearer).await;
        let (registry, other, id) = (&bench.registry, bench.second_server(), okta.id.as_str());
        assert_eq!(outcome(&other, &bearer(&credential), "acme", id).await, Outcome::Accepted);
        let mut settings = okta.settings.clone();
        settings.features.set(Feature::CreateUsers, false);
        registry.save_settings(&acme, id, 1, settings).await.unwrap();
        let found = other.authenticate(&bearer(&credential), "acme", id).await.unwrap();
        let Authenticated::Accepted(scope) = found else { panic!("{found:?}") };
        assert!(!scope.settings().features.is_on(Feature::CreateUsers));
        assert_eq!(scope.settings_revision(), 2);

        registry.pause_application(&acme, id, true).await.unwrap();
        assert_eq!(outcome(&other, &bearer(&credential), "acme", id).await, Outcome::Paused);
        registry.pause_application(&acme, id, false).await.unwrap();
        assert_eq!(outcome(&other, &bearer(&credential), "acme", id).await, Outcome::Accepted);
    })
    .await;
}

#[tokio::test]
async fn uses_are_written_down_when_flushed() {
    on_both(async |bench| {
        let acme = bench.tenant("acme").await;
        let (okta, credential) = bench.application(&acme, "Okta", CredentialKind::Bearer).await;
        let (registry, id) = (&bench.registry, okta.id.as_str());
        let used = async || {
            let application = registry.application(&acme, id).await.unwrap().unwrap().last_request_at;
            (application, registry.credentials(&acme, id).await.unwrap()[0].last_used_at)
        };
        let found = registry.authenticate(&bearer(&credential), "acme", id).await.unwrap();
        let Authenticated::Accepted(scope) = found else { panic!("{found:?}") };
        registry.note_use(&scope);
        bench.clock.step(5000);
        let latest = registry.now();
        registry.note_use(&scope);
        assert_eq!(used().await, (None, None));
        registry.flush_uses().await.unwrap();
        assert_eq!(used().await, (Some(latest), Some(latest)));

        // Another server with an earlier use does not set the time back.
        bench.clock.step(-3000);
        let other = bench.second_server();
        other.note_use(&scope);
        other.flush_uses().await.unwrap();
        other.flush_uses().await.unwrap();
        assert_eq!(used().await, (Some(latest), Some(latest)));
    })
    .await;
}

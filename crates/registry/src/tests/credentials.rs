//! Issuing, showing again and revoking credentials.

use diesel::prelude::*;
use secrecy::ExposeSecret;

use super::{Bench, Outcome, PASSWORD, acts, bearer, on_both, outcome, registry};
use crate::{
    Application, Authenticated, CredentialKind, CredentialState, CredentialUser, Error, RejectionReason, TenantScope,
};

/// Puts a user into an application, as its client would.
async fn add_user(bench: &Bench, scope: &TenantScope, application: &Application, user_name: &'static str) {
    use database::schema::resource;
    let (tenant_id, application_id) = (scope.tenant_id().clone(), application.id.clone());
    let row = move |tx: &mut database::WriteTx<'_>| {
        diesel::insert_into(resource::table)
            .values((
                resource::tenant_id.eq(&tenant_id),
                resource::application_id.eq(&application_id),
                resource::id.eq(format!("id-of-{user_name}")),
                resource::resource_type.eq("User"),
                resource::user_name.eq(user_name),
                resource::user_name_folded.eq(user_name.to_lowercase()),
                resource::active.eq(true),
                resource::document.eq("{}"),
                resource::version.eq(1_i64),
                resource::created_at.eq(tx.now()),
                resource::last_modified_at.eq(tx.now()),
            ))
            .execute(tx.connection()?)?;
        Ok::<_, Error>(())
    };
    bench.scratch.open().write(row).await.unwrap();
}

/// Changes every user there is.
async fn change_users(bench: &Bench, statement: &'static str) {
    let change = move |tx: &mut database::WriteTx<'_>| {
        diesel::sql_query(statement).execute(tx.connection()?)?;
        Ok::<_, Error>(())
    };
    bench.scratch.open().write(change).await.unwrap();
}

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
                diesel::update(tenant::table).set(tenant::reveal_allowed.eq(false)).execute(tx.connection()?)?;
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

#[tokio::test]
async fn a_users_own_credential_lasts_as_long_as_the_user() {
    on_both(async |bench| {
        let acme = bench.tenant("acme").await;
        let (okta, own) = bench.application(&acme, "Okta", CredentialKind::Bearer).await;
        let (other, _) = bench.application(&acme, "Other", CredentialKind::Bearer).await;
        add_user(&bench, &acme, &okta, "Ada").await;
        let (registry, id, kind) = (&bench.registry, okta.id.as_str(), CredentialKind::Bearer);
        bench.clock.step(1);
        let issued = registry.issue_user_credential(&acme, id, "ADA", kind, "Ada's", None).await.unwrap();
        assert!(issued.secret.expose_secret().starts_with("rcu"));
        let user = issued.credential.user.clone().unwrap();
        assert_eq!((user.id.as_str(), user.user_name.as_deref()), ("id-of-Ada", Some("Ada")));
        let audit = registry.audit(&acme, Some(id), 1).await.unwrap();
        assert_eq!(audit[0].detail, "Issued the credential \"Ada's\" for the user Ada of \"Okta\".");

        let subject = async |credential| match registry.authenticate(&bearer(credential), "acme", id).await.unwrap() {
            Authenticated::Accepted(scope) => scope.subject().cloned(),
            other => panic!("{other:?}"),
        };
        assert_eq!(subject(&issued).await, Some(user.id.clone()));
        assert_eq!(subject(&own).await, None);

        let gone = Outcome::Rejected(RejectionReason::UserGone, Some("Okta".to_owned()));
        for (change, expected) in [
            ("UPDATE resource SET active = false", &gone),
            ("UPDATE resource SET active = true", &Outcome::Accepted),
            ("UPDATE resource SET deleted_at = 1", &gone),
            ("UPDATE resource SET deleted_at = NULL", &Outcome::Accepted),
            // Kept for another user now: the credential knows its user by id, not by name.
            ("UPDATE resource SET user_name = 'Eve'", &Outcome::Accepted),
        ] {
            change_users(&bench, change).await;
            assert_eq!(&outcome(registry, &bearer(&issued), "acme", id).await, expected, "{change}");
            assert_eq!(outcome(registry, &bearer(&own), "acme", id).await, Outcome::Accepted, "{change}");
        }
        let listed = registry.credentials(&acme, id).await.unwrap();
        let names: Vec<_> =
            listed.iter().map(|listed| listed.user.as_ref().map(|user| user.user_name.as_deref())).collect();
        assert_eq!(names, [Some(Some("Eve")), None]);
        change_users(&bench, "DELETE FROM resource").await;
        assert_eq!(outcome(registry, &bearer(&issued), "acme", id).await, gone);
        let listed = registry.credentials(&acme, id).await.unwrap();
        assert_eq!(listed[0].user, Some(CredentialUser { id: user.id, user_name: None }));

        // Whoever takes the user off the row does not make it a credential of the application.
        change_users(&bench, "UPDATE credential SET resource_id = NULL").await;
        let unknown = Outcome::Rejected(RejectionReason::UnknownCredential, Some("Okta".to_owned()));
        assert_eq!(outcome(registry, &bearer(&issued), "acme", id).await, unknown);

        add_user(&bench, &acme, &other, "Bob").await;
        change_users(&bench, "UPDATE resource SET active = false").await;
        for (application, user_name) in
            [(id, "Bob"), (id, "nobody"), (id, ""), (id, "a\0b"), (other.id.as_str(), "Bob")]
        {
            let refused = registry.issue_user_credential(&acme, application, user_name, kind, "x", None).await;
            assert!(matches!(refused, Err(Error::InvalidField { field: "user", .. })), "{user_name:?}: {refused:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_users_own_credential_is_not_what_the_client_gets() {
    on_both(async |bench| {
        let (acme, session) = bench.signed_in().await;
        let (okta, own) = bench.application(&acme, "Okta", CredentialKind::Bearer).await;
        add_user(&bench, &acme, &okta, "ada").await;
        let (registry, id) = (&bench.registry, okta.id.as_str());
        bench.clock.step(1);
        let issued =
            registry.issue_user_credential(&acme, id, "ada", CredentialKind::Basic, "Ada", None).await.unwrap();
        let fresh = registry.reveal_fresh(&acme, id).await.unwrap().unwrap();
        assert_eq!(fresh.credential.id, own.credential.id);
        let credential = issued.credential.id.as_str();
        let shown = registry.reveal_credential(&acme, &session, id, credential, PASSWORD.into()).await.unwrap();
        assert_eq!(
            (shown.credential, shown.secret.expose_secret()),
            (issued.credential.clone(), issued.secret.expose_secret())
        );

        // Its use says nothing about the client.
        let present = crate::PresentedCredential::Basic {
            username: issued.credential.username.clone().unwrap(),
            secret: issued.secret.clone(),
        };
        let Authenticated::Accepted(scope) = registry.authenticate(&present, "acme", id).await.unwrap() else {
            panic!()
        };
        registry.note_use(&scope);
        registry.flush_uses().await.unwrap();
        assert_eq!(registry.application(&acme, id).await.unwrap().unwrap().last_request_at, None);
        assert_eq!(registry.credentials(&acme, id).await.unwrap()[0].last_used_at, Some(registry.now()));
    })
    .await;
}

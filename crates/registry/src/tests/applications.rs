//! Applications and their settings.

use database::schema::resource;
use diesel::prelude::*;
use scim_model::schema::{Definitions, ready};

use super::{Bench, acts, on_both, with_role};
use crate::{CredentialKind, Error, Feature, NewApplication, Role, Settings, TenantScope};

#[tokio::test]
async fn an_application_is_made_whole() {
    on_both(async |bench| {
        let acme = bench.tenant("acme").await;
        let new = NewApplication {
            name: " Okta ".to_owned(),
            authentication: CredentialKind::Basic,
            features: vec![(Feature::DeleteDeactivatedUsers, true), (Feature::PushGroups, false)],
        };
        let (made, credential) = bench.registry.add_application(&acme, new).await.unwrap();
        assert_eq!((made.name.as_str(), made.kind_label(), made.settings_revision), ("Okta", "SCIM client", 1));
        assert_eq!(made.base_url, format!("https://rollcall.example/t/acme/scim/{}/v2", made.id));
        assert!(!made.base_url.contains('_'), "Okta refuses an underscore");
        assert!(made.settings.features.is_on(Feature::DeleteDeactivatedUsers));
        assert!(!made.settings.features.is_on(Feature::PushGroups));
        assert!(credential.credential.username.is_some());

        let read = bench.registry.application(&acme, made.id.as_str()).await.unwrap();
        assert_eq!(read.as_ref(), Some(&made));
        assert_eq!(bench.registry.applications(&acme).await.unwrap(), [made]);
        assert_eq!(acts(&bench.registry, &acme, None).await, ["credential.issue", "application.add", "tenant.add"]);
    })
    .await;
}

#[tokio::test]
async fn names_are_unique_in_their_tenant_whatever_the_case() {
    on_both(async |bench| {
        let (acme, globex) = (bench.tenant("acme").await, bench.tenant("globex").await);
        let (okta, _) = bench.application(&acme, "Okta", CredentialKind::Bearer).await;
        bench.application(&globex, "Okta", CredentialKind::Bearer).await;
        let (entra, _) = bench.application(&acme, "Entra", CredentialKind::Bearer).await;
        let registry = &bench.registry;
        let new =
            NewApplication { name: "OKTA".to_owned(), authentication: CredentialKind::Bearer, features: Vec::new() };
        assert!(matches!(registry.add_application(&acme, new).await, Err(Error::NameTaken { .. })));
        let renamed = registry.rename_application(&acme, entra.id.as_str(), "okta").await;
        assert!(matches!(renamed, Err(Error::NameTaken { .. })));
        registry.rename_application(&acme, okta.id.as_str(), "OKTA").await.unwrap();
        let names: Vec<_> = registry.applications(&acme).await.unwrap().into_iter().map(|a| a.name).collect();
        assert_eq!(names, ["Entra", "OKTA"]);
    })
    .await;
}

#[tokio::test]
async fn settings_are_saved_as_revisions_and_never_over_somebody_elses() {
    on_both(async |bench| {
        let acme = bench.tenant("acme").await;
        let (okta, _) = bench.application(&acme, "Okta", CredentialKind::Bearer).await;
        let (registry, id) = (&bench.registry, okta.id.as_str());
        let mut settings = okta.settings.clone();
        settings.features.set(Feature::SyncPassword, true);
        assert_eq!(registry.save_settings(&acme, id, 1, settings.clone()).await.unwrap(), 2);
        assert_eq!(registry.save_settings(&acme, id, 2, settings.clone()).await.unwrap(), 2, "nothing changed");
        let stale = registry.save_settings(&acme, id, 1, Settings::default()).await;
        assert!(matches!(stale, Err(Error::Stale)));

        let mut broken = settings.clone();
        broken.mapping.users.clear();
        let refused = registry.save_settings(&acme, id, 2, broken).await;
        assert!(matches!(refused, Err(Error::Mapping(_))));

        let read = registry.application(&acme, id).await.unwrap().unwrap();
        assert_eq!((read.settings, read.settings_revision), (settings, 2));
        let history = registry.settings_history(&acme, id).await.unwrap();
        assert_eq!(history.iter().map(|entry| entry.revision).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(history[1].settings, Settings::default());
        let saved = &registry.audit(&acme, Some(id), 1).await.unwrap()[0];
        assert_eq!((saved.act.as_str(), saved.detail.as_str()), ("settings.save", "Switched \"Sync password\" on."));
    })
    .await;
}

/// Puts a resource into the database as a client would.
async fn resource(bench: &Bench, scope: &TenantScope, application: &str, resource_type: &'static str) {
    let (tenant, application) = (scope.tenant_id().to_string(), application.to_owned());
    let insert = bench.registry.inner.database.write(move |tx| {
        let (id, now) = (tx.new_id::<database::kind::Resource>(), tx.now());
        diesel::insert_into(resource::table)
            .values((
                resource::tenant_id.eq(&tenant),
                resource::application_id.eq(&application),
                resource::id.eq(&id),
                resource::resource_type.eq(resource_type),
                resource::active.eq(true),
                resource::document.eq("{}"),
                resource::version.eq(1_i64),
                resource::created_at.eq(now),
                resource::last_modified_at.eq(now),
            ))
            .execute(tx.connection()?)?;
        Ok::<_, Error>(())
    });
    insert.await.unwrap();
}

#[tokio::test]
async fn definitions_change_freely_until_there_are_resources_of_the_type() {
    on_both(async |bench| {
        let acme = bench.tenant("acme").await;
        let (okta, _) = bench.application(&acme, "Okta", CredentialKind::Bearer).await;
        let (registry, id) = (&bench.registry, okta.id.as_str());
        let with = |definitions: Definitions| Settings { definitions, ..okta.settings.clone() };
        let devices = ready::named("devices").unwrap().definitions();
        let both = devices.clone().with(ready::named("agents").unwrap().definitions());
        let mut revision = 1;
        // Users are no reason to keep a type that nobody used.
        resource(&bench, &acme, id, "User").await;
        for definitions in [both.clone(), Definitions::default(), both.clone()] {
            revision = registry.save_settings(&acme, id, revision, with(definitions)).await.unwrap();
        }
        resource(&bench, &acme, id, "Device").await;
        let refused = registry.save_settings(&acme, id, revision, with(Definitions::default())).await;
        let Err(Error::DefinitionsInUse(problems)) = refused else { panic!("{refused:?}") };
        assert!(problems.iter().any(|problem| problem.place == "Device"), "{problems:?}");
        assert!(!problems.iter().any(|problem| problem.place.contains("Agent")), "{problems:?}");
        revision = registry.save_settings(&acme, id, revision, with(devices)).await.unwrap();
        assert_eq!(revision, 5);

        let extension = |required: bool| {
            let urn = "urn:example:params:scim:schemas:extension:badge:2.0:User";
            let json = serde_json::json!([
                { "id": urn, "attributes": [{ "name": "number" }] },
                { "name": "User", "endpoint": "/Users", "schema": scim_model::urn::USER,
                  "schemaExtensions": [{ "schema": urn, "required": required }] },
            ]);
            let read = Definitions::parse(json.to_string().as_bytes()).unwrap();
            with(ready::named("devices").unwrap().definitions().with(read))
        };
        let refused = registry.save_settings(&acme, id, revision, extension(true)).await;
        assert!(matches!(refused, Err(Error::DefinitionsInUse(_))), "users are there without it: {refused:?}");
        registry.save_settings(&acme, id, revision, extension(false)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn two_savers_at_once_do_not_overwrite_each_other() {
    on_both(async |bench| {
        let acme = bench.tenant("acme").await;
        let (okta, _) = bench.application(&acme, "Okta", CredentialKind::Bearer).await;
        let other = bench.second_server();
        let with = |feature| {
            let mut settings = okta.settings.clone();
            settings.features.set(feature, !feature.default_on());
            settings
        };
        let (first, second) = tokio::join!(
            bench.registry.save_settings(&acme, okta.id.as_str(), 1, with(Feature::PushGroups)),
            other.save_settings(&acme, okta.id.as_str(), 1, with(Feature::SyncPassword)),
        );
        let stale = [&first, &second].iter().filter(|saved| matches!(saved, Err(Error::Stale))).count();
        assert_eq!(stale, 1, "{first:?} {second:?}");
    })
    .await;
}

#[tokio::test]
async fn another_tenants_application_does_not_exist() {
    on_both(async |bench| {
        let (acme, globex) = (bench.tenant("acme").await, bench.tenant("globex").await);
        let (okta, credential) = bench.application(&acme, "Okta", CredentialKind::Bearer).await;
        let (registry, id) = (&bench.registry, okta.id.as_str());
        let credential = credential.credential.id.as_str();
        assert!(registry.application(&globex, id).await.unwrap().is_none());
        assert!(registry.applications(&globex).await.unwrap().is_empty());
        assert!(registry.credentials(&globex, id).await.unwrap().is_empty());
        assert!(registry.settings_history(&globex, id).await.unwrap().is_empty());
        assert!(registry.reveal_fresh(&globex, id).await.unwrap().is_none());
        let refused = [
            registry.rename_application(&globex, id, "Mine").await,
            registry.pause_application(&globex, id, true).await,
            registry.save_settings(&globex, id, 1, Settings::default()).await.map(drop),
            registry.revoke_credential(&globex, id, credential).await,
            registry.issue_credential(&globex, id, CredentialKind::Bearer, "Mine", None).await.map(drop),
        ];
        for (at, refused) in refused.into_iter().enumerate() {
            assert!(matches!(refused, Err(Error::NotFound)), "{at}: {refused:?}");
        }
        for nonsense in ["", "no such id", "'; --", "\0", &"x".repeat(10_000)] {
            assert!(registry.application(&acme, nonsense).await.unwrap().is_none(), "{nonsense:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn support_reads_and_changes_nothing() {
    on_both(async |bench| {
        let acme = bench.tenant("acme").await;
        let (okta, credential) = bench.application(&acme, "Okta", CredentialKind::Bearer).await;
        let support = with_role(&bench, &acme, "support@example.com", Role::Support).await;
        let (registry, id) = (&bench.registry, okta.id.as_str());
        assert!(registry.application(&support, id).await.unwrap().is_some());
        assert!(registry.reveal_fresh(&support, id).await.unwrap().is_none());
        let before = acts(registry, &acme, None).await;
        let new = NewApplication { name: "X".to_owned(), authentication: CredentialKind::Bearer, features: Vec::new() };
        let refused = [
            registry.add_application(&support, new).await.map(drop),
            registry.rename_application(&support, id, "Mine").await,
            registry.pause_application(&support, id, true).await,
            registry.save_settings(&support, id, 1, Settings::default()).await.map(drop),
            registry.revoke_credential(&support, id, credential.credential.id.as_str()).await,
            registry.issue_credential(&support, id, CredentialKind::Bearer, "Mine", None).await.map(drop),
        ];
        for (at, refused) in refused.into_iter().enumerate() {
            assert!(matches!(refused, Err(Error::NotAllowed)), "{at}: {refused:?}");
        }
        assert_eq!(acts(registry, &acme, None).await, before);
    })
    .await;
}

//! OneLogin: stray characters in URLs, an empty User-Agent, and templates with every defect.

use registry::Feature;
use testkit::client::{Person, Provided, Update};
use testkit::onelogin::{Defect, OneLoginClient, Template};

use super::view::{adjustments, groups, people, profile, told};
use crate::on_both_databases;
use crate::support::ENTERPRISE_USER;

const DEFECTS: [Defect; 7] = [
    Defect::SchemasOfVersion1,
    Defect::EmailsAsObject,
    Defect::NoPrimary,
    Defect::NullId,
    Defect::Meta,
    Defect::ManagerId,
    Defect::ActiveAsText,
];

/// OneLogin begins its queries with a `&`.
const STRAY: [&str; 3] = [
    "GET onelogin-connection-test@nobody.invalid: stray characters in the query",
    "GET ada@corp.test: stray characters in the query",
    "GET bob@corp.test: stray characters in the query",
];

on_both_databases! {
    async fn a_sound_template_needs_no_adjustment(server) {
        let application = server.application("acme", &[]).await;
        let mut client = OneLoginClient::new(&application.base_url, &application.token, Template::sound()).unwrap();
        play(&mut client).await;
        let scope = &application.scope;
        assert_eq!(people(server, scope).await, ["ada@corp.test", "bob@corp.test (disabled)"]);
        assert_eq!(groups(server, scope).await, ["Engines: bob@corp.test (disabled)"]);
        let [test, ada, bob] = STRAY;
        assert_eq!(adjustments(server, scope).await, [test, ada, bob, "PATCH Engines: values to remove sent beside the path: members"]);
        assert_eq!(told(server, scope).await, [
            "Created user ada@corp.test",
            "Created user bob@corp.test",
            "Updated user ada@corp.test",
            "Read groups from position 1: none there, 0 in all",
            "Created group Engines",
            "Added 2 members to group Engines",
            "Removed 1 member from group Engines",
            "Disabled user bob@corp.test",
        ]);
    }

    async fn a_template_with_every_defect_comes_to_the_same(server) {
        for (tenant, schemas, names) in [
            ("one", Defect::SchemasOfVersion1, "1.0"), ("two", Defect::SchemasOfDraft2, "2.0"),
        ] {
            let application = server.application(tenant, &[]).await;
            let defects: Vec<_> = DEFECTS.iter().copied().filter(|defect| *defect != Defect::SchemasOfVersion1).chain([schemas]).collect();
            let client = OneLoginClient::new(&application.base_url, &application.token, Template::with(&defects)).unwrap();
            let mut client = client.suspending_by(Update::Patch).with_header("X-Tenant", "acme");
            play(&mut client).await;
            let scope = &application.scope;
            assert_eq!(people(server, scope).await, ["ada@corp.test", "bob@corp.test (disabled)"]);
            assert_eq!(groups(server, scope).await, ["Engines: bob@corp.test (disabled)"]);
            for (attribute, expected) in [("email", "ada@corp.test"), ("department", "Engines"), ("familyName", "King")] {
                assert_eq!(profile(server, scope, "ada@corp.test", attribute).await.as_deref(), Some(expected), "{attribute}");
            }
            let stored = application.find("/Users", "userName eq \"ada@corp.test\"").await.json();
            assert_eq!(stored["Resources"][0][ENTERPRISE_USER]["manager"], serde_json::json!({ "value": "9000" }));
            let template = format!(
                "schema named as before SCIM 2.0: urn:scim:schemas:core:{names}; \
                 schema named as before SCIM 2.0: urn:scim:schemas:extension:enterprise:{names}; \
                 single value taken as a list: emails; boolean sent as text: active; \
                 attribute named as before SCIM 2.0: {ENTERPRISE_USER}:manager.managerId; \
                 read-only attribute ignored: {ENTERPRISE_USER}:manager.displayName"
            );
            let [test, ada, bob] = STRAY.map(str::to_owned);
            assert_eq!(adjustments(server, scope).await, [
                test,
                ada,
                format!("POST ada@corp.test: {template}"),
                bob,
                format!("POST bob@corp.test: {template}"),
                format!("PUT ada@corp.test: {template}"),
                "PATCH Engines: values to remove sent beside the path: members".to_owned(),
            ], "{names}");
        }
    }

    async fn groups_are_listed_and_so_need_import_users(server) {
        let application = server.application("acme", &[(Feature::ImportUsers, false)]).await;
        let mut client = OneLoginClient::new(&application.base_url, &application.token, Template::sound()).unwrap();
        client.enable().await.unwrap();
        client.provision(&Person::new("1", "ada@corp.test", "Ada", "Lovelace")).await.unwrap();
        let failure = client.provide_group("Engines").await.unwrap_err();
        assert!(failure.request.starts_with("GET ") && failure.request.ends_with("/Groups"), "{failure}");
        assert!(failure.to_string().contains("\"Import users\" is switched off"), "{failure}");
    }

    async fn who_is_deleted_is_disabled_and_comes_back(server) {
        let application = server.application("acme", &[]).await;
        let client = OneLoginClient::new(&application.base_url, &application.token, Template::sound()).unwrap();
        let mut client = client.deleting();
        let ada = Person::new("1", "ada@corp.test", "Ada", "Lovelace");
        client.enable().await.unwrap();
        client.provision(&ada).await.unwrap();
        client.deprovision(&ada).await.unwrap();
        assert_eq!(people(server, &application.scope).await, ["ada@corp.test (disabled)"]);
        assert_eq!(client.provision(&ada).await.unwrap(), Provided::Created);
        assert_eq!(people(server, &application.scope).await, ["ada@corp.test"]);
    }
}

/// Two people, one of whom marries and one of whom leaves, and a group that both enter.
async fn play(client: &mut OneLoginClient) {
    let mut ada = Person::new("1", "ada@corp.test", "Ada", "Lovelace");
    let bob = Person::new("2", "bob@corp.test", "Bob", "Brown");
    client.enable().await.unwrap();
    assert_eq!(client.provision(&ada).await.unwrap(), Provided::Created);
    assert_eq!(client.provision(&bob).await.unwrap(), Provided::Created);
    "King".clone_into(&mut ada.family_name);
    assert_eq!(client.provision(&ada).await.unwrap(), Provided::Updated);
    assert_eq!(client.provide_group("Engines").await.unwrap(), Provided::Created);
    client.add_members("Engines", &[&ada, &bob]).await.unwrap();
    client.remove_members("Engines", &[&ada]).await.unwrap();
    client.deprovision(&bob).await.unwrap();
}

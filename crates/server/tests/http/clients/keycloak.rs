//! Keycloak's plugin: relative locations, `active` as text in a PATCH, and a removal whose value is null.

use std::sync::Arc;

use testkit::client::{Authentication, Person, Provided, Team};
use testkit::http::TokioSleeper;
use testkit::keycloak::{KeycloakClient, Patching};

use super::view::{adjustments, groups, people};
use crate::on_both_databases;

on_both_databases! {
    async fn by_put_and_by_patch(server) {
        for (tenant, content_type, patching) in [
            ("put", "application/json", Patching::default()), ("patch", "application/scim+json", Patching { users: true, groups: true }),
        ] {
            let application = server.application(tenant, &[]).await;
            let authentication = Authentication::Bearer(application.token.clone());
            let client = KeycloakClient::new(&application.base_url, &authentication, content_type, Arc::new(TokioSleeper)).unwrap();
            let mut client = client.patching(patching);
            let mut ada = Person::new("k1", "ada@corp.test", "Ada", "Lovelace");
            let bob = Person::new("k2", "bob@corp.test", "Bob", "Brown");
            client.provide_user(&ada).await.unwrap();
            client.provide_user(&bob).await.unwrap();
            let mut team = Team::new("kg1", "Engines", &["k1"]);
            assert_eq!(client.provide_group(&team).await.unwrap(), Provided::Created);
            "Motors".clone_into(&mut team.name);
            team.members.push("k2".to_owned());
            client.provide_group(&team).await.unwrap();
            let scope = &application.scope;
            assert_eq!(groups(server, scope).await, ["Motors: ada@corp.test, bob@corp.test"]);
            team.members.clear();
            assert_eq!(client.provide_group(&team).await.unwrap(), Provided::Updated);
            ada.active = false;
            client.provide_user(&ada).await.unwrap();
            client.delete_user("k2").await.unwrap();
            assert_eq!(people(server, scope).await, ["ada@corp.test (disabled)", "bob@corp.test (disabled)"]);
            assert_eq!(groups(server, scope).await, ["Motors: "]);
            let expected: &[&str] = if patching.users { &["PATCH ada@corp.test: boolean sent as text: active"] } else { &[] };
            assert_eq!(adjustments(server, scope).await, expected);
            client.delete_group("kg1").await.unwrap();
            assert_eq!(groups(server, scope).await, Vec::<String>::new());
        }
    }
}

//! Rauthy: look-ups without `Accept`, lists that end with a short page, links by `externalId`.

use registry::Feature;
use testkit::client::{Person, Provided, Team};
use testkit::rauthy::RauthyClient;

use super::view::{adjustments, groups, people, told};
use crate::on_both_databases;
use crate::support::{TestApplication, user};

fn connect(application: &TestApplication) -> RauthyClient {
    RauthyClient::new(&application.base_url, &application.token).unwrap()
}

async fn external_id(application: &TestApplication, endpoint: &str, filter: &str) -> serde_json::Value {
    application.find(endpoint, filter).await.json()["Resources"][0]["externalId"].clone()
}

on_both_databases! {
    async fn people_and_groups(server) {
        let application = server.application("acme", &[]).await;
        application.post("/Users", &user("Bob@corp.test")).await.expect(201);
        let mut client = connect(&application);
        let ada = Person::new("r1", "ada@corp.test", "Ada", "Lovelace");
        let bob = Person::new("r2", "bob@corp.test", "Bob", "Brown");
        client.synchronise_groups(&[Team::new("rg1", "Engines", &[]), Team::new("rg2", "Motors", &[])]).await.unwrap();
        assert_eq!(client.provide_user(&ada, &["Engines"]).await.unwrap(), Provided::Created);
        // Found by name, and linked from then on.
        assert_eq!(client.provide_user(&bob, &["Engines", "Motors"]).await.unwrap(), Provided::Updated);
        assert_eq!(external_id(&application, "/Users", "userName eq \"bob@corp.test\"").await, "r2");
        let scope = &application.scope;
        assert_eq!(groups(server, scope).await, ["Engines: ada@corp.test, bob@corp.test", "Motors: bob@corp.test"]);
        // The name changes, the link stays.
        let renamed = Person { email: "ada.king@corp.test".to_owned(), ..ada.clone() };
        assert_eq!(client.provide_user(&renamed, &["Motors"]).await.unwrap(), Provided::Updated);
        client.synchronise_groups(&[Team::new("rg1", "Machines", &[]), Team::new("rg2", "Motors", &[])]).await.unwrap();
        assert_eq!(groups(server, scope).await, ["Machines: bob@corp.test", "Motors: ada.king@corp.test, bob@corp.test"]);
        let mut disabled = bob.clone();
        disabled.active = false;
        client.provide_user(&disabled, &["Motors"]).await.unwrap();
        assert_eq!(people(server, scope).await, ["ada.king@corp.test", "bob@corp.test (disabled)"]);
        assert_eq!(groups(server, scope).await, ["Machines: ", "Motors: ada.king@corp.test, bob@corp.test (disabled)"]);
        let by_value = "values to remove sent beside the path: members";
        assert_eq!(adjustments(server, scope).await, [format!("PATCH Engines: {by_value}"), format!("PATCH Machines: {by_value}")]);
        let told = told(server, scope).await;
        assert_eq!(told[..4], [
            "Created user Bob@corp.test",
            "Read groups from position 1: none there, 0 in all",
            "Created group Engines",
            "Created group Motors",
        ]);
    }

    async fn a_group_is_unlinked_and_another_takes_its_place(server) {
        let application = server.application("acme", &[]).await;
        let mut client = connect(&application);
        let team = Team::new("rg1", "Engines", &[]);
        client.synchronise_groups(std::slice::from_ref(&team)).await.unwrap();
        assert_eq!(external_id(&application, "/Groups", "displayName eq \"Engines\"").await, "rg1");
        client.remove_group(&team).await.unwrap();
        assert_eq!(external_id(&application, "/Groups", "displayName eq \"Engines\"").await, serde_json::Value::Null);
        assert_eq!(groups(server, &application.scope).await, ["Engines: "]);
        client.synchronise_groups(&[Team::new("rg9", "Engines", &[])]).await.unwrap();
        assert_eq!(external_id(&application, "/Groups", "displayName eq \"Engines\"").await, "rg9");
        assert_eq!(adjustments(server, &application.scope).await, Vec::<String>::new());
    }

    async fn a_user_is_unlinked(server) {
        let application = server.application("acme", &[]).await;
        let mut client = connect(&application);
        let ada = Person::new("r1", "ada@corp.test", "Ada", "Lovelace");
        client.synchronise_groups(&[Team::new("rg1", "Engines", &[])]).await.unwrap();
        client.provide_user(&ada, &["Engines"]).await.unwrap();
        client.remove_user(&ada).await.unwrap();
        assert_eq!(external_id(&application, "/Users", "userName eq \"ada@corp.test\"").await, serde_json::Value::Null);
        assert_eq!(people(server, &application.scope).await, ["ada@corp.test"]);
        assert_eq!(groups(server, &application.scope).await, ["Engines: "]);
        assert_eq!(client.provide_user(&Person { id: "r9".to_owned(), ..ada }, &[]).await.unwrap(), Provided::Updated);
        assert_eq!(external_id(&application, "/Users", "userName eq \"ada@corp.test\"").await, "r9");
    }

    async fn lists_end_with_a_short_page(server) {
        let application = server.application("acme", &[]).await;
        let mut client = connect(&application);
        let teams: Vec<_> = (0..205).map(|number| Team::new(&format!("rg{number}"), &format!("Group {number:03}"), &[])).collect();
        client.synchronise_groups(&teams).await.unwrap();
        let before = client.session().conversation().len();
        // Everything is found again, and nothing created.
        client.synchronise_groups(&teams).await.unwrap();
        let conversation = client.session().conversation();
        let lists: Vec<_> = conversation[before..].iter().filter(|line| line.starts_with("GET")).collect();
        assert_eq!(lists, [
            "GET /Groups?startIndex=1&count=100 200", "GET /Groups?startIndex=101&count=100 200", "GET /Groups?startIndex=201&count=100 200",
        ]);
        assert_eq!(conversation[before..].iter().filter(|line| line.starts_with("POST")).count(), 0);
        assert_eq!(groups(server, &application.scope).await.len(), 205);
    }

    async fn who_leaves_may_be_deleted(server) {
        let application = server.application("acme", &[]).await;
        let mut client = connect(&application).deleting();
        let ada = Person::new("r1", "ada@corp.test", "Ada", "Lovelace");
        let team = Team::new("rg1", "Engines", &[]);
        client.synchronise_groups(std::slice::from_ref(&team)).await.unwrap();
        client.provide_user(&ada, &["Engines"]).await.unwrap();
        client.remove_user(&ada).await.unwrap();
        client.remove_group(&team).await.unwrap();
        assert_eq!(people(server, &application.scope).await, ["ada@corp.test (disabled)"]);
        assert_eq!(groups(server, &application.scope).await, Vec::<String>::new());
        client.synchronise_groups(std::slice::from_ref(&team)).await.unwrap();
        assert_eq!(client.provide_user(&ada, &["Engines"]).await.unwrap(), Provided::Created);
        assert_eq!(groups(server, &application.scope).await, ["Engines: ada@corp.test"]);
    }

    async fn groups_are_listed_and_so_need_import_users(server) {
        let application = server.application("acme", &[(Feature::ImportUsers, false)]).await;
        let mut client = connect(&application);
        client.provide_user(&Person::new("r1", "ada@corp.test", "Ada", "Lovelace"), &[]).await.unwrap();
        let failure = client.synchronise_groups(&[Team::new("rg1", "Engines", &[])]).await.unwrap_err();
        assert!(failure.to_string().contains("\"Import users\" is switched off"), "{failure}");
    }

    async fn somebody_elses_link_is_left_alone(server) {
        let application = server.application("acme", &[]).await;
        connect(&application).provide_user(&Person::new("r1", "ada@corp.test", "Ada", "Lovelace"), &[]).await.unwrap();
        let other = Person::new("r2", "ada@corp.test", "Ada", "Byron");
        let failure = connect(&application).provide_user(&other, &[]).await.unwrap_err();
        assert!(failure.to_string().contains("externalId r1, which does not match ours (r2)"), "{failure}");
    }
}

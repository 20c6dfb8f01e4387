//! authentik: the configuration first, members in pieces of what it advertises, and its ways out of a 409 and a 404.

use testkit::authentik::AuthentikClient;
use testkit::client::{Person, Provided, Team};

use super::view::{adjustments, groups, people, told};
use crate::on_both_databases;
use crate::support::{TestApplication, many_users, user};

async fn connect(application: &TestApplication) -> AuthentikClient {
    let mut client = AuthentikClient::new(&application.base_url, &application.token).unwrap();
    let config = client.connect().await.unwrap();
    assert!(config.patch && config.filter && config.max_operations >= 100, "{config:?}");
    client
}

on_both_databases! {
    async fn people_and_groups(server) {
        let application = server.application("acme", &[]).await;
        let mut client = connect(&application).await;
        let mut ada = Person::new("a1", "ada", "Ada", "Lovelace");
        "ada@corp.test".clone_into(&mut ada.email);
        let bob = Person::new("a2", "bob", "Bob", "Brown");
        for person in [&ada, &bob] {
            assert_eq!(client.write_user(person).await.unwrap(), Provided::Created);
        }
        let mut team = Team::new("t1", "Engines", &["a1"]);
        assert_eq!(client.write_group(&team).await.unwrap(), Provided::Created);
        "Motors".clone_into(&mut team.name);
        team.members = vec!["a2".to_owned()];
        assert_eq!(client.write_group(&team).await.unwrap(), Provided::Updated);
        let scope = &application.scope;
        assert_eq!(groups(server, scope).await, ["Motors: bob"]);
        client.add_members("t1", &["a1".to_owned(), "a2".to_owned()]).await.unwrap();
        client.remove_members("t1", &["a2".to_owned()]).await.unwrap();
        ada.active = false;
        assert_eq!(client.write_user(&ada).await.unwrap(), Provided::Updated);
        client.delete_user("a2").await.unwrap();
        assert_eq!(people(server, scope).await, ["ada (disabled)", "bob (disabled)"]);
        assert_eq!(groups(server, scope).await, ["Motors: ada (disabled)"]);
        let by_value = "PATCH Motors: values to remove sent beside the path: members";
        assert_eq!(adjustments(server, scope).await, [by_value, by_value]);
        assert_eq!(told(server, scope).await, [
            "Created user ada",
            "Created user bob",
            "Created group Engines",
            "Added 1 member to group Engines",
            "Renamed group Engines to Motors",
            "Added 1 member to group Motors and removed 1",
            "Added 1 member to group Motors",
            "Removed 1 member from group Motors",
            "Disabled user ada",
            "Disabled user bob, who was deleted at the source",
        ]);
        client.delete_group("t1").await.unwrap();
        assert_eq!(groups(server, scope).await, Vec::<String>::new());
    }

    async fn who_is_there_already_is_looked_up_and_who_is_gone_created_again(server) {
        let application = server.application("acme", &[]).await;
        application.post("/Users", &user("Ada")).await.expect(201);
        application.add_group("Engines", &[]).await;
        let mut client = connect(&application).await;
        let ada = Person::new("a1", "ada", "Ada", "Lovelace");
        let team = Team::new("t1", "Engines", &["a1"]);
        assert_eq!(client.write_user(&ada).await.unwrap(), Provided::Linked);
        assert_eq!(client.write_group(&team).await.unwrap(), Provided::Linked);
        assert_eq!(client.write_user(&ada).await.unwrap(), Provided::Updated);
        let scope = &application.scope;
        assert_eq!(groups(server, scope).await, ["Engines: ada"]);
        // Somebody else's hand: an administrator's script deletes both.
        let id = application.find("/Users", "userName eq \"ada\"").await.json()["Resources"][0]["id"].as_str().unwrap().to_owned();
        let group = application.find("/Groups", "displayName eq \"Engines\"").await.json()["Resources"][0]["id"].as_str().unwrap().to_owned();
        application.delete(&format!("/Users/{id}")).await.expect(204);
        application.delete(&format!("/Groups/{group}")).await.expect(204);
        assert_eq!(client.write_user(&ada).await.unwrap(), Provided::CreatedAgain);
        assert_eq!(client.write_group(&team).await.unwrap(), Provided::CreatedAgain);
        assert_eq!(people(server, scope).await, ["ada"]);
        assert_eq!(groups(server, scope).await, ["Engines: ada"]);
    }

    async fn a_large_group_comes_in_pieces(server) {
        let application = server.application("acme", &[]).await;
        many_users(server, &application, 2_500);
        let mut client = connect(&application).await;
        let members: Vec<String> = (0..2_500).map(|number| (100_000 + number).to_string()).collect();
        for number in &members {
            client.know_user(number, &format!("many-{number}"));
        }
        let mut team = Team { members, ..Team::new("t1", "Everybody", &[]) };
        assert_eq!(client.write_group(&team).await.unwrap(), Provided::Created);
        let patches = |client: &mut AuthentikClient| client.session().conversation().iter().filter(|line| line.starts_with("PATCH")).count();
        // One for each thousand, as the configuration says.
        assert_eq!(patches(&mut client), 3);
        team.members.truncate(1);
        client.write_group(&team).await.unwrap();
        assert_eq!(groups(server, &application.scope).await, ["Everybody: user100000"]);
        assert_eq!(patches(&mut client), 3 + 1 + 3);
    }
}

//! JumpCloud: an activation with a test user and a test group, then one operation per attribute.

use registry::Feature;
use testkit::client::{Person, Provided, Team, Update};
use testkit::jumpcloud::{Activated, JumpCloudClient};

use super::view::{adjustments, groups, people, told};
use crate::on_both_databases;

on_both_databases! {
    async fn an_activation_can_be_repeated_with_the_same_test_user(server) {
        for (tenant, delete) in [("acme", false), ("globex", true)] {
            let application = server.application(tenant, &[(Feature::DeleteDeactivatedUsers, delete)]).await;
            for round in 0..3 {
                let mut client = JumpCloudClient::new(&application.base_url, &application.token, Update::Put).unwrap();
                let activated = client.activate("jumpcloud-test@corp.test").await;
                assert_eq!(activated, Ok(Activated::CleanedUp), "{tenant} {round}");
            }
            let left: &[&str] = if delete { &[] } else { &["jumpcloud-test@corp.test (disabled)"] };
            assert_eq!(people(server, &application.scope).await, left);
            assert_eq!(groups(server, &application.scope).await, Vec::<String>::new());
        }
    }

    async fn a_refused_delete_leaves_the_test_user_as_it_is(server) {
        let application = server.application("acme", &[(Feature::DeactivateUsers, false)]).await;
        let mut client = JumpCloudClient::new(&application.base_url, &application.token, Update::Put).unwrap();
        let failure = client.activate("jumpcloud-test@corp.test").await.unwrap_err();
        assert_eq!(failure.status, Some(403), "{failure}");
        assert!(failure.to_string().contains("\"Deactivate users\" is switched off"), "{failure}");
    }

    async fn an_activation_reads_everybody_and_so_needs_import_users(server) {
        let application = server.application("acme", &[(Feature::ImportUsers, false)]).await;
        let mut client = JumpCloudClient::new(&application.base_url, &application.token, Update::Put).unwrap();
        let failure = client.activate("jumpcloud-test@corp.test").await.unwrap_err();
        assert_eq!(failure.status, Some(403), "{failure}");
        assert!(failure.to_string().contains("\"Import users\" is switched off"), "{failure}");
    }

    async fn people_and_groups(server) {
        for (tenant, update, updated) in [("acme", Update::Put, Provided::Updated), ("globex", Update::Patch, Provided::Unchanged)] {
            let application = server.application(tenant, &[]).await;
            let mut client = JumpCloudClient::new(&application.base_url, &application.token, update).unwrap();
            let mut ada = Person::new("j1", "ada@corp.test", "Ada", "Lovelace");
            let bob = Person::new("j2", "bob@corp.test", "Bob", "Brown");
            client.activate("jumpcloud-test@corp.test").await.unwrap();
            client.provision(&ada).await.unwrap();
            client.provision(&bob).await.unwrap();
            "Augusta".clone_into(&mut ada.given_name);
            assert_eq!(client.provision(&ada).await.unwrap(), Provided::Updated);
            assert_eq!(client.provision(&ada).await.unwrap(), updated);
            let (both, one) = (["j1".to_owned(), "j2".to_owned()], ["j2".to_owned()]);
            client.provide_group(&Team::new("g1", "Engines", &["j1"])).await.unwrap();
            client.rename_group("g1", "Motors").await.unwrap();
            client.add_members("g1", &both).await.unwrap();
            client.add_members("g1", &both).await.unwrap();
            client.remove_members("g1", &one).await.unwrap();
            client.remove_members("g1", &one).await.unwrap();
            client.deprovision(&bob).await.unwrap();
            let scope = &application.scope;
            assert_eq!(people(server, scope).await, ["ada@corp.test", "bob@corp.test (disabled)", "jumpcloud-test@corp.test (disabled)"]);
            assert_eq!(groups(server, scope).await, ["Motors: ada@corp.test"]);
            let by_value = "values to remove sent beside the path: members";
            assert_eq!(adjustments(server, scope).await, [format!("PATCH Motors: {by_value}"), format!("PATCH Motors: {by_value}; nothing to remove: members")]);
            let told = told(server, scope).await;
            let last = told.iter().rposition(|line| line.starts_with("Created group Engines")).unwrap();
            assert_eq!(told[last..], [
                "Created group Engines",
                "Added 1 member to group Engines",
                "Renamed group Engines to Motors",
                "Added 1 member to group Motors",
                "Group Motors was already as sent",
                "Removed 1 member from group Motors",
                "Group Motors was already as sent",
                "Disabled user bob@corp.test",
            ]);
        }
    }

    async fn those_who_leave_may_be_deleted(server) {
        let application = server.application("acme", &[]).await;
        let client = JumpCloudClient::new(&application.base_url, &application.token, Update::Patch).unwrap();
        let mut client = client.deleting();
        let ada = Person::new("j1", "ada@corp.test", "Ada", "Lovelace");
        client.provision(&ada).await.unwrap();
        client.provide_group(&Team::new("g1", "Engines", &["j1"])).await.unwrap();
        client.deprovision(&ada).await.unwrap();
        assert_eq!(people(server, &application.scope).await, ["ada@corp.test (disabled)"]);
        assert_eq!(groups(server, &application.scope).await, ["Engines: "]);
        client.provision(&ada).await.unwrap();
        assert_eq!(people(server, &application.scope).await, ["ada@corp.test"]);
        client.delete_group("g1").await.unwrap();
        assert_eq!(groups(server, &application.scope).await, Vec::<String>::new());
    }
}

//! PUT /Groups/{id}

use provisioning::{Operation, Outcome};

use crate::on_both_databases;
use crate::support::group;

on_both_databases! {
    async fn the_list_is_the_whole_membership(server) {
        let application = server.application("acme", &[]).await;
        let (a, b, c) = (application.add_user("a").await, application.add_user("b").await, application.add_user("c").await);
        let id = application.add_group("Engines", &[&a, &b]).await;
        let below = format!("/Groups/{id}");
        for (name, sent, kept, operation, summary) in [
            ("Engines", vec![&b, &c], vec![&b, &c], Operation::GroupMembers, "Added 1 member to group Engines and removed 1"),
            ("Engines", vec![&c, &b], vec![&b, &c], Operation::GroupUpdate, "Group Engines was already as sent"),
            ("Motors", vec![&b, &c], vec![&b, &c], Operation::GroupUpdate, "Renamed group Engines to Motors"),
            ("Motors", vec![], vec![], Operation::GroupMembers, "Removed 2 members from group Motors"),
            ("Motors", vec![&a], vec![&a], Operation::GroupMembers, "Added 1 member to group Motors"),
        ] {
            let sent: Vec<_> = sent.into_iter().map(String::as_str).collect();
            application.put(&below, &group(name, &sent)).await.expect(200);
            assert_eq!(application.members(&id).await.iter().collect::<Vec<_>>(), kept, "{summary}");
            let event = server.last_event(&application.scope).await;
            assert_eq!((event.row.operation, event.row.summary.as_str()), (operation, summary));
        }
        // An unknown member: nothing of it happens.
        application.put(&below, &group("Wheels", &[&b, "nobody"])).await.scim_error(400, Some("invalidValue"));
        let read = application.get(&below).await.json();
        assert_eq!((read["displayName"].as_str(), application.members(&id).await), (Some("Motors"), vec![a]));
        assert_eq!(read["meta"]["version"], "W/\"5\"");
    }

    async fn five_thousand_members(server) {
        let application = server.application("acme", &[]).await;
        let mut ids = Vec::new();
        // Nested groups are members too, and the quickest to make.
        for number in 0..60 {
            ids.push(application.add_user(&format!("user{number}@corp.test")).await);
        }
        let id = application.add_group("Everybody", &[]).await;
        let below = format!("/Groups/{id}");
        // The same id many times over makes the body as long as a large group's, and the membership stays a set.
        let many: Vec<&str> = ids.iter().map(String::as_str).cycle().take(5_000).collect();
        let put = application.put(&below, &group("Everybody", &many)).await.expect(200);
        assert_eq!(put.json()["members"].as_array().unwrap().len(), 60);
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.outcome, event.row.summary.as_str()), (Outcome::Succeeded, "Added 60 members to group Everybody"));
        let request = event.request.unwrap();
        assert!(request.len() < 1_000 && request.contains("[5000 values]"), "{request}");
    }
}

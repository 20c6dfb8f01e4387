//! PUT /Groups/{id}

use provisioning::{Operation, Outcome};

use crate::on_both_databases;
use crate::support::{group, many_users};

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
        let ids = many_users(server, &application, 5_000);
        let id = application.add_group("Everybody", &[]).await;
        let below = format!("/Groups/{id}");
        let all: Vec<&str> = ids.iter().map(String::as_str).collect();
        let put = application.put(&below, &group("Everybody", &all)).await.expect(200);
        assert_eq!(put.json()["members"].as_array().unwrap().len(), 5_000);
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.outcome, event.row.summary.as_str()), (Outcome::Succeeded, "Added 5000 members to group Everybody"));
        let (request, response) = (event.request.unwrap(), event.response.unwrap());
        assert!(request.len() < 1_000 && request.contains("[5000 values]"), "{request}");
        assert!(response.len() < 2_000 && response.contains("[5000 values]"), "{response}");
        assert!(event.changes[0].new.as_ref().unwrap().ends_with(" and 4980 more"), "{:?}", event.changes);
        // One out, one back in; then the list as it is, which changes nothing; then nobody.
        application.put(&below, &group("Everybody", &all[1..])).await.expect(200);
        assert_eq!(server.last_event(&application.scope).await.row.summary, "Removed 1 member from group Everybody");
        application.put(&below, &group("Everybody", &all)).await.expect(200);
        assert_eq!(application.members(&id).await, ids);
        application.put(&below, &application.get(&below).await.json()).await.expect(200);
        assert_eq!(server.last_event(&application.scope).await.row.outcome, Outcome::Unchanged);
        application.put(&below, &group("Everybody", &[])).await.expect(200);
        assert_eq!(server.last_event(&application.scope).await.row.summary, "Removed 5000 members from group Everybody");
    }
}

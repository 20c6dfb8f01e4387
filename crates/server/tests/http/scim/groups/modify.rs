//! PATCH /Groups/{id}

use provisioning::Operation;
use registry::Feature;
use serde_json::json;

use crate::on_both_databases;
use crate::support::{many_users, patch};

on_both_databases! {
    async fn dialects(server) {
        let application = server.application("acme", &[]).await;
        let (a, b, c) = (application.add_user("a").await, application.add_user("b").await, application.add_user("c").await);
        let id = application.add_group("Engines", &[]).await;
        let below = format!("/Groups/{id}");
        for (client, operations, expected) in [
            ("Entra, add", json!([{ "op": "Add", "path": "members", "value": [{ "$ref": null, "value": a }, { "$ref": null, "value": b }] }]), vec![&a, &b]),
            ("add again", json!([{ "op": "add", "path": "members", "value": [{ "value": a }] }]), vec![&a, &b]),
            ("Entra, remove", json!([{ "op": "Remove", "path": "members", "value": [{ "value": a }] }]), vec![&b]),
            ("Okta, both", json!([
                { "op": "remove", "path": format!("members[value eq \"{b}\"]") },
                { "op": "add", "path": "members", "value": [{ "value": c, "display": "c" }, { "value": a, "display": "a" }] },
            ]), vec![&a, &c]),
            ("remove a stranger", json!([{ "op": "remove", "path": "members[value eq \"nobody\"]" }]), vec![&a, &c]),
            ("remove no one", json!([{ "op": "remove", "path": "members", "value": [] }]), vec![&a, &c]),
            ("in and out", json!([
                { "op": "add", "path": "members", "value": [{ "value": b }] },
                { "op": "remove", "path": "members", "value": [{ "value": b }] },
            ]), vec![&a, &c]),
            ("bare strings", json!([{ "op": "add", "path": "members", "value": [b] }]), vec![&a, &b, &c]),
            ("Okta, push now", json!([{ "op": "replace", "path": "members", "value": [{ "value": b, "display": "b" }] }]), vec![&b]),
            ("authentik, whole", json!([{ "op": "replace", "value": { "id": id, "displayName": "Engines", "members": [{ "value": a }, { "value": c }] } }]), vec![&a, &c]),
            ("Keycloak, empty", json!([{ "op": "remove", "path": "members", "value": null }]), vec![]),
            ("add after", json!([{ "op": "add", "value": { "members": [{ "value": a }] } }]), vec![&a]),
            ("Okta, empty group", json!([{ "op": "replace", "path": "members", "value": [] }]), vec![]),
        ] {
            let answer = application.patch(&below, &patch(operations)).await;
            assert_eq!(answer.status, 200, "{client}: {}", answer.body);
            let members = application.members(&id).await;
            assert_eq!(members.iter().collect::<Vec<_>>(), expected, "{client}");
        }
        let rename = patch(json!([{ "op": "replace", "value": { "id": id, "displayName": "Motors" } }]));
        assert_eq!(application.patch(&below, &rename).await.expect(200).json()["displayName"], "Motors");
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.operation, event.row.summary.as_str()), (Operation::GroupUpdate, "Renamed group Engines to Motors"));
    }

    async fn a_group_too_large_to_send_back(server) {
        let application = server.application("acme", &[]).await;
        let ids = many_users(server, &application, 21);
        let all: Vec<&str> = ids.iter().map(String::as_str).collect();
        let id = application.add_group("Everybody", &all).await;
        let below = format!("/Groups/{id}");
        let rename = |name: &str| patch(json!([{ "op": "replace", "path": "displayName", "value": name }]));
        let empty = application.patch(&below, &rename("All")).await.expect(204);
        assert_eq!((empty.body.as_str(), empty.header("etag")), ("", Some("W/\"2\"")));
        // Whoever asks for attributes wants an answer (RFC 7644 §3.5.2).
        let asked = application.patch(&format!("{below}?attributes=displayName"), &rename("Everyone")).await.expect(200);
        assert_eq!(asked.json()["displayName"], "Everyone");
        application.patch(&below, &patch(json!([{ "op": "remove", "path": format!("members[value eq \"{}\"]", ids[0]) }]))).await.expect(200);
    }

    async fn a_deleted_member_leaves_a_new_version_behind(server) {
        for delete_them in [false, true] {
            let application = server.application("acme", &[(Feature::DeleteDeactivatedUsers, delete_them)]).await;
            let (a, b, c) = (application.add_user("a").await, application.add_user("b").await, application.add_user("c").await);
            let id = application.add_group("Engines", &[&a, &b, &c]).await;
            let below = format!("/Groups/{id}");
            let before = application.get(&below).await.expect(200);
            application.delete(&format!("/Users/{a}")).await.expect(204);
            let between = application.get(&below).await.expect(200);
            assert_ne!(before.header("etag"), between.header("etag"), "{delete_them}");
            let inactive = patch(json!([{ "op": "replace", "value": { "active": false } }]));
            application.patch(&format!("/Users/{b}"), &inactive).await.expect(200);
            // A disabled member stays a member; a deleted one is none.
            let after = application.get(&below).await.expect(200);
            assert_eq!(between.header("etag") != after.header("etag"), delete_them);
            let left = if delete_them { vec![c] } else { vec![b, c] };
            assert_eq!(application.members(&id).await, left);
        }
    }

    async fn members_are_removed_by_name_in_one_go(server) {
        let application = server.application("acme", &[]).await;
        let mut ids = Vec::new();
        for name in ["a", "b", "c", "d"] {
            ids.push(application.add_user(name).await);
        }
        let all: Vec<&str> = ids.iter().map(String::as_str).collect();
        let id = application.add_group("Engines", &all).await;
        let below = format!("/Groups/{id}");
        // As Okta does it: one operation for each; then the same with `or`, and one that has to look at the members.
        let operations = json!([
            { "op": "remove", "path": format!("members[value eq \"{}\"]", ids[0]) },
            { "op": "remove", "path": format!("members[value eq \"{}\"]", ids[1]) },
        ]);
        application.patch(&below, &patch(operations)).await.expect(200);
        assert_eq!(application.members(&id).await, ids[2..]);
        let either = json!([{ "op": "remove", "path": format!("members[value eq \"{}\" or value eq \"nobody\"]", ids[2]) }]);
        application.patch(&below, &patch(either)).await.expect(200);
        assert_eq!(application.members(&id).await, ids[3..]);
        let other = json!([{ "op": "remove", "path": "members[value ne \"nobody\"]" }]);
        application.patch(&below, &patch(other)).await.expect(200);
        assert!(application.members(&id).await.is_empty());
    }
}

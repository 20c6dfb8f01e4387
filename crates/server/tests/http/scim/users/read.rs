//! GET /Users/{id}

use provisioning::Operation;
use serde_json::json;

use crate::on_both_databases;
use crate::support::{ENTERPRISE_USER, okta_user};

on_both_databases! {
    async fn etags(server) {
        let application = server.application("acme", &[]).await;
        let id = application.add_user("ada@corp.test").await;
        let below = format!("/Users/{id}");
        for (tag, status) in [
            ("W/\"1\"", 304), ("\"1\"", 304), ("W/\"7\", W/\"1\"", 304), ("*", 304),
            ("W/\"2\"", 200), ("\"abc\"", 200), ("", 200), ("nonsense", 200),
        ] {
            let answer = application.send_with("GET", &below, &[("If-None-Match", tag)], b"").await;
            assert_eq!(answer.status, status, "{tag}");
            assert_eq!(answer.header("etag"), Some("W/\"1\""), "{tag}");
            assert_eq!(answer.body.is_empty(), status == 304, "{tag}");
        }
    }

    async fn attributes_wanted_and_unwanted(server) {
        let application = server.application("acme", &[]).await;
        let mut body = okta_user("00u1", "ada@corp.test", "Ada", "Lovelace");
        body[ENTERPRISE_USER] = json!({ "department": "Engines", "costCenter": "7" });
        let id = application.post("/Users", &body).await.expect(201).id();
        application.add_group("Engines", &[&id]).await;
        let keys = async |query: &str| {
            let answer = application.get(&format!("/Users/{id}?{query}")).await.expect(200).json();
            answer.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(keys("attributes=userName").await, "schemas id userName");
        assert_eq!(keys("attributes=USERNAME,name.givenName").await, "schemas id userName name");
        assert_eq!(keys("attributes=groups").await, "schemas id groups");
        assert_eq!(keys("attributes=password").await, "schemas id");
        assert_eq!(keys("attributes=nothing").await, "schemas id");
        assert_eq!(keys(&format!("attributes={ENTERPRISE_USER}:department")).await, format!("schemas id {ENTERPRISE_USER}"));
        assert_eq!(keys("excludedAttributes=emails,groups,name,locale,meta,id").await, format!("schemas id externalId userName displayName active {ENTERPRISE_USER}"));
        application.get(&format!("/Users/{id}?attributes=userName&excludedAttributes=name")).await.scim_error(400, Some("invalidValue"));
        let refused = server.last_event(&application.scope).await;
        assert_eq!((refused.row.operation, refused.row.status), (Operation::Other, 400));
        // The answers to writes listen to them too.
        let created = application.post("/Users?attributes=userName", &okta_user("00u2", "bob@corp.test", "Bob", "B")).await.expect(201);
        assert_eq!(created.json().as_object().unwrap().len(), 3);
    }

    async fn groups_of_a_user(server) {
        let application = server.application("acme", &[]).await;
        let (ada, bob) = (application.add_user("ada@corp.test").await, application.add_user("bob@corp.test").await);
        let group = application.add_group("Engines", &[&ada]).await;
        application.add_group("Empty", &[]).await;
        let groups = json!([{
            "value": group,
            "$ref": format!("https://rollcall.test{}/Groups/{group}", application.path),
            "display": "Engines",
            "type": "direct",
        }]);
        assert_eq!(application.get(&format!("/Users/{ada}")).await.json()["groups"], groups);
        assert_eq!(application.get(&format!("/Users/{bob}")).await.json().get("groups"), None);
        let list = application.get("/Users").await.json();
        assert_eq!(list["Resources"][0]["groups"], groups);
        assert_eq!(list["Resources"][1].get("groups"), None);
        application.delete(&format!("/Groups/{group}")).await.expect(204);
        assert_eq!(application.get(&format!("/Users/{ada}")).await.json().get("groups"), None);
    }
}

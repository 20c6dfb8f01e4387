//! `/ServiceProviderConfig`, `/ResourceTypes`, `/Schemas`

use registry::Feature;
use serde_json::json;

use crate::on_both_databases;

on_both_databases! {
    async fn what_is_advertised(server) {
        let application = server.application("acme", &[]).await;
        let config = application.get("/ServiceProviderConfig").await.expect(200).json();
        assert_eq!(config["patch"], json!({ "supported": true }));
        assert_eq!(config["filter"], json!({ "supported": true, "maxResults": 200 }));
        assert_eq!(config["bulk"], json!({ "supported": true, "maxOperations": 1_000, "maxPayloadSize": crate::support::BODY_LIMIT_BYTES }));
        assert_eq!(config["sort"], json!({ "supported": true }));
        assert_eq!(config["pagination"], json!({
            "cursor": true, "index": true, "defaultPaginationMethod": "index",
            "defaultPageSize": 200, "maxPageSize": 200, "cursorTimeout": 3_600,
        }));
        assert_eq!(config["etag"], json!({ "supported": true }));
        // What is advertised is what works (RFC 7643 §5).
        assert_eq!(config["changePassword"]["supported"], false);
        application.switch(server, Feature::SyncPassword, true).await;
        let config = application.get("/ServiceProviderConfig").await.expect(200).json();
        assert_eq!(config["changePassword"]["supported"], true);
        application.get("/ServiceProviderConfig?filter=a%20pr").await.scim_error(403, None);
        let location = format!("https://rollcall.test{}/ServiceProviderConfig", application.path);
        assert_eq!(config["meta"]["location"], location);
        // How to authenticate can be read before one can (RFC 7643 §5), and says nothing about what exists.
        let wire = &application.wire;
        let anonymous = |path: String| async move { wire.send("GET", path.as_bytes(), &[], b"").await };
        let (known, unknown) = (
            anonymous(format!("{}/ServiceProviderConfig", application.path)).await.expect(200),
            anonymous("/t/acme/scim/aaaaaaaaaaaa/v2/ServiceProviderConfig".to_owned()).await.expect(200),
        );
        assert_eq!(known.body.replace(&application.id, "aaaaaaaaaaaa"), unknown.body);
    }

    async fn types_and_schemas(server) {
        let application = server.application("acme", &[]).await;
        for (endpoint, ids) in [
            ("/ResourceTypes", vec!["User", "Group"]),
            ("/Schemas", vec![
                "urn:ietf:params:scim:schemas:core:2.0:User",
                "urn:ietf:params:scim:schemas:core:2.0:Group",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            ]),
        ] {
            // Paging and sorting are ignored here (RFC 7644 §4).
            let list = application.get(&format!("{endpoint}?startIndex=2&count=1&sortBy=id")).await.expect(200).json();
            let found: Vec<_> = list["Resources"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
            for id in &ids {
                assert!(found.contains(id), "{endpoint}: {found:?}");
                let one = application.get(&format!("{endpoint}/{id}")).await.expect(200).json();
                assert_eq!(one["id"], *id);
                assert_eq!(one["meta"]["location"], format!("https://rollcall.test{}{endpoint}/{id}", application.path));
            }
            assert_eq!(list["totalResults"], found.len());
            application.get(&format!("{endpoint}/nothing")).await.scim_error(404, None);
            application.get(&format!("{endpoint}?filter=id%20pr")).await.scim_error(403, None);
        }
        let types = application.get("/ResourceTypes").await.json();
        assert_eq!(types["Resources"][0]["endpoint"], "/Users");
    }
}

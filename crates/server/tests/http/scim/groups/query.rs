//! GET /Groups

use provisioning::{Operation, Outcome};

use crate::on_both_databases;

on_both_databases! {
    async fn look_ups(server) {
        let application = server.application("acme", &[]).await;
        let ada = application.add_user("ada@corp.test").await;
        let id = application.add_group("Engines & Co", &[&ada]).await;
        application.add_group("Other", &[]).await;
        for (filter, expected) in [
            ("displayName eq \"engines & CO\"", 1),
            (&format!("id eq \"{id}\""), 1),
            ("displayName eq \"nothing\"", 0),
            ("displayName pr", 2),
            ("externalId eq \"x\"", 0),
        ] {
            let list = application.find("/Groups", filter).await.expect(200).json();
            assert_eq!(list["totalResults"], expected, "{filter}");
            let event = server.last_event(&application.scope).await;
            assert_eq!((event.row.operation, event.row.outcome), (Operation::GroupLookup, Outcome::Succeeded), "{filter}");
        }
        let found = application.get("/Groups?excludedAttributes=members&filter=displayName%20eq%20%22Engines%20%26%20Co%22").await.expect(200).json();
        assert_eq!(found["Resources"][0].get("members"), None);
        assert_eq!(application.get(&format!("/Groups/{id}?excludedAttributes=members")).await.expect(200).json().get("members"), None);
        let list = application.get("/Groups?startIndex=1&count=100").await.expect(200).json();
        assert_eq!(list["Resources"][0]["members"][0]["value"], ada);
        assert_eq!(server.last_event(&application.scope).await.row.operation, Operation::GroupImport);
    }
}

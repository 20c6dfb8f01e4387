//! DELETE /Users/{id}

use provisioning::Operation;
use registry::Feature;

use crate::on_both_databases;
use crate::support::user;

on_both_databases! {
    async fn to_the_client_it_is_gone(server) {
        for (tenant, delete, summary) in [
            ("acme", false, "Disabled user ada@corp.test, who was deleted at the source"),
            ("globex", true, "Deleted user ada@corp.test"),
        ] {
            let application = server.application(tenant, &[(Feature::DeleteDeactivatedUsers, delete)]).await;
            let id = application.add_user("ada@corp.test").await;
            let below = format!("/Users/{id}");
            let deleted = application.delete(&below).await.expect(204);
            assert_eq!(deleted.body, "");
            let event = server.last_event(&application.scope).await;
            assert_eq!((event.row.operation, event.row.summary.as_str()), (Operation::UserDelete, summary));
            application.get(&below).await.scim_error(404, None);
            application.put(&below, &user("ada@corp.test")).await.scim_error(404, None);
            application.delete(&below).await.scim_error(404, None);
            for filter in ["userName eq \"ada@corp.test\"", &format!("id eq \"{id}\""), "userName pr"] {
                assert_eq!(application.find("/Users", filter).await.expect(200).json()["totalResults"], 0, "{filter}");
            }
            assert_eq!(application.get("/Users").await.json()["totalResults"], 0);
            application.post("/Users", &user("ada@corp.test")).await.expect(201);
            assert_eq!(application.get("/Users").await.json()["totalResults"], 1);
        }
    }
}

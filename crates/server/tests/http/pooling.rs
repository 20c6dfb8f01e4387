//! PostgreSQL behind pgbouncer with `pool_mode = transaction`: many connections of two servers share three sessions, and a
//! statement meets whatever another one left there.

use database::testing::Scratch;
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{TestServer, group, patch, user};

#[actix_web::test]
async fn a_conversation_works_through_a_proxy_that_pools_transactions() {
    let server = TestServer::start(Scratch::pooled()).await;
    let application = server.application("acme", &[]).await;
    let (wire, stop) = server.neighbour().await;
    let neighbour = {
        let mut same = application.clone();
        same.wire = wire;
        same
    };

    // Both at once, more than there are sessions: named statements of one would be met by the other.
    let both = [&application, &neighbour];
    let names: Vec<String> = (0..40).map(|number| format!("user{number}@corp.test")).collect();
    let ids = join_all(names.iter().zip(both.iter().cycle()).map(|(name, at)| at.add_user(name))).await;
    let members: Vec<&str> = ids.iter().map(String::as_str).collect();
    let inner = application.add_group("Engines", &members).await;
    let looked_up = join_all(
        names
            .iter()
            .zip(both.iter().rev().cycle())
            .map(async |(name, at)| at.find("/Users", &format!("userName eq \"{name}\"")).await.expect(200).json()),
    );
    for (answer, id) in looked_up.await.iter().zip(&ids) {
        assert_eq!((&answer["totalResults"], &answer["Resources"][0]["id"]), (&json!(1), &json!(id)));
    }
    let title = patch(json!([{ "op": "replace", "path": "title", "value": "Countess" }]));
    let changes = ids.iter().zip(both.iter().cycle()).map(async |(id, at)| {
        at.patch(&format!("/Users/{id}"), &title).await.expect(200);
        at.get(&format!("/Users/{id}")).await.expect(200).json()
    });
    assert!(join_all(changes).await.iter().all(|user| user["title"] == "Countess"));

    // Groups in groups take a lock of their own.
    let outer = neighbour.add_group("Everybody", &[&inner]).await;
    let circle = patch(json!([{ "op": "add", "path": "members", "value": [{ "value": outer }] }]));
    application.patch(&format!("/Groups/{inner}"), &circle).await.scim_error(400, Some("invalidValue"));
    let leave = patch(json!([{ "op": "remove", "path": format!("members[value eq \"{}\"]", ids[0]) }]));
    join_all(both.iter().map(async |at| at.patch(&format!("/Groups/{inner}"), &leave).await.expect(204))).await;
    assert_eq!(neighbour.members(&inner).await.len(), 39);

    // Conflicts and what rolls back.
    application.post("/Users", &user("user1@corp.test")).await.scim_error(409, Some("uniqueness"));
    application.post("/Groups", &group("Strangers", &["nobody"])).await.scim_error(400, Some("invalidValue"));
    neighbour.delete(&format!("/Users/{}", ids[1])).await.expect(204);
    application.get(&format!("/Users/{}", ids[1])).await.scim_error(404, None);

    let report = server.events(&application.scope).await;
    let created = report.iter().filter(|row| row.summary.starts_with("Created user ")).count();
    assert_eq!((created, server.people(&application.scope).await.len()), (40, 40));
    stop.stop().await;
    server.stop().await;
}

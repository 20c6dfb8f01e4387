//! A tenant that asks for more than there is room for, and another one beside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use crate::on_both_databases;
use crate::support::{hold, patch, user};

/// More than may wait for one tenant.
const REQUESTS: usize = 640;

on_both_databases! {
    async fn a_tenant_that_floods_keeps_no_other_out(server) {
        let greedy = server.application("acme", &[]).await;
        let modest = server.application("globex", &[]).await;
        let id = greedy.add_user("ada@corp.test").await;
        let modest_id = modest.add_user("grace@corp.test").await;

        // Whoever changes Ada waits for this: for her row on PostgreSQL, for the only writer on SQLite.
        let held = hold(server, &format!("SELECT id FROM resource WHERE id = '{id}' FOR UPDATE"));

        let (answered, mut answers) = tokio::sync::mpsc::unbounded_channel();
        let changed = Arc::new(AtomicUsize::new(0));
        for number in 0..REQUESTS {
            let (wire, path, token) = (greedy.wire.clone(), greedy.path.clone(), greedy.token.clone());
            let (answered, changed, below) = (answered.clone(), Arc::clone(&changed), format!("/Users/{id}"));
            tokio::spawn(async move {
                let body = patch(json!([{ "op": "replace", "path": "title", "value": format!("Title {number}") }]));
                let authorization = format!("Bearer {token}");
                let headers = [("Authorization", authorization.as_str()), ("Content-Type", "application/scim+json")];
                let target = format!("{path}{below}");
                let answer = wire.send("PATCH", target.as_bytes(), &headers, body.to_string().as_bytes()).await;
                if answer.status == 200 {
                    changed.fetch_add(1, Ordering::Relaxed);
                }
                answered.send(answer).unwrap();
            });
        }
        drop(answered);
        let refused = |answer: &crate::support::Answer| {
            answer.scim_error(429, None);
            let after: u64 = answer.header("retry-after").unwrap().parse().unwrap();
            assert!(after > 0);
        };
        // What finds the line full is refused while all others still wait.
        for _ in 0..64 {
            refused(&answers.recv().await.unwrap());
        }
        assert_eq!(changed.load(Ordering::Relaxed), 0);
        let below = format!("/Users/{modest_id}");
        let new = user("alan@corp.test");
        let asks = async { tokio::join!(modest.get(&below), modest.post("/Users", &new)) };
        let opens = async {
            if server.database_url.starts_with("sqlite") {
                // Nothing that reads has to wait there.
                modest.get(&below).await.expect(200);
            }
            held.let_go();
        };
        let ((found, created), ()) = tokio::join!(asks, opens);
        found.expect(200);
        created.expect(201);
        let before = changed.load(Ordering::Relaxed);
        assert!(before <= 256, "{before} of the other tenant went first");
        let mut later = 0;
        while let Some(answer) = answers.recv().await {
            match answer.status {
                200 => later += 1,
                _ => refused(&answer),
            }
        }
        assert!(later > 0, "those that waited were answered");
        server.provisioning.flush_report().await.unwrap();
    }
}

//! `/metrics`: what is counted, who may read it, and what its readers are told elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use database::schema::provisioning_event;
use database::{Database, DatabaseConfig, Error, ReadTx, SystemClock, SystemRandom};
use diesel::prelude::*;
use serde_json::Value;

use crate::on_both_databases;
use crate::support::{METRICS_TOKEN, TestServer, hold, user};

const DASHBOARD: &str = include_str!("../../../../docs/operations/grafana-dashboard.json");
const HANDBOOK: &str = include_str!("../../../../docs/OPERATIONS.md");

/// What `Recorder` calls a batch.
const BATCH_ROWS: i64 = 200;

/// The samples by name and labels.
async fn samples(server: &TestServer) -> (String, BTreeMap<String, f64>) {
    let authorization = format!("Bearer {METRICS_TOKEN}");
    let answer = server.wire.send("GET", b"/metrics", &[("Authorization", &authorization)], b"").await.expect(200);
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let lines = answer.body.lines().filter(|line| !line.starts_with('#'));
    let samples = lines.map(|line| {
        let (name, value) = line.rsplit_once(' ').unwrap();
        (name.to_owned(), value.parse().unwrap_or_else(|_| panic!("{line}")))
    });
    let samples = samples.collect();
    (answer.body, samples)
}

/// Every metric that a text names.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'));
    words.filter(|word| word.starts_with("rollcall_") || word.starts_with("process_")).map(str::to_owned).collect()
}

on_both_databases! {
    /// What a request costs in statements; on PostgreSQL each is a round trip.
    async fn requests_send_few_statements(server) {
        let application = server.application("acme", &[]).await;
        let people = [application.add_user("ada@corp.test").await, application.add_user("bob@corp.test").await];
        application.add_group("Engines", &[&people[0]]).await;
        let mut spent = Vec::new();
        for step in ["create", "read", "read in a group", "find", "find nobody"] {
            let before = samples(server).await.1["rollcall_database_statements_total"];
            match step {
                "create" => drop(application.add_user("new@corp.test").await),
                "read" => drop(application.get(&format!("/Users/{}", people[1])).await.expect(200)),
                "read in a group" => drop(application.get(&format!("/Users/{}", people[0])).await.expect(200)),
                "find" => drop(application.find("/Users", "userName eq \"new@corp.test\"").await.expect(200)),
                _ => drop(application.find("/Users", "emails.value eq \"nobody@corp.test\"").await.expect(200)),
            }
            spent.push((step, samples(server).await.1["rollcall_database_statements_total"] - before));
        }
        // One of each finds the credential.
        let expected = [("create", 3.0), ("read", 2.0), ("read in a group", 2.0), ("find", 2.0), ("find nobody", 2.0)];
        let is_postgres = server.database_url.starts_with("postgres");
        assert_eq!(spent, expected.map(|(step, count)| (step, if is_postgres { count } else { 0.0 })));
    }

    async fn operations_are_counted_and_nobody_is_named(server) {
        let application = server.application("acme", &[]).await;
        let id = application.add_user("ada@corp.test").await;
        application.post("/Users", &user("ada@corp.test")).await.expect(409);
        application.find("/Users", "userName eq \"ada@corp.test\"").await.expect(200);
        application.get(&format!("/Users/{id}")).await.expect(200);
        application.get("/Users/nobody").await.expect(404);
        application.get("/Users?count=1").await.expect(200);
        let users = format!("{}/Users", application.path);
        server.wire.send("GET", users.as_bytes(), &[], b"").await.expect(401);

        let (text, samples) = samples(server).await;
        for (operation, outcome, expected) in [
            ("create", "ok", 1.0),
            ("create", "conflict", 1.0),
            ("find", "ok", 1.0),
            ("read", "ok", 1.0),
            ("read", "client_error", 1.0),
            ("list", "ok", 1.0),
            ("list", "unauthorized", 1.0),
            ("delete", "ok", 0.0),
        ] {
            let name = format!(r#"rollcall_requests_total{{operation="{operation}",outcome="{outcome}"}}"#);
            assert_eq!(samples.get(&name), Some(&expected), "{name}\n{text}");
        }
        assert_eq!(samples[r#"rollcall_request_seconds_count{operation="create"}"#], 2.0);
        assert_eq!(samples[r#"rollcall_request_seconds_bucket{operation="read",le="+Inf"}"#], 2.0);
        assert_eq!(samples["rollcall_requests_under_way"], 1.0);
        // Tenant, administrator's application, a create, and a row about the conflict at the least.
        assert!(samples[r#"rollcall_database_transactions_total{outcome="committed"}"#] >= 4.0, "{text}");
        assert_eq!(samples[r#"rollcall_database_transactions_total{outcome="failed"}"#], 0.0);
        assert!(samples["rollcall_database_transaction_seconds_count"] >= 4.0, "{text}");
        assert!(samples[r#"rollcall_database_connections{state="idle"}"#] >= 1.0, "{text}");
        assert!(samples["rollcall_report_rows_waiting"] >= 3.0, "{text}");
        server.clock.step(5_000);
        let (_, later) = self::samples(server).await;
        assert_eq!(later["rollcall_report_lag_seconds"], 5.0);
        server.provisioning.flush_report().await.unwrap();
        let (_, flushed) = self::samples(server).await;
        assert_eq!((flushed["rollcall_report_rows_waiting"], flushed["rollcall_report_lag_seconds"]), (0.0, 0.0));
        for told in ["acme", application.id.as_str(), application.token.as_str(), METRICS_TOKEN, "ada", "corp.test"] {
            assert!(!text.contains(told), "{told} is in the metrics:\n{text}");
        }
    }

    /// So many rows about questions are written together, by the server and not by who asked last.
    async fn nobody_waits_for_the_rows_about_others(server) {
        let application = server.application("acme", &[]).await;
        application.add_user("ada@corp.test").await;
        let held = hold(server, "LOCK TABLE provisioning_event IN SHARE MODE");
        for _ in 0..BATCH_ROWS {
            application.find("/Users", "userName eq \"ada@corp.test\"").await.expect(200);
        }
        // A batch that waited in vain is counted as failed; the last look-up is answered long before.
        let (text, samples) = samples(server).await;
        assert_eq!(samples[r#"rollcall_database_transactions_total{outcome="failed"}"#], 0.0, "{text}");
        held.let_go();
        server.provisioning.flush_report().await.unwrap();
        let look_ups = |tx: &mut ReadTx<'_>| {
            let rows = provisioning_event::table.filter(provisioning_event::operation.eq("user.lookup"));
            Ok::<i64, Error>(rows.count().get_result(tx.connection())?)
        };
        let config = DatabaseConfig::new(server.database_url.as_str());
        let beside = Database::open(&config, Arc::new(SystemClock), Arc::new(SystemRandom)).unwrap();
        assert_eq!(beside.read(look_ups).await.unwrap(), BATCH_ROWS);
    }

    async fn a_token_opens_them(server) {
        let wrong = format!("Bearer {METRICS_TOKEN}x");
        for headers in [vec![], vec![("Authorization", wrong.as_str())]] {
            let answer = server.wire.send("GET", b"/metrics", &headers, b"").await.expect(401);
            assert!(answer.header("www-authenticate").is_some() && !answer.body.contains("rollcall_"), "{}", answer.body);
        }
        samples(server).await;
    }

    /// The dashboard file and the handbook speak of metrics that there are, and the handbook leaves none out.
    async fn what_is_written_about_them_is_true(server) {
        server.application("acme", &[]).await.add_user("ada@corp.test").await;
        let (text, samples) = samples(server).await;
        let is_sqlite = server.database_url.starts_with("sqlite:");
        let samples: BTreeSet<String> =
            samples.into_keys().map(|name| name.split('{').next().unwrap().to_owned()).collect();
        let metrics: BTreeSet<String> =
            text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).map(|line| line.split(' ').next().unwrap().to_owned()).collect();

        let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
        let panels = dashboard["panels"].as_array().unwrap();
        let mut shown = BTreeSet::new();
        for panel in panels {
            for target in panel["targets"].as_array().unwrap() {
                let found = named(target["expr"].as_str().unwrap());
                assert!(!found.is_empty(), "{}", panel["title"]);
                shown.extend(found);
            }
        }
        let exists = |name: &String| !is_sqlite && name.starts_with("rollcall_writer_") || samples.contains(name);
        let unknown: Vec<_> = shown.iter().filter(|name| !exists(name)).collect();
        assert!(unknown.is_empty(), "the dashboard shows what is not there: {unknown:?}\n{text}");

        let explained = named(HANDBOOK);
        let missing: Vec<_> = metrics.difference(&explained).collect();
        assert!(missing.is_empty(), "OPERATIONS.md does not explain {missing:?}");
        let known = |name: &&String| !exists(name) && !metrics.contains(*name);
        let invented: Vec<_> = explained.iter().filter(known).collect();
        assert!(is_sqlite.then_some(invented).is_none_or(|invented| invented.is_empty()), "OPERATIONS.md explains what is not there");
    }
}

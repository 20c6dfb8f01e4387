//! `/healthz` and `/readyz`: what tells a service manager to restart the server, and a load balancer to leave it alone.

use database::testing::Scratch;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use crate::on_both_databases;
use crate::support::{TestServer, Wire, sql};

/// Statuses of `/healthz` and `/readyz`, and what the latter says.
async fn health(wire: &Wire) -> (u16, u16, String) {
    let lives = wire.send("GET", b"/healthz", &[], b"").await;
    let ready = wire.send("GET", b"/readyz", &[], b"").await;
    assert_eq!(ready.header("cache-control"), Some("no-store"));
    (lives.status, ready.status, ready.json()["status"].as_str().unwrap().to_owned())
}

on_both_databases! {
    async fn ready_until_a_stop_begins(server) {
        assert_eq!(health(&server.wire).await, (200, 200, "ok".to_owned()));
        let application = server.application("acme", &[]).await;
        let (neighbour, stop) = server.neighbour().await;
        assert_eq!(health(&neighbour).await, (200, 200, "ok".to_owned()));
        stop.announce();
        assert_eq!(health(&neighbour).await, (200, 503, "the server is stopping".to_owned()));
        // Nothing is turned away while load balancers have not seen it yet.
        let authorization = format!("Bearer {}", application.token);
        let users = format!("{}/Users", application.path);
        let answer = neighbour.send("GET", users.as_bytes(), &[("Authorization", &authorization)], b"").await;
        assert_eq!(answer.status, 200);
        assert_eq!(health(&server.wire).await.1, 200, "the other one goes on");
        stop.stop().await;
    }

    async fn not_ready_while_migrations_are_pending(server) {
        sql(server, "CREATE TABLE kept AS SELECT * FROM __diesel_schema_migrations");
        for pending in [
            "DELETE FROM __diesel_schema_migrations WHERE version = (SELECT max(version) FROM __diesel_schema_migrations)",
            "DELETE FROM __diesel_schema_migrations",
        ] {
            sql(server, pending);
            assert_eq!(health(&server.wire).await, (200, 503, "the database must be migrated".to_owned()), "{pending}");
            sql(server, "DELETE FROM __diesel_schema_migrations");
            sql(server, "INSERT INTO __diesel_schema_migrations SELECT * FROM kept");
            assert_eq!(health(&server.wire).await.1, 200);
        }
        // During an upgrade the older servers go on.
        sql(server, "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')");
        assert_eq!(health(&server.wire).await.1, 200);
    }
}

/// SQLite's file cannot go away under a process that has it open.
#[actix_web::test]
async fn not_ready_while_postgresql_is_away() {
    let server = TestServer::start(Scratch::postgres()).await;
    let admin_url = std::env::var(database::testing::POSTGRES_URL_VARIABLE).unwrap();
    let name = server.database_url.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
    let mut admin = PgConnection::establish(&admin_url).unwrap();
    admin
        .batch_execute(&format!(
            "ALTER DATABASE {name} ALLOW_CONNECTIONS false;
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}';"
        ))
        .unwrap();
    let (lives, ready, says) = health(&server.wire).await;
    assert_eq!((lives, ready), (200, 503));
    assert!(says.starts_with("the database does not answer"), "{says}");
    admin.batch_execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).unwrap();
    // The pool tries again by itself, at growing intervals.
    while health(&server.wire).await.1 != 200 {}
    server.stop().await;
}

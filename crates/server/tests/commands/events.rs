//! Deleting old rows of the report by a command, beside a running server.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::support::Sandbox;

/// Two rows of the year 2025, and one of a time that never comes.
const ROWS: &str = "
    INSERT INTO provisioning_event SELECT id, '01941f29-7c00-7000-8000-000000000001', 1735689600000, 'a', 'Okta', 'user_create',
        'succeeded', 's1', 'ada', NULL, NULL, NULL, 'Created user ada', '[]', 201, NULL, 1, 'r', NULL FROM tenant;
    INSERT INTO provisioning_event SELECT id, '01941f29-7c00-7000-8000-000000000002', 1735689600000, 'a', 'Okta', 'user_create',
        'succeeded', 's2', 'bob', NULL, NULL, NULL, 'Created user bob', '[]', 201, NULL, 1, 'r', NULL FROM tenant;
    INSERT INTO provisioning_event SELECT id, 'fffffff0-0000-7000-8000-000000000003', 1735689600000, 'a', 'Okta', 'user_create',
        'succeeded', 's2', 'bob', NULL, NULL, NULL, 'Created user bob', '[]', 201, NULL, 1, 'r', NULL FROM tenant;
    INSERT INTO event_identifier SELECT id, 'ada', 's1' FROM tenant;
    INSERT INTO event_identifier SELECT id, 'bob', 's2' FROM tenant;";

#[test]
fn old_rows_are_counted_and_then_deleted() {
    let sandbox = Sandbox::new();
    let server = sandbox.serve(&[]);
    sandbox.run(&["tenant", "add", "acme", "--name", "Acme"]).output();
    let mut tables = SqliteConnection::establish(sandbox.path("data/rollcall.db").to_str().unwrap()).unwrap();
    tables.batch_execute(ROWS).unwrap();
    let mut count = || -> i64 {
        diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>("(SELECT COUNT(*) FROM provisioning_event)"))
            .get_result(&mut tables)
            .unwrap()
    };
    let told = sandbox.run(&["events", "prune", "--older-than", "30", "--dry-run"]).output();
    assert!(told.starts_with("2 rows are older than 30 days"), "{told}");
    assert_eq!(count(), 3);
    let told = sandbox.run(&["events", "prune", "--older-than", "30"]).output();
    assert!(told.starts_with("Deleted 2 rows older than 30 days, and 1 identifiers"), "{told}");
    assert_eq!(count(), 1);
    assert!(sandbox.run(&["events", "prune", "--older-than", "30"]).output().starts_with("Deleted 0 rows"));
    assert_eq!(server.get("/healthz", &[]).0, 200);
}

//! Backup of a running server, and the way back.

use std::fs;

use database::testing::Scratch;

use crate::support::Sandbox;

/// A tenant with an application, so that there is a credential that the secret key belongs to.
fn filled() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run(&["tenant", "add", "acme", "--name", "Acme"]).output();
    sandbox.run(&["application", "add", "--tenant", "acme", "--name", "Okta"]).output();
    sandbox
}

#[test]
fn a_running_server_is_backed_up_and_a_stopped_one_restored() {
    let sandbox = filled();
    let server = sandbox.serve(&[]);
    let told = sandbox.run(&["backup", "monday.db"]).output();
    assert!(told.contains("monday.db") && told.contains("secret.key"), "{told}");
    let refused = sandbox.run(&["backup", "monday.db"]).complaint();
    assert!(refused.contains("--force"), "{refused}");
    sandbox.run(&["backup", "monday.db", "--force"]).output();

    sandbox.run(&["tenant", "add", "late", "--name", "Late"]).output();
    let refused = sandbox.run(&["restore", "monday.db"]).complaint();
    assert!(refused.contains("stop every server"), "{refused}");
    assert_eq!(server.get("/healthz", &[]).0, 200);
    assert_eq!(server.terminate().0, Some(0));

    let told = sandbox.run(&["restore", "monday.db"]).output();
    assert!(told.contains("before-restore"), "{told}");
    // The tenant that came after the backup is gone, and its name free.
    sandbox.run(&["tenant", "add", "late", "--name", "Late"]).output();
    assert_eq!(sandbox.serve(&[]).get("/healthz", &[]).0, 200);
    let doctor = sandbox.run(&["doctor"]).output();
    assert!(!doctor.contains("FAILED"), "{doctor}");
}

#[test]
fn a_backup_is_restored_with_its_own_key_only() {
    let sandbox = filled();
    sandbox.run(&["backup", "monday.db"]).output();
    let elsewhere =
        |arguments: &[&'static str]| [&["restore", "monday.db", "--data-dir", "elsewhere"], arguments].concat();
    let refused = sandbox.run(&elsewhere(&[])).complaint();
    assert!(refused.contains("needs the secret key") && refused.contains("elsewhere/secret.key"), "{refused}");

    sandbox.run(&["tenant", "add", "other", "--name", "Other", "--data-dir", "other"]).output();
    let refused = sandbox.run(&elsewhere(&["--secret-key-file", "other/secret.key"])).complaint();
    assert!(refused.contains("is not the one that the credentials in this backup"), "{refused}");
    assert!(!sandbox.path("elsewhere/rollcall.db").exists());
    let left: Vec<_> =
        fs::read_dir(sandbox.path("elsewhere")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| name == "rollcall.db.lock"), "{left:?}");

    sandbox.run(&elsewhere(&["--secret-key-file", "data/secret.key"])).output();
    let doctor = ["doctor", "--data-dir", "elsewhere", "--secret-key-file", "data/secret.key"];
    assert!(!sandbox.run(&doctor).output().contains("FAILED"));
}

#[test]
fn an_installation_moves_to_postgresql_and_back() {
    let sandbox = filled();
    let scratch = Scratch::postgres();
    let on_postgres = |arguments: &[&'static str]| [arguments, &["--database-url", scratch.url()]].concat();
    let server = sandbox.serve(&[]);
    let told = sandbox.run(&["export", "all.gz"]).output();
    assert!(told.contains(" rows of ") && told.contains("secret.key"), "{told}");
    drop(server);

    let told = sandbox.run(&on_postgres(&["import", "all.gz"])).output();
    assert!(told.contains(" rows of "), "{told}");
    let server = sandbox.serve(&on_postgres(&[]));
    assert_eq!(server.get("/healthz", &[]).0, 200);
    let refused = sandbox.run(&on_postgres(&["import", "all.gz"])).complaint();
    assert!(refused.contains("is not empty"), "{refused}");
    sandbox.run(&on_postgres(&["application", "add", "--tenant", "acme", "--name", "Entra"])).output();

    // What backup writes on PostgreSQL is the same kind of file.
    sandbox.run(&on_postgres(&["backup", "later.gz"])).output();
    let refused = sandbox.run(&["restore", "later.gz"]).complaint();
    assert!(refused.contains("rollcall import"), "{refused}");
    let back = ["import", "later.gz", "--data-dir", "back"];
    let refused = sandbox.run(&back).complaint();
    assert!(refused.contains("all rows are imported, but the secret key"), "{refused}");
    let again = Scratch::postgres();
    sandbox.run(&["restore", "later.gz", "--database-url", again.url()]).output();
    let taken = ["application", "add", "--tenant", "acme", "--name", "Entra", "--database-url", again.url()];
    assert!(sandbox.run(&taken).complaint().contains("name"), "it came along");
}

#[test]
fn there_is_no_backup_of_an_installation_that_is_not_there() {
    let sandbox = Sandbox::new();
    let refused = sandbox.run(&["backup", "monday.db"]).complaint();
    assert!(refused.contains("there is no database at"), "{refused}");
    assert!(!sandbox.path("data").exists() && !sandbox.path("monday.db").exists());
}

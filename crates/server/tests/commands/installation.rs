//! First start, second start, settings, migrations, doctor.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use diesel::prelude::*;

use crate::support::{Sandbox, finish, mode, request};

#[test]
fn the_first_start_makes_everything_and_prints_one_line() {
    let sandbox = Sandbox::new();
    let server = sandbox.serve(&[]);
    assert_eq!(server.printed.len(), 1, "{:?}", server.printed);
    let (address, token) = server.url().split_once("/setup?token=").unwrap();
    assert!(token.len() >= 43 && token.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{token}");
    assert!(address.starts_with("http://127.0.0.1:"), "{address}");
    assert_eq!(mode(&sandbox.path("data")), 0o700);
    assert_eq!(mode(&sandbox.path("data/secret.key")), 0o600);
    assert!(sandbox.path("data/rollcall.db").is_file());

    let (status, answer) = server.get("/healthz", &[]);
    assert_eq!(status, 200, "{answer}");
    assert!(answer.to_ascii_lowercase().contains("x-request-id: "), "{answer}");
    assert!(answer.to_ascii_lowercase().contains("x-content-type-options: nosniff"), "{answer}");
    assert_eq!(server.get(&format!("/setup?token={token}"), &[]).0, 200);

    let (code, rest) = server.terminate();
    assert_eq!((code, rest.as_str()), (Some(0), ""), "stopping is no failure and prints nothing");
}

#[test]
fn each_start_has_a_token_of_its_own_until_somebody_can_sign_in() {
    let sandbox = Sandbox::new();
    let first = sandbox.serve(&[]).url().to_owned();
    let key = fs::read(sandbox.path("data/secret.key")).unwrap();
    let second = sandbox.serve(&[]);
    assert_ne!(first.split_once('=').unwrap().1, second.url().split_once('=').unwrap().1);
    assert_eq!(fs::read(sandbox.path("data/secret.key")).unwrap(), key);
    drop(second);

    sandbox.run(&["tenant", "add", "acme", "--name", "Acme"]).output();
    let add = ["administrator", "add", "--tenant", "acme", "--email", "a@b.c", "--role", "owner", "--password-stdin"];
    sandbox.run_with_input(&add, "correct horse\n").output();
    let third = sandbox.serve(&[]);
    assert!(third.url().ends_with('/') && !third.url().contains("setup"), "{}", third.url());
}

#[test]
fn scim_clients_get_scim_errors_even_where_nothing_is() {
    let sandbox = Sandbox::new();
    let server = sandbox.serve(&[]);
    for path in ["/t/acme/scim/aaaaaaaaaaaa", "/t/acme/scim/aaaaaaaaaaaa/v2/Users", "/t/acme/scim/"] {
        let (status, answer) = server.get(path, &[]);
        assert!(status == 404 || status == 401, "{path}: {answer}");
        assert!(answer.contains("content-type: application/scim+json"), "{path}: {answer}");
        assert!(answer.contains("urn:ietf:params:scim:api:messages:2.0:Error"), "{path}: {answer}");
    }
}

#[test]
fn flags_come_before_variables_before_the_file() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("a.toml"), "data_dir = \"from-file\"\npublic_url = \"https://file.example\"\n").unwrap();
    let add = |name: &str, variables: &[(&str, &str)], flags: &[&str]| {
        let tenant = ["tenant", "add", name, "--name", name];
        let mut command = sandbox.command(&[&tenant, flags].concat());
        command.envs(variables.iter().copied()).env("ROLLCALL_CONFIG", "a.toml");
        finish(command.spawn().unwrap(), "").output();
    };
    add("a", &[], &[]);
    assert!(sandbox.path("from-file/rollcall.db").exists());
    add("a", &[("ROLLCALL_DATA_DIR", "from-variable")], &[]);
    assert!(sandbox.path("from-variable/rollcall.db").exists());
    add("a", &[("ROLLCALL_DATA_DIR", "from-variable")], &["--data-dir", "from-flag"]);
    assert!(sandbox.path("from-flag/rollcall.db").exists());
    assert!(!sandbox.path("data").exists());
    let new = ["application", "add", "--tenant", "a", "--name", "Okta", "--json", "--config", "a.toml"];
    let made = sandbox.run(&new).json();
    assert!(made["base_url"].as_str().unwrap().starts_with("https://file.example/t/a/scim/"), "{made}");
}

#[test]
fn a_key_of_the_file_that_nobody_knows_is_named() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("a.toml"), "\nlistn = \"127.0.0.1:1\"\n").unwrap();
    let complaint = sandbox.run(&["--config", "a.toml"]).complaint();
    assert!(complaint.contains("a.toml") && complaint.contains("listn") && complaint.contains("line 2"), "{complaint}");
    let complaint = sandbox.run(&["migrate", "--config", "b.toml"]).complaint();
    assert!(complaint.contains("b.toml"), "{complaint}");
    assert!(!sandbox.path("data").exists());
}

#[test]
fn a_port_in_use_is_named() {
    let sandbox = Sandbox::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for command in ["serve", "demo"] {
        let complaint = sandbox.run(&[command, "--listen", &address]).complaint();
        assert!(complaint.contains(&address) && complaint.contains("--listen"), "{complaint}");
    }
    assert!(!sandbox.path("demo-data").exists());
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let sandbox = Sandbox::new();
    let output = sandbox.run(&["migrate"]).output();
    assert!(output.contains("Brought the database"), "{output}");
    assert!(sandbox.run(&["migrate"]).output().contains("is up to date"));
    let path = sandbox.path("data/rollcall.db");
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    diesel::sql_query(
        "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('29990101000000', '2999-01-01')",
    )
    .execute(&mut connection)
    .unwrap();
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["migrate"], &["tenant", "add", "a", "--name", "A"]] {
        let complaint = sandbox.run(command).complaint();
        assert!(complaint.contains("newer version") && complaint.contains("29990101000000"), "{complaint}");
    }
    let doctor = sandbox.run(&["doctor"]);
    assert_eq!(doctor.status.code(), Some(1));
    assert!(doctor.stdout.contains("newer version"), "{}", doctor.stdout);
}

#[test]
fn the_doctor_changes_nothing_and_says_what_to_do() {
    let sandbox = Sandbox::new();
    let healthy = sandbox.run(&["doctor"]).output();
    assert!(healthy.lines().all(|line| line.starts_with("ok") || line.starts_with("advice")), "{healthy}");
    assert!(!sandbox.path("data").exists(), "{healthy}");

    sandbox.run(&["tenant", "add", "acme", "--name", "Acme"]).output();
    let healthy = sandbox.run(&["doctor", "--public-url", "https://rollcall.example"]).output();
    assert!(healthy.lines().all(|line| line.starts_with("ok")), "{healthy}");

    let deep = sandbox.run(&["doctor", "--deep"]).output();
    assert!(deep.contains("acme: 0 resources, 0 people and 0 rows of the report agree"), "{deep}");

    fs::set_permissions(sandbox.path("data/secret.key"), fs::Permissions::from_mode(0o644)).unwrap();
    let ill = sandbox.run(&["doctor", "--public-url", "https://roll_call.example"]);
    assert_eq!(ill.status.code(), Some(1));
    assert!(ill.stdout.contains("chmod 600"), "{}", ill.stdout);
    assert!(ill.stdout.contains("underscore"), "{}", ill.stdout);
    assert!(sandbox.run(&["tenant", "add", "b", "--name", "B"]).complaint().contains("chmod 600"));

    let wrong = sandbox.run(&["doctor", "--public-url", "rollcall.example"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(wrong.stdout.contains("https://"), "{}", wrong.stdout);
}

#[test]
fn the_doctor_looks_into_the_data_when_asked_to() {
    let sandbox = Sandbox::new();
    let server = sandbox.serve(&[]);
    sandbox.run(&["tenant", "add", "acme", "--name", "Acme"]).output();
    let made = sandbox.run(&["application", "add", "--tenant", "acme", "--name", "Okta", "--json"]).json();
    let users = format!("POST /t/acme/scim/{}/v2/Users", made["application"].as_str().unwrap());
    let authorization = format!("Bearer {}", made["bearer_token"].as_str().unwrap());
    let headers = [("Authorization", authorization.as_str()), ("Content-Type", "application/scim+json")];
    let user = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@corp.test"}"#;
    assert_eq!(request(server.authority(), &users, &headers, user).unwrap().0, 201);
    let whole = sandbox.run(&["doctor", "--deep"]).output();
    assert!(whole.contains("acme: 1 resources, 1 people and 1 rows of the report agree with each other"), "{whole}");

    let mut connection = SqliteConnection::establish(sandbox.path("data/rollcall.db").to_str().unwrap()).unwrap();
    diesel::sql_query("UPDATE resource_count SET total = 7").execute(&mut connection).unwrap();
    let told = sandbox.run(&["doctor", "--deep"]);
    assert_eq!(told.status.code(), Some(1));
    assert!(told.stdout.contains("FAILED  data         acme: Okta: the counter of User says 7"), "{}", told.stdout);
    assert!(sandbox.run(&["doctor"]).status.success(), "only --deep looks there");
}

#[test]
fn a_key_that_is_not_the_databases_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.run(&["tenant", "add", "acme", "--name", "Acme"]).output();
    sandbox.run(&["application", "add", "--tenant", "acme", "--name", "Okta"]).output();
    fs::remove_file(sandbox.path("data/secret.key")).unwrap();
    let refused = sandbox.run(&["application", "add", "--tenant", "acme", "--name", "Entra"]).complaint();
    assert!(refused.contains("is not the one that this database's credentials were encrypted with"), "{refused}");
    let told = sandbox.run(&["doctor"]);
    assert_eq!(told.status.code(), Some(1));
    assert!(told.stdout.contains("FAILED  secret key"), "{}", told.stdout);
}

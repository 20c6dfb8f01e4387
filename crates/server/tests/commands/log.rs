//! The log's line about a request: its fields, and what must never be in it.

use serde_json::Value;

use crate::support::{RunningServer, Sandbox};

#[test]
fn one_line_per_request_with_known_fields_and_no_secrets() {
    let sandbox = Sandbox::new();
    let server = sandbox.serve(&["--log-format", "json", "--log", "trace"]);
    sandbox.run(&["tenant", "add", "acme", "--name", "Acme"]).output();
    let made = sandbox.run(&["application", "add", "--tenant", "acme", "--name", "Okta", "--json"]).json();
    let (id, token) = (made["application"].as_str().unwrap(), made["bearer_token"].as_str().unwrap());
    let authorization = format!("Bearer {token}");
    let path = format!("/t/acme/scim/{id}/v2/Users?filter=userName%20eq%20%22ada@example.com%22");
    let (status, answer) = server.get(&path, &[("Authorization", &authorization), ("X-Request-Id", "mine")]);
    assert_eq!(status, 200, "{answer}");
    let setup_token = server.url().split_once('=').unwrap().1.to_owned();
    server.get(&format!("/setup?token={setup_token}"), &[]);
    server.terminate();

    let log = std::fs::read_to_string(sandbox.path("log")).unwrap();
    for secret in [token, &setup_token, "ada@example.com", "filter="] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let requests: Vec<&Value> = lines.iter().filter(|line| line["target"] == "rollcall::request").collect();
    assert_eq!(requests.len(), 2, "{log}");
    let line = requests[0];
    assert_eq!((&line["http.method"], &line["http.status"]), (&"GET".into(), &200.into()));
    assert_eq!(line["http.route"], "/t/{tenant}/scim/{application}/v2{below:(/.*)?}");
    assert_eq!((&line["tenant.slug"], &line["application.id"]), (&"acme".into(), &id.into()));
    assert!(line["duration_us"].is_u64(), "{line}");
    let request_id = line["request.id"].as_str().unwrap();
    assert_ne!(request_id, "mine");
    assert!(answer.contains(&format!("x-request-id: {request_id}")), "{answer}");
    assert!(requests[1].get("tenant.slug").is_none(), "{}", requests[1]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_cannot_be_written_stops_nothing() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(&["serve", "--listen", "127.0.0.1:0", "--log", "debug"]);
    // As on a full disk: each write to it fails.
    command.stderr(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    let server = RunningServer::start(command, "Rollcall is ready: open ");
    for _ in 0..3 {
        let (status, answer) = server.get("/healthz", &[]);
        assert_eq!(status, 200, "{answer}");
    }
}

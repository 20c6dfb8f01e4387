//! Where the built program shows its metrics, and where it does not.

use crate::support::{Sandbox, request};

#[test]
fn they_are_nowhere_unless_asked_for() {
    let sandbox = Sandbox::new();
    let server = sandbox.serve(&[]);
    let (status, answer) = server.get("/metrics", &[]);
    assert_eq!(status, 404);
    assert!(!answer.contains("rollcall_"), "{answer}");
}

#[test]
fn a_listener_of_their_own_answers_nothing_else() {
    let sandbox = Sandbox::new();
    let server = sandbox.serve(&["--metrics-listen", "127.0.0.1:0", "--log-format", "json"]);
    let log = std::fs::read_to_string(sandbox.path("log")).unwrap();
    let line = log.lines().find(|line| line.contains("listening for /metrics")).unwrap();
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    let authority = line["address"].as_str().unwrap();
    for (path, status) in [("/metrics", 200), ("/healthz", 200), ("/readyz", 200), ("/", 404), ("/setup", 404)] {
        let (answered, answer) = request(authority, &format!("GET {path}"), &[], "").unwrap();
        assert_eq!(answered, status, "{path}: {answer}");
        assert_eq!(answer.contains("rollcall_build_info{"), path == "/metrics", "{answer}");
    }
    assert_eq!(server.get("/metrics", &[]).0, 404, "not where clients are");
    assert_eq!(server.terminate(), (Some(0), String::new()));
}

#[test]
fn other_machines_need_a_token() {
    let sandbox = Sandbox::new();
    let complaint = sandbox.run(&["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "0.0.0.0:0"]).complaint();
    assert!(complaint.contains("metrics_token_file"), "{complaint}");
    std::fs::write(sandbox.path("token"), "short").unwrap();
    let complaint = sandbox.run(&["serve", "--listen", "127.0.0.1:0", "--metrics-token-file", "token"]).complaint();
    assert!(complaint.contains("at least 20 characters") && !complaint.contains("short"), "{complaint}");
}

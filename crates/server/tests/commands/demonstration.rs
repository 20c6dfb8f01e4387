//! `rollcall demo`.

use crate::support::{RunningServer, Sandbox};

#[test]
fn the_demonstration_plays_a_day_and_stays() {
    let sandbox = Sandbox::new();
    let demo = sandbox.logging(&["demo", "--listen", "127.0.0.1:0"]);
    let server = RunningServer::start(demo, "Press Ctrl-C");
    let printed = server.printed.join("\n");
    assert!(printed.contains("200 users created") && printed.contains("60 users created"), "{printed}");
    assert!(!printed.contains("not on purpose"), "{printed}");
    assert!(printed.contains("Sign in as demo@northwind.example with the password "), "{printed}");
    let report = format!("{}t/northwind/reports/provisioning", server.url());
    assert!(printed.contains(&report), "{printed}");
    assert_eq!(server.get("/healthz", &[]).0, 200);

    let beside = sandbox.run(&["demo", "--listen", "127.0.0.1:0"]).complaint();
    assert!(beside.contains("another demonstration is running"), "{beside}");
    assert_eq!(server.get("/healthz", &[]).0, 200, "the running one is left alone");

    let (code, _) = server.terminate();
    assert_eq!(code, Some(0));
}

//! A server that is asked to stop: what it still does, and what it leaves behind.

use std::io::{Read, Write};
use std::net::TcpStream;

use database::testing::Scratch;
use diesel::prelude::*;

use crate::support::{RunningServer, Sandbox, request};

const USER: &str = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com"}"#;

/// A server on the database, with an application.
struct Stage {
    sandbox: Sandbox,
    server: RunningServer,
    users: String,
    authorization: String,
}

impl Stage {
    fn set(scratch: &Scratch, settings: &[&str]) -> Stage {
        let sandbox = Sandbox::new();
        let server = sandbox.serve(&[settings, &["--database-url", scratch.url()]].concat());
        let run = |arguments: &[&str]| sandbox.run(&[arguments, &["--database-url", scratch.url()]].concat());
        run(&["tenant", "add", "acme", "--name", "Acme"]).output();
        let made = run(&["application", "add", "--tenant", "acme", "--name", "Okta", "--json"]).json();
        let users = format!("/t/acme/scim/{}/v2/Users", made["application"].as_str().unwrap());
        let authorization = format!("Bearer {}", made["bearer_token"].as_str().unwrap());
        Stage { sandbox, server, users, authorization }
    }

    /// Sends the head of a POST and a part of its body, and waits until the server has it in its hands.
    fn begin_a_create(&self) -> TcpStream {
        let mut stream = TcpStream::connect(self.server.authority()).unwrap();
        let (users, length) = (&self.users, USER.len());
        write!(
            stream,
            "POST {users} HTTP/1.1\r\nHost: x\r\nAuthorization: {}\r\nContent-Type: application/scim+json\r\n\
             Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n",
            self.authorization
        )
        .unwrap();
        // Said when the body is first asked for.
        let mut go_on = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
        stream.read_exact(&mut go_on).unwrap();
        stream.write_all(&USER.as_bytes()[..10]).unwrap();
        stream
    }

    fn wait_until_nothing_is_accepted(&self) {
        while TcpStream::connect(self.server.authority()).is_ok() {
            std::thread::yield_now();
        }
    }
}

/// How many rows a table holds, seen by another program.
fn rows(scratch: &Scratch, table: &str) -> i64 {
    let query = diesel::sql_query(format!("SELECT count(*) AS number FROM {table}"));
    let url = scratch.url();
    let found: QueryResult<Count> = match url.strip_prefix("sqlite:") {
        Some(path) => query.get_result(&mut SqliteConnection::establish(path).unwrap()),
        None => query.get_result(&mut PgConnection::establish(url).unwrap()),
    };
    found.unwrap().number
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

#[test]
fn requests_under_way_are_finished() {
    for (database, scratch) in Scratch::both() {
        let stage = Stage::set(&scratch, &[]);
        let mut creating = stage.begin_a_create();
        stage.server.ask_to_stop();
        stage.wait_until_nothing_is_accepted();
        creating.write_all(&USER.as_bytes()[10..]).unwrap();
        let mut answer = String::new();
        creating.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 201 "), "{database}: {answer}");
        let Stage { sandbox, server, .. } = stage;
        assert_eq!(server.wait(), (Some(0), String::new()), "{database}");
        let log = std::fs::read_to_string(sandbox.path("log")).unwrap();
        assert!(!log.contains(" ERROR ") && !log.contains(" WARN "), "{database}: {log}");
    }
}

#[test]
fn a_request_that_never_ends_does_not_keep_the_server() {
    let scratch = Scratch::sqlite();
    let stage = Stage::set(&scratch, &["--stop-timeout-s", "1"]);
    let _never_ends = stage.begin_a_create();
    let Stage { server, .. } = stage;
    assert_eq!(server.terminate(), (Some(0), String::new()));
}

#[test]
fn rows_that_wait_in_memory_are_written() {
    for (database, scratch) in Scratch::both() {
        let stage = Stage::set(&scratch, &[]);
        let before = rows(&scratch, "provisioning_event");
        for number in 0..7 {
            let path = format!("{}?filter=userName%20eq%20%22user-{number}%22", stage.users);
            assert_eq!(stage.server.get(&path, &[("Authorization", &stage.authorization)]).0, 200);
        }
        let Stage { server, .. } = stage;
        assert_eq!(server.terminate(), (Some(0), String::new()), "{database}");
        assert_eq!(rows(&scratch, "provisioning_event"), before + 7, "{database}");
    }
}

#[test]
fn load_balancers_have_time_to_look_elsewhere() {
    let scratch = Scratch::sqlite();
    let stage = Stage::set(&scratch, &["--drain-s", "3600"]);
    assert_eq!(stage.server.get("/readyz", &[]).0, 200);
    stage.server.ask_to_stop();
    while stage.server.get("/readyz", &[]).0 == 200 {}
    assert_eq!(stage.server.get("/healthz", &[]).0, 200);
    let headers = [("Authorization", stage.authorization.as_str()), ("Content-Type", "application/scim+json")];
    let (status, answer) = request(stage.server.authority(), &format!("POST {}", stage.users), &headers, USER).unwrap();
    assert_eq!(status, 201, "{answer}");
    // Whoever is in a hurry asks again.
    let Stage { server, .. } = stage;
    assert_eq!(server.terminate(), (Some(0), String::new()));
}

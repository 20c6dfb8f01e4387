//! A server that is killed in the middle of its work.

use std::sync::mpsc;

use database::testing::Scratch;

use crate::support::{Sandbox, request};

const CLIENTS: usize = 6;
/// So many answers come in before the server is killed.
const ACKNOWLEDGED: usize = 60;

#[test]
fn every_acknowledged_write_survives_a_kill_on_sqlite() {
    every_acknowledged_write_survives_a_kill(&Scratch::sqlite());
}

#[test]
fn every_acknowledged_write_survives_a_kill_on_postgresql() {
    every_acknowledged_write_survives_a_kill(&Scratch::postgres());
}

fn every_acknowledged_write_survives_a_kill(scratch: &Scratch) {
    let sandbox = Sandbox::new();
    let on = |arguments: &[&'static str]| [arguments, &["--database-url", scratch.url()]].concat();
    let server = sandbox.serve(&on(&[]));
    sandbox.run(&on(&["tenant", "add", "acme", "--name", "Acme"])).output();
    let made = sandbox.run(&on(&["application", "add", "--tenant", "acme", "--name", "Okta", "--json"])).json();
    let users = format!("/t/acme/scim/{}/v2/Users", made["application"].as_str().unwrap());
    let authorization = format!("Bearer {}", made["bearer_token"].as_str().unwrap());
    let headers = [("Authorization", authorization.as_str()), ("Content-Type", "application/scim+json")];

    let (acknowledge, acknowledged) = mpsc::channel();
    let mut kept = Vec::new();
    std::thread::scope(|scope| {
        let authority = server.authority().to_owned();
        for client in 0..CLIENTS {
            let (acknowledge, authority, line) = (acknowledge.clone(), authority.clone(), format!("POST {users}"));
            scope.spawn(move || {
                for number in 0.. {
                    let name = format!("user-{client}-{number}@example.com");
                    let body = format!(
                        r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"{name}","active":true,
                            "name":{{"givenName":"A","familyName":"B"}},"emails":[{{"value":"{name}","type":"work"}}],
                            "displayName":"A B"}}"#
                    );
                    match request(&authority, &line, &headers, &body) {
                        Ok((status, answer)) => {
                            assert_eq!(status, 201, "{answer}");
                            acknowledge.send(name).unwrap();
                        }
                        // The server is gone.
                        Err(_) => return,
                    }
                }
            });
        }
        drop(acknowledge);
        kept.extend(acknowledged.iter().take(ACKNOWLEDGED));
        server.kill();
        kept.extend(acknowledged.iter());
    });
    assert!(kept.len() >= ACKNOWLEDGED, "{}", kept.len());

    let server = sandbox.serve(&on(&[]));
    for name in &kept {
        let (status, answer) = server.get(&format!("{users}?filter=userName%20eq%20%22{name}%22"), &headers);
        assert_eq!(status, 200, "{answer}");
        assert!(answer.contains(r#""totalResults":1"#), "{name}: {answer}");
    }
    // Nothing is half-written: the total that is kept beside the users is how many there are, and nobody is there without
    // having been asked for.
    let (_, kept_total) = server.get(&format!("{users}?count=0"), &headers);
    let (_, counted_total) = server.get(&format!("{users}?filter=userName%20pr&count=0"), &headers);
    let total = |answer: &str| -> usize {
        let (_, rest) = answer.split_once("\"totalResults\":").unwrap();
        rest[..rest.find(',').unwrap()].parse().unwrap()
    };
    assert_eq!(total(&kept_total), total(&counted_total));
    assert!((kept.len()..=kept.len() + CLIENTS).contains(&total(&kept_total)), "{kept_total} {}", kept.len());
    // Its verdict on the whole is not asked for: a throw-away PostgreSQL is set up to lose data in a power failure.
    assert!(sandbox.run(&on(&["doctor"])).stdout.contains("up to date"));
}

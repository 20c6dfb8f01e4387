//! A server that is killed in the middle of its work.

use std::sync::mpsc;

use crate::support::{Sandbox, request};

const CLIENTS: usize = 6;
/// So many answers come in before the server is killed.
const ACKNOWLEDGED: usize = 60;

#[test]
fn every_acknowledged_write_survives_a_kill() {
    let sandbox = Sandbox::new();
    let server = sandbox.serve(&[]);
    sandbox.run(&["tenant", "add", "acme", "--name", "Acme"]).output();
    let made = sandbox.run(&["application", "add", "--tenant", "acme", "--name", "Okta", "--json"]).json();
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

    let server = sandbox.serve(&[]);
    for name in kept {
        let (status, answer) = server.get(&format!("{users}?filter=userName%20eq%20%22{name}%22"), &headers);
        assert_eq!(status, 200, "{answer}");
        assert!(answer.contains(r#""totalResults":1"#), "{name}: {answer}");
    }
    assert!(sandbox.run(&["doctor"]).output().contains("up to date"));
}

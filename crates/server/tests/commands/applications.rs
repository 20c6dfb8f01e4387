//! `rollcall application …` and `rollcall tenant …`.

use database::testing::Scratch;
use serde_json::Value;

use crate::support::{Sandbox, finish, request};

fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    object[key].as_str().unwrap()
}

#[test]
fn the_json_form_holds() {
    let sandbox = Sandbox::new();
    let tenant = sandbox.run(&["tenant", "add", "acme", "--name", "Acme", "--json"]).json();
    assert_eq!(keys(&tenant), ["id", "slug", "name"]);

    let add = ["application", "add", "--tenant", "acme", "--json"];
    let bearer = sandbox.run(&[&add[..], &["--name", "Okta", "--kind", "scim-client"]].concat()).json();
    assert_eq!(keys(&bearer), ["tenant", "application", "name", "base_url", "bearer_token"]);
    let application = text(&bearer, "application");
    assert_eq!((text(&bearer, "tenant"), text(&bearer, "name")), ("acme", "Okta"));
    assert_eq!(text(&bearer, "base_url"), format!("http://127.0.0.1:8080/t/acme/scim/{application}/v2"));
    let token = text(&bearer, "bearer_token");
    assert!(token.starts_with("rct") && token.len() == 52, "{token}");
    assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{token}");

    let basic = sandbox.run(&[&add[..], &["--name", "Basic", "--auth", "basic"]].concat()).json();
    assert_eq!(keys(&basic), ["tenant", "application", "name", "base_url", "basic_username", "basic_password"]);

    let in_words = sandbox.run(&["application", "add", "--tenant", "acme", "--name", "Words"]).output();
    assert!(in_words.contains("SCIM base URL:") && in_words.contains("Bearer token:"), "{in_words}");
}

#[test]
fn commands_work_beside_a_running_server() {
    let sandbox = Sandbox::new();
    let server = sandbox.serve(&[]);
    sandbox.run(&["tenant", "add", "acme", "--name", "Acme"]).output();
    let add = ["application", "add", "--tenant", "acme", "--name", "Okta", "--json"];
    let made = sandbox.run(&add).json();
    let id = text(&made, "application");
    let authorization = format!("Bearer {}", text(&made, "bearer_token"));
    let listing = format!("/t/acme/scim/{id}/v2/Users?startIndex=1&count=100");
    let list = || server.get(&listing, &[("Authorization", &authorization)]);
    let (status, answer) = list();
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains(r#""totalResults":0"#), "{answer}");

    // The server uses the changed settings from its next request on.
    let switch = ["application", "feature", "--tenant", "acme", "--application", id, "import-users=off"];
    assert!(sandbox.run(&switch).output().contains("is off"));
    let (status, answer) = list();
    assert_eq!(status, 403, "{answer}");
    assert!(answer.contains("Import users"), "{answer}");

    let (code, _) = server.terminate();
    assert_eq!(code, Some(0));
}

#[test]
fn features_are_set_when_an_application_is_made() {
    let sandbox = Sandbox::new();
    let server = sandbox.serve(&[]);
    sandbox.run(&["tenant", "add", "acme", "--name", "Acme"]).output();
    let add = ["application", "add", "--tenant", "acme", "--name", "Okta", "--json"];
    let features = ["--feature", "import-users=off", "--feature", "delete-deactivated-users=on"];
    let made = sandbox.run(&[&add[..], &features].concat()).json();
    let authorization = format!("Bearer {}", text(&made, "bearer_token"));
    let listing = format!("/t/acme/scim/{}/v2/Users?startIndex=1&count=100", text(&made, "application"));
    assert_eq!(server.get(&listing, &[("Authorization", &authorization)]).0, 403);
}

#[test]
fn credentials_are_added_for_an_application_and_for_a_user() {
    let sandbox = Sandbox::new();
    let server = sandbox.serve(&[]);
    sandbox.run(&["tenant", "add", "acme", "--name", "Acme"]).output();
    let made = sandbox.run(&["application", "add", "--tenant", "acme", "--name", "Okta", "--json"]).json();
    let base = format!("/t/acme/scim/{}/v2", text(&made, "application"));
    let add = ["application", "credential", "add", "--tenant", "acme", "--application", text(&made, "application")];

    let second = sandbox.run(&[&add[..], &["--name", "Autumn", "--json"]].concat()).json();
    assert_eq!(keys(&second), ["tenant", "application", "name", "base_url", "bearer_token"]);
    assert_eq!((&second["base_url"], &second["name"]), (&made["base_url"], &made["name"]));
    let authorization = format!("Bearer {}", text(&second, "bearer_token"));
    let body = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"Ada"}"#;
    let headers = [("Authorization", authorization.as_str()), ("Content-Type", "application/scim+json")];
    let (status, answer) = request(server.authority(), &format!("POST {base}/Users"), &headers, body).unwrap();
    assert_eq!(status, 201, "{answer}");
    assert_eq!(server.get(&format!("{base}/Me"), &headers).0, 501);

    let own = sandbox.run(&[&add[..], &["--user", "ada", "--json"]].concat()).json();
    assert_eq!(keys(&own), ["tenant", "application", "name", "base_url", "bearer_token", "user"]);
    assert_eq!(text(&own, "user"), "Ada");
    assert!(text(&own, "bearer_token").starts_with("rcu"));
    let authorization = format!("Bearer {}", text(&own, "bearer_token"));
    let headers = [("Authorization", authorization.as_str())];
    let (status, answer) = server.get(&format!("{base}/Me"), &headers);
    assert!(status == 200 && answer.contains(r#""userName":"Ada""#), "{status} {answer}");
    assert_eq!(server.get(&format!("{base}/Users"), &headers).0, 403);

    let basic = sandbox.run(&[&add[..], &["--user", "ada", "--auth", "basic", "--json"]].concat()).json();
    assert_eq!(keys(&basic), ["tenant", "application", "name", "base_url", "basic_username", "basic_password", "user"]);
    let in_words = sandbox.run(&[&add[..], &["--user", "ada", "--name", "Own"]].concat()).output();
    let lines: Vec<_> = in_words.lines().collect();
    assert_eq!(lines[0], "Made the credential \"Own\" for the user Ada of \"Okta\" in acme.");
    assert!(lines[1].starts_with("SCIM base URL:  ") && lines[2].starts_with("Bearer token:   rcu"), "{in_words}");
}

#[test]
fn refusals_are_one_line() {
    let sandbox = Sandbox::new();
    let nobody = sandbox.run(&["application", "add", "--tenant", "acme", "--name", "Okta"]).complaint();
    assert!(nobody.contains("rollcall tenant add acme"), "{nobody}");
    sandbox.run(&["tenant", "add", "acme", "--name", "Acme"]).output();
    sandbox.run(&["application", "add", "--tenant", "acme", "--name", "Okta"]).output();
    let made = ["application", "add", "--tenant", "acme", "--name", "Another", "--json"];
    let made = sandbox.run(&made).json();
    let of_nobody = ["application", "credential", "add", "--tenant", "acme", "--user", "ada", "--application"];
    let table: [(&[&str], &str); 8] = [
        (&[&of_nobody[..], &[text(&made, "application")]].concat(), "user: The application has no user of this name."),
        (&["application", "credential", "add", "--tenant", "acme", "--application", "x"], "no application"),
        (&["tenant", "add", "acme", "--name", "Again"], "already taken"),
        (&["tenant", "add", "ac_me", "--name", "Acme"], "slug:"),
        (&["tenant", "add", "setup", "--name", "Acme"], "reserved"),
        (&["application", "add", "--tenant", "globex", "--name", "Okta"], "there are: acme"),
        (&["application", "add", "--tenant", "acme", "--name", "OKTA"], "already taken"),
        (&["application", "feature", "--tenant", "acme", "--application", "x", "push-groups=on"], "no application"),
    ];
    for (arguments, expected) in table {
        let complaint = sandbox.run(arguments).complaint();
        assert!(complaint.contains(expected), "{arguments:?}: {complaint}");
    }
}

#[test]
fn many_first_commands_at_once_make_one_installation() {
    let sandbox = Sandbox::new();
    let slugs = ["a", "b", "c", "d", "e", "f"];
    let started = slugs.map(|slug| sandbox.command(&["tenant", "add", slug, "--name", slug]).spawn().unwrap());
    for child in started {
        finish(child, "").output();
    }
    for slug in slugs {
        sandbox.run(&["application", "add", "--tenant", slug, "--name", "Okta"]).output();
    }
}

#[test]
fn many_first_commands_at_once_make_one_installation_on_postgresql() {
    let sandbox = Sandbox::new();
    let scratch = Scratch::postgres();
    let slugs = ["a", "b", "c", "d"];
    let started = slugs.map(|slug| {
        let arguments = ["tenant", "add", slug, "--name", slug, "--database-url", scratch.url()];
        sandbox.command(&arguments).spawn().unwrap()
    });
    for child in started {
        finish(child, "").output();
    }
    let add = ["application", "add", "--tenant", "a", "--name", "Okta", "--json", "--database-url", scratch.url()];
    let made = sandbox.run(&add).json();
    let server = sandbox.serve(&["--database-url", scratch.url()]);
    let authorization = format!("Bearer {}", text(&made, "bearer_token"));
    let listing = format!("/t/a/scim/{}/v2/Users", text(&made, "application"));
    assert_eq!(server.get(&listing, &[("Authorization", &authorization)]).0, 200);
}

//! The requests of Microsoft's Postman collections that say something beyond the validator: names in odd case, unquoted filters, `/users`.

use crate::client::{Checks, Failure, Session, StepResult};
use crate::http::{Exchange, HttpError, Request};
use crate::message::{CORE_GROUP, CORE_USER, LIST_RESPONSE, operation, patch, text};
use serde_json::{Value, json};
use std::sync::Arc;

/// The users that the set makes; the one with a different domain and the one with a different name are there for the filters.
const USERS: [(&str, &str, &str); 5] = [
    ("OMalley", "Employee", "example.com"),
    ("OBrien", "Employee", "example.org"),
    ("OReilly", "Employee", "example.net"),
    ("Smith", "Contractor", "example.com"),
    ("Jones", "Employee", "example.com"),
];

/// Runs the set against an application that holds nobody yet. Where the collections only look at an answer, this holds what it must be.
///
/// Error: an address this client does not call. A request without an answer is a failure of its step.
pub async fn postman_set(base_url: &str, token: &str) -> Result<Vec<StepResult>, HttpError> {
    let headers = vec![("Authorization", format!("Bearer {token}"))];
    let session = Session::new(base_url, headers, "application/scim+json")?;
    let mut set = Set { session, results: Vec::new(), ids: Vec::new() };
    set.discovery().await;
    set.create().await;
    set.lists().await;
    set.refusals().await;
    set.groups().await;
    Ok(set.results)
}

struct Set {
    session: Session,
    results: Vec<StepResult>,
    /// Of the users made, in order.
    ids: Vec<String>,
}

impl Set {
    fn step(&self, name: &'static str) -> Checks {
        Checks::new(u8::try_from(self.results.len() + 1).unwrap_or(u8::MAX), name)
    }

    fn end(&mut self, checks: Checks) {
        self.results.push(checks.done());
    }

    async fn send(&mut self, method: &str, target: &str, sent: Option<&Value>) -> Result<Arc<Exchange>, Failure> {
        self.session.call(method, target, sent).await
    }

    async fn discovery(&mut self) {
        for (name, target, pointer, expected) in [
            ("ServiceProviderConfig: PATCH is supported", "/ServiceProviderConfig", "/patch/supported", json!(true)),
            ("ResourceTypes: the first endpoint is /Users", "/ResourceTypes", "/Resources/0/endpoint", json!("/Users")),
        ] {
            let mut checks = self.step(name);
            let answer = self.send("GET", target, None).await;
            let body = checks.answer(&answer, 200);
            checks.equals(&body, pointer, expected);
            self.end(checks);
        }
        let mut checks = self.step("Schemas: there is a User Account");
        let answer = self.send("GET", "/Schemas", None).await;
        let body = checks.answer(&answer, 200);
        checks.that(body.to_string().contains("User Account"), || "no schema is a User Account".to_owned());
        self.end(checks);
    }

    /// Names in odd case, `active` as text.
    async fn create(&mut self) {
        let mut checks = self.step("Create users with names in odd case");
        for (name, family, domain) in USERS {
            let email = format!("{}@{domain}", name.to_lowercase());
            let sent = json!({
                "schemas": [CORE_USER], "UserName": name, "Active": "True", "DisplayName": format!("Bob {name}"),
                "Name": {"FamilyName": family, "GivenName": "Bob"},
                "Emails": [{"Primary": true, "Type": "work", "Value": email}], "meta": {"resourceType": "User"},
            });
            let answer = self.send("POST", "/Users", Some(&sent)).await;
            let body = checks.answer(&answer, 201);
            for (pointer, expected) in [
                ("/userName", json!(name)),
                ("/active", json!(true)),
                ("/name/familyName", json!(family)),
                ("/emails/0/value", json!(email)),
                ("/emails/0/primary", json!(true)),
            ] {
                checks.equals(&body, pointer, expected);
            }
            self.ids.push(text(&body, "/id"));
        }
        self.end(checks);
    }

    async fn lists(&mut self) {
        for (name, target, expected) in [
            ("List users at /users", "/users", &["OMalley", "OBrien", "OReilly", "Smith", "Jones"][..]),
            ("Filter by DisplayName", "/Users?filter=DisplayName+eq+%22Bob+OBrien%22", &["OBrien"]),
            (
                "Filter with an unquoted value, or, co",
                "/Users?filter=name.FamilyName+eq+Employee+and+(emails.Value+co+example.com+or+emails.Value+co+example.org)",
                &["OMalley", "OBrien", "Jones"],
            ),
            ("Filter with sw, unquoted", "/Users?filter=userName+sw+O", &["OMalley", "OBrien", "OReilly"]),
            (
                "Filter by meta.Created",
                "/Users?filter=meta.Created+gt+2019-10-05T00:00:00Z+and+userName+eq+Smith",
                &["Smith"],
            ),
        ] {
            let mut checks = self.step(name);
            let answer = self.send("GET", target, None).await;
            let body = checks.answer(&answer, 200);
            checks.schema(&body, LIST_RESPONSE);
            let listed = body.get("Resources").and_then(Value::as_array).cloned().unwrap_or_default();
            let names: Vec<_> = listed.iter().map(|user| text(user, "/userName")).collect();
            checks.that(names == expected, || format!("found {names:?} instead of {expected:?}"));
            self.end(checks);
        }
        let mut checks = self.step("A page of two");
        let answer = self.send("GET", "/Users?startIndex=1&count=2", None).await;
        let body = checks.answer(&answer, 200);
        checks.equals(&body, "/totalResults", 5);
        checks.equals(&body, "/itemsPerPage", 2);
        self.end(checks);

        let mut checks = self.step("attributes=userName,emails");
        let target = format!("/Users/{}?attributes=userName,emails", self.id(0));
        let answer = self.send("GET", &target, None).await;
        let body = checks.answer(&answer, 200);
        checks.equals(&body, "/userName", "OMalley");
        checks.equals(&body, "/emails/0/value", "omalley@example.com");
        checks.equals(&body, "/name", Value::Null);
        self.end(checks);
    }

    async fn refusals(&mut self) {
        let target = format!("/Users/{}", self.id(0));
        let nameless = json!({"schemas": [CORE_USER], "displayName": "Nobody"});
        let taken = json!({"schemas": [CORE_USER], "userName": "OMalley"});
        for (name, method, target, sent, status) in [
            ("POST without a userName", "POST", "/Users", nameless.to_string(), 400),
            ("PUT without a userName", "PUT", &target, nameless.to_string(), 400),
            ("Broken JSON", "POST", "/Users", "{\"schemas\": [".to_owned(), 400),
            ("A userName that is taken", "POST", "/Users", taken.to_string(), 409),
        ] {
            let mut checks = self.step(name);
            let request: Request = self.session.request(method, target, None);
            let request = request.header("Content-Type", "application/scim+json").body(sent);
            let answer = self.session.send(request).await;
            let error = checks.answer(&answer, status);
            checks.error(&error);
            self.end(checks);
        }
        let mut checks = self.step("A misspelled attribute in a PUT is ignored");
        let sent = json!({"schemas": [CORE_USER], "userName": "OMalley", "displayNaame": "Misspelled", "title": "T"});
        let answer = self.send("PUT", &target, Some(&sent)).await;
        let body = checks.answer(&answer, 200);
        checks.equals(&body, "/title", "T");
        checks.equals(&body, "/displayNaame", Value::Null);
        self.end(checks);
    }

    async fn groups(&mut self) {
        let mut checks = self.step("Members as bare strings");
        let sent = json!({"schemas": [CORE_GROUP], "displayName": "Postman", "externalId": "p1"});
        let answer = self.send("POST", "/Groups", Some(&sent)).await;
        let created = checks.answer(&answer, 201);
        let target = format!("/Groups/{}", text(&created, "/id"));
        let add = patch(vec![operation("add", "members", json!([self.id(0), self.id(1)]))]);
        let answer = self.send("PATCH", &target, Some(&add)).await;
        checks.status(&answer, &[200, 204]);
        let answer = self.send("GET", &target, None).await;
        let held = checks.answer(&answer, 200);
        checks.equals(&held, "/members/0/value", self.id(0));
        checks.equals(&held, "/members/1/value", self.id(1));
        self.end(checks);

        let mut checks = self.step("PUT of a group without members");
        let answer = self.send("PUT", &target, Some(&sent)).await;
        let body = checks.answer(&answer, 200);
        checks.equals(&body, "/displayName", "Postman");
        checks.that(body.get("members").is_none_or(|members| members == &json!([])), || "members are left".to_owned());
        self.end(checks);
    }

    fn id(&self, index: usize) -> String {
        self.ids.get(index).cloned().unwrap_or_default()
    }
}

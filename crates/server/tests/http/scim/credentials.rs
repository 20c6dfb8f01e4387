//! Who is let in: every way to be wrong is answered alike, so that a stranger learns nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use database::Timestamp;
use provisioning::{Operation, Outcome};
use registry::CredentialKind;
use secrecy::ExposeSecret;

use crate::on_both_databases;
use crate::support::{Answer, TestApplication, user};

const REJECTED: &str = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"401","detail":"The credential is missing or not valid for this SCIM base URL. Copy the base URL and the bearer token (or user name and password) again from the application in Rollcall."}"#;

async fn get(application: &TestApplication, path: &str, authorization: Option<&str>) -> Answer {
    let headers: Vec<_> = authorization.iter().map(|value| ("Authorization", *value)).collect();
    application.wire.send("GET", format!("{path}/Users?startIndex=1&count=2").as_bytes(), &headers, b"").await
}

#[track_caller]
fn holds_rejection(answer: &Answer, case: &str) {
    assert_eq!((answer.status, answer.body.as_str()), (401, REJECTED), "{case}");
    assert_eq!(answer.header("content-type"), Some("application/scim+json"), "{case}");
    let challenges: Vec<_> = answer.headers("www-authenticate").collect();
    assert_eq!(challenges, ["Bearer realm=\"Rollcall SCIM\"", "Basic realm=\"Rollcall SCIM\", charset=\"UTF-8\""]);
}

on_both_databases! {
    async fn whatever_is_wrong_is_answered_alike(server) {
        let application = server.application("acme", &[]).await;
        let sibling = server.application("acme", &[]).await;
        let foreign = server.application("globex", &[]).await;
        let expiry = Timestamp::parse("2026-11-24T10:00:00Z").unwrap();
        let expired = server.issue(&application, CredentialKind::Bearer, Some(expiry)).await;
        let revoked = server.issue(&application, CredentialKind::Bearer, None).await;
        server.registry.revoke_credential(&application.scope, &application.id, revoked.credential.id.as_str()).await.unwrap();
        let basic = server.issue(&application, CredentialKind::Basic, None).await;
        let (basic_name, basic_secret) = (basic.credential.username.clone().unwrap(), basic.secret.expose_secret().to_owned());
        server.clock.step(60 * 60 * 1_000);

        let bearer = |secret: &str| format!("Bearer {secret}");
        let encoded = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
        let token = application.token.as_str();
        let mut other_end = token.to_owned();
        other_end.replace_range(token.len() - 1.., if token.ends_with('0') { "1" } else { "0" });
        for (case, authorization, code) in [
            ("none", None, "credentialMissing"),
            ("empty", Some(String::new()), "credentialMissing"),
            ("not a token", Some("non-token".to_owned()), "credentialUnknown"),
            ("cut off", Some(bearer(&token[..token.len() - 1])), "credentialUnknown"),
            ("mistyped", Some(bearer(&other_end)), "credentialUnknown"),
            ("very long", Some(bearer(&"a".repeat(4_000))), "credentialUnknown"),
            ("expired", Some(bearer(expired.secret.expose_secret())), "credentialExpired"),
            ("revoked", Some(bearer(revoked.secret.expose_secret())), "credentialRevoked"),
            ("of a sibling application", Some(bearer(&sibling.token)), "credentialForeign"),
            ("of another tenant", Some(bearer(&foreign.token)), "credentialForeign"),
            ("password as a bearer token", Some(bearer(&basic_secret)), "credentialUnknown"),
            ("token as a password", Some(encoded(&format!("{basic_name}:{token}"))), "credentialUnknown"),
            ("wrong user name", Some(encoded(&format!("nobody:{basic_secret}"))), "credentialUnknown"),
            ("Basic without a colon", Some(encoded("nobody")), "credentialMissing"),
            ("Basic that is not base64", Some("Basic ****".to_owned()), "credentialMissing"),
        ] {
            let answer = get(&application, &application.path, authorization.as_deref()).await;
            holds_rejection(&answer, case);
            let event = server.last_event(&application.scope).await;
            assert_eq!(event.row.operation, Operation::CredentialRejected, "{case}");
            assert_eq!((event.row.outcome, event.row.status), (Outcome::Refused, 401), "{case}");
            assert_eq!(event.row.error_code.as_deref(), Some(code), "{case}");
            assert!(event.advice.is_some(), "{case}");
        }

        for (case, path) in [
            ("unknown application", "/t/acme/scim/aaaaaaaaaaaa/v2".to_owned()),
            ("unknown tenant", application.path.replace("acme", "initech")),
            ("application of another tenant", foreign.path.replace("globex", "acme")),
            ("no id at all", "/t/acme/scim/%00/v2".to_owned()),
            ("a very long id", format!("/t/acme/scim/{}/v2", "a".repeat(5_000))),
            ("a very long tenant", format!("/t/{}/scim/x/v2", "a".repeat(5_000))),
        ] {
            holds_rejection(&get(&application, &path, Some(&bearer(token))).await, case);
        }
    }

    async fn every_form_of_a_right_credential_is_let_in(server) {
        let application = server.application("acme", &[]).await;
        let basic = server.issue(&application, CredentialKind::Basic, None).await;
        let pair = STANDARD.encode(format!("{}:{}", basic.credential.username.unwrap(), basic.secret.expose_secret()));
        let token = &application.token;
        for authorization in [
            format!("Bearer {token}"),
            format!("bearer {token}"),
            format!("BEARER   {token}"),
            token.clone(),
            format!("Basic {pair}"),
            format!("basic {pair}"),
        ] {
            get(&application, &application.path, Some(&authorization)).await.expect(200);
        }
    }

    async fn nothing_happens_before_the_credential_is_accepted(server) {
        let application = server.application("acme", &[]).await;
        let headers = [("Content-Type", "application/scim+json")];
        for (method, below) in [("POST", "/Users"), ("PUT", "/Users/1"), ("PATCH", "/Groups/1"), ("DELETE", "/Users/1"),
            ("GET", "/Schemas"), ("GET", "/ResourceTypes"), ("GET", "/Nothing"), ("POST", "/Bulk"), ("GET", "/%FF")]
        {
            let target = format!("{}{below}", application.path);
            let body = user("ada@corp.test").to_string();
            let answer = application.wire.send(method, target.as_bytes(), &headers, body.as_bytes()).await;
            holds_rejection(&answer, &format!("{method} {below}"));
        }
        assert!(server.people(&application.scope).await.is_empty());
    }

    async fn a_paused_application_is_told_to_come_back(server) {
        let application = server.application("acme", &[]).await;
        server.registry.pause_application(&application.scope, &application.id, true).await.unwrap();
        let answer = application.post("/Users", &user("ada@corp.test")).await;
        answer.scim_error(429, None);
        assert!(answer.header("retry-after").unwrap().parse::<u32>().is_ok());
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.outcome, event.row.error_code.as_deref()), (Outcome::Refused, Some("paused")));
        server.registry.pause_application(&application.scope, &application.id, false).await.unwrap();
        application.post("/Users", &user("ada@corp.test")).await.expect(201);
    }

    async fn a_guesser_cannot_fill_the_report(server) {
        let application = server.application("acme", &[]).await;
        for _ in 0..100 {
            get(&application, &application.path, Some("Bearer guess")).await.expect(401);
        }
        let rows = server.events(&application.scope).await.len();
        assert!((1..100).contains(&rows), "{rows}");
    }
}

//! Bad input: never a panic, a 500 or a hang, nothing half-written, and the error says what and where.

use provisioning::Outcome;
use serde_json::json;

use crate::on_both_databases;
use crate::support::{TestApplication, group, patch, user};

/// A user and a group that every case tries its body on.
async fn targets(application: &TestApplication) -> Vec<(&'static str, String)> {
    let (user_id, group_id) =
        (application.add_user("ada@corp.test").await, application.add_group("Engines", &[]).await);
    vec![
        ("POST", "/Users".to_owned()),
        ("PUT", format!("/Users/{user_id}")),
        ("PATCH", format!("/Users/{user_id}")),
        ("POST", "/Groups".to_owned()),
        ("PUT", format!("/Groups/{group_id}")),
        ("PATCH", format!("/Groups/{group_id}")),
    ]
}

/// What the application holds, to see that nothing of a failed request stayed.
async fn contents(application: &TestApplication) -> (String, String) {
    (application.get("/Users").await.expect(200).body, application.get("/Groups").await.expect(200).body)
}

on_both_databases! {
    async fn bodies_that_are_no_json(server) {
        let application = server.application("acme", &[]).await;
        let targets = targets(&application).await;
        let before = contents(&application).await;
        let deep_list = format!("{{\"schemas\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        let deep_object = format!("{}1{}", "{\"userName\":".repeat(10_000), "}".repeat(10_000));
        let deep_open = "[".repeat(1_000_000);
        for (case, body) in [
            ("cut off", &br#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"x"#[..]),
            ("two values", br#"{}{}"#),
            ("text", br#""ada""#),
            ("list", br#"[{"userName":"ada"}]"#),
            ("null", b"null"),
            ("single quotes", b"{'userName':'ada'}"),
            ("a form", b"userName=ada&active=true"),
            ("lone surrogate", br#"{"userName":"\ud800"}"#),
            ("not UTF-8", b"{\"userName\":\"\xff\xfe\"}"),
            ("UTF-16", b"\xff\xfe{\0}\0"),
            ("NUL bytes", b"\0\0\0\0"),
            ("a huge number", br#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":1e999999}"#),
            ("nested lists", deep_list.as_bytes()),
            ("nested objects", deep_object.as_bytes()),
            ("nested without end", deep_open.as_bytes()),
        ] {
            for (method, below) in &targets {
                let answer = application.send(method, below, body).await;
                let detail = answer.scim_error(400, Some("invalidSyntax"));
                assert!(detail.contains("JSON"), "{case} {method} {below}: {detail}");
            }
        }
        for (method, below) in &targets {
            let headers = [("Content-Type", "application/scim+json")];
            let answer = application.send_with(method, below, &headers, b"").await;
            assert_eq!(answer.scim_error(400, Some("invalidSyntax")), "the body is empty");
        }
        assert_eq!(contents(&application).await, before);
        let failed = server.report(&application.scope, |search| search.outcome = Some(Outcome::Failed)).await;
        assert_eq!(failed.page.rows.len(), 16 * targets.len());
    }

    async fn values_of_the_wrong_kind(server) {
        let application = server.application("acme", &[]).await;
        let targets = targets(&application).await;
        let before = contents(&application).await;
        let id = targets[1].1.as_str();
        let with = |name: &str, value: serde_json::Value| {
            let mut body = user("bob@corp.test");
            body[name] = value;
            body
        };
        for (body, scim_type, words) in [
            (json!({ "userName": "bob" }), "invalidSyntax", "schemas is missing"),
            (json!({ "schemas": [], "userName": "bob" }), "invalidSyntax", "schemas is empty"),
            (json!({ "schemas": 5, "userName": "bob" }), "invalidSyntax", "schemas"),
            (json!({ "schemas": [7], "userName": "bob" }), "invalidSyntax", "schemas[0]"),
            (group("bob", &[]), "invalidValue", "core:2.0:Group"),
            (patch(json!([{ "op": "add", "path": "title", "value": "x" }])), "invalidValue", "PatchOp"),
            (json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"] }), "invalidValue", "userName is required"),
            (with("userName", json!(null)), "invalidValue", "userName"),
            (with("userName", json!("")), "invalidValue", "userName"),
            (with("userName", json!("  \t ")), "invalidValue", "userName"),
            (with("userName", json!(42)), "invalidValue", "userName: expected text, found a number"),
            (with("userName", json!(["a", "b"])), "invalidValue", "userName: expected text, found a list"),
            (with("userName", json!("a\u{0}b")), "invalidValue", "NUL"),
            (with("externalId", json!("a\u{0}b")), "invalidValue", "NUL"),
            (with("title", json!("a\u{0}b")), "invalidValue", "NUL"),
            (with("password", json!("a\u{0}b")), "invalidValue", "NUL"),
            (with("externalId", json!({ "a": 1 })), "invalidValue", "externalId: expected text, found an object"),
            (with("active", json!("maybe")), "invalidValue", "active"),
            (with("active", json!(1)), "invalidValue", "active"),
            (with("name", json!("Ada")), "invalidValue", "name"),
            (with("name", json!({ "givenName": { "a": 1 } })), "invalidValue", "name.givenName"),
            (with("emails", json!(7)), "invalidValue", "emails"),
            (with("emails", json!([{ "value": 7 }])), "invalidValue", "emails[0].value"),
            (with("emails", json!([{ "value": "a@x", "primary": true }, { "value": "b@x", "primary": true }])), "invalidValue", "primary"),
            (with("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", json!("Sales")), "invalidValue", "enterprise"),
        ] {
            for (method, below) in [("POST", "/Users"), ("PUT", id)] {
                let detail = application.send(method, below, body.to_string().as_bytes()).await.scim_error(400, Some(scim_type));
                assert!(detail.contains(words), "{method} {body}: {detail}");
            }
        }
        let group_path = targets[4].1.as_str();
        for (body, words) in [
            (json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"] }), "displayName is required"),
            (json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "" }), "displayName"),
            (json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "x", "members": 7 }), "members"),
            (json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "x", "members": [{ "display": "x" }] }), "members"),
            (group("x", &["nobody"]), "nobody"),
            (group("x", &["a\u{0}b"]), "NUL"),
        ] {
            for (method, below) in [("POST", "/Groups"), ("PUT", group_path)] {
                let detail = application.send(method, below, body.to_string().as_bytes()).await.scim_error(400, Some("invalidValue"));
                assert!(detail.contains(words), "{method} {body}: {detail}");
            }
        }
        assert_eq!(contents(&application).await, before);
    }

    async fn patches_that_make_no_sense(server) {
        let application = server.application("acme", &[]).await;
        let targets = targets(&application).await;
        let (user_path, group_path) = (targets[2].1.as_str(), targets[5].1.as_str());
        let before = contents(&application).await;
        for (path, operations, scim_type, words) in [
            (user_path, json!([]), "invalidSyntax", "Operations is empty"),
            (user_path, json!({ "op": "add" }), "invalidSyntax", "Operations must be a list"),
            (user_path, json!(["add"]), "invalidSyntax", "Operations[0]"),
            (user_path, json!([{ "op": "explode", "path": "title" }]), "invalidSyntax", "explode"),
            (user_path, json!([{ "path": "title", "value": "x" }]), "invalidSyntax", "op"),
            (user_path, json!([{ "op": "remove" }]), "noTarget", "path"),
            (user_path, json!([{ "op": "add", "path": "nickNam", "value": "x" }]), "invalidPath", "nickNam"),
            (user_path, json!([{ "op": "add", "path": "emails[type eq", "value": "x" }]), "invalidFilter", "position 14"),
            (user_path, json!([{ "op": "add", "path": 5, "value": "x" }]), "invalidPath", "path must be text"),
            (user_path, json!([{ "op": "replace", "path": "id", "value": "x" }]), "mutability", "id"),
            (user_path, json!([{ "op": "remove", "path": "userName" }]), "mutability", "userName"),
            (user_path, json!([{ "op": "replace", "path": "userName", "value": "" }]), "invalidValue", "userName"),
            (user_path, json!([{ "op": "replace", "path": "active", "value": "perhaps" }]), "invalidValue", "active"),
            (user_path, json!([{ "op": "add", "path": "title", "value": "kept?" }, { "op": "add", "path": "bad", "value": 1 }]), "invalidPath", "Operations[1]"),
            (group_path, json!([{ "op": "add", "path": "members", "value": [{ "value": "nobody" }] }]), "invalidValue", "nobody"),
            (group_path, json!([{ "op": "remove", "path": "displayName" }]), "mutability", "displayName"),
        ] {
            let body = patch(operations);
            let answer = application.patch(path, &body).await;
            assert_eq!(answer.status, 400, "{body}: {}", answer.body);
            let detail = answer.scim_error(400, Some(scim_type));
            assert!(detail.contains(words), "{body}: {detail}");
        }
        assert_eq!(contents(&application).await, before);
    }

    async fn sizes(server) {
        let application = server.application("acme", &[]).await;
        let targets = targets(&application).await;
        let too_large = vec![b' '; crate::support::BODY_LIMIT_BYTES + 1];
        for (method, below) in &targets {
            let answer = application.send(method, below, &too_large).await;
            let detail = answer.scim_error(413, None);
            assert!(detail.contains("2097152"), "{detail}");
        }
        let authorization = format!("Bearer {}", application.token);
        let headers = [("Authorization", authorization.as_str()), ("Content-Type", "application/scim+json")];
        let target = format!("{}/Users", application.path);
        application.wire.send_chunked("POST", &target, &headers, &too_large).await.scim_error(413, None);
        // Announced but never sent: the answer does not wait for it.
        let head = format!(
            "POST {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {authorization}\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n"
        );
        application.wire.raw(head.as_bytes()).await.scim_error(413, None);
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.outcome, event.row.error_code.as_deref()), (Outcome::Failed, Some("tooLarge")));
        // A body just at the limit is read.
        let mut just = vec![b' '; crate::support::BODY_LIMIT_BYTES];
        let body = user("just@corp.test").to_string();
        just[..body.len()].copy_from_slice(body.as_bytes());
        application.send("POST", "/Users", &just).await.expect(201);
        application.wire.send_chunked("POST", &target, &headers, &just).await.scim_error(409, Some("uniqueness"));
    }

    async fn long_values_are_kept_or_refused_in_words(server) {
        let application = server.application("acme", &[]).await;
        // Letters that do not compress: an index entry has a size too.
        let long: String = (0..100_000_u32).map(|n| char::from(b'a' + (n.wrapping_mul(2_654_435_761) >> 27) as u8 % 26)).collect();
        for (name, value) in [
            ("userName", json!(long)),
            ("externalId", json!(long)),
            ("displayName", json!(long)),
            ("title", json!(long)),
            ("emails", json!([{ "value": format!("{long}@corp.test"), "type": "work" }])),
            ("name", json!({ "givenName": long })),
        ] {
            let mut body = user(&format!("{name}@corp.test"));
            body[name] = value;
            let answer = application.post("/Users", &body).await;
            assert!(matches!(answer.status, 201 | 400), "{name}: {} {}", answer.status, answer.body);
            if answer.status == 400 {
                assert!(answer.scim_error(400, Some("invalidValue")).contains(name));
            }
        }
        let answer = application.post("/Groups", &group(&long, &[])).await;
        assert!(matches!(answer.status, 201 | 400), "{} {}", answer.status, answer.body);
    }

    async fn content_types(server) {
        let application = server.application("acme", &[]).await;
        for (content_type, status) in [
            ("application/scim+json", 201),
            ("application/json", 201),
            ("application/json;charset=UTF-8", 201),
            ("Application/SCIM+JSON; charset=utf-8", 201),
            ("text/plain", 415),
            ("application/xml", 415),
            ("application/x-www-form-urlencoded", 415),
            ("application/jsonx", 415),
            ("", 415),
        ] {
            let body = user(&format!("{}@corp.test", content_type.replace(['/', ';', ' ', '+', '='], "-"))).to_string();
            let answer = application.send_with("POST", "/Users", &[("Content-Type", content_type)], body.as_bytes()).await;
            assert_eq!(answer.status, status, "{content_type}: {}", answer.body);
            assert_eq!(answer.header("content-type"), Some("application/scim+json"));
        }
        let (authorization, target) = (format!("Bearer {}", application.token), format!("{}/Users", application.path));
        let body = user("none@corp.test").to_string();
        application.wire.send("POST", target.as_bytes(), &[("Authorization", &authorization)], body.as_bytes()).await.expect(201);
    }

    async fn methods_and_places(server) {
        let application = server.application("acme", &[]).await;
        for (method, below, status, allow) in [
            ("DELETE", "/Users", 405, Some("GET, POST")),
            ("PUT", "/Groups", 405, Some("GET, POST")),
            ("PATCH", "/Users/", 405, Some("GET, POST")),
            ("POST", "/Users/1", 405, Some("GET, PUT, PATCH, DELETE")),
            ("POST", "/ServiceProviderConfig", 405, Some("GET")),
            ("DELETE", "/Schemas", 405, Some("GET")),
            ("PUT", "/ResourceTypes/User", 405, Some("GET")),
            ("BREW", "/Users", 405, Some("GET, POST")),
            ("OPTIONS", "/Users/1", 405, Some("GET, PUT, PATCH, DELETE")),
            ("GET", "/Bulk", 405, Some("POST")),
            ("POST", "/Bulk/1", 404, None),
            ("GET", "/Me", 501, None),
            ("GET", "/.search", 405, Some("POST")),
            ("PUT", "/Users/.search", 405, Some("POST")),
            ("POST", "", 405, Some("GET")),
            ("DELETE", "/", 405, Some("GET")),
            ("GET", "/Nothing", 404, None),
            ("GET", "/Users/1/emails", 404, None),
            ("GET", "x/Users", 404, None),
        ] {
            let answer = application.send(method, below, b"").await;
            answer.scim_error(status, None);
            assert_eq!(answer.header("allow"), allow, "{method} {below}");
        }
        // Not even an application's: still SCIM JSON.
        let anywhere = application.wire.send("GET", b"/t/acme/scim", &[], b"").await;
        assert_eq!(anywhere.header("content-type"), Some("application/scim+json"));
    }

    async fn ids_that_are_nobodys(server) {
        let application = server.application("acme", &[]).await;
        let user_id = application.add_user("ada@corp.test").await;
        let group_id = application.add_group("Engines", &[]).await;
        let long = "9".repeat(20_000);
        for id in [
            "0", "00919288221112222", "not-an-id", "%20", "a%2Fb", "%2e%2e", "%00", "a%00b", "%F0%9F%98%80", "';--", "%25",
            "019ab0c0-0000-7000-8000-000000000000", &user_id.to_uppercase(), &group_id, &long,
        ] {
            let below = format!("/Users/{id}");
            for (method, body) in [
                ("GET", String::new()),
                ("PUT", user("other@corp.test").to_string()),
                ("PATCH", patch(json!([{ "op": "replace", "value": { "active": false } }])).to_string()),
                ("DELETE", String::new()),
            ] {
                let answer = application.send(method, &below, body.as_bytes()).await;
                answer.scim_error(404, None);
            }
        }
        for (method, body) in [("GET", String::new()), ("PUT", group("x", &[]).to_string()), ("DELETE", String::new())] {
            application.send(method, &format!("/Groups/{user_id}"), body.as_bytes()).await.scim_error(404, None);
        }
        // A body is judged before its target (400 before 404).
        application.send("PUT", "/Users/0", b"{").await.scim_error(400, Some("invalidSyntax"));
        application.get(&format!("/Users/{user_id}")).await.expect(200);
    }

    async fn bytes_that_are_no_text(server) {
        let application = server.application("acme", &[]).await;
        let authorization = format!("Bearer {}", application.token);
        let headers = [("Authorization", authorization.as_str())];
        for below in ["/Users/%FF%FE", "/Users?filter=%FF", "/Users?%FF=1", "/Users?filter=userName%20eq%20%22%C3%28%22"] {
            application.get(below).await.scim_error(400, Some("invalidValue"));
        }
        for below in [&b"/Users/\xff\xfe"[..], b"/Users?filter=\xff"] {
            let target = [application.path.as_bytes(), below].concat();
            application.wire.send("GET", &target, &headers, b"").await.scim_error(400, Some("invalidValue"));
        }
        let latin = [b"POST ".as_slice(), application.path.as_bytes(), b"/Users HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer \xff\r\nUser-Agent: \xfc\r\nContent-Length: 0\r\n\r\n"].concat();
        assert_eq!(application.wire.raw(&latin).await.status, 401);
        let target = format!("{}/Users?filter=userName+eq+%22zoë%22", application.path);
        application.wire.send("GET", target.as_bytes(), &headers, b"").await.expect(200);
    }

    /// The version is part of the base URL (RFC 7644 §3.13).
    async fn another_version_of_the_protocol(server) {
        let application = server.application("acme", &[]).await;
        for (version, status, scim_type) in
            [("v1", 400, Some("invalidVers")), ("v3", 400, Some("invalidVers")), ("V2", 400, Some("invalidVers")), ("v2x", 404, None), ("", 404, None)]
        {
            let target = format!("{}/Users", application.path.replace("/v2", &format!("/{version}")));
            let authorization = format!("Bearer {}", application.token);
            let headers = [("Authorization", authorization.as_str())];
            let answer = application.wire.send("GET", target.as_bytes(), &headers, b"").await;
            assert!(answer.scim_error(status, scim_type).contains("/v2"), "{target}: {}", answer.body);
        }
    }
}

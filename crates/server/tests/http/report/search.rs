//! Searching the report: by identifier, application, timespan, alone, together or not at all.

use database::Timestamp;
use provisioning::{Bucket, EventSearch, Operation, Outcome, Total};
use serde_json::json;

use crate::on_both_databases;
use crate::support::{TestServer, okta_user, patch};

async fn summaries(
    server: &TestServer,
    scope: &registry::TenantScope,
    change: impl FnOnce(&mut EventSearch),
) -> Vec<String> {
    server.report(scope, change).await.page.rows.into_iter().map(|row| row.summary).collect()
}

on_both_databases! {
    async fn by_any_name_a_person_goes_or_went_by(server) {
        let application = server.application("acme", &[]).await;
        let scope = &application.scope;
        let ada = application.post("/Users", &okta_user("00uADA", "ada@corp.test", "Ada", "Lovelace")).await.expect(201).id();
        application.post("/Users", &okta_user("00uBOB", "bob@corp.test", "Bob", "Brown")).await.expect(201);
        let group = application.add_group("Engines", &[&ada]).await;
        let mut renamed = okta_user("00uADA", "ada.king@corp.test", "Augusta", "King");
        renamed["emails"] = json!([{ "value": "countess@corp.test", "type": "work", "primary": true }]);
        application.put(&format!("/Users/{ada}"), &renamed).await.expect(200);
        let all = ["Renamed user ada@corp.test to ada.king@corp.test", "Created group Engines with 1 member", "Created user ada@corp.test"];
        let person = server.person(scope, "ada.king@corp.test").await.unwrap().row.id;
        for identifier in [
            "ada@corp.test", "ADA@CORP", "ada.king@corp.test", "countess", "00uada", &ada, "lovelace", "king", "augusta", "Ada Lovelace", "  ada ",
        ] {
            assert_eq!(summaries(server, scope, |search| search.identifier = identifier.to_owned()).await, all, "{identifier}");
        }
        assert_eq!(summaries(server, scope, |search| search.identifier = "engines".to_owned()).await, ["Created group Engines with 1 member"]);
        assert_eq!(summaries(server, scope, |search| search.identifier = group.clone()).await, ["Created group Engines with 1 member"]);
        for nobody in ["nobody", "%", "_", "corp.test", "'; DROP TABLE provisioning_event; --"] {
            assert_eq!(summaries(server, scope, |search| search.identifier = nobody.to_owned()).await, Vec::<String>::new(), "{nobody}");
        }
        assert_eq!(summaries(server, scope, |search| search.identifier = "a\u{0}da".to_owned()).await.len(), 3);
        assert!(!person.is_empty());
    }

    async fn what_failed_is_found_too(server) {
        let application = server.application("acme", &[]).await;
        let scope = &application.scope;
        application.add_user("ada@corp.test").await;
        application.post("/Users", &okta_user("00u9", "ADA@corp.test", "Eve", "Evil")).await.scim_error(409, Some("uniqueness"));
        application.post("/Users", &json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "externalId": "00u8", "displayName": "No Name" })).await.scim_error(400, Some("invalidValue"));
        application.find("/Users", "userName eq \"looked-for@corp.test\"").await.expect(200);
        application.get("/Users/000-remembered").await.scim_error(404, None);
        application.delete("/Users/000-remembered").await.scim_error(404, None);
        for (identifier, expected) in [
            ("00u9", vec!["Create user ADA@corp.test: name already taken in this application"]),
            ("evil", vec![]),
            ("no name", vec!["Create user No Name: a value is missing or wrong"]),
            ("looked-for", vec!["Looked up user looked-for@corp.test: not found"]),
            ("000-remembered", vec!["Delete user 000-remembered: the resource does not exist", "Read user 000-remembered: the resource does not exist"]),
            ("ada@", vec!["Create user ADA@corp.test: name already taken in this application", "Created user ada@corp.test"]),
        ] {
            assert_eq!(summaries(server, scope, |search| search.identifier = identifier.to_owned()).await, expected, "{identifier}");
        }
    }

    async fn a_failed_change_is_told_by_the_name_of_whom_it_was_about(server) {
        let application = server.application("acme", &[]).await;
        let (ada, engines) = (application.add_user("ada@corp.test").await, application.add_group("Engines", &[]).await);
        let password = patch(json!([{ "op": "replace", "value": { "password": "x" } }]));
        application.patch(&format!("/Users/{ada}"), &password).await.expect(403);
        application.patch(&format!("/Groups/{engines}"), &patch(json!([{ "op": "explode" }]))).await.expect(400);
        application.patch("/Users/unknown", &patch(json!([{ "op": "remove", "path": "title" }]))).await.expect(404);
        let told: Vec<_> = server.events(&application.scope).await.into_iter().take(3).map(|row| (row.subject, row.summary)).collect();
        assert_eq!(told, [
            ("unknown", "Update user unknown: the resource does not exist"),
            ("Engines", "Update group Engines: the request could not be read"),
            ("ada@corp.test", "Update user ada@corp.test: the feature is switched off"),
        ].map(|(subject, summary)| (subject.to_owned(), summary.to_owned())));
    }

    async fn criteria_alone_together_and_none(server) {
        let okta = server.application_named("acme", "Okta Europe", &[]).await;
        let entra = server.application_named("acme", "Entra", &[]).await;
        let scope = &okta.scope;
        okta.post("/Users", &okta_user("1", "ada@corp.test", "Ada", "L")).await.expect(201);
        server.clock.step(60 * 60 * 1_000);
        entra.post("/Users", &okta_user("2", "ada@corp.test", "Ada", "L")).await.expect(201);
        entra.post("/Users", &okta_user("3", "bob@corp.test", "Bob", "B")).await.expect(201);
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let count = async |identifier: &str, application: &str, from: &str, to: &str| {
            let report = server.report(scope, |search| {
                (search.identifier, search.application) = (identifier.to_owned(), application.to_owned());
                (search.from, search.to) = (at(from), at(to));
            }).await;
            assert_eq!(report.page.total, Total::Exact(report.page.rows.len() as i64));
            report.page.rows.len()
        };
        let (before, nine, ten, after) = ("2026-11-01T00:00:00Z", "2026-11-24T09:00:00Z", "2026-11-24T10:00:00Z", "2026-12-01T00:00:00Z");
        for (identifier, application, from, to, expected) in [
            ("", "", before, after, 3),
            ("ada", "", before, after, 2),
            ("", "entra", before, after, 2),
            ("", "EUROPE", before, after, 1),
            ("", "okta", before, after, 1),
            ("", "a", before, after, 3),
            ("", "nothing", before, after, 0),
            ("", "%", before, after, 0),
            ("", "\u{0}", before, after, 3),
            ("", "", nine, ten, 1),
            ("", "", ten, after, 2),
            ("", "", before, nine, 0),
            ("", "", after, before, 0),
            ("ada", "entra", before, after, 1),
            ("bob", "okta", before, after, 0),
            ("ada", "okta", ten, after, 0),
            ("ada", "entra", ten, after, 1),
            ("ada", "", nine, ten, 1),
        ] {
            assert_eq!(count(identifier, application, from, to).await, expected, "{identifier:?} {application:?} {from} {to}");
        }
        assert_eq!(summaries(server, scope, |search| search.operation = Some(Operation::UserUpdate)).await, Vec::<String>::new());
        assert_eq!(summaries(server, scope, |search| search.outcome = Some(Outcome::Succeeded)).await.len(), 3);
        // An application that was renamed is found by its name of today.
        server.registry.rename_application(scope, &okta.id, "Okta Asia").await.unwrap();
        assert_eq!(count("", "asia", before, after).await, 1);
    }

    async fn pages_bars_and_reasons_add_up(server) {
        let application = server.application("acme", &[]).await;
        let scope = &application.scope;
        let ada = application.add_user("ada@corp.test").await;
        for number in 0..25 {
            server.clock.step(10 * 60 * 1_000);
            match number % 5 {
                0 => application.post("/Users", &okta_user("9", "ADA@corp.test", "A", "B")).await.expect(409),
                1 => application.patch(&format!("/Users/{ada}"), &patch(json!([{ "op": "add", "path": "title", "value": number.to_string() }]))).await.expect(200),
                2 => application.patch(&format!("/Users/{ada}"), &patch(json!([{ "op": "add", "path": "active", "value": true }]))).await.expect(200),
                3 => application.patch(&format!("/Users/{ada}"), &patch(json!([{ "op": "replace", "path": "password", "value": "x" }]))).await.expect(403),
                _ => application.find("/Users", "colour pr").await.expect(400),
            };
        }
        let (mut after, mut ids) = (None, Vec::new());
        loop {
            let report = server.report(scope, |search| (search.limit, search.after) = (10, after)).await;
            assert_eq!(report.page.total, Total::Exact(26));
            ids.extend(report.page.rows.into_iter().map(|row| row.id));
            after = report.page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(ids.len(), 26);
        assert!(ids.windows(2).all(|pair| pair[0] > pair[1]), "the newest first, each once");
        for (from, to) in [
            ("2026-11-24T09:00:00Z", "2026-11-24T14:00:00Z"), ("2026-11-24T08:07:13Z", "2026-11-24T12:01:01Z"),
            ("2026-11-24T10:00:00Z", "2026-11-24T11:00:00Z"), ("1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z"),
            ("2026-11-24T10:00:00Z", "2026-11-24T10:00:00Z"),
        ] {
            let report = server.report(scope, |search| {
                (search.from, search.to) = (Timestamp::parse(from).unwrap(), Timestamp::parse(to).unwrap());
            }).await;
            let rows = &report.page.rows;
            let of = |outcome: Outcome| rows.iter().filter(|row| row.outcome == outcome).count() as i64;
            let sum = |count: fn(&Bucket) -> i64| report.buckets.iter().map(count).sum::<i64>();
            assert_eq!(
                (sum(|bar| bar.succeeded), sum(|bar| bar.unchanged), sum(|bar| bar.refused), sum(|bar| bar.failed)),
                (of(Outcome::Succeeded), of(Outcome::Unchanged), of(Outcome::Refused), of(Outcome::Failed)),
                "{from} {to}"
            );
            assert!((1..=60).contains(&report.buckets.len()), "{from} {to}: {}", report.buckets.len());
            assert!(report.buckets.windows(2).all(|pair| pair[0].to == pair[1].from), "{from} {to}");
            let reasons: i64 = report.reasons.iter().map(|reason| reason.count).sum();
            assert_eq!(reasons, of(Outcome::Refused) + of(Outcome::Failed), "{from} {to}");
        }
        let report = server.report(scope, |_| ()).await;
        let reasons: Vec<_> = report.reasons.iter().map(|reason| (reason.code.as_str(), reason.text.as_str(), reason.count)).collect();
        assert_eq!(reasons, [
            ("featureOff", "The feature is switched off", 5),
            ("invalidFilter", "The filter could not be used", 5),
            ("uniqueness", "Name already taken in this application", 5),
        ]);
    }

    async fn a_reason_of_failure_narrows(server) {
        let application = server.application("acme", &[]).await;
        let scope = &application.scope;
        application.add_user("ada@corp.test").await;
        application.post("/Users", &okta_user("00u9", "ADA@corp.test", "Eve", "Evil")).await.expect(409);
        application.find("/Users", "shoeSize eq 42").await.expect(400);
        let all = server.report(scope, |_| {}).await;
        let codes: Vec<_> = all.reasons.iter().map(|reason| (reason.code.as_str(), reason.count)).collect();
        assert_eq!(codes, [("invalidFilter", 1), ("uniqueness", 1)]);
        let narrowed = server.report(scope, |search| search.error_code = Some("uniqueness".to_owned())).await;
        assert_eq!((narrowed.page.rows.len(), narrowed.page.rows[0].error_code.as_deref()), (1, Some("uniqueness")));
        assert_eq!(narrowed.reasons.len(), 1);
    }

    async fn look_ups_of_a_name_do_not_crowd_out_who_has_it(server) {
        let application = server.application("acme", &[]).await;
        for _ in 0..520 {
            application.find("/Users", "userName eq \"ada@corp.test\"").await.expect(200);
        }
        application.add_user("ada@corp.test").await;
        let found = server.report(&application.scope, |search| search.identifier = "ada".to_owned()).await;
        assert_eq!(found.page.rows[0].summary, "Created user ada@corp.test");
        assert_eq!((found.page.total, found.identifier_too_broad), (Total::Exact(521), false));
    }
}

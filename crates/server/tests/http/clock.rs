//! A clock that is set back by an hour, because it was wrong, while everything runs.

use std::collections::BTreeSet;

use database::Timestamp;
use registry::Role;
use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{By, TestServer, ids, patch};

const HOUR_MS: i64 = 60 * 60 * 1_000;

/// What a resource says of its times and its version.
fn meta(resource: &Value) -> (&str, &str, &str) {
    let text = |name: &str| resource["meta"][name].as_str().unwrap();
    (text("created"), text("lastModified"), text("version"))
}

async fn told_between(server: &TestServer, tenant: &str, from: &str, to: &str) -> Vec<String> {
    let (from, to) = (Timestamp::parse(from).unwrap(), Timestamp::parse(to).unwrap());
    let scope = server.tenant(tenant).await;
    let report = server.report(&scope, |search| (search.from, search.to) = (from, to)).await;
    report.page.rows.into_iter().map(|row| row.summary).collect()
}

on_both_databases! {
    async fn resources_and_the_report_stay_sane(server) {
        let application = server.application("acme", &[]).await;
        // 09:00.
        let ada = application.add_user("ada@corp.test").await;
        let group = application.add_group("Engines", &[&ada]).await;
        let before = application.get(&format!("/Users/{ada}")).await.expect(200).json();

        server.clock.step(-HOUR_MS);
        let bob = application.add_user("bob@corp.test").await;
        let created = application.get(&format!("/Users/{bob}")).await.expect(200).json();
        assert_eq!(meta(&created), ("2026-11-24T08:00:00.000Z", "2026-11-24T08:00:00.000Z", "W/\"1\""));
        let title = |text: &str| patch(json!([{ "op": "replace", "path": "title", "value": text }]));
        let changed = application.patch(&format!("/Users/{ada}"), &title("Countess")).await.expect(200).json();
        let (when, _, _) = meta(&before);
        assert_eq!(meta(&changed), (when, when, "W/\"2\""), "a change is not older than the creation");
        // A member that leaves changes the group, too.
        application.delete(&format!("/Users/{ada}")).await.expect(204);
        let left = application.get(&format!("/Groups/{group}")).await.expect(200).json();
        assert_eq!((meta(&left), left["members"].as_array().map(Vec::len)), ((when, when, "W/\"2\""), None));

        // The report has each under the time that the clock showed.
        let told = told_between(server, "acme", "2026-11-24T07:59:00Z", "2026-11-24T08:01:00Z").await;
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told.contains(&"Created user bob@corp.test".to_owned()), "{told:?}");
        let told = told_between(server, "acme", "2026-11-24T08:59:00Z", "2026-11-24T09:01:00Z").await;
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.contains(&"Created user ada@corp.test".to_owned()), "{told:?}");

        server.clock.step(2 * HOUR_MS);
        let changed = application.patch(&format!("/Users/{bob}"), &title("Baron")).await.expect(200).json();
        assert_eq!(meta(&changed), ("2026-11-24T08:00:00.000Z", "2026-11-24T10:00:00.000Z", "W/\"2\""));
    }

    async fn crawls_and_cursors_go_on(server) {
        let application = server.application("acme", &[]).await;
        let mut everybody = BTreeSet::new();
        for number in 0..6 {
            everybody.insert(application.add_user(&format!("before{number}@corp.test")).await);
        }
        let query = json!({});
        let first = application.page_at(By::Get, "/Users", &query, 4, "").await;
        server.clock.step(-HOUR_MS);
        let rest = application.page_at(By::Get, "/Users", &query, 4, first["nextCursor"].as_str().unwrap()).await;
        let met: Vec<String> = ids(&first).into_iter().chain(ids(&rest)).collect();
        assert_eq!(met.len(), 6, "nobody twice");
        assert_eq!(met.into_iter().collect::<BTreeSet<_>>(), everybody);

        for number in 0..6 {
            assert!(everybody.insert(application.add_user(&format!("after{number}@corp.test")).await), "an id twice");
        }
        for pages in [
            application.pages_by_index(By::Get, "/Users", &query, 5).await,
            application.pages_by_cursor(By::Get, "/Users", &query, 5).await,
        ] {
            let met: Vec<String> = pages.iter().flat_map(ids).collect();
            assert_eq!((met.len(), met.into_iter().collect::<BTreeSet<_>>()), (12, everybody.clone()));
        }
    }

    async fn who_is_signed_in_stays_so_and_not_for_longer_than_the_clock_was_wrong(server) {
        let scope = server.tenant("acme").await;
        server.registry.add_administrator(&scope, "a@corp.test", Role::Owner, "correct horse".into()).await.unwrap();
        let cookie = server.registry.sign_in("a@corp.test", "correct horse".into()).await.unwrap();
        let cookie = secrecy::ExposeSecret::expose_secret(&cookie).to_owned();
        for (step, is_in) in [(-HOUR_MS, true), (0, true), (HOUR_MS, true), (11 * HOUR_MS, true), (13 * HOUR_MS, false)] {
            server.clock.step(step);
            assert_eq!(server.registry.session(&cookie).await.unwrap().is_some(), is_in, "{step}");
        }
    }
}

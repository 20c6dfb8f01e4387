//! Old rows go in small steps, with what leads to them, and nothing else.

use database::schema::{event_identifier, provisioning_event, provisioning_event_detail};
use database::testing::SteppingClock;
use database::{Clock, Error, SystemClock, Timestamp};
use diesel::prelude::*;
use provisioning::{IdentifierWalk, Total};
use registry::{Feature, TenantScope};

use crate::on_both_databases;
use crate::support::TestServer;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// All steps of a round, and how much each deleted.
async fn prune(server: &TestServer, scope: &TenantScope, before: Timestamp) -> (Vec<usize>, usize) {
    let mut steps = Vec::new();
    loop {
        match server.provisioning.prune_events(scope, before).await.unwrap() {
            0 => break,
            deleted => steps.push(deleted),
        }
    }
    let (mut walk, mut identifiers) = (Some(IdentifierWalk::default()), 0);
    while let Some(step) = walk {
        walk = server.provisioning.prune_identifiers(scope, step).await.unwrap();
        identifiers += walk.as_ref().map_or(0, IdentifierWalk::removed);
    }
    (steps, identifiers)
}

async fn found(server: &TestServer, scope: &TenantScope, identifier: &str) -> usize {
    server.report(scope, |search| search.identifier = identifier.to_owned()).await.page.rows.len()
}

fn before(clock: &SteppingClock, days: i64) -> Timestamp {
    clock.now().plus_milliseconds(-days * DAY_MS)
}

on_both_databases! {
    async fn what_is_too_old_goes_with_all_that_led_to_it(server) {
        let application = server.application("acme", &[(Feature::DeleteDeactivatedUsers, true)]).await;
        let neighbour = server.application("corp", &[]).await;
        let scope = &application.scope;
        let ada = application.add_user("ada@corp.test").await;
        let gone = application.add_user("gone@corp.test").await;
        application.delete(&format!("/Users/{gone}")).await.expect(204);
        application.find("/Users", "userName eq \"nobody@corp.test\"").await.expect(200);
        neighbour.add_user("gone@corp.test").await;
        server.clock.step(3 * DAY_MS);
        application.add_user("bob@corp.test").await;
        application.add_group("Engines", &[&ada]).await;
        assert_eq!(server.events(scope).await.len(), 6);
        let counted = server.provisioning.count_events_before(scope, before(&server.clock, 2)).await.unwrap();

        let (steps, identifiers) = prune(server, scope, before(&server.clock, 2)).await;
        assert_eq!((steps, counted), (vec![4], 4));
        assert!(identifiers > 0);
        let left: Vec<String> = server.events(scope).await.into_iter().map(|row| row.summary).collect();
        assert_eq!(left, ["Created group Engines with 1 member", "Created user bob@corp.test"]);
        for (identifier, rows) in [("gone@corp.test", 0), ("nobody@corp.test", 0), ("bob@", 1), ("engines", 1)] {
            assert_eq!(found(server, scope, identifier).await, rows, "{identifier}");
        }
        // Her own rows are gone, but one that mentions her is there, and her name still leads to it.
        assert_eq!(found(server, scope, "ada@corp.test").await, 1);
        // Other tenants have their own rows.
        assert_eq!(found(server, &neighbour.scope, "gone@corp.test").await, 1);

        let tenant_id = scope.tenant_id().clone();
        let (details, names) = server.database().read(move |tx| {
            let details: i64 = provisioning_event_detail::table
                .filter(provisioning_event_detail::tenant_id.eq(&tenant_id)).count().get_result(tx.connection())?;
            let names: Vec<String> = event_identifier::table
                .filter(event_identifier::tenant_id.eq(&tenant_id)).select(event_identifier::folded).load(tx.connection())?;
            Ok::<_, Error>((details, names))
        }).await.unwrap();
        assert_eq!(details, 2);
        assert!(names.iter().any(|name| name == "ada@corp.test") && !names.iter().any(|name| name.starts_with("gone")), "{names:?}");

        // Once the last mention goes, so does her name.
        server.clock.step(3 * DAY_MS);
        prune(server, scope, before(&server.clock, 2)).await;
        prune(server, scope, before(&server.clock, 2)).await;
        assert_eq!(found(server, scope, "ada@corp.test").await, 0);
        let tenant_id = scope.tenant_id().clone();
        let names = server.database().read(move |tx| Ok::<i64, Error>(event_identifier::table
            .filter(event_identifier::tenant_id.eq(&tenant_id)).count().get_result(tx.connection())?)).await.unwrap();
        assert_eq!(names, 0);
        // What the directory holds is none of this.
        application.get(&format!("/Users/{ada}")).await.expect(200);
    }

    async fn steps_are_small_and_several_servers_share_them(server) {
        let application = server.application("acme", &[]).await;
        let scope = &application.scope;
        for number in 0..450 {
            application.find("/Users", &format!("userName eq \"u{number}@corp.test\"")).await.expect(200);
        }
        server.provisioning.flush_report().await.unwrap();
        server.clock.step(3 * DAY_MS);
        application.add_user("new@corp.test").await;
        let old = before(&server.clock, 1);
        assert_eq!(server.provisioning.prune_events(scope, old).await.unwrap(), 200);
        // Two at the same time: each row is deleted once, and neither fails.
        let (one, other) = futures_util::future::join(prune(server, scope, old), prune(server, scope, old)).await;
        let deleted: usize = one.0.iter().chain(&other.0).sum();
        assert_eq!(deleted, 250, "{one:?} {other:?}");
        assert!(one.0.iter().chain(&other.0).all(|step| *step <= 200), "{one:?} {other:?}");
        let report = server.report(scope, |_| ()).await;
        assert_eq!(report.page.total, Total::Exact(1));
        assert_eq!(report.page.rows[0].summary, "Created user new@corp.test");
    }

    async fn whole_months_go_at_once_where_the_database_keeps_them_apart(server) {
        let is_postgres = server.database_url.starts_with("postgres");
        let application = server.application("acme", &[]).await;
        let neighbour = server.application("corp", &[]).await;
        // The first month ends by the database's own clock.
        server.clock.step(SystemClock.now().milliseconds_since(server.clock.now()));
        application.add_user("ada@corp.test").await;
        neighbour.add_user("eve@corp.test").await;
        server.clock.step(100 * DAY_MS);
        // This month and the three that follow; then there is nothing to make.
        assert_eq!(server.provisioning.make_room_for_events().await.unwrap(), if is_postgres { 4 } else { 0 });
        assert_eq!(server.provisioning.make_room_for_events().await.unwrap(), 0);
        application.add_user("bob@corp.test").await;
        server.clock.step(2 * 60 * 60 * 1_000);
        for scope in [&application.scope, &neighbour.scope] {
            while server.provisioning.count_events(scope).await.unwrap() {}
        }
        let old = before(&server.clock, 30);
        assert!(!server.provisioning.drop_old_events(before(&server.clock, 150)).await.unwrap());
        assert_eq!(server.provisioning.drop_old_events(old).await.unwrap(), is_postgres);
        assert!(!server.provisioning.drop_old_events(old).await.unwrap());
        for (scope, names) in [(&application.scope, &["bob@corp.test"][..]), (&neighbour.scope, &[])] {
            let (steps, identifiers) = prune(server, scope, old).await;
            assert_eq!(steps, if is_postgres { vec![] } else { vec![1] });
            assert!(identifiers > 0);
            let report = server.report(scope, |search| {
                (search.from, search.to) = (Timestamp::from_milliseconds(0), server.clock.now());
            }).await;
            let found: Vec<&str> = report.page.rows.iter().map(|row| row.subject.as_str()).collect();
            assert_eq!((found.as_slice(), report.page.total), (names, Total::Exact(names.len().try_into().unwrap())));
        }
        let details = server.database().read(|tx| Ok::<i64, Error>(provisioning_event_detail::table
            .count().get_result(tx.connection())?)).await.unwrap();
        assert_eq!(details, 1);
    }

    async fn an_identifier_that_is_needed_after_all_comes_back(server) {
        let application = server.application("acme", &[]).await;
        let scope = &application.scope;
        application.find("/Users", "userName eq \"eve@corp.test\"").await.expect(200);
        let row = server.events(scope).await.remove(0);
        server.clock.step(3 * DAY_MS);
        assert_eq!(server.provisioning.prune_events(scope, before(&server.clock, 1)).await.unwrap(), 1);
        let step = server.provisioning.prune_identifiers(scope, IdentifierWalk::default()).await.unwrap().unwrap();
        assert_eq!(step.removed(), 1);
        // Another server counted on it while it went: there is a new row, without an identifier of its own.
        let (tenant_id, application_id) = (scope.tenant_id().to_string(), application.id.clone());
        server.tampered.store(true, std::sync::atomic::Ordering::Relaxed);
        server.database().write(move |tx| {
            use provisioning_event::dsl as event;
            diesel::insert_into(provisioning_event::table).values((
                (event::tenant_id.eq(&tenant_id), event::id.eq(tx.new_id::<database::kind::Event>()), event::occurred_at.eq(tx.now())),
                (event::application_id.eq(&application_id), event::application_name.eq("Okta 1"), event::operation.eq(row.operation.as_str())),
                (event::outcome.eq("succeeded"), event::subject_id.eq("name:eve@corp.test"), event::subject.eq("eve@corp.test")),
                (event::summary.eq("Looked up"), event::changed.eq("[]"), event::status.eq(200_i64), event::duration_us.eq(1_i64)),
                event::request_id.eq("r"),
            )).execute(tx.connection()?)?;
            Ok::<_, Error>(())
        }).await.unwrap();
        assert_eq!(found(server, scope, "eve@corp.test").await, 0);
        assert_eq!(server.provisioning.prune_identifiers(scope, step).await.unwrap(), None);
        assert_eq!(found(server, scope, "eve@corp.test").await, 1);
    }

    async fn acts_of_administrators_go_by_their_own_age(server) {
        let application = server.application("acme", &[]).await;
        let scope = &application.scope;
        server.clock.step(3 * DAY_MS);
        server.registry.rename_application(scope, &application.id, "Okta Asia").await.unwrap();
        let acts = async || server.registry.audit(scope, None, 100).await.unwrap().len();
        assert!(acts().await > 1);
        assert!(server.registry.prune_audit(scope, before(&server.clock, 1)).await.unwrap() > 0);
        assert_eq!(server.registry.prune_audit(scope, before(&server.clock, 1)).await.unwrap(), 0);
        assert_eq!(acts().await, 1);
        application.add_user("ada@corp.test").await;
    }
}

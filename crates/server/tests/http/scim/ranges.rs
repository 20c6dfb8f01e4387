//! Pages in the middle of a long list (RFC 7644 §3.4.2.4): found by ranges of ids, which stay right whatever comes and goes.

use std::ops::Range;

use database::schema::resource_range;
use diesel::prelude::*;
use futures_util::future::join_all;
use registry::Feature;

use crate::on_both_databases;
use crate::support::{TestApplication, TestServer, ids, okta_user, sql};

/// Resources in a range here.
const SIZE: i64 = 5;

/// Lays what can be laid of what was created so far.
async fn lay(server: &TestServer, application: &TestApplication) {
    server.clock.step(120_000);
    while server.provisioning.lay_ranges(&application.scope, SIZE).await.unwrap() {}
}

/// What the ranges of users say, in order.
async fn ranges(server: &TestServer) -> Vec<i64> {
    let database = server.database();
    let read = database.read(|tx| -> Result<Vec<i64>, database::Error> {
        let of_users = resource_range::table.filter(resource_range::resource_type.eq("User"));
        Ok(of_users.order(resource_range::until_id).select(resource_range::total).load(tx.connection())?)
    });
    read.await.unwrap()
}

async fn user(application: &TestApplication, number: usize) -> String {
    let body = okta_user(&format!("00u{number}"), &format!("user{number}@corp.test"), "A", "B");
    application.post("/Users", &body).await.expect(201).id()
}

async fn users(application: &TestApplication, numbers: Range<usize>) -> Vec<String> {
    let mut ids = Vec::new();
    for number in numbers {
        ids.push(user(application, number).await);
    }
    ids
}

/// Asks for pages from the last to the first, so that none follows the one before, and holds each against `all`.
async fn expect_pages(application: &TestApplication, all: &[String]) {
    for start in (1..=all.len() + 2).rev() {
        let url = format!("/Users?startIndex={start}&count=4");
        // Whoever goes on reading a list is led on to what was not read yet, once.
        application.get(&url).await.expect(200);
        let page = application.get(&url).await.expect(200).json();
        let wanted = &all[(start - 1).min(all.len())..(start + 3).min(all.len())];
        assert_eq!(ids(&page), wanted, "{start}");
        assert_eq!(page["totalResults"], all.len(), "{start}");
    }
}

on_both_databases! {
    async fn pages_are_found_while_users_come_and_go(server) {
        let application = server.application("acme", &[]).await;
        application.add_group("not a user", &[]).await;
        let mut all = users(&application, 0..9).await;
        lay(server, &application).await;
        assert_eq!(ranges(server).await, [0_i64; 0], "shorter than two ranges");
        all.extend(users(&application, 9..23).await);
        // What was created within the last minute may get neighbours yet.
        while server.provisioning.lay_ranges(&application.scope, SIZE).await.unwrap() {}
        assert_eq!(ranges(server).await, [5]);
        lay(server, &application).await;
        assert_eq!(ranges(server).await, [5, 5, 5, 5]);
        expect_pages(&application, &all).await;

        // Gone at the front, in the middle, on both sides of an end, and beyond the ranges; then all of a range.
        for position in [0, 5, 8, 10, 17] {
            application.delete(&format!("/Users/{}", all.remove(position))).await.expect(204);
        }
        assert_eq!(ranges(server).await, [4, 4, 3, 5]);
        expect_pages(&application, &all).await;
        for _ in 0..4 {
            application.delete(&format!("/Users/{}", all.remove(4))).await.expect(204);
        }
        assert_eq!(ranges(server).await, [4, 0, 3, 5]);
        expect_pages(&application, &all).await;

        // The first one comes back under its former id, and a new one at the end.
        all.insert(0, user(&application, 0).await);
        all.push(user(&application, 100).await);
        assert_eq!(ranges(server).await, [5, 0, 3, 5]);
        expect_pages(&application, &all).await;
        let sorted = all.iter().rev().skip(2).take(3).cloned().collect::<Vec<_>>();
        let page = application.get("/Users?sortBy=id&sortOrder=descending&startIndex=3&count=3").await.expect(200);
        assert_eq!(ids(&page.json()), sorted);

        // Without a trace: deleted for good, and never there.
        application.switch(server, Feature::DeleteDeactivatedUsers, true).await;
        application.delete(&format!("/Users/{}", all.remove(1))).await.expect(204);
        let mut inactive = okta_user("00x", "nobody@corp.test", "A", "B");
        inactive["active"] = false.into();
        application.post("/Users", &inactive).await.expect(201);
        assert_eq!(ranges(server).await, [4, 0, 3, 5]);
        expect_pages(&application, &all).await;
    }

    async fn wrong_ranges_are_laid_anew(server) {
        let application = server.application("acme", &[]).await;
        let mut all = users(&application, 0..20).await;
        lay(server, &application).await;
        assert_eq!(ranges(server).await, [5, 5, 5]);
        // As an older server leaves them, which deletes and brings back without telling: too much, too little by little and by
        // more than two ranges.
        for wrong in [7, 4, 0] {
            sql(server, &format!("UPDATE resource_range SET total = {wrong} WHERE resource_type = 'User'"));
            lay(server, &application).await;
            assert_eq!(ranges(server).await, [0_i64; 0], "{wrong}");
            lay(server, &application).await;
            assert_eq!(ranges(server).await, [5, 5, 5]);
        }
        // Nearly all went.
        sql(server, "UPDATE resource_count SET total = 3 WHERE resource_type = 'User'");
        lay(server, &application).await;
        assert_eq!(ranges(server).await, [0_i64; 0]);
        // A counter that is wrong is no measure.
        for wrong in [19, 21] {
            sql(server, &format!("UPDATE resource_count SET total = {wrong} WHERE resource_type = 'User'"));
            lay(server, &application).await;
            assert_eq!(ranges(server).await, [0_i64; 0], "{wrong}");
        }
        sql(server, "UPDATE resource_count SET total = 20 WHERE resource_type = 'User'");
        lay(server, &application).await;
        assert_eq!(ranges(server).await, [5, 5, 5]);
        // A clock that was set back gives ids that lie in ranges.
        server.clock.step(-3_600_000);
        all.insert(0, user(&application, 50).await);
        server.clock.step(3_600_000);
        lay(server, &application).await;
        assert_eq!(ranges(server).await, [0_i64; 0]);
        lay(server, &application).await;
        assert_eq!(ranges(server).await, [5, 5, 5, 5]);
        expect_pages(&application, &all).await;
        assert_eq!(server.contradictions().await, Vec::<String>::new());
    }

    async fn ranges_that_became_nearly_empty_are_laid_anew(server) {
        let application = server.application("acme", &[]).await;
        let mut all = users(&application, 0..55).await;
        lay(server, &application).await;
        assert_eq!(ranges(server).await, [5; 10]);
        let left = all.split_off(40);
        for id in &all {
            application.delete(&format!("/Users/{id}")).await.expect(204);
        }
        assert_eq!(ranges(server).await, [0, 0, 0, 0, 0, 0, 0, 0, 5, 5]);
        lay(server, &application).await;
        assert_eq!(ranges(server).await.len(), 10);
        expect_pages(&application, &left).await;
        for id in &left[..5] {
            application.delete(&format!("/Users/{id}")).await.expect(204);
        }
        lay(server, &application).await;
        lay(server, &application).await;
        assert_eq!(ranges(server).await, [5]);
        expect_pages(&application, &left[5..]).await;
    }

    async fn ranges_are_laid_while_users_are_deleted(server) {
        let application = server.application("acme", &[]).await;
        let all = users(&application, 0..60).await;
        server.clock.step(120_000);
        let laying = async {
            for _ in 0..6 {
                while server.provisioning.lay_ranges(&application.scope, SIZE).await.unwrap() {}
            }
        };
        let urls: Vec<String> = all.iter().step_by(2).map(|id| format!("/Users/{id}")).collect();
        let deleting = join_all(urls.iter().map(|url| application.delete(url)));
        let (deleted, ()) = futures_util::join!(deleting, laying);
        for answer in deleted {
            answer.expect(204);
        }
        assert_ne!(ranges(server).await, [0_i64; 0]);
        let left: Vec<_> = all.iter().skip(1).step_by(2).cloned().collect();
        expect_pages(&application, &left).await;
    }
}

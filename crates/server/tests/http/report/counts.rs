//! What is counted beforehand gives what counting gives: at every stage of the counting, after late rows and after retention.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use database::{Database, Error, Id, Timestamp, kind};
use diesel::connection::SimpleConnection;
use provisioning::{EventSearch, Operation, Outcome, Subject, Total};
use registry::TenantScope;

use crate::on_both_databases;
use crate::support::TestServer;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The same numbers each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % limit
    }

    fn of<T: Copy>(&mut self, values: &[T]) -> T {
        values[usize::try_from(self.below(i64::try_from(values.len()).unwrap())).unwrap()]
    }
}

#[derive(Clone)]
struct Row {
    id: String,
    at: i64,
    application: usize,
    operation: Operation,
    outcome: Outcome,
    error_code: Option<&'static str>,
}

/// A server, and what its report must hold.
struct Model<'a> {
    server: &'a TestServer,
    scope: TenantScope,
    applications: [(String, &'static str); 2],
    database: Database,
    rows: Vec<Row>,
    random: Random,
    made: u64,
}

impl Model<'_> {
    fn row(&mut self, at: i64) -> Row {
        let random = &mut self.random;
        let (outcome, error_code) = match random.below(20) {
            0 => (Outcome::Failed, Some(random.of(&["uniqueness", "invalidValue"]))),
            1 => (Outcome::Refused, Some("featureOff")),
            2..5 => (Outcome::Unchanged, None),
            _ => (Outcome::Succeeded, None),
        };
        // An id may be of some seconds later.
        let ahead = if random.below(10) == 0 { random.below(10_000) } else { 0 };
        let moment = Id::<kind::Event>::first_at(Timestamp::from_milliseconds(at + ahead)).into_string();
        self.made += 1;
        Row {
            id: format!("{}-7000-8000-{:012x}", &moment[..13], self.made),
            at,
            application: usize::from(random.below(50) == 0),
            operation: random.of(&[
                Operation::UserCreate,
                Operation::UserUpdate,
                Operation::UserUpdate,
                Operation::GroupCreate,
            ]),
            outcome,
            error_code,
        }
    }

    /// Writes rows past the server, as many as there are moments.
    async fn write(&mut self, moments: Vec<i64>) {
        let rows: Vec<Row> = moments.into_iter().map(|at| self.row(at)).collect();
        for some in rows.chunks(500) {
            let values: Vec<String> = some
                .iter()
                .map(|row| {
                    let application = &self.applications[row.application];
                    let error_code = row.error_code.map_or("NULL".to_owned(), |code| format!("'{code}'"));
                    format!(
                        "('{}','{}',{},'{}','{}','{}','{}','{}','s','s','[]',200,{error_code},1,'r')",
                        self.scope.tenant_id(),
                        row.id,
                        row.at,
                        application.0,
                        application.1,
                        row.operation.as_str(),
                        row.outcome.as_str(),
                        row.id
                    )
                })
                .collect();
            let sql = format!(
                "INSERT INTO provisioning_event (tenant_id, id, occurred_at, application_id, application_name, operation, outcome,
                 subject_id, subject, summary, changed, status, error_code, duration_us, request_id) VALUES {}",
                values.join(", ")
            );
            self.database.write(move |tx| Ok::<_, Error>(tx.connection()?.batch_execute(&sql)?)).await.unwrap();
        }
        self.rows.extend(rows);
        self.rows.sort_by(|one, other| other.id.cmp(&one.id));
    }

    async fn count(&self) -> usize {
        let mut steps = 0;
        while self.server.provisioning.count_events(&self.scope).await.unwrap() {
            steps += 1;
        }
        steps
    }

    fn search(&mut self) -> EventSearch {
        let now = self.server.clock_ms();
        let random = &mut self.random;
        let span = random.of(&[10 * MINUTE_MS, HOUR_MS, 5 * HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS, 90 * DAY_MS]);
        let to = if random.below(3) == 0 { now + 1 } else { now - random.below(45 * DAY_MS) };
        let to = if random.below(3) == 0 { to - to % HOUR_MS } else { to };
        EventSearch {
            identifier: String::new(),
            application: random.of(&["", "", "entra", "okta", "none"]).to_owned(),
            from: Timestamp::from_milliseconds(to - span),
            to: Timestamp::from_milliseconds(to),
            operation: random.of(&[None, None, None, Some(Operation::UserUpdate), Some(Operation::UserDelete)]),
            outcome: random.of(&[None, None, None, Some(Outcome::Failed), Some(Outcome::Unchanged)]),
            error_code: random.of(&[None, None, None, None, Some("featureOff"), Some("uniqueness")]).map(str::to_owned),
            after: None,
            limit: random.of(&[1, 7, 50]),
        }
    }

    /// Asks for reports and compares them with what the rows say.
    async fn check(&mut self, stage: &str) {
        for _ in 0..25 {
            let mut search = self.search();
            let told = format!("{stage}: {search:?}");
            let (from, to) = (search.from.as_milliseconds(), search.to.as_milliseconds());
            let taken: Vec<&Row> = self
                .rows
                .iter()
                .filter(|row| {
                    (from..to).contains(&row.at)
                        && self.applications[row.application].1.to_lowercase().contains(&search.application)
                        && search.operation.is_none_or(|operation| operation == row.operation)
                        && search.outcome.is_none_or(|outcome| outcome == row.outcome)
                        && search.error_code.as_deref().is_none_or(|code| row.error_code == Some(code))
                })
                .collect();
            let mut ids = taken.iter().map(|row| row.id.as_str());
            for page in 0..3 {
                let report = self.server.provisioning.events(&self.scope, search.clone()).await.unwrap();
                let expected: Vec<&str> = ids.by_ref().take(usize::try_from(search.limit).unwrap()).collect();
                let found: Vec<&str> = report.page.rows.iter().map(|row| row.id.as_str()).collect();
                assert_eq!(found, expected, "page {page} of {told}");
                if page == 0 {
                    assert_eq!(report.page.total, Total::Exact(i64::try_from(taken.len()).unwrap()), "{told}");
                    for bar in &report.buckets {
                        let of = |outcome: Outcome| {
                            let bar = bar.from.as_milliseconds()..bar.to.as_milliseconds();
                            taken.iter().filter(|row| bar.contains(&row.at) && row.outcome == outcome).count()
                        };
                        let expected = [Outcome::Succeeded, Outcome::Unchanged, Outcome::Refused, Outcome::Failed]
                            .map(|outcome| i64::try_from(of(outcome)).unwrap());
                        assert_eq!(
                            [bar.succeeded, bar.unchanged, bar.refused, bar.failed],
                            expected,
                            "{bar:?} of {told}"
                        );
                    }
                    let mut reasons: BTreeMap<String, i64> = BTreeMap::new();
                    for code in taken.iter().filter_map(|row| row.error_code) {
                        *reasons.entry(code.to_owned()).or_default() += 1;
                    }
                    let told_reasons: BTreeMap<String, i64> =
                        report.reasons.into_iter().map(|reason| (reason.code, reason.count)).collect();
                    assert_eq!(told_reasons, reasons, "{told}");
                }
                search.after = report.page.next;
                if search.after.is_none() {
                    assert_eq!(ids.next(), None, "{told}");
                    break;
                }
            }
        }
        let newest: Vec<&str> =
            self.rows.iter().filter(|row| row.application == 1).take(5).map(|row| row.id.as_str()).collect();
        let recent = self.server.provisioning.recent_events(
            &self.scope,
            Subject::Application(self.applications[1].0.clone()),
            5,
        );
        let recent: Vec<String> = recent.await.unwrap().into_iter().map(|row| row.id).collect();
        assert_eq!(recent, newest, "{stage}");
        let first = self.rows.iter().rev().find(|row| {
            row.application == 1 && row.operation == Operation::GroupCreate && row.outcome == Outcome::Succeeded
        });
        let milestones = self.server.provisioning.milestones(&self.scope, &self.applications[1].0).await.unwrap();
        let told = milestones.group_pushed.map(|milestone| milestone.event_id);
        assert_eq!(told.as_deref(), first.map(|row| row.id.as_str()), "{stage}");
        let wrong: Vec<String> =
            self.server.contradictions().await.into_iter().filter(|problem| problem.contains("are counted")).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{stage}");
    }
}

on_both_databases! {
    async fn counted_or_not_the_report_is_the_same(server) {
        let okta = server.application_named("acme", "Okta", &[]).await;
        let entra = server.application_named("acme", "Entra", &[]).await;
        server.tampered.store(true, Ordering::Relaxed);
        let mut model = Model {
            server,
            scope: okta.scope.clone(),
            applications: [(okta.id, "Okta"), (entra.id, "Entra")],
            database: server.database(),
            rows: Vec::new(),
            random: Random(1),
            made: 0,
        };
        let now = server.clock_ms();
        // 40 quiet days; a busy hour of the day before, and the present one, 25 minutes old.
        server.clock.step(25 * MINUTE_MS);
        let mut moments: Vec<i64> = (0..3_000).map(|_| now - model.random.below(40 * DAY_MS)).collect();
        moments.extend((0..2_600).map(|_| now - DAY_MS + 10 * MINUTE_MS + model.random.below(30 * MINUTE_MS)));
        moments.extend((0..6_000).map(|_| now + model.random.below(25 * MINUTE_MS)));
        model.write(moments).await;
        model.check("nothing is counted").await;

        assert!(server.provisioning.count_events(&model.scope).await.unwrap());
        model.check("one step is counted").await;
        assert!(model.count().await >= 1);
        model.check("all but the last minutes is counted").await;

        // More comes, also right after what is counted.
        let later = server.clock_ms();
        let moments = (0..300).map(|_| later + model.random.below(3 * HOUR_MS)).collect();
        server.clock.step(3 * HOUR_MS);
        model.write(moments).await;
        model.check("more came").await;
        // Two servers count at the same time.
        let (one, other) = futures_util::future::join(model.count(), model.count()).await;
        assert!(one + other >= 1);
        model.check("more is counted").await;

        // What is too old goes, in the middle of hours, of busy ones too.
        for before in [now - 20 * DAY_MS - 17 * MINUTE_MS, now - DAY_MS + 22 * MINUTE_MS + 13_000, server.clock_ms() - 2_000] {
            let before = Timestamp::from_milliseconds(before);
            let first_kept = Id::<kind::Event>::first_at(before).into_string();
            let prune = async || {
                let mut all = 0;
                loop {
                    match server.provisioning.prune_events(&model.scope, before).await.unwrap() {
                        0 => return all,
                        deleted => all += deleted,
                    }
                }
            };
            let (one, other) = futures_util::future::join(prune(), prune()).await;
            let kept = model.rows.iter().filter(|row| row.id >= first_kept).count();
            assert_eq!(one + other, model.rows.len() - kept);
            model.rows.retain(|row| row.id >= first_kept);
            model.check("the oldest are gone").await;
        }
    }

    async fn rows_that_come_late_or_again_are_counted(server) {
        let okta = server.application_named("acme", "Okta", &[]).await;
        let scope = &okta.scope;
        okta.find("/Users", "userName eq \"early@corp.test\"").await.expect(200);
        // The row waits in memory; meanwhile its hour is counted.
        okta.add_user("ada@corp.test").await;
        server.clock.step(2 * HOUR_MS);
        while server.provisioning.count_events(scope).await.unwrap() {}
        server.provisioning.flush_report().await.unwrap();
        assert_eq!(server.report(scope, |_| ()).await.page.total, Total::Exact(2));
        assert_eq!(server.contradictions().await, Vec::<String>::new());
        // The clock was wrong and is set back; what is written then belongs to counted time.
        server.clock.step(-90 * MINUTE_MS);
        okta.add_user("bob@corp.test").await;
        let now = Timestamp::from_milliseconds(server.clock_ms());
        server.provisioning.count_events_again(scope, now.plus_milliseconds(-10 * MINUTE_MS)).await.unwrap();
        assert_eq!(server.report(scope, |_| ()).await.page.total, Total::Exact(3));
        server.clock.step(2 * HOUR_MS);
        while server.provisioning.count_events(scope).await.unwrap() {}
        assert_eq!(server.report(scope, |_| ()).await.page.total, Total::Exact(3));
    }
}

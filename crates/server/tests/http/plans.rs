//! No hot statement reads a table from end to end: the plans that both databases make for the statements behind each
//! question are written out here.
//!
//! Statements are taken from diesel as they run; on PostgreSQL with their values, by which it may plan.

mod queries;

use std::collections::BTreeSet;
use std::sync::Mutex;

use database::testing::Scratch;
use diesel::connection::{Instrumentation, InstrumentationEvent, SimpleConnection};
use diesel::prelude::*;
use diesel::sql_types::Text;
use futures_util::future::join_all;
use provisioning::Subject;
use serde_json::json;

use crate::support::{TestApplication, TestServer, group, okta_user, patch};

/// What ran since the last look.
static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn watch() -> Option<Box<dyn Instrumentation>> {
    Some(Box::new(|event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            SEEN.lock().unwrap().push(query.to_string());
        }
    }))
}

/// The statements that read or change rows by a condition.
fn seen() -> Vec<String> {
    let seen = std::mem::take(&mut *SEEN.lock().unwrap());
    let hot = |text: &String| text.contains(" WHERE ") && text.contains(" -- binds: ") && !text.starts_with("EXPLAIN");
    seen.into_iter().filter(hot).collect()
}

/// A statement with its values written into it, where values decide how it is planned.
fn literal(statement: &str) -> String {
    let (sql, binds) = statement.split_once(" -- binds: ").unwrap();
    let mut values = Values { rest: binds };
    values.expect("[");
    let values = values.list();
    let mut text = sql.to_owned();
    if text.contains('$') {
        for (index, value) in values.iter().enumerate().rev() {
            text = text.replace(&format!("${}", index + 1), value);
        }
        return text;
    }
    // SQLite plans once for all values, see docs/decisions/0013.
    text
}

/// Reads values as diesel's debug output writes them.
struct Values<'a> {
    rest: &'a str,
}

impl Values<'_> {
    fn expect(&mut self, text: &str) -> bool {
        let found = self.rest.strip_prefix(text);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    /// Up to the closing bracket, as SQL literals.
    fn list(&mut self) -> Vec<String> {
        let mut values = Vec::new();
        while !self.expect("]") {
            values.push(self.value());
            self.expect(", ");
        }
        values
    }

    fn value(&mut self) -> String {
        for wrapper in ["Some(", "Id(", "Timestamp("] {
            if self.expect(wrapper) {
                let inner = if wrapper == "Id(" { format!("'{}'", self.word()) } else { self.value() };
                assert!(self.expect(")"), "{}", self.rest);
                return inner;
            }
        }
        if self.expect("[") {
            return format!("ARRAY[{}]::text[]", self.list().join(", "));
        }
        if self.rest.starts_with('"') {
            let mut escaped = false;
            let closes = |letter: char| {
                let closes = letter == '"' && !escaped;
                escaped = letter == '\\' && !escaped;
                closes
            };
            let end = self.rest[1..].find(closes).unwrap() + 1;
            let text = self.rest[1..end].replace("\\u{10ffff}", "\u{10ffff}").replace("\\\"", "\"");
            self.rest = &self.rest[end + 1..];
            return format!("'{}'", text.replace('\'', "''"));
        }
        match self.word() {
            "None" => "NULL".to_owned(),
            word => word.to_owned(),
        }
    }

    fn word(&mut self) -> &str {
        let end = self.rest.find([',', ')', ']']).unwrap();
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    #[diesel(column_name = "QUERY PLAN")]
    line: String,
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// Where plans are asked for.
enum Planner {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Planner {
    fn new(url: &str) -> Self {
        match url.strip_prefix("sqlite:") {
            Some(path) => Planner::Sqlite(SqliteConnection::establish(path).unwrap()),
            None => {
                let mut connection = PgConnection::establish(url).unwrap();
                // Tables of a test are small enough to be read in one go; that is not what this is about.
                connection.batch_execute("ANALYZE; SET enable_seqscan = off").unwrap();
                Planner::Postgres(connection)
            }
        }
    }

    /// How the database goes about it: each index that is used, and each table that is read from end to end.
    fn plan(&mut self, statement: &str) -> BTreeSet<String> {
        let sql = literal(statement);
        let details: Vec<String> = match self {
            Planner::Sqlite(connection) => {
                let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}"))
                    .load(connection)
                    .unwrap_or_else(|error| panic!("{error}: {sql}"));
                steps.into_iter().map(|step| step.detail).collect()
            }
            Planner::Postgres(connection) => {
                let lines: Vec<Line> = diesel::sql_query(format!("EXPLAIN (COSTS OFF) {sql}"))
                    .load(connection)
                    .unwrap_or_else(|error| panic!("{error}: {sql}"));
                lines.into_iter().map(|line| line.line).collect()
            }
        };
        details.iter().filter_map(|detail| access(detail)).collect()
    }
}

/// The access to a table in a line of a plan.
fn access(detail: &str) -> Option<String> {
    let after =
        |word: &str| detail.split_once(word).and_then(|(_, rest)| rest.split([' ', '(']).next()).map(str::to_owned);
    if detail.contains("SCAN ") && !detail.contains("CONSTANT") && !detail.contains("SUBQUERY") {
        return Some(format!("SCAN {detail}"));
    }
    if detail.contains("Seq Scan") {
        return Some(format!("SCAN {}", detail.trim()));
    }
    if detail.contains(" USING PRIMARY KEY ") {
        // A table that lies in the tree of its key.
        return after("SEARCH ").map(|table| format!("{table} USING PRIMARY KEY"));
    }
    let index = after(" COVERING INDEX ").or_else(|| after(" INDEX ")).or_else(|| after("Index Scan on "));
    index.or_else(|| if detail.contains("Index") { after(" using ") } else { None })
}

/// Question, and the index that must answer it, on SQLite and on PostgreSQL.
const EXPECTED: [(&str, &str, &str); 36] = [
    ("user by id", "sqlite_autoindex_resource_1", "resource_pkey"),
    ("user by userName", "resource_user_name", "resource_user_name"),
    ("user by externalId", "resource_external_id", "resource_external_id"),
    ("user by e-mail", "resource_key USING PRIMARY KEY", "resource_key_pkey"),
    ("group by displayName", "resource_group_name", "resource_group_"),
    ("users by several userNames", "resource_user_name", "resource_user_name"),
    ("users by one of several attributes", "resource_key USING PRIMARY KEY", "resource_key_pkey"),
    ("users by the beginning of userName", "resource_user_name", "resource_user_name"),
    ("groups by the beginning of displayName", "resource_group_name", "resource_group_"),
    ("groups of a member", "group_member_member", "group_member_member"),
    ("whether somebody is in a group", "sqlite_autoindex_resource_1", "resource_pkey"),
    ("users of a group", "group_member USING PRIMARY KEY", "group_member_pkey"),
    ("users created since", "resource_crawl", "resource_"),
    ("users sorted by userName", "resource_user_name", "resource_user_name"),
    ("users sorted by externalId", "resource_external_id", "resource_external_id"),
    ("groups sorted by displayName", "resource_group_name", "resource_group_"),
    ("pages by cursor", "resource_crawl", "resource_"),
    ("everything by userName", "resource_user_name", "resource_user_name"),
    ("pages of users", "resource_crawl", "resource_crawl"),
    ("a page in the middle", "resource_range USING PRIMARY KEY", "resource_range_pkey"),
    ("groups of users", "group_member_member", "group_member_member"),
    ("pages of groups", "group_member USING PRIMARY KEY", "group_member_pkey"),
    ("create user", "sqlite_autoindex_directory_user_2", "directory_user_tenant_id_user_name_folded_key"),
    ("rename user", "resource_user_name", "resource_user_name"),
    ("change members", "group_member USING PRIMARY KEY", "group_member_pkey"),
    ("replace group", "group_member USING PRIMARY KEY", "group_member_pkey"),
    ("put groups into groups", "group_member_member", "group_member_member"),
    ("groups through groups", "group_member_member", "group_member_member"),
    ("one group with nested ones", "resource_crawl", "resource_crawl"),
    ("delete nested group", "group_member_member", "group_member_member"),
    ("delete user", "resource_key_owner", "resource_key_owner"),
    ("report", "sqlite_autoindex_provisioning_event_1", "provisioning_event_first_pkey"),
    ("report by identifier", "provisioning_event_subject", "provisioning_event_first_tenant_id_subject_id_id_idx"),
    ("report by application", "sqlite_autoindex_provisioning_event_1", "provisioning_event_first_pkey"),
    ("users and one person", "sqlite_autoindex_directory_user_2", "directory_user_"),
    ("latest rows of a person", "provisioning_event_subject", "provisioning_event_first_tenant_id_subject_id_id_idx"),
];

async fn holds_plans(scratch: Scratch, expected: impl Fn(&(&'static str, &'static str, &'static str)) -> &'static str) {
    diesel::connection::set_default_instrumentation(watch).unwrap();
    let server = TestServer::start(scratch).await;
    let application = server.application("acme", &[]).await;
    let user = |number: usize| okta_user(&format!("00u{number}"), &format!("user{number}@corp.test"), "A", "B");
    let bodies: Vec<_> = (0..400).map(user).collect();
    let mut ids: Vec<String> = Vec::new();
    // A few at a time: a busy machine does not get through hundreds before the server tells the last ones to come back.
    for bodies in bodies.chunks(20) {
        let made = join_all(bodies.iter().map(|body| application.post("/Users", body))).await;
        ids.extend(made.into_iter().map(|answer| answer.expect(201).id()));
    }
    for number in 0..20 {
        application.add_group(&format!("group {number}"), &[&ids[number], &ids[number + 20]]).await;
    }
    let mut planner = Planner::new(&server.database_url);
    let mut unasked: Vec<_> = EXPECTED.iter().collect();
    let mut tell = |question: &str| {
        let seen = seen();
        let statements: BTreeSet<&String> = seen.iter().collect();
        assert!(!statements.is_empty(), "{question}");
        let mut used = BTreeSet::new();
        for statement in &statements {
            let plan = planner.plan(statement);
            assert!(!plan.iter().any(|access| access.starts_with("SCAN")), "{question}: {plan:?}\n{statement}");
            used.extend(plan);
        }
        let row = unasked.remove(unasked.iter().position(|row| row.0 == question).unwrap());
        let wanted = expected(row);
        assert!(used.iter().any(|index| index.starts_with(wanted)), "{question}: {wanted} is not among {used:?}");
        seen.len()
    };
    seen();
    ask(&server, &application, &ids, &mut tell).await;
    assert!(unasked.is_empty(), "{unasked:?}");
    server.stop().await;
}

/// The id of the group of this number.
async fn group_id(application: &TestApplication, number: usize) -> String {
    let found = application.find("/Groups", &format!("displayName eq \"group {number}\"")).await.expect(200).json();
    found["Resources"][0]["id"].as_str().unwrap().to_owned()
}

/// Asks every hot question, and has the plans of each looked at; that gives how many statements there were.
async fn ask(server: &TestServer, application: &TestApplication, ids: &[String], tell: &mut impl FnMut(&str) -> usize) {
    let user = format!("/Users/{}", ids[7]);
    let group_id = group_id(application, 7).await;
    seen();
    application.get(&user).await.expect(200);
    // Credential, resource with its groups. That none of them is in another one costs no further statement.
    assert_eq!(tell("user by id"), 2);
    application.find("/Users", "userName eq \"user7@corp.test\"").await.expect(200);
    assert_eq!(tell("user by userName"), 2);
    application.find("/Users", "externalId eq \"00u7\"").await.expect(200);
    assert_eq!(tell("user by externalId"), 2);
    application.find("/Users", "emails[type eq \"work\"].value eq \"user7@corp.test\"").await.expect(200);
    assert_eq!(tell("user by e-mail"), 2);
    application.find("/Groups", "displayName eq \"group 7\"").await.expect(200);
    tell("group by displayName");
    application.get("/Users?startIndex=1&count=100").await.expect(200);
    application.get("/Users?startIndex=101&count=100").await.expect(200);
    tell("pages of users");
    application.get("/Users?startIndex=301&count=100").await.expect(200);
    // Credential, count, ranges, where the page begins, page, groups.
    assert_eq!(tell("a page in the middle"), 6);
    application.get("/Users?startIndex=1&count=100&attributes=groups").await.expect(200);
    // Credential, count, page; then as for one.
    assert_eq!(tell("groups of users"), 5);
    application.get("/Groups?startIndex=1&count=100").await.expect(200);
    // Credential, count, page, memberships, members: not two for each group.
    assert_eq!(tell("pages of groups"), 5);
    application.get("/Groups?startIndex=1&count=100&excludedAttributes=members").await.expect(200);
    assert_eq!(seen().len(), 3);
    application.post("/Users", &okta_user("00new", "new@corp.test", "A", "B")).await.expect(201);
    // Credential, and a look at who is there.
    assert_eq!(tell("create user"), 2);
    application
        .patch(
            &user,
            &patch(json!([{ "op": "replace", "value": { "userName": "renamed@corp.test", "active": false } }])),
        )
        .await
        .expect(200);
    tell("rename user");
    let members = json!([
        { "op": "remove", "path": format!("members[value eq \"{}\"]", ids[7]) },
        { "op": "add", "path": "members", "value": [{ "value": ids[9] }] },
    ]);
    application.patch(&format!("/Groups/{group_id}"), &patch(members)).await.expect(200);
    tell("change members");
    application.put(&format!("/Groups/{group_id}"), &group("renamed", &[&ids[1], &ids[2]])).await.expect(200);
    tell("replace group");
    let scope = &application.scope;
    application.delete(&user).await.expect(204);
    tell("delete user");
    server.report(scope, |_| ()).await;
    tell("report");
    server.report(scope, |search| search.identifier = "user7@".to_owned()).await;
    tell("report by identifier");
    server.report(scope, |search| search.application = "okta".to_owned()).await;
    tell("report by application");
    let person = server.person(scope, "user9@corp.test").await.unwrap();
    tell("users and one person");
    // A second application provides the person too, so that there are two resources to look for.
    let other = server.application("acme", &[]).await;
    other.add_user("user9@corp.test").await;
    seen();
    server.provisioning.recent_events(scope, Subject::User(person.row.id), 10).await.unwrap();
    tell("latest rows of a person");
    queries::ask(application, ids, tell).await;
    nested(server, application, ids, tell).await;
}

/// The questions that are about groups in groups.
async fn nested(
    server: &TestServer,
    application: &TestApplication,
    ids: &[String],
    tell: &mut impl FnMut(&str) -> usize,
) {
    let chain = [group_id(application, 10).await, group_id(application, 11).await, group_id(application, 12).await];
    seen();
    for pair in chain.windows(2) {
        let add = patch(json!([{ "op": "add", "path": "members", "value": [{ "value": pair[0] }] }]));
        application.patch(&format!("/Groups/{}", pair[1]), &add).await.expect(200);
    }
    tell("put groups into groups");
    application.get(&format!("/Users/{}", ids[10])).await.expect(200);
    // As for a user in groups that are in no other; then a level each, until nothing is found, and the names.
    assert_eq!(tell("groups through groups"), 4 + 3 + 1);
    server.provisioning.group(&application.scope, &chain[2], None, None).await.unwrap().unwrap();
    tell("one group with nested ones");
    application.delete(&format!("/Groups/{}", chain[0])).await.expect(204);
    tell("delete nested group");
}

#[actix_web::test]
async fn sqlite() {
    holds_plans(Scratch::sqlite(), |(_, sqlite, _)| sqlite).await;
}

#[actix_web::test]
async fn postgres() {
    holds_plans(Scratch::postgres(), |(_, _, postgres)| postgres).await;
}

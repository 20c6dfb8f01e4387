//! Ten thousand malformed requests: no 5xx but 501 and 505, no hang, no memory that stays taken, and every error is SCIM
//! JSON.
//!
//! The requests are ordinary ones with something broken in them, from a generator that repeats itself for a seed.

use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{Answer, TestApplication, group, okta_user, patch};

const REQUESTS: u64 = 10_000;
/// Caches and pools have their size after so many.
const WARM_UP: u64 = 2_500;
const AT_ONCE: u64 = 8;
/// What 7,500 further requests may add: a leak of 8 kB a request would be 60 MB.
const GROWTH_KB: u64 = 40_000;

on_both_databases! {
    async fn nothing_breaks(server) {
        let application = server.application("acme", &[]).await;
        let ada = application.add_user("ada@corp.test").await;
        let engines = application.add_group("Engines", &[&ada]).await;
        let ids = [ada, engines];
        let mut tally = std::collections::BTreeMap::<u16, u64>::new();
        let mut warm_kb = 0;
        for first in (0..REQUESTS).step_by(usize::try_from(AT_ONCE).unwrap()) {
            if first == WARM_UP {
                warm_kb = resident_kb();
            }
            let batch = (first..first + AT_ONCE).map(|seed| one(&application, &ids, seed));
            for status in futures_util::future::join_all(batch).await {
                *tally.entry(status).or_default() += 1;
            }
        }
        let growth_kb = resident_kb().saturating_sub(warm_kb);
        assert!(growth_kb < GROWTH_KB, "{growth_kb} kB more after {REQUESTS} requests than after {WARM_UP}");
        // Most were broken, and in more than one way.
        let refused: u64 = tally.iter().filter(|(status, _)| **status >= 400).map(|(_, count)| count).sum();
        assert!(refused > REQUESTS / 2 && tally.len() > 6, "{tally:?}");
        application.get("/Users?count=1").await.expect(200);
        application.post("/Users", &okta_user("9", "grace@corp.test", "Grace", "Hopper")).await.expect(201);
    }
}

/// Sends the request of a seed and holds its answer to what every answer must be.
async fn one(application: &TestApplication, ids: &[String; 2], seed: u64) -> u16 {
    let request = Generator(seed).request(application, ids);
    let answer = application.wire.raw(&request).await;
    let shown = || format!("seed {seed}: {}\n{} {}", request.escape_ascii(), answer.status, answer.body);
    assert!(answer.status < 500 || matches!(answer.status, 501 | 505), "{}", shown());
    // A head that was broken in its first line may no longer say that it is for a SCIM endpoint, or be HTTP at all.
    let line = request.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_scim = line.windows(14).any(|window| window == b" /t/acme/scim/");
    let is_http = line.first().is_some_and(u8::is_ascii_graphic);
    if answer.status >= 400 && is_scim && is_http && !request.starts_with(b"HEAD") {
        assert_eq!(answer.header("content-type"), Some("application/scim+json"), "{}", shown());
        assert_eq!(error_status(&answer), Some(answer.status), "{}", shown());
    }
    answer.status
}

fn error_status(answer: &Answer) -> Option<u16> {
    let body: Value = serde_json::from_str(&answer.body).ok()?;
    let is_error = body["schemas"] == json!(["urn:ietf:params:scim:api:messages:2.0:Error"]);
    let is_told = body["detail"].as_str().is_some_and(|detail| !detail.is_empty() && detail.len() < 2_000);
    body["status"].as_str()?.parse().ok().filter(|_| is_error && is_told)
}

/// Memory of this process, which the server is a part of, without the database file that is mapped into it.
fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("RssAnon:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Bytes that mean something in a head, or must not stand in one.
const BREAKING: &[u8] = b"\0\x01 \t\"%{}<>\\^`|\x7f\x80\xff:/?#";

/// SplitMix64: small, and the same for a seed everywhere.
struct Generator(u64);

impl Generator {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    fn one_in(&mut self, chance: usize) -> bool {
        self.below(chance) == 0
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    fn request(&mut self, application: &TestApplication, ids: &[String; 2]) -> Vec<u8> {
        let id = ids[self.below(2)].clone();
        let method = self.pick(&["GET", "POST", "PUT", "PATCH", "DELETE", "POST", "PATCH", "HEAD", "OPTIONS", "BREW"]);
        let mut target = self.path(&id);
        if self.one_in(2) || method == "GET" {
            target.push_str(&self.query());
        }
        let mut body = match method {
            "GET" | "DELETE" | "HEAD" => Vec::new(),
            _ => self.body(&id),
        };
        if self.one_in(2) {
            self.damage(&mut body);
        }
        let mut head = format!("{method} {}{target} HTTP/1.1\r\nHost: rollcall.test\r\n", application.path);
        if !self.one_in(30) {
            head.push_str(&format!("Authorization: Bearer {}\r\n", application.token));
        }
        head.push_str(&format!("Content-Length: {}\r\nConnection: close\r\n", body.len()));
        head.push_str(self.pick(&[
            "Content-Type: application/scim+json\r\n",
            "Content-Type: application/scim+json\r\n",
            "Content-Type: application/json; charset=utf-8\r\n",
            "Content-Type: text/plain\r\n",
            "Content-Type: ,;=\r\n",
            "",
        ]));
        head.push_str(self.pick(&[
            "",
            "",
            "",
            "If-Match: W/\"1\"\r\n",
            "If-Match: \"\"\",,W/\r\n",
            "If-None-Match: *\r\n",
            "Accept: text/html\r\n",
            "Accept: application/scim+json;q=banana\r\n",
            "Authorization: Basic ////\r\n",
            "X-Rollcall: \u{7f}\r\n",
        ]));
        head.push_str("\r\n");
        let mut request = head.into_bytes();
        if self.one_in(12) {
            // Somewhere in the head, but not in the length of the body nor in what ends the connection: for those the server
            // would have to wait.
            let is_length = |window: &[u8]| window == b"Content-Length:";
            let end = request.windows(15).position(is_length).unwrap();
            let at = self.below(end);
            request[at] = BREAKING[self.below(BREAKING.len())];
        }
        request.extend_from_slice(&body);
        request
    }

    fn path(&mut self, id: &str) -> String {
        match self.below(14) {
            0..4 => format!("/Users/{id}"),
            4..7 => format!("/Groups/{id}"),
            7 => "/Users".to_owned(),
            8 => "/Groups".to_owned(),
            9 => self.pick(&["/Bulk", "/Me", "/.search", "/Users/.search", "/Groups/.search", "/"]).to_owned(),
            10 => {
                self.pick(&["/Schemas", "/ResourceTypes/User", "/ServiceProviderConfig", "/Schemas/urn:x"]).to_owned()
            }
            11 => format!("/Users/{}", "x".repeat(self.below(3_000))),
            12 => format!(
                "/Users/{}",
                self.pick(&["%00", "..%2f..", "%ff%fe", "%", "%zz", "..", "\u{1f}", "'--", "{id}"])
            ),
            _ => self.pick(&["//", "/Nothing", "/users/x/y/z", "/Users%2F", "/%E2%82%AC", ""]).to_owned(),
        }
    }

    fn query(&mut self) -> String {
        let mut query = String::from("?");
        for _ in 0..=self.below(3) {
            let name = self.pick(&[
                "filter",
                "filter",
                "filter",
                "filter",
                "startIndex",
                "count",
                "attributes",
                "excludedAttributes",
                "sortBy",
                "sortOrder",
                "cursor",
                "FILTER",
                "a%00b",
            ]);
            let value = match name.to_ascii_lowercase().as_str() {
                "filter" => self.filter(),
                "startindex" | "count" => self
                    .pick(&["-1", "0", "1", "99999999999999999999", "1e3", "NaN", "", "0x10", "+", "1.5"])
                    .to_owned(),
                "cursor" => self.pick(&["", "AAAA", "%00", "../../x", "eyJhIjoxfQ"]).to_owned(),
                _ => self
                    .pick(&["userName", "name.givenName,emails", ",,,", "members", "urn:", "a[b]", "%2e", "descending"])
                    .to_owned(),
            };
            query.push_str(&format!("{name}={value}&"));
        }
        query
    }

    /// Pieces of filters in any order: now and then one that makes sense.
    fn filter(&mut self) -> String {
        const PIECES: [&str; 34] = [
            "userName",
            "eq",
            "\"ada@corp.test\"",
            "and",
            "or",
            "not",
            "(",
            ")",
            "[",
            "]",
            "pr",
            "emails",
            "type",
            "\"work\"",
            "active",
            "true",
            "null",
            "co",
            "sw",
            "gt",
            "meta.lastModified",
            "\"2011-05-13T04:42:34Z\"",
            "1",
            "-1.5e300",
            "name.givenName",
            "members",
            "groups.value",
            "urn:ietf:params:scim:schemas:core:2.0:User:title",
            "schemas",
            "\"",
            "\\u0000",
            "\u{e9}",
            "password",
            "$ref",
        ];
        let mut filter = String::new();
        if self.one_in(3) {
            filter.push_str(self.pick(&[
                "userName eq \"x\"",
                "emails[type eq \"work\"]",
                "not (active pr)",
                "id eq 5",
            ]));
        }
        for _ in 0..self.below(8) {
            filter.push(' ');
            filter.push_str(PIECES[self.below(PIECES.len())]);
        }
        if self.one_in(50) {
            filter = "(".repeat(self.below(5_000));
        }
        filter
            .bytes()
            .map(|byte| if byte.is_ascii_alphanumeric() { (byte as char).to_string() } else { format!("%{byte:02x}") })
            .collect()
    }

    fn body(&mut self, id: &str) -> Vec<u8> {
        let mut body = match self.below(8) {
            0 | 1 => okta_user(&self.next().to_string(), &format!("u{}@corp.test", self.below(500)), "U", "V"),
            2 => group(&format!("Group {}", self.below(50)), &[id]),
            3..6 => {
                let operations: Vec<Value> = (0..self.below(4)).map(|_| self.operation(id)).collect();
                patch(Value::Array(operations))
            }
            6 => {
                json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": "userName pr", "count": 1 })
            }
            _ => json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
                "Operations": [{ "method": "POST", "path": "/Users", "bulkId": "a", "data": { "userName": "bulkId:b" } }]
            }),
        };
        for _ in 0..self.below(3) {
            self.distort(&mut body);
        }
        body.to_string().into_bytes()
    }

    fn operation(&mut self, id: &str) -> Value {
        let path = self.pick(&[
            "active",
            "members",
            "emails[type eq \"work\"].value",
            "name",
            "name.givenName",
            "userName",
            "roles[primary eq \"True\"].value",
            "members[value eq \"x\"]",
            "emails[",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
            "",
            "a.b.c",
            "emails[type eq \"work\"",
            "id",
            "meta.version",
            "groups",
            "members[not (value pr)]",
            "\u{e9}",
            "displayName",
        ]);
        let value = self.value(id);
        let mut operation =
            json!({ "op": self.pick(&["add", "replace", "remove", "Add", "move", ""]), "path": path, "value": value });
        if self.one_in(3) {
            operation.as_object_mut().unwrap().remove(self.pick(&["op", "path", "value"]));
        }
        operation
    }

    fn value(&mut self, id: &str) -> Value {
        match self.below(12) {
            0 => Value::Null,
            1 => json!(true),
            2 => json!(-1.5e300),
            3 => json!(u64::MAX),
            4 => json!([]),
            5 => json!({}),
            6 => json!([{ "value": id }]),
            7 => json!({ "value": [[[[id]]]] }),
            8 => json!("x".repeat(self.below(5_000))),
            9 => json!("\u{0}\u{202e}\u{ffff}"),
            10 => json!({ "displayName": "x", "name.givenName": { "a": 1 }, "urn:x:y": null }),
            _ => json!(["a", 1, null, { "type": "work", "primary": "True" }]),
        }
    }

    /// Puts something unexpected at some place of a document.
    fn distort(&mut self, document: &mut Value) {
        let strange = self.value("strange");
        let mut pointer = String::new();
        for _ in 0..self.below(4) {
            let step = match document.pointer(&pointer) {
                Some(Value::Object(members)) if !members.is_empty() => {
                    members.keys().nth(self.below(members.len())).map(|name| name.replace('~', "~0").replace('/', "~1"))
                }
                Some(Value::Array(values)) if !values.is_empty() => Some(self.below(values.len()).to_string()),
                _ => None,
            };
            let Some(step) = step else { break };
            pointer.push('/');
            pointer.push_str(&step);
        }
        if let Some(place) = document.pointer_mut(&pointer) {
            *place = strange;
        }
    }

    /// Breaks the bytes themselves.
    fn damage(&mut self, body: &mut Vec<u8>) {
        if body.is_empty() {
            return;
        }
        match self.below(6) {
            0 => body.truncate(self.below(body.len())),
            1 => {
                let at = self.below(body.len());
                body[at] ^= 1 << self.below(8);
            }
            2 => {
                let at = self.below(body.len());
                body.splice(at..at, b"\xff\xfe\x00{[\"".iter().copied());
            }
            3 => body.extend_from_slice(b"}]"),
            4 => *body = b"[".repeat(self.below(20_000)),
            _ => {
                let twice = body.clone();
                body.extend(twice);
            }
        }
    }
}

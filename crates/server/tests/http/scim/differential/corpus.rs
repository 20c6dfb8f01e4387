//! Random resources, stored through the API: users, groups of users and groups, and a type of the application's own with
//! attributes of every kind.

use scim_model::schema::Definitions;
use scim_model::{Resource, ResourceTypes};
use serde_json::{Value, json};

use super::Dice;
use crate::support::{ENTERPRISE_USER, TestApplication, TestServer, patch};

const USERS: usize = 45;
const GROUPS: usize = 14;
const BADGES: usize = 22;

/// Texts that differ in case, in width, in letters that patterns mean something by.
const WORDS: [&str; 17] = [
    "ada",
    "Ada",
    "ADA b",
    "bob",
    "ｂｏｂ",
    "Ärger",
    "ärger",
    "zoë",
    "o'Neil",
    "100%_off",
    "a\"quote",
    "back\\slash",
    "東京",
    "😀",
    "Straße",
    "",
    "a b",
];

/// A resource as a client reads it.
pub struct Known {
    pub id: String,
    /// Which of the corpus' types.
    pub ty: usize,
    pub resource: Resource,
}

/// All that is stored.
pub struct Corpus {
    pub types: ResourceTypes,
    pub all: Vec<Known>,
}

fn definitions() -> Definitions {
    let text = json!([
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": "urn:example:Badge", "name": "Badge",
            "attributes": [
                { "name": "number", "uniqueness": "server" },
                { "name": "code", "caseExact": true, "uniqueness": "server" },
                { "name": "userName" },
                { "name": "serial", "type": "integer" },
                { "name": "weight", "type": "decimal" },
                { "name": "valid", "type": "boolean" },
                { "name": "issued", "type": "dateTime" },
                { "name": "photo", "type": "binary", "caseExact": true },
                { "name": "home", "type": "reference", "caseExact": true, "referenceTypes": ["uri"] },
                { "name": "tags", "multiValued": true },
                { "name": "holders", "type": "complex", "multiValued": true, "subAttributes": [
                    { "name": "value" }, { "name": "type" }, { "name": "primary", "type": "boolean" },
                    { "name": "since", "type": "dateTime" },
                ] },
                { "name": "place", "type": "complex", "subAttributes": [{ "name": "room" }, { "name": "floor", "type": "integer" }] },
            ],
        },
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"], "name": "Badge", "endpoint": "/Badges",
            "schema": "urn:example:Badge",
        },
    ]);
    Definitions::parse(text.to_string().as_bytes()).unwrap()
}

impl Corpus {
    pub async fn make(server: &TestServer, application: &TestApplication, dice: &Dice) -> Self {
        application.change_settings(server, |settings| settings.definitions = definitions()).await;
        let types = definitions().build().unwrap();
        let mut below: Vec<(usize, String)> = Vec::new();
        let (mut users, mut groups) = (Vec::new(), Vec::new());
        for number in 0..USERS {
            let id = application.post("/Users", &user(dice, number, &users)).await.expect(201).id();
            below.push((0, format!("/Users/{id}")));
            users.push(id);
            server.clock.step(i64::try_from(dice.roll(3) * 400).unwrap());
        }
        for number in 0..GROUPS {
            let id = application.post("/Groups", &group(dice, number, &users, &groups)).await.expect(201).id();
            below.push((1, format!("/Groups/{id}")));
            groups.push(id);
            server.clock.step(1);
        }
        for number in 0..BADGES {
            let id = application.post("/Badges", &badge(dice, number, &users)).await.expect(201).id();
            below.push((2, format!("/Badges/{id}")));
        }
        // Somebody changes, somebody leaves, somebody comes back.
        for _ in 0..USERS / 2 {
            server.clock.step(i64::try_from(dice.roll(2) * 700).unwrap());
            let (_, path) = dice.pick(&below);
            let change = if path.starts_with("/Badges") {
                json!({ "tags": ["changed"] })
            } else {
                json!({ "externalId": dice.pick(&WORDS) })
            };
            application.patch(path, &patch(json!([{ "op": "replace", "value": change }]))).await.expect(200);
        }
        let mut gone = Vec::new();
        for _ in 0..4 {
            let (ty, path) = below.remove(dice.roll(USERS / 2));
            let body = application.get(&path).await.expect(200).json();
            application.delete(&path).await.expect(204);
            gone.push((ty, path, body));
        }
        let (ty, path, body) = gone.pop().unwrap();
        assert_eq!(application.post("/Users", &body).await.expect(201).id(), path.trim_start_matches("/Users/"));
        below.push((ty, path));

        let mut all = Vec::new();
        for (ty, path) in below {
            let body = application.get(&path).await.expect(200);
            all.push(Known { id: body.id(), ty, resource: Resource::from_stored(&body.body).unwrap() });
        }
        Corpus { types, all }
    }
}

/// Puts each of these in, or not.
fn some_of(dice: &Dice, mut body: Value, optional: Vec<(&str, Value)>) -> Value {
    for (name, value) in optional {
        if dice.roll(5) > 1 {
            body[name] = value;
        }
    }
    body
}

fn entries(dice: &Dice, most: usize, mut entry: impl FnMut(usize) -> Value) -> Value {
    let primary = dice.roll(4);
    let mut entries: Vec<Value> = (0..dice.roll(most + 1)).map(&mut entry).collect();
    if let Some(entry) = entries.get_mut(primary) {
        entry["primary"] = json!(true);
    }
    json!(entries)
}

fn user(dice: &Dice, number: usize, others: &[String]) -> Value {
    let word = || dice.pick(&WORDS).to_string();
    let typed = |value: String| json!({ "value": value, "type": dice.pick(&["work", "home", "Other"]) });
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": format!("{}{number}", word()),
    });
    let manager = others.get(dice.roll(others.len() + 1)).cloned().unwrap_or_else(|| "nobody".to_owned());
    some_of(
        dice,
        body,
        vec![
            ("externalId", json!(word())),
            ("displayName", json!(word())),
            ("title", json!(word())),
            ("userType", json!(dice.pick(&["employee", "Guest"]))),
            ("active", json!(dice.roll(2) > 0)),
            ("name", some_of(dice, json!({}), vec![("givenName", json!(word())), ("familyName", json!(word()))])),
            ("emails", entries(dice, 3, |_| typed(format!("{}@x.test", dice.pick(&["a", "B", "b", "c"]))))),
            ("phoneNumbers", entries(dice, 2, |index| typed(format!("+{index}{}", dice.roll(3))))),
            ("roles", entries(dice, 2, |_| json!({ "value": word(), "display": word() }))),
            ("x509Certificates", json!([{ "value": "TUlJRA==" }])),
            (
                ENTERPRISE_USER,
                some_of(
                    dice,
                    json!({ "employeeNumber": number.to_string() }),
                    vec![("department", json!(word())), ("manager", json!({ "value": manager }))],
                ),
            ),
        ],
    )
}

fn group(dice: &Dice, number: usize, users: &[String], groups: &[String]) -> Value {
    let mut members: Vec<&String> = (0..dice.roll(6)).map(|_| dice.pick(users)).collect();
    if !groups.is_empty() && dice.roll(2) > 0 {
        members.push(dice.pick(groups));
    }
    members.sort();
    members.dedup();
    let members: Vec<Value> = members.into_iter().map(|id| json!({ "value": id })).collect();
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": format!("{} {number}", dice.pick(&WORDS)),
        "members": members,
    });
    some_of(dice, body, vec![("externalId", json!(dice.pick(&WORDS)))])
}

fn badge(dice: &Dice, number: usize, users: &[String]) -> Value {
    let times = ["2011-05-13T04:42:34Z", "2011-05-13T06:42:34+02:00", "2011-05-13T04:42:34.5Z", "2024-02-29T00:00:00Z"];
    let body = json!({ "schemas": ["urn:example:Badge"] });
    some_of(
        dice,
        body,
        vec![
            ("externalId", json!(dice.pick(&WORDS))),
            ("number", json!(format!("N{number}"))),
            ("code", json!(format!("{}{number}", dice.pick(&["c", "C"])))),
            ("userName", json!(dice.pick(&WORDS))),
            ("serial", json!(dice.pick(&[-2_i64, 0, 7, 10, 9_007_199_254_740_993]))),
            ("weight", json!(dice.pick(&[-1.5, 0.25, 2.0, 1e10]))),
            ("valid", json!(dice.roll(2) > 0)),
            ("issued", json!(dice.pick(&times))),
            ("photo", json!(dice.pick(&["YWJj", "YWJD"]))),
            ("home", json!(dice.pick(&["https://x.test/A", "https://x.test/a"]))),
            ("tags", json!([dice.pick(&WORDS), format!("t{number}")])),
            (
                "holders",
                entries(
                    dice,
                    2,
                    |_| json!({ "value": dice.pick(users), "type": dice.pick(&WORDS), "since": dice.pick(&times) }),
                ),
            ),
            ("place", json!({ "room": dice.pick(&WORDS), "floor": dice.roll(4) })),
        ],
    )
}

//! A saved mapping is used by the very next write.

use mapping::{Mapping, Rule};
use provisioning::Outcome;
use scim_model::schema::Definitions;
use serde_json::json;

use crate::on_both_databases;
use crate::support::{ENTERPRISE_USER, TestServer, okta_user, patch, user};

const GUIDE: &str = include_str!("../../../../../docs/guides/custom-schemas.md");

async fn value(server: &TestServer, scope: &registry::TenantScope, attribute: &str) -> Option<String> {
    let people = server.people(scope).await;
    let person = server.provisioning.user(scope, &people[0].id).await.unwrap().unwrap();
    person.profile.into_iter().find(|(name, _)| name == attribute).map(|(_, value)| value)
}

fn set(mapping: &mut Mapping, attribute: &str, path: &str) {
    match mapping.users.iter_mut().find(|rule| rule.attribute == attribute) {
        Some(rule) => path.clone_into(&mut rule.path),
        None => mapping.users.push(Rule::new(attribute, path)),
    }
}

on_both_databases! {
    async fn the_next_write_uses_it(server) {
        let application = server.application("acme", &[]).await;
        let mut body = okta_user("1", "ada@corp.test", "Ada", "Lovelace");
        body["nickName"] = json!("Countess");
        body[ENTERPRISE_USER] = json!({ "department": "Engines", "employeeNumber": "0042" });
        body["phoneNumbers"] = json!([{ "value": "+1", "type": "work" }, { "value": "+2", "type": "mobile" }]);
        let created = application.post("/Users", &body).await.expect(201);
        let below = format!("/Users/{}", created.id());
        let scope = &application.scope;
        assert_eq!(value(server, scope, "department").await.as_deref(), Some("Engines"));
        assert_eq!(value(server, scope, "shirtName").await, None);

        // A PUT that changes nothing of the resource.
        application.change_settings(server, |settings| set(&mut settings.mapping, "shirtName", "nickName")).await;
        let put = application.put(&below, &created.json()).await.expect(200);
        assert_eq!(put.body, created.body);
        assert_eq!(value(server, scope, "shirtName").await.as_deref(), Some("Countess"));
        let event = server.last_event(scope).await;
        assert_eq!((event.row.outcome, event.settings_revision), (Outcome::Succeeded, Some(2)));
        assert_eq!(event.row.changed, ["directory shirtName"]);
        assert!(event.steps.iter().any(|step| step.text == "14 rules of settings revision 2: 1 directory attribute changed"), "{:?}", event.steps);

        // Another path for the same attribute, by a PATCH.
        application.change_settings(server, |settings| {
            set(&mut settings.mapping, "shirtName", "phoneNumbers[type eq \"mobile\"].value");
            set(&mut settings.mapping, "department", &format!("{ENTERPRISE_USER}:employeeNumber"));
        }).await;
        application.patch(&below, &patch(json!([{ "op": "add", "path": "title", "value": "X" }]))).await.expect(200);
        assert_eq!(value(server, scope, "shirtName").await.as_deref(), Some("+2"));
        assert_eq!(value(server, scope, "department").await.as_deref(), Some("0042"));

        // A removed row is gone from the profile.
        application.change_settings(server, |settings| settings.mapping.users.retain(|rule| rule.attribute != "shirtName")).await;
        application.put(&below, &application.get(&below).await.json()).await.expect(200);
        assert_eq!(value(server, scope, "shirtName").await, None);
        // The client's own view never changed.
        assert_eq!(application.get(&below).await.json()[ENTERPRISE_USER]["department"], "Engines");
    }

    async fn a_required_attribute_without_a_value(server) {
        let application = server.application("acme", &[]).await;
        let id = application.add_user("ada@corp.test").await;
        application.change_settings(server, |settings| set(&mut settings.mapping, "userName", "nickName")).await;
        let expected = "The attribute mapping in Rollcall takes \"userName\" from nickName, and this user has no value there. Send nickName, or change the mapping of this application.";
        let patched = patch(json!([{ "op": "add", "path": "title", "value": "X" }]));
        assert_eq!(application.post("/Users", &user("bob@corp.test")).await.scim_error(400, Some("invalidValue")), expected);
        assert_eq!(application.patch(&format!("/Users/{id}"), &patched).await.scim_error(400, Some("invalidValue")), expected);
        let event = server.last_event(&application.scope).await;
        assert_eq!((event.row.outcome, event.row.error_code.as_deref()), (Outcome::Failed, Some("mapping")));
        assert_eq!(event.advice.unwrap().link, Some(provisioning::AdviceLink::Mapping));
        assert_eq!(application.get("/Users").await.json()["totalResults"], 1);
        // Deactivating somebody must work all the same: a leaver is a leaver.
        let mut named = user("carol@corp.test");
        named["nickName"] = json!("Carol");
        application.post("/Users", &named).await.expect(201);
        assert!(server.person(&application.scope, "Carol").await.is_some());
    }

    async fn two_users_mapped_to_one_name(server) {
        let application = server.application("acme", &[]).await;
        application.change_settings(server, |settings| set(&mut settings.mapping, "userName", "displayName")).await;
        application.post("/Users", &okta_user("1", "ada1@corp.test", "Ada", "Lovelace")).await.expect(201);
        let answer = application.post("/Users", &okta_user("2", "ada2@corp.test", "ada", "lovelace")).await;
        assert!(answer.scim_error(409, Some("uniqueness")).contains("The directory already has another user with the user name \"ada lovelace\""));
        assert_eq!(application.get("/Users").await.json()["totalResults"], 1);
        let event = server.last_event(&application.scope).await;
        assert_eq!(event.row.operation, provisioning::Operation::UserImport);
        let failed = server.report(&application.scope, |search| search.outcome = Some(Outcome::Failed)).await;
        assert_eq!(failed.page.rows[0].error_code.as_deref(), Some("directoryUniqueness"));
    }

    /// The example of docs/guides/custom-schemas.md.
    async fn an_extension_of_the_applications_own_feeds_the_directory(server) {
        let mut blocks = GUIDE.split("```json\n").skip(1).map(|block| block.split("```").next().unwrap());
        let definitions = Definitions::parse(blocks.next().unwrap().as_bytes()).unwrap();
        let body: serde_json::Value = serde_json::from_str(blocks.next().unwrap()).unwrap();
        let path = GUIDE.split('`').find(|text| text.ends_with(":2.0:User:number")).unwrap();
        let urn = path.strip_suffix(":number").unwrap();
        let application = server.application("acme", &[]).await;
        application.change_settings(server, |settings| {
            settings.definitions = definitions;
            set(&mut settings.mapping, "badgeNumber", path);
        }).await;
        let created = application.post("/Users", &body).await.expect(201).json();
        assert_eq!(created[urn], json!({ "number": "B-0042" }), "without the PIN");
        assert_eq!(value(server, &application.scope, "badgeNumber").await.as_deref(), Some("B-0042"));
        let mut second = user("bob@example.com");
        second[urn] = json!({ "number": "b-0042" });
        let refused = application.post("/Users", &second).await.expect(409).json();
        assert_eq!(refused["scimType"], "uniqueness");
    }
}

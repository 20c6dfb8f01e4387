//! One person, several applications.

use provisioning::{Outcome, UserStatus};
use registry::Feature;
use serde_json::json;

use crate::on_both_databases;
use crate::support::{okta_user, patch, user};

fn value<'a>(person: &'a provisioning::UserDetail, attribute: &str) -> Option<&'a str> {
    person.profile.iter().find(|(name, _)| name == attribute).map(|(_, value)| value.as_str())
}

on_both_databases! {
    async fn a_person_is_recognised(server) {
        let one = server.application("acme", &[]).await;
        let two = server.application("acme", &[]).await;
        one.post("/Users", &okta_user("1", "ada@corp.test", "Ada", "Lovelace")).await.expect(201);
        two.post("/Users", &okta_user("2", "ADA@corp.test", "Ada", "Lovelace")).await.expect(201);
        let step = |event: &provisioning::EventDetail| event.steps.iter().find(|step| step.name == "Matched").unwrap().text.clone();
        assert_eq!(step(&server.last_event(&one.scope).await), "Linked to the existing directory user with the same user name");
        let mut by_email = okta_user("3", "lovelace", "Ada", "Lovelace");
        by_email["emails"] = json!([{ "value": "Ada@corp.test", "type": "work" }]);
        let three = server.application("acme", &[]).await;
        three.post("/Users", &by_email).await.expect(201);
        assert_eq!(step(&server.last_event(&one.scope).await), "Linked to the existing directory user with the same e-mail");
        let people = server.people(&one.scope).await;
        assert_eq!(people.len(), 1);
        let person = server.person(&one.scope, &people[0].user_name).await.unwrap();
        assert_eq!(person.sources.len(), 3);
        let applications: Vec<_> = person.row.applications.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(applications, ["Okta 1", "Okta 2", "Okta 3"]);
        // Each client still reads what it wrote.
        assert_eq!(one.get("/Users").await.json()["Resources"][0]["userName"], "ada@corp.test");
        assert_eq!(two.get("/Users").await.json()["Resources"][0]["userName"], "ADA@corp.test");
    }

    async fn an_email_of_two_people_matches_nobody(server) {
        let one = server.application("acme", &[]).await;
        let two = server.application("acme", &[]).await;
        for name in ["desk-a", "desk-b"] {
            let mut shared = okta_user(name, name, "Front", "Desk");
            shared["emails"] = json!([{ "value": "desk@corp.test", "type": "work" }]);
            one.post("/Users", &shared).await.expect(201);
        }
        let mut other = okta_user("c", "desk-c", "Front", "Desk");
        other["emails"] = json!([{ "value": "desk@corp.test", "type": "work" }]);
        two.post("/Users", &other).await.expect(201);
        assert_eq!(server.people(&one.scope).await.len(), 3);
    }

    async fn a_name_in_the_directory_is_one_persons(server) {
        let one = server.application("acme", &[]).await;
        let two = server.application("acme", &[]).await;
        one.add_user("ada@corp.test").await;
        let bob = two.add_user("bob@corp.test").await;
        let before = two.get("/Users").await.body;
        let answer = two.put(&format!("/Users/{bob}"), &user("ada@corp.test")).await;
        assert_eq!(
            answer.scim_error(409, Some("uniqueness")),
            "The directory already has another user with the user name \"ada@corp.test\". Use another userName, or change the attribute mapping of this application in Rollcall."
        );
        let event = server.last_event(&two.scope).await;
        assert_eq!((event.row.outcome, event.row.error_code.as_deref()), (Outcome::Failed, Some("directoryUniqueness")));
        assert_eq!(two.get("/Users").await.body, before);
    }

    async fn one_source_does_not_wipe_what_another_knows(server) {
        let one = server.application("acme", &[]).await;
        let two = server.application("acme", &[]).await;
        let mut full = okta_user("1", "ada@corp.test", "Ada", "Lovelace");
        full["title"] = json!("Countess");
        let id = one.post("/Users", &full).await.expect(201).id();
        let other = two.post("/Users", &user("ada@corp.test")).await.expect(201).id();
        let person = server.person(&one.scope, "ada@corp.test").await.unwrap();
        assert_eq!((value(&person, "title"), value(&person, "familyName")), (Some("Countess"), Some("Lovelace")));
        two.patch(&format!("/Users/{other}"), &patch(json!([{ "op": "add", "path": "title", "value": "Engineer" }]))).await.expect(200);
        assert_eq!(value(&server.person(&one.scope, "ada@corp.test").await.unwrap(), "title"), Some("Engineer"));
        assert_eq!(one.get(&format!("/Users/{id}")).await.json()["title"], "Countess");
        // What says nothing new does not even touch the person.
        let touched = server.person(&one.scope, "ada@corp.test").await.unwrap().row.updated_at;
        server.clock.step(60_000);
        two.put(&format!("/Users/{other}"), &two.get(&format!("/Users/{other}")).await.json()).await.expect(200);
        assert_eq!(server.last_event(&one.scope).await.row.outcome, Outcome::Unchanged);
        assert_eq!(server.person(&one.scope, "ada@corp.test").await.unwrap().row.updated_at, touched);
        // With one source left, its word is the whole of it.
        two.delete(&format!("/Users/{other}")).await.expect(204);
        let mut less = full.clone();
        less.as_object_mut().unwrap().remove("title");
        one.put(&format!("/Users/{id}"), &less).await.expect(200);
        assert_eq!(value(&server.person(&one.scope, "ada@corp.test").await.unwrap(), "title"), None);
    }

    async fn a_person_whom_another_application_provides_stays(server) {
        for (tenant, delete, status) in [("acme", false, UserStatus::Disabled), ("globex", true, UserStatus::Active)] {
            let one = server.application(tenant, &[(Feature::DeleteDeactivatedUsers, delete)]).await;
            let two = server.application(tenant, &[]).await;
            let id = one.add_user("ada@corp.test").await;
            let other = two.add_user("ada@corp.test").await;
            one.delete(&format!("/Users/{id}")).await.expect(204);
            let person = server.person(&one.scope, "ada@corp.test").await.expect("the person stays");
            assert_eq!(person.row.status, status, "{tenant}");
            let event = server.last_event(&one.scope).await;
            let kept = event.steps.iter().any(|step| step.text.contains("another application still provides this person"));
            assert_eq!(kept, delete, "{tenant}: {:?}", event.steps);
            two.get(&format!("/Users/{other}")).await.expect(200);
            // The last one to go takes the person along, or disables it.
            two.delete(&format!("/Users/{other}")).await.expect(204);
            let person = server.person(&one.scope, "ada@corp.test").await;
            assert_eq!(person.map(|person| person.row.status), Some(UserStatus::Disabled), "{tenant}");
            assert_eq!(two.post("/Users", &user("ada@corp.test")).await.expect(201).id(), other);
        }
    }

    async fn deleting_for_good_leaves_no_loose_ends(server) {
        // The other application has set the person aside: its resource must come back without the person.
        let one = server.application("acme", &[(Feature::DeleteDeactivatedUsers, true)]).await;
        let two = server.application("acme", &[]).await;
        let (id, other) = (one.add_user("ada@corp.test").await, two.add_user("ada@corp.test").await);
        two.delete(&format!("/Users/{other}")).await.expect(204);
        one.delete(&format!("/Users/{id}")).await.expect(204);
        assert!(server.people(&one.scope).await.is_empty());
        assert_eq!(two.post("/Users", &user("ada@corp.test")).await.expect(201).id(), other);
        assert_eq!(server.people(&one.scope).await.len(), 1);
    }
}

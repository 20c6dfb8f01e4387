//! Clients at the same moment.

mod groups;
mod tenants;

use futures_util::future::join_all;
use provisioning::UserStatus;
use registry::Feature;
use serde_json::json;

use crate::on_both_databases;
use crate::support::{Answer, okta_user, patch, user};

fn statuses(answers: &[Answer]) -> Vec<u16> {
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

on_both_databases! {
    async fn two_creates_of_one_name(server) {
        let application = server.application("acme", &[]).await;
        for round in 0..20 {
            let bodies = [user(&format!("user{round}@corp.test")), user(&format!("USER{round}@corp.test"))];
            let answers = join_all(bodies.iter().map(|body| application.post("/Users", body))).await;
            assert_eq!(statuses(&answers), [201, 409], "{round}");
            let failed = answers.iter().find(|answer| answer.status == 409).unwrap();
            assert!(failed.scim_error(409, Some("uniqueness")).contains("another resource of this application"));
        }
        assert_eq!(application.get("/Users?count=0").await.json()["totalResults"], 20);
        assert_eq!(application.get("/Users").await.json()["Resources"].as_array().unwrap().len(), 20);
        assert_eq!(server.people(&application.scope).await.len(), 20);
    }

    async fn one_person_from_two_applications(server) {
        let (one, two) = (server.application("acme", &[]).await, server.application("acme", &[]).await);
        for round in 0..20 {
            let body = user(&format!("user{round}@corp.test"));
            let answers = join_all([one.post("/Users", &body), two.post("/Users", &body)]).await;
            assert_eq!(statuses(&answers), [201, 201], "{round}: {} {}", answers[0].body, answers[1].body);
        }
        let people = server.people(&one.scope).await;
        assert_eq!(people.len(), 20);
        assert!(people.iter().all(|person| person.applications.len() == 2));
    }

    async fn two_creates_of_somebody_set_aside(server) {
        let application = server.application("acme", &[]).await;
        for round in 0..10 {
            let body = okta_user(&format!("00u{round}"), &format!("user{round}@corp.test"), "A", "B");
            let id = application.post("/Users", &body).await.expect(201).id();
            application.delete(&format!("/Users/{id}")).await.expect(204);
            let answers = join_all([application.post("/Users", &body), application.post("/Users", &body)]).await;
            assert_eq!(statuses(&answers), [201, 409], "{round}: {} {}", answers[0].body, answers[1].body);
            assert_eq!(answers.iter().find(|answer| answer.status == 201).unwrap().id(), id);
            assert_eq!(application.get("/Users?count=0").await.json()["totalResults"], round + 1);
        }
    }

    async fn two_groups_of_one_name(server) {
        let application = server.application("acme", &[]).await;
        for round in 0..10 {
            let body = crate::support::group(&format!("group {round}"), &[]);
            let answers = join_all([application.post("/Groups", &body), application.post("/Groups", &body)]).await;
            assert_eq!(statuses(&answers), [201, 409], "{round}");
        }
        assert_eq!(application.get("/Groups?count=0").await.json()["totalResults"], 10);
    }

    async fn many_writers_of_one_user(server) {
        let application = server.application("acme", &[]).await;
        let id = application.add_user("ada@corp.test").await;
        let below = format!("/Users/{id}");
        let bodies: Vec<_> = (0..16)
            .map(|number| patch(json!([{ "op": "add", "path": "phoneNumbers", "value": [{ "value": format!("+{number}") }] }])))
            .collect();
        let answers = join_all(bodies.iter().map(|body| application.patch(&below, body))).await;
        assert_eq!(statuses(&answers), [200; 16]);
        assert_eq!(application.get(&below).await.json()["phoneNumbers"].as_array().unwrap().len(), 16);
        // With a version that only one of them can meet, only one gets through.
        let headers = [("If-Match", "W/\"17\"")];
        let texts: Vec<_> = bodies.iter().map(|_| patch(json!([{ "op": "add", "path": "title", "value": "X" }])).to_string()).collect();
        let texts: Vec<_> = texts.iter().enumerate().map(|(number, text)| text.replace("\"X\"", &format!("\"{number}\""))).collect();
        let answers = join_all(texts.iter().map(|text| application.send_with("PATCH", &below, &headers, text.as_bytes()))).await;
        let through = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!((through, statuses(&answers)[1..].to_vec()), (1, vec![412; 15]));
    }

    async fn leaving_and_being_put_into_groups(server) {
        for (tenant, delete) in [("acme", false), ("globex", true)] {
            let application = server.application(tenant, &[(Feature::DeleteDeactivatedUsers, delete)]).await;
            let group = application.add_group("Everybody", &[]).await;
            for round in 0..10 {
                let id = application.add_user(&format!("user{round}@corp.test")).await;
                let (user_path, group_path) = (format!("/Users/{id}"), format!("/Groups/{group}"));
                let add = patch(json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]));
                let (left, added) = tokio::join!(application.delete(&user_path), application.patch(&group_path, &add));
                assert_eq!(left.status, 204, "{}", left.body);
                assert!(matches!(added.status, 200 | 400), "{}", added.body);
                assert!(application.members(&group).await.is_empty());
            }
            assert_eq!(application.get("/Users?count=0").await.json()["totalResults"], 0);
            assert!(server.people(&application.scope).await.iter().all(|person| person.status == UserStatus::Disabled));
        }
    }
}

//! Users and groups of the tenant as the dashboard asks for them.

use provisioning::{GroupSearch, Subject, Total, UserSearch, UserStatus};
use serde_json::json;

use crate::on_both_databases;
use crate::support::{okta_user, patch};

fn users(text: &str) -> UserSearch {
    UserSearch { text: text.to_owned(), status: None, application: None, after: None, limit: 50 }
}

fn groups(text: &str) -> GroupSearch {
    GroupSearch { text: text.to_owned(), application: None, after: None, limit: 50 }
}

on_both_databases! {
    async fn searching_people(server) {
        let one = server.application("acme", &[]).await;
        let two = server.application("acme", &[]).await;
        one.post("/Users", &okta_user("1", "Ada@corp.test", "Ada", "Lovelace")).await.expect(201);
        let bob = one.post("/Users", &okta_user("2", "bob@corp.test", "Bob", "Åström")).await.expect(201).id();
        two.post("/Users", &okta_user("3", "carol@corp.test", "Carol", "100%")).await.expect(201);
        one.patch(&format!("/Users/{bob}"), &patch(json!([{ "op": "replace", "value": { "active": false } }]))).await.expect(200);
        let found = async |search: UserSearch| {
            let page = server.provisioning.users(&one.scope, search).await.unwrap();
            page.rows.into_iter().map(|row| row.user_name).collect::<Vec<_>>()
        };
        for (text, expected) in [
            ("", vec!["Ada@corp.test", "bob@corp.test", "carol@corp.test"]),
            ("ADA", vec!["Ada@corp.test"]),
            ("love", vec!["Ada@corp.test"]),
            ("bob å", vec!["bob@corp.test"]),
            ("åstr", vec!["bob@corp.test"]),
            ("A\u{30a}str", vec!["bob@corp.test"]),
            ("100%", vec!["carol@corp.test"]),
            ("%", vec![]),
            ("_", vec![]),
            ("' OR 1=1 --", vec![]),
            ("a\u{0}da", vec!["Ada@corp.test"]),
            ("\u{0}", vec!["Ada@corp.test", "bob@corp.test", "carol@corp.test"]),
        ] {
            assert_eq!(found(users(text)).await, expected, "{text:?}");
        }
        assert_eq!(found(UserSearch { status: Some(UserStatus::Disabled), ..users("") }).await, ["bob@corp.test"]);
        assert_eq!(found(UserSearch { application: Some(two.id.clone()), ..users("") }).await, ["carol@corp.test"]);
        assert_eq!(found(UserSearch { application: Some(two.id.clone()), status: Some(UserStatus::Disabled), ..users("bob") }).await, Vec::<String>::new());
        assert_eq!(found(UserSearch { application: Some("\u{0}".to_owned()), ..users("") }).await, Vec::<String>::new());
        assert!(server.provisioning.users(&one.scope, UserSearch { after: Some("a\u{0}".to_owned()), ..users("") }).await.is_ok());

        let mut page = server.provisioning.users(&one.scope, UserSearch { limit: 2, ..users("") }).await.unwrap();
        assert_eq!((page.rows.len(), page.total), (2, Total::Exact(3)));
        page = server.provisioning.users(&one.scope, UserSearch { limit: 2, after: page.next, ..users("") }).await.unwrap();
        assert_eq!((page.rows.len(), page.next, page.total), (1, None, Total::Exact(3)));

        let counts = server.provisioning.counts(&one.scope).await.unwrap();
        assert_eq!((counts.users, counts.disabled_users, counts.groups), (3, 1, 0));
        assert_eq!((counts.per_application[&one.id], counts.per_application[&two.id]), ((2, 0), (1, 0)));
    }

    async fn searching_groups(server) {
        let one = server.application("acme", &[]).await;
        let two = server.application("acme", &[]).await;
        let mut members = Vec::new();
        for number in 10..70 {
            members.push(one.add_user(&format!("user{number}")).await);
        }
        let ids: Vec<&str> = members.iter().map(String::as_str).collect();
        let id = one.add_group("Engines", &ids).await;
        two.add_group("engines", &[]).await;
        one.add_group("Wheels", &[]).await;
        one.add_group("a\u{1}b", &[]).await;
        let found = async |search: GroupSearch| {
            let page = server.provisioning.groups(&one.scope, search).await.unwrap();
            page.rows.into_iter().map(|row| (row.display_name, row.members)).collect::<Vec<_>>()
        };
        assert_eq!(found(groups("ENG")).await, [("Engines".to_owned(), 60), ("engines".to_owned(), 0)]);
        assert_eq!(found(groups("eng\u{0}")).await.len(), 2);
        assert_eq!(found(GroupSearch { application: Some(two.id.clone()), ..groups("") }).await, [("engines".to_owned(), 0)]);
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = server.provisioning.groups(&one.scope, GroupSearch { limit: 1, after, ..groups("") }).await.unwrap();
            seen.extend(page.rows.into_iter().map(|row| row.display_name));
            after = page.next;
            if after.is_none() {
                break;
            }
            assert!(seen.len() < 10, "{seen:?}");
        }
        assert_eq!(seen, ["a\u{1}b", "Engines", "engines", "Wheels"]);

        let detail = server.provisioning.group(&one.scope, &id, None, None).await.unwrap().unwrap();
        assert_eq!((detail.members.rows.len(), detail.members.total), (50, Total::Exact(60)));
        assert_eq!(detail.members.rows[0].user_name, "user10");
        let rest = server.provisioning.group(&one.scope, &id, detail.members.next, None).await.unwrap().unwrap();
        assert_eq!((rest.members.rows.len(), rest.members.next), (10, None));
        let person = server.person(&one.scope, "user10").await.unwrap();
        assert_eq!(person.groups.len(), 1);
    }

    async fn ids_from_anywhere(server) {
        let application = server.application("acme", &[]).await;
        application.add_user("ada@corp.test").await;
        let long = "9".repeat(100_000);
        for id in ["", "0", "\u{0}", "a\u{0}b", "../..", &long] {
            assert!(server.provisioning.user(&application.scope, id).await.unwrap().is_none());
            assert!(server.provisioning.group(&application.scope, id, Some("\u{0}".to_owned()), Some("\u{0}".to_owned())).await.unwrap().is_none());
            assert!(server.provisioning.event(&application.scope, id).await.unwrap().is_none());
            assert_eq!(server.provisioning.milestones(&application.scope, id).await.unwrap(), provisioning::Milestones::default());
            for subject in [Subject::User(id.to_owned()), Subject::Group(id.to_owned()), Subject::Application(id.to_owned())] {
                assert!(server.provisioning.recent_events(&application.scope, subject, 10).await.unwrap().is_empty());
            }
        }
    }
}

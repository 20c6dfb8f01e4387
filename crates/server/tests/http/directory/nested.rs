//! Groups in groups as the dashboard asks for them.

use provisioning::{GroupDetail, Total};

use crate::on_both_databases;
use crate::support::{TestApplication, TestServer, group, many_users};

async fn detail(server: &TestServer, application: &TestApplication, id: &str, after: Option<String>) -> GroupDetail {
    server.provisioning.group(&application.scope, id, None, after).await.unwrap().unwrap()
}

on_both_databases! {
    async fn who_is_in_a_group_through_others(server) {
        let application = server.application("acme", &[]).await;
        let (ada, bob, eve) = (application.add_user("ada").await, application.add_user("bob").await, application.add_user("eve").await);
        let compilers = application.add_group("Compilers", &[&ada, &bob]).await;
        let parsers = application.add_group("Parsers", &[&bob, &eve]).await;
        let backend = application.add_group("Backend", &[&compilers, &parsers]).await;
        let engines = application.add_group("Engines", &[&ada, &backend]).await;

        let found = detail(server, &application, &engines, None).await;
        let own: Vec<_> = found.members.rows.iter().map(|row| (row.user_name.as_str(), row.is_group)).collect();
        assert_eq!((own, found.members.total), (vec![("ada", false), ("Backend", true)], Total::Exact(2)));
        assert!(found.parents.is_empty());
        let nested = found.nested.unwrap();
        let people: Vec<_> = nested.people.rows.iter().map(|row| (row.member.user_name.as_str(), row.through.join(", "))).collect();
        assert_eq!(people, [("bob", "Compilers, Parsers".to_owned()), ("eve", "Parsers".to_owned())]);
        assert!(nested.people.rows.iter().all(|row| row.member.directory_user_id.is_some() && !row.member.is_group));
        assert_eq!((nested.groups, nested.people.total, nested.effective), (3, Total::Exact(2), Total::Exact(3)));

        let found = detail(server, &application, &compilers, None).await;
        assert!(found.nested.is_none());
        let parents: Vec<_> = found.parents.iter().map(|row| row.display_name.as_str()).collect();
        assert_eq!(parents, ["Backend", "Engines"]);

        // The person's page: own groups first.
        for (name, expected) in [
            ("ada", vec![("Compilers", ""), ("Engines", ""), ("Backend", "Compilers")]),
            ("bob", vec![("Compilers", ""), ("Parsers", ""), ("Backend", "Compilers, Parsers"), ("Engines", "Compilers, Parsers")]),
            ("eve", vec![("Parsers", ""), ("Backend", "Parsers"), ("Engines", "Parsers")]),
        ] {
            let person = server.person(&application.scope, name).await.unwrap();
            let groups: Vec<_> = person.groups.iter().map(|group| (group.group.display_name.as_str(), group.through.join(", "))).collect();
            let expected: Vec<_> = expected.into_iter().map(|(group, through)| (group, through.to_owned())).collect();
            assert_eq!(groups, expected, "{name}");
        }
        // Another application's groups are others, whatever they are called.
        let other = server.application("acme", &[]).await;
        other.add_user("ada").await;
        other.add_group("Engines", &[]).await;
        assert_eq!(server.person(&application.scope, "ada").await.unwrap().groups.len(), 3);
    }

    async fn many_at_a_time(server) {
        let application = server.application("acme", &[]).await;
        let ids = many_users(server, &application, 2_400);
        let members = |range: std::ops::Range<usize>| ids[range].iter().map(String::as_str).collect::<Vec<_>>();
        let one = application.add_group("One", &members(0..1_300)).await;
        let two = application.add_group("Two", &members(1_100..2_400)).await;
        let mut own = members(0..1_200);
        own.extend([one.as_str(), two.as_str()]);
        let all = application.add_group("All", &own).await;
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let nested = detail(server, &application, &all, after).await.nested.unwrap();
            assert_eq!((nested.people.total, nested.effective), (Total::Exact(1_200), Total::Exact(2_400)));
            assert!(nested.people.rows.len() <= 50);
            seen.extend(nested.people.rows.into_iter().map(|row| (row.member.resource_id, row.through.join(", "))));
            after = nested.people.next;
            if after.is_none() {
                break;
            }
            assert!(seen.len() < 2_400, "{}", seen.len());
        }
        let expected: Vec<_> = (1_200..2_400).map(|number| {
            (ids[number].clone(), if number < 1_300 { "One, Two" } else { "Two" }.to_owned())
        }).collect();
        assert_eq!(seen, expected);
        // With everybody a member of its own, nobody is left.
        let mut everybody = members(0..2_400);
        everybody.push(&two);
        application.put(&format!("/Groups/{all}"), &group("All", &everybody)).await.expect(200);
        let nested = detail(server, &application, &all, None).await.nested.unwrap();
        assert_eq!((nested.people.rows.len(), nested.people.total, nested.effective), (0, Total::Exact(0), Total::Exact(2_400)));
    }

    async fn more_than_are_counted(server) {
        let application = server.application("acme", &[]).await;
        let ids = many_users(server, &application, 10_200);
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let inner = application.add_group("Inner", &ids[2..]).await;
        let outer = application.add_group("Outer", &[ids[0], ids[1], &inner]).await;
        let nested = detail(server, &application, &outer, None).await.nested.unwrap();
        assert_eq!((nested.people.total, nested.effective), (Total::AtLeast(10_000), Total::AtLeast(10_002)));
        assert_eq!(nested.people.rows.len(), 50);
    }
}

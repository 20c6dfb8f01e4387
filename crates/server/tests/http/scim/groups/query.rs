//! GET /Groups

use provisioning::{Operation, Outcome};

use crate::on_both_databases;
use crate::support::{By, ids, many_users};

on_both_databases! {
    async fn look_ups(server) {
        let application = server.application("acme", &[]).await;
        let ada = application.add_user("ada@corp.test").await;
        let id = application.add_group("Engines & Co", &[&ada]).await;
        application.add_group("Other", &[]).await;
        for (filter, expected) in [
            ("displayName eq \"engines & CO\"", 1),
            (&format!("id eq \"{id}\""), 1),
            ("displayName eq \"nothing\"", 0),
            ("displayName pr", 2),
            ("externalId eq \"x\"", 0),
        ] {
            let list = application.find("/Groups", filter).await.expect(200).json();
            assert_eq!(list["totalResults"], expected, "{filter}");
            let event = server.last_event(&application.scope).await;
            assert_eq!((event.row.operation, event.row.outcome), (Operation::GroupLookup, Outcome::Succeeded), "{filter}");
        }
        let found = application.get("/Groups?excludedAttributes=members&filter=displayName%20eq%20%22Engines%20%26%20Co%22").await.expect(200).json();
        assert_eq!(found["Resources"][0].get("members"), None);
        assert_eq!(application.get(&format!("/Groups/{id}?excludedAttributes=members")).await.expect(200).json().get("members"), None);
        let list = application.get("/Groups?startIndex=1&count=100").await.expect(200).json();
        assert_eq!(list["Resources"][0]["members"][0]["value"], ada);
        assert_eq!(server.last_event(&application.scope).await.row.operation, Operation::GroupImport);
    }

    async fn by_members(server) {
        let application = server.application("acme", &[]).await;
        let (ada, bob) = (application.add_user("ada@corp.test").await, application.add_user("bob@corp.test").await);
        let engines = application.add_group("Engines", &[&ada]).await;
        let sales = application.add_group("Sales", &[&ada, &bob]).await;
        let all = application.add_group("All", &[&engines, &sales]).await;
        let none = application.add_group("None", &[]).await;
        let base_url = format!("https://rollcall.test{}", application.path);
        for (filter, expected) in [
            (format!("members eq \"{ada}\""), vec![&engines, &sales]),
            (format!("members.value eq \"{bob}\""), vec![&sales]),
            (format!("members[value eq \"{engines}\"]"), vec![&all]),
            (format!("members eq \"{ada}\" and members eq \"{bob}\""), vec![&sales]),
            (format!("members eq \"{bob}\" or members eq \"{sales}\""), vec![&sales, &all]),
            (format!("members eq \"{bob}\" or displayName eq \"none\""), vec![&sales, &none]),
            // How Entra ID asks whether somebody is in a group.
            (format!("id eq \"{sales}\" and members eq \"{bob}\""), vec![&sales]),
            (format!("id eq \"{engines}\" and members eq \"{bob}\""), vec![]),
            (format!("members[value eq \"{ada}\" and type eq \"Group\"]"), vec![]),
            (format!("members[value eq \"{ada}\" and display eq \"ADA@corp.test\"]"), vec![&engines, &sales]),
            (format!("members.value eq \"{}\"", ada.to_uppercase()), vec![]),
            (format!("members.value ne \"{ada}\""), vec![&all, &none]),
            (format!("members.$ref eq \"{base_url}/Users/{bob}\""), vec![&sales]),
            ("members.type eq \"Group\"".to_owned(), vec![&all]),
            ("members.display co \"BOB\"".to_owned(), vec![&sales]),
            ("members pr".to_owned(), vec![&engines, &sales, &all]),
            ("not (members pr)".to_owned(), vec![&none]),
            (format!("meta.location eq \"{base_url}/Groups/{none}\""), vec![&none]),
        ] {
            for projection in ["", "&excludedAttributes=members"] {
                let encoded: String = filter.bytes().map(|byte| format!("%{byte:02X}")).collect();
                let list = application.get(&format!("/Groups?filter={encoded}{projection}")).await.expect(200).json();
                assert_eq!(ids(&list).iter().collect::<Vec<_>>(), expected, "{filter}");
                assert_eq!(list["totalResults"], expected.len(), "{filter}");
            }
        }
    }

    async fn in_large_groups(server) {
        let application = server.application("acme", &[]).await;
        let members = many_users(server, &application, 700);
        let some: Vec<&str> = members.iter().map(String::as_str).collect();
        application.add_group("large", &some[..600]).await;
        application.add_group("larger", &some).await;
        for (member, groups) in [(&members[699], 1), (&members[0], 2)] {
            let list = application.find("/Groups", &format!("members eq \"{member}\"")).await.expect(200).json();
            assert_eq!(list["totalResults"], groups);
            let display = member.replace("many-", "USER");
            let list = application.find("/Groups", &format!("members.display eq \"{display}\"")).await.expect(200).json();
            assert_eq!(list["totalResults"], groups);
        }
        let larger = ids(&application.find("/Groups", "displayName eq \"larger\"").await.expect(200).json());
        let query = serde_json::json!({ "filter": format!("groups eq \"{}\"", larger[0]), "attributes": "id" });
        for pages in [
            application.pages_by_index(By::Get, "/Users", &query, 200).await,
            application.pages_by_cursor(By::Search, "/Users", &query, 200).await,
        ] {
            assert_eq!(pages.iter().flat_map(ids).collect::<Vec<_>>(), members);
            assert!(pages.iter().all(|page| page["totalResults"] == 700));
        }
    }
}

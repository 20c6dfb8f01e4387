//! GET /Users: look-ups and pages

use provisioning::{Operation, Outcome};
use serde_json::{Value, json};

use crate::on_both_databases;
use crate::support::{By, ENTERPRISE_USER, ids as ids_of, okta_user, patch, user};

fn names(list: &Value) -> Vec<&str> {
    list["Resources"].as_array().unwrap().iter().map(|user| user["userName"].as_str().unwrap()).collect()
}

on_both_databases! {
    async fn look_ups(server) {
        let application = server.application("acme", &[]).await;
        let mut ada = okta_user("00u1", "Ada+tag@Corp.test", "Ada", "Lovelace");
        ada["emails"] = json!([{ "value": "ada@home.test", "type": "home" }, { "value": "Ada@Corp.test", "type": "work", "primary": true }]);
        ada[ENTERPRISE_USER] = json!({ "employeeNumber": "0042", "manager": { "value": "m1" } });
        let id = application.post("/Users", &ada).await.expect(201).id();
        let mut bob = okta_user("00U1", "100%_off@corp.test", "Bob", "O'Neil");
        bob["active"] = json!(false);
        application.post("/Users", &bob).await.expect(201);
        let (one, two) = (vec!["Ada+tag@Corp.test"], vec!["100%_off@corp.test"]);
        for (filter, expected) in [
            ("userName eq \"ada+TAG@corp.test\"", &one),
            ("UserName EQ \"Ada+tag@Corp.test\"", &one),
            ("urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"ada+tag@corp.test\"", &one),
            ("userName eq \"100%_off@corp.test\"", &two),
            ("userName sw \"100%\"", &two),
            ("userName co \"%_OFF\"", &two),
            ("userName co \"'\"", &vec![]),
            ("name.familyName eq \"o'neil\"", &two),
            ("externalId eq \"00u1\"", &one),
            ("externalId eq \"00U1\"", &two),
            (&format!("id eq \"{id}\""), &one),
            ("emails eq \"ada@corp.test\"", &one),
            ("emails.value eq \"ADA@home.test\"", &one),
            ("emails[type eq \"work\"].value eq \"ada@corp.test\"", &one),
            ("emails[type eq \"work\" and value eq \"ada@home.test\"]", &vec![]),
            ("active eq false", &two),
            ("active eq \"False\"", &two),
            ("not (active eq true)", &two),
            (&format!("{ENTERPRISE_USER}:employeeNumber eq \"0042\""), &one),
            (&format!("id eq \"{id}\" and {ENTERPRISE_USER}:manager eq \"m1\""), &one),
            ("meta.created ge \"2026-11-24T10:00:00+01:00\" and displayName sw \"ada\"", &one),
            ("userName eq \"ada+tag@corp.test\" or userName eq \"100%_off@corp.test\"", &vec!["Ada+tag@Corp.test", "100%_off@corp.test"]),
            ("userName eq \"nobody\"", &vec![]),
            ("userName eq \"\"", &vec![]),
            ("title pr", &vec![]),
            ("userName eq \"a\" and (title pr or (nickName sw \"x\" and not (active eq true)))", &vec![]),
        ] {
            let list = application.find("/Users", filter).await.expect(200).json();
            assert_eq!(&names(&list), expected, "{filter}");
            assert_eq!(list["totalResults"], expected.len(), "{filter}");
            assert_eq!(list["itemsPerPage"], expected.len(), "{filter}");
            let event = server.last_event(&application.scope).await;
            assert_eq!((event.row.operation, event.row.outcome), (Operation::UserLookup, Outcome::Succeeded), "{filter}");
        }
        for encoded in [
            "filter=userName%20eq%20%22ada%2Btag%40corp.test%22&startIndex=1&count=100",
            "count=1&filter=userName+eq+%22ada%2Btag%40corp.test%22&startIndex=1",
            "filter=userName+eq+%22ada%2Btag%40corp.test%22&",
            "?filter=userName+eq+%22ada%2Btag@corp.test%22&aadOptscim062020",
            // As Microsoft's validator writes them, and worse.
            "filter=userName+eq+\"ada%2Btag%40corp.test\"",
            "filter=userName eq \"ada%2Btag@corp.test\"&startIndex=1&count=100",
            "filter=userName sw \"ada%2B\" and displayName ne \"<zoë>\"",
        ] {
            assert_eq!(names(&application.get(&format!("//Users?{encoded}")).await.expect(200).json()), one, "{encoded}");
        }
    }

    async fn what_is_kept_elsewhere(server) {
        let application = server.application("acme", &[]).await;
        let (ada, bob) = (application.add_user("ada").await, application.add_user("bob").await);
        application.add_user("cyd").await;
        let engines = application.add_group("Engines", &[&ada, &bob]).await;
        let sales = application.add_group("Sales", &[&bob]).await;
        let (outer, outermost) = (application.add_group("Outer", &[&sales]).await, application.add_group("Outermost", &[]).await);
        let nest = patch(json!([{ "op": "add", "path": "members", "value": [{ "value": outer }] }]));
        application.patch(&format!("/Groups/{outermost}"), &nest).await.expect(200);
        let base_url = format!("https://rollcall.test{}", application.path);
        for (filter, expected) in [
            (format!("groups eq \"{outer}\""), &["bob"][..]),
            (format!("groups eq \"{outermost}\" and groups eq \"{engines}\""), &["bob"]),
            (format!("groups[value eq \"{outermost}\" and type eq \"indirect\"]"), &["bob"]),
            (format!("groups[value eq \"{outermost}\" and type eq \"direct\"]"), &[]),
            (format!("groups eq \"{outermost}\" and userName eq \"ada\""), &[]),
            (format!("groups eq \"{outermost}\" and userName sw \"B\""), &["bob"]),
            (format!("groups.value ne \"{outermost}\""), &["ada", "cyd"]),
            ("groups.type eq \"indirect\"".to_owned(), &["bob"]),
            (format!("groups eq \"{engines}\""), &["ada", "bob"]),
            (format!("groups.value eq \"{sales}\""), &["bob"]),
            (format!("groups eq \"{sales}\" and groups eq \"{engines}\""), &["bob"]),
            (format!("groups eq \"{sales}\" or userName eq \"CYD\""), &["bob", "cyd"]),
            (format!("groups[value eq \"{engines}\" and display eq \"Sales\"]"), &[]),
            (format!("groups.value eq \"{}\"", engines.to_uppercase()), &[]),
            (format!("groups.value eq \"{ada}\""), &[]),
            (format!("groups.value ne \"{sales}\""), &["ada", "cyd"]),
            (format!("groups.$ref eq \"{base_url}/Groups/{sales}\""), &["bob"]),
            ("groups.display eq \"SALES\"".to_owned(), &["bob"]),
            ("groups.display sw \"eng\" and not (groups.display sw \"sal\")".to_owned(), &["ada"]),
            ("groups.type eq \"direct\"".to_owned(), &["ada", "bob"]),
            ("groups pr".to_owned(), &["ada", "bob"]),
            ("not (groups pr)".to_owned(), &["cyd"]),
            (format!("meta.location eq \"{base_url}/Users/{ada}\""), &["ada"]),
            ("meta.location ew \"x\"".to_owned(), &[]),
            (format!("meta[location co \"{bob}\" and resourceType eq \"User\"]"), &["bob"]),
        ] {
            let list = application.find("/Users", &filter).await.expect(200).json();
            assert_eq!((names(&list), &list["totalResults"]), (expected.to_vec(), &json!(expected.len())), "{filter}");
        }
        // Who leaves a group is no longer found by it, whatever of both is deleted.
        application.delete(&format!("/Users/{ada}")).await.expect(204);
        application.delete(&format!("/Groups/{sales}")).await.expect(204);
        for (filter, expected) in [
            (format!("groups eq \"{engines}\""), &["bob"][..]),
            (format!("groups eq \"{sales}\""), &[]),
            ("groups.display eq \"Sales\"".to_owned(), &[]),
        ] {
            assert_eq!(names(&application.find("/Users", &filter).await.expect(200).json()), expected, "{filter}");
        }
    }

    async fn by_a_column(server) {
        let application = server.application("acme", &[]).await;
        let mut ids = Vec::new();
        for (name, external_id) in [("Ada@x", "a1"), ("adA%", "A1"), ("ad\u{10ffff}", "a_1"), ("bob", ""), ("Ädam", "b")] {
            let mut body = user(name);
            body["externalId"] = json!(external_id);
            ids.push(application.post("/Users", &body).await.expect(201).id());
            server.clock.step(1_000);
        }
        for (filter, expected) in [
            ("userName sw \"ADA\"", "01"),
            ("userName sw \"ad\"", "012"),
            ("userName sw \"ad\u{10ffff}\"", "2"),
            ("userName sw \"ä\"", "4"),
            ("userName sw \"ada%\"", "1"),
            ("userName sw \"%\"", ""),
            ("userName sw \"\"", "01234"),
            ("userName gt \"ADA%\" and userName lt \"BOB\"", "02"),
            ("userName ge \"ada%\" and userName le \"bob\"", "0123"),
            ("externalId sw \"a\"", "02"),
            ("externalId sw \"\" and externalId gt \"A\"", "0124"),
            ("externalId le \"a1\"", "01"),
            ("userName eq \"ADA@X\" or userName eq \"BOB\" or userName eq \"nobody\"", "03"),
            ("userName eq \"bob\" or externalId eq \"a1\" or externalId eq \"A1\"", "013"),
            (&format!("id eq \"{}\" or id eq \"{}\"", ids[4], ids[0]), "04"),
            (&format!("id gt \"{}\" and userName sw \"a\"", ids[0]), "12"),
            ("(userName eq \"bob\" or externalId eq \"a1\") and active eq true", "03"),
            ("meta.created gt \"2026-11-24T09:00:02Z\"", "34"),
            ("meta.created ge \"2026-11-24T09:00:02Z\" and meta.created lt \"2026-11-24T09:00:03.0001Z\"", "23"),
            ("meta.created le \"2026-11-24T09:00:00.999Z\"", "0"),
            ("meta.created eq \"2026-11-24T10:00:01+01:00\"", "1"),
            ("meta.created ne \"2026-11-24T10:00:01+01:00\"", "0234"),
            ("meta.created gt \"2200-01-01\"", ""),
            ("meta.created lt \"-009999-01-02T01:59:59Z\"", ""),
            ("userName pr", "01234"),
            ("id pr and not (externalId pr)", "3"),
        ] {
            let list = application.find("/Users", filter).await.expect(200).json();
            let found = ids_of(&list).into_iter().map(|found| ids.iter().position(|id| found == *id).unwrap().to_string());
            assert_eq!(found.collect::<String>(), expected, "{filter}");
            assert_eq!(list["totalResults"], expected.len(), "{filter}");
        }
        application.patch(&format!("/Users/{}", ids[1]), &patch(json!([{ "op": "add", "path": "title", "value": "x" }]))).await.expect(200);
        let list = application.find("/Users", "meta.lastModified ge \"2026-11-24T09:00:05Z\"").await.expect(200).json();
        assert_eq!(names(&list), ["adA%"]);
    }

    async fn very_many_conditions(server) {
        let application = server.application("acme", &[]).await;
        let ada = application.add_user("ada").await;
        let group = application.add_group("Engines", &[&ada]).await;
        for endpoint in ["/Users", ""] {
            for (condition, joint) in [
                ("userName eq \"ada\"".to_owned(), " and "),
                ("userName eq \"ada\"".to_owned(), " or "),
                (format!("id eq \"{ada}\""), " and "),
                ("(id pr and userName sw \"a\")".to_owned(), " or "),
                ("emails eq \"x\" or userName eq \"ada\"".to_owned(), " or "),
                (format!("groups eq \"{group}\""), " or "),
                (format!("groups eq \"{group}\""), " and "),
            ] {
                let count = 16_000 / (condition.len() + joint.len());
                let query = json!({ "filter": vec![condition.as_str(); count].join(joint) });
                let list = application.ask(By::Search, endpoint, &query).await.expect(200).json();
                assert_eq!((names(&list), &list["totalResults"]), (vec!["ada"], &json!(1)), "{condition}{joint}");
            }
        }
    }

    async fn filters_that_cannot_be_used(server) {
        let application = server.application("acme", &[]).await;
        application.add_user("ada@corp.test").await;
        let deep = format!("{}active eq true{}", "(".repeat(2_000), ")".repeat(2_000));
        for (endpoint, filter) in [
            ("/Users", "userName"), ("/Users", "userName eq"), ("/Users", "userName like \"a\""), ("/Users", "userName eq \"a"),
            ("/Users", "eq \"a\""), ("/Users", "(userName eq \"a\""), ("/Users", "userName eq \"a\" and"), ("/Users", "userName eq \"a\" xor title pr"),
            ("/Users", "colour eq \"red\""), ("/Users", "active gt true"),
            ("/Users", "members eq \"x\""), ("/Groups", "groups eq \"x\""), ("/Users", "userName eq \"a\u{0}b\""), ("/Users", "userName eq \"a\\u0000b\""),
            ("/Users", "userName eq \"\\ud800\""), ("/Users", "emails[type eq \"work\""), ("/Users", "emails[emails[type eq \"a\"]]"), ("/Users", &deep),
            ("/Users", "' OR 1=1 --"), ("/Groups", "userName eq \"a\""),
        ] {
            let answer = application.find(endpoint, filter).await;
            answer.scim_error(400, Some("invalidFilter"));
            let event = server.last_event(&application.scope).await;
            assert_eq!((event.row.outcome, event.row.error_code.as_deref()), (Outcome::Failed, Some("invalidFilter")), "{filter}");
        }
        for filter in ["password eq \"s3cret-in-a-filter\"", "active eq true or password pr"] {
            let answer = application.find("/Users", filter).await;
            assert!(answer.scim_error(403, Some("sensitive")).contains("password cannot be used in a filter"));
            assert_eq!(server.last_event(&application.scope).await.row.error_code.as_deref(), Some("sensitive"));
        }
        let long = |length: usize| format!("/Users?filter=userName+eq+%22{}%22", "a".repeat(length));
        application.get(&long(60_000)).await.scim_error(400, Some("invalidFilter"));
        let everywhere = crate::support::all_text(server).await;
        assert!(!everywhere.contains("s3cret-in-a-filter"));
    }

    async fn pages(server) {
        let application = server.application("acme", &[]).await;
        for number in 1..=7 {
            application.add_user(&format!("user{number}")).await;
        }
        for (query, start_index, expected) in [
            ("", 1, &["user1", "user2", "user3", "user4", "user5", "user6", "user7"][..]),
            ("startIndex=1&count=2", 1, &["user1", "user2"]),
            ("startIndex=3&count=2", 3, &["user3", "user4"]),
            ("startIndex=5&count=2", 5, &["user5", "user6"]),
            ("startIndex=7&count=2", 7, &["user7"]),
            ("startIndex=8&count=2", 8, &[]),
            ("startIndex=99999999999999999999&count=2", i64::MAX, &[]),
            ("startIndex=0&count=2", 1, &["user1", "user2"]),
            ("startIndex=-5&count=2", 1, &["user1", "user2"]),
            ("count=0", 1, &[]),
            ("count=-5", 1, &[]),
            ("STARTINDEX=2&Count=1", 2, &["user2"]),
            ("filter=userName+sw+%22user%22&startIndex=6&count=5", 6, &["user6", "user7"]),
            ("filter=userName+sw+%22user%22&count=0", 1, &[]),
        ] {
            let list = application.get(&format!("/Users?{query}")).await.expect(200).json();
            assert_eq!(names(&list), expected, "{query}");
            assert_eq!(list["totalResults"], json!(7), "{query}");
            assert_eq!(list["itemsPerPage"], json!(expected.len()), "{query}");
            assert!(list["startIndex"].is_u64(), "{query}");
            if start_index < i64::MAX {
                assert_eq!(list["startIndex"], json!(start_index), "{query}");
            }
        }
        for query in ["count=ten", "startIndex=1.5", "count=", "startIndex=%2B1"] {
            let answer = application.get(&format!("/Users?{query}")).await;
            if query == "count=" {
                answer.expect(200);
                continue;
            }
            answer.scim_error(400, Some("invalidValue"));
            let event = server.last_event(&application.scope).await;
            assert_eq!((event.row.outcome, event.row.error_code.as_deref()), (Outcome::Failed, Some("invalidValue")), "{query}");
        }
    }

    async fn an_import_meets_everybody_once(server) {
        let application = server.application("acme", &[]).await;
        for number in 1..=9 {
            application.add_user(&format!("user{number}")).await;
        }
        let first = application.get("/Users?startIndex=1&count=4").await.expect(200).json();
        // Somebody leaves and somebody comes between two pages.
        application.delete(&format!("/Users/{}", first["Resources"][1]["id"].as_str().unwrap())).await.expect(204);
        application.add_user("late").await;
        let second = application.get("/Users?startIndex=5&count=4").await.expect(200).json();
        let third = application.get("/Users?startIndex=9&count=4").await.expect(200).json();
        let met: Vec<_> = [&first, &second, &third].into_iter().flat_map(names).collect();
        assert_eq!(met, ["user1", "user2", "user3", "user4", "user5", "user6", "user7", "user8", "user9", "late"]);
        let event = server.last_event(&application.scope).await;
        assert_eq!(event.row.operation, Operation::UserImport);
        assert_eq!(event.row.summary, "Read users 9 to 10 of 9");
        // At most 200 at a time, whatever is asked for.
        let list = application.get("/Users?count=100000").await.expect(200).json();
        assert_eq!(list["itemsPerPage"], 9);
        assert_eq!(server.report(&application.scope, |search| search.operation = Some(Operation::UserImport)).await.page.rows.len(), 4);
    }

    async fn projections_of_lists(server) {
        let application = server.application("acme", &[]).await;
        application.post("/Users", &okta_user("00u1", "ada@corp.test", "Ada", "L")).await.expect(201);
        application.post("/Users", &user("bob@corp.test")).await.expect(201);
        let list = application.get("/Users?attributes=userName,emails.value").await.expect(200).json();
        assert_eq!(list["Resources"][0]["emails"], json!([{ "value": "ada@corp.test" }]));
        assert_eq!(list["Resources"][1].as_object().unwrap().len(), 3);
    }
}

//! Entra ID: the same life in each of its dialects ends with the same directory, and Microsoft's published tests pass.

use provisioning::Operation;
use registry::Feature;
use serde_json::json;
use testkit::client::Provided;
use testkit::entra::{
    AppRole, Dialect, EntraClient, EntraGroup, EntraUser, ManagerForm, Matching, Roles, WorkAddress, postman_set,
    validate,
};

use super::view::{adjustments, groups, people, profile, told};
use crate::on_both_databases;
use crate::support::{ENTERPRISE_USER, TestApplication, okta_user};

const DIALECTS: [(Dialect, &str); 3] =
    [(Dialect::WithoutFlag, "without"), (Dialect::WithFlag, "with"), (Dialect::Older, "older")];

fn job(application: &TestApplication, dialect: Dialect) -> EntraClient {
    let client = EntraClient::new(&application.base_url, &application.token, dialect).unwrap();
    if dialect == Dialect::WithFlag { client.forwarding_flag() } else { client }
}

fn user(object_id: &str, name: &str) -> EntraUser {
    EntraUser::new(object_id, &format!("{name}@contoso.test"), name, "User")
}

/// Everything that the default mappings send.
fn with_everything(user: &EntraUser) -> EntraUser {
    EntraUser {
        display_name: "Bob the Builder".to_owned(),
        title: Some("Builder".to_owned()),
        preferred_language: Some("en-GB".to_owned()),
        work_email: Some("b@contoso.test".to_owned()),
        work_phone: Some("+1 555 0100".to_owned()),
        mobile_phone: Some("+1 555 0199".to_owned()),
        address: Some(WorkAddress {
            street_address: "1 Main Street".to_owned(),
            locality: "Redmond".to_owned(),
            region: "WA".to_owned(),
            postal_code: "98052".to_owned(),
            country: "US".to_owned(),
        }),
        employee_number: Some("701984".to_owned()),
        department: Some("Construction".to_owned()),
        ..user.clone()
    }
}

on_both_databases! {
    async fn the_life_of_people_and_groups_in_each_dialect(server) {
        for (dialect, tenant) in DIALECTS {
            let application = server.application(tenant, &[]).await;
            let mut entra = job(&application, dialect);
            let (eve, bob, ann) = (user("o1", "eve"), user("o2", "bob"), user("o3", "ann"));
            entra.test_connection().await.unwrap();
            for person in [&eve, &bob, &ann] {
                assert_eq!(entra.provision(person).await.unwrap(), Provided::Created);
                assert_eq!(entra.provision(person).await.unwrap(), Provided::Unchanged);
            }
            let changed = with_everything(&bob);
            assert_eq!(entra.provision(&changed).await.unwrap(), Provided::Updated, "{dialect:?}");
            // All of it arrived: nothing is left to send.
            assert_eq!(entra.provision(&changed).await.unwrap(), Provided::Unchanged, "{dialect:?}");

            let sales = EntraGroup { object_id: "g1".to_owned(), display_name: "Sales".to_owned(), members: vec!["o1".to_owned(), "o2".to_owned(), "o3".to_owned()] };
            assert_eq!(entra.provision_group(&sales).await.unwrap(), Provided::Created);
            entra.remove_members("g1", &["o1".to_owned()]).await.unwrap();
            entra.remove_members("g1", &["o1".to_owned()]).await.unwrap();
            entra.add_members("g1", &["o2".to_owned()]).await.unwrap();
            entra.rename_group("g1", "Selling").await.unwrap();

            entra.disable("o3").await.unwrap();
            assert_eq!(entra.restore(&ann).await.unwrap(), Provided::Updated);
            entra.soft_delete("o2").await.unwrap();
            let scope = &application.scope;
            assert_eq!(people(server, scope).await, ["ann@contoso.test", "bob@contoso.test (disabled)", "eve@contoso.test"], "{dialect:?}");
            assert_eq!(groups(server, scope).await, ["Selling: ann@contoso.test, bob@contoso.test (disabled)"], "{dialect:?}");
            for (attribute, expected) in [
                ("email", "b@contoso.test"), ("displayName", "Bob the Builder"), ("mobilePhone", "+1 555 0199"), ("title", "Builder"),
                ("employeeNumber", "701984"), ("department", "Construction"),
            ] {
                assert_eq!(profile(server, scope, "bob@contoso.test", attribute).await.as_deref(), Some(expected), "{dialect:?} {attribute}");
            }
            let stored = application.find("/Users", "userName eq \"bob@contoso.test\"").await.json()["Resources"][0].clone();
            assert_eq!(stored["addresses"], json!([{
                "type": "work", "streetAddress": "1 Main Street", "locality": "Redmond", "region": "WA", "postalCode": "98052", "country": "US",
            }]), "{dialect:?}");
            assert_eq!(stored["externalId"], "bob");
            assert_eq!(told(server, scope).await.into_iter().filter(|line| !line.contains("ead ")).collect::<Vec<_>>(), [
                "Created user eve@contoso.test",
                "Created user bob@contoso.test",
                "Created user ann@contoso.test",
                "Updated user bob@contoso.test",
                "Created group Sales",
                "Added 3 members to group Sales",
                "Removed 1 member from group Sales",
                "Group Sales was already as sent",
                "Group Sales was already as sent",
                "Renamed group Sales to Selling",
                "Disabled user ann@contoso.test",
                "Enabled user ann@contoso.test again",
                "Disabled user bob@contoso.test",
            ], "{dialect:?}");

            assert_eq!(entra.let_days_pass(30).await.unwrap(), 1);
            entra.delete_group("g1").await.unwrap();
            assert_eq!(people(server, scope).await, ["ann@contoso.test", "bob@contoso.test (disabled)", "eve@contoso.test"]);
            assert_eq!(groups(server, scope).await, Vec::<String>::new());
            assert_eq!(application.find("/Users", "userName eq \"bob@contoso.test\"").await.json()["totalResults"], 0);
            assert_eq!(adjustments(server, scope).await, adjusted_in(dialect), "{dialect:?}");
        }
    }

    async fn managers_in_every_form(server) {
        for (dialect, tenant) in DIALECTS {
            let application = server.application(tenant, &[]).await;
            let mut entra = job(&application, dialect);
            for person in [user("o1", "eve"), user("o2", "bob"), user("o3", "ann")] {
                entra.provision(&person).await.unwrap();
            }
            let manager = async |expected: serde_json::Value| {
                let found = application.find("/Users", "userName eq \"bob@contoso.test\"").await.json();
                assert_eq!(found["Resources"][0][ENTERPRISE_USER], expected, "{dialect:?}");
            };
            for form in [ManagerForm::Text, ManagerForm::Object, ManagerForm::List] {
                for boss in ["o1", "o3"] {
                    entra.set_manager("o2", boss, form).await.unwrap();
                    let id = entra.remote_user_id(boss).unwrap().to_owned();
                    let held = match form {
                        ManagerForm::List => json!({ "manager": { "value": id, "$ref": format!("../Users/{id}") } }),
                        _ => json!({ "manager": { "value": id } }),
                    };
                    let found = application.find("/Users", "userName eq \"bob@contoso.test\"").await.json();
                    let stored = &found["Resources"][0][ENTERPRISE_USER];
                    assert_eq!(stored["manager"]["value"], held["manager"]["value"], "{dialect:?} {form:?}");
                }
                entra.remove_manager("o2", "o3", form).await.unwrap();
                manager(serde_json::Value::Null).await;
            }
            let path = format!("{ENTERPRISE_USER}:manager");
            let report = adjustments(server, &application.scope).await;
            let told = |what: &str| report.iter().filter(|line| line.contains(what)).count();
            assert_eq!(told(&format!("bare value taken as an object: {path}")), 2, "{report:#?}");
            assert_eq!(told(&format!("list of one taken as a single value: {path}")), 2, "{report:#?}");
            assert_eq!(told(&format!("empty value taken as none: {path}")), 3, "{report:#?}");
        }
    }

    async fn roles_by_value_path_and_as_json_text(server) {
        for (dialect, tenant) in DIALECTS {
            let application = server.application(tenant, &[]).await;
            let mut entra = job(&application, dialect);
            let role = |id: &str, value: &str| AppRole { id: id.to_owned(), value: value.to_owned(), display_name: format!("The {value}") };
            let roles = async |name: &str| {
                let found = application.find("/Users", &format!("userName eq \"{name}@contoso.test\"")).await.json();
                found["Resources"][0]["roles"].clone()
            };
            let of_type = "WindowsAzureActiveDirectoryRole";
            // In the POST, and changed by a value path.
            let mut bob = EntraUser { roles: Roles::One("Reader".to_owned()), ..user("o2", "bob") };
            entra.provision(&bob).await.unwrap();
            assert_eq!(roles("bob").await, json!([{ "primary": true, "value": "Reader", "display": "Reader", "type": of_type }]));
            bob.roles = Roles::One("Writer".to_owned());
            assert_eq!(entra.provision(&bob).await.unwrap(), Provided::Updated);
            assert_eq!(entra.provision(&bob).await.unwrap(), Provided::Unchanged);
            assert_eq!(roles("bob").await, json!([{ "primary": true, "value": "Writer", "display": "Writer", "type": of_type }]), "{dialect:?}");
            // By a value path that matches nothing yet.
            let mut ann = user("o3", "ann");
            entra.provision(&ann).await.unwrap();
            ann.roles = Roles::One("Reader".to_owned());
            entra.provision(&ann).await.unwrap();
            assert_eq!(entra.provision(&ann).await.unwrap(), Provided::Unchanged);
            assert_eq!(roles("ann").await, json!([{ "primary": true, "value": "Reader", "display": "Reader", "type": of_type }]), "{dialect:?}");
            // Several, each as JSON text.
            let mut eve = EntraUser { roles: Roles::Several(vec![role("1", "Reader")]), ..user("o1", "eve") };
            entra.provision(&eve).await.unwrap();
            eve.roles = Roles::Several(vec![role("1", "Reader"), role("2", "Writer")]);
            assert_eq!(entra.provision(&eve).await.unwrap(), Provided::Updated);
            assert_eq!(entra.provision(&eve).await.unwrap(), Provided::Unchanged);
            assert_eq!(roles("eve").await[1], json!({ "value": "{\"id\":\"2\",\"value\":\"Writer\",\"displayName\":\"The Writer\"}", "display": "The Writer" }));
            let report = adjustments(server, &application.scope).await;
            assert!(report.contains(&"POST bob@contoso.test: boolean sent as text: roles.primary".to_owned()), "{report:#?}");
            assert!(report.iter().any(|line| line.ends_with("entry made, as none matched: roles")), "{report:#?}");
            assert_eq!(report.iter().filter(|line| line.starts_with("PATCH") && line.contains("boolean sent as text: roles.primary")).count(), 2, "{report:#?}");
        }
    }

    async fn whoever_is_there_is_found_by_the_matching_attribute(server) {
        for (tenant, matching) in [("name", Matching::UserName), ("id", Matching::ExternalId), ("mail", Matching::WorkEmail)] {
            let application = server.application(tenant, &[]).await;
            let bob = user("o2", "bob");
            let there = match matching {
                Matching::UserName => okta_user("other", "BOB@contoso.test", "Bob", "B"),
                Matching::ExternalId => okta_user("bob", "robert", "Bob", "B"),
                Matching::WorkEmail => {
                    let mut there = okta_user("other", "robert", "Bob", "B");
                    there["emails"] = json!([{ "type": "home", "value": "b@home.test" }, { "type": "work", "value": "Bob@Contoso.test" }]);
                    there
                }
            };
            let id = application.post("/Users", &there).await.expect(201).id();
            let mut entra = job(&application, Dialect::WithFlag).matching(matching);
            entra.test_connection().await.unwrap();
            assert_eq!(entra.provision(&bob).await.unwrap(), Provided::Linked, "{matching:?}");
            assert_eq!(entra.remote_user_id("o2"), Some(id.as_str()));
            assert_eq!(entra.provision(&bob).await.unwrap(), Provided::Unchanged, "{matching:?}");
            assert_eq!(people(server, &application.scope).await, ["bob@contoso.test"]);
        }
    }

    async fn with_deletion_switched_on_a_restored_user_is_a_new_one(server) {
        for (dialect, tenant) in DIALECTS {
            let application = server.application(tenant, &[(Feature::DeleteDeactivatedUsers, true)]).await;
            let mut entra = job(&application, dialect);
            let (bob, ann) = (user("o2", "bob"), user("o3", "ann"));
            entra.provision(&bob).await.unwrap();
            entra.provision(&ann).await.unwrap();
            let first = entra.remote_user_id("o2").unwrap().to_owned();
            entra.soft_delete("o2").await.unwrap();
            entra.soft_delete("o3").await.unwrap();
            assert_eq!(people(server, &application.scope).await, Vec::<String>::new());
            assert_eq!(entra.restore(&bob).await.unwrap(), Provided::CreatedAgain);
            assert_ne!(entra.remote_user_id("o2"), Some(first.as_str()));
            // The other one's DELETE finds nobody, and that is harmless.
            assert_eq!(entra.let_days_pass(30).await.unwrap(), 1);
            assert_eq!(people(server, &application.scope).await, ["bob@contoso.test"]);
        }
    }

    async fn importing_may_be_switched_off(server) {
        let application = server.application("acme", &[(Feature::ImportUsers, false)]).await;
        let mut entra = job(&application, Dialect::WithoutFlag);
        entra.test_connection().await.unwrap();
        entra.provision(&user("o1", "eve")).await.unwrap();
        entra.provision(&user("o2", "bob")).await.unwrap();
        entra.set_manager("o2", "o1", ManagerForm::Text).await.unwrap();
        let sales = EntraGroup { object_id: "g1".to_owned(), display_name: "Sales".to_owned(), members: vec!["o2".to_owned()] };
        entra.provision_group(&sales).await.unwrap();
        assert_eq!(groups(server, &application.scope).await, ["Sales: bob@contoso.test"]);
    }

    async fn a_wrong_secret_is_quarantine(server) {
        let application = server.application("acme", &[]).await;
        let mut entra = EntraClient::new(&application.base_url, "rct", Dialect::WithFlag).unwrap();
        let failure = entra.test_connection().await.unwrap_err();
        assert!(failure.is_status(401) && entra.quarantine() == Some(&failure), "{failure}");
        assert!(failure.to_string().contains("The credential is missing or not valid"), "{failure}");
    }

    async fn microsofts_validator_passes(server) {
        let application = server.application("acme", &[]).await;
        for step in validate(&application.base_url, &application.token, 11).await.unwrap() {
            assert!(step.passed(), "{step}");
        }
        // The validator's quotation marks are raw; the report shows the URL as it was taken.
        let rows = server.events(&application.scope).await;
        let look_up = rows.iter().find(|row| row.operation == Operation::UserLookup).unwrap();
        let event = server.provisioning.event(&application.scope, &look_up.id).await.unwrap().unwrap();
        assert!(event.target.starts_with("/Users?filter=userName+eq+%22"), "{}", event.target);
        let report = adjustments(server, &application.scope).await;
        assert!(report.iter().any(|line| line.starts_with("POST") && line.ends_with(": boolean sent as text: roles.primary")), "{report:#?}");
        assert!(report.iter().any(|line| line.contains("boolean sent as text: active; boolean sent as text: emails.primary")), "{report:#?}");
    }

    async fn microsofts_postman_set_passes(server) {
        let application = server.application("acme", &[]).await;
        for step in postman_set(&application.base_url, &application.token).await.unwrap() {
            assert!(step.passed(), "{step}");
        }
        let report = adjustments(server, &application.scope).await;
        assert_eq!(report[0], "POST OMalley: boolean sent as text: active");
        assert!(report.contains(&"PUT OMalley: attribute ignored: displayNaame".to_owned()), "{report:#?}");
        assert!(report.contains(&"PATCH Postman: bare value taken as an object: members".to_owned()), "{report:#?}");
    }
}

/// What the report of the whole life says was adjusted, in order.
fn adjusted_in(dialect: Dialect) -> Vec<String> {
    let schema =
        "POST Sales: unknown schema ignored: http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
            .to_owned();
    let (add, replace) = ("operation in another case: Add", "operation in another case: Replace");
    let removal = "PATCH Sales: operation in another case: Remove; values to remove sent beside the path: members";
    let made = "entry made, as none matched: addresses; entry made, as none matched: phoneNumbers";
    let wrapped = "list of one taken as a single value: displayName; object taken as a bare value: displayName";
    let (update, rename, switch) = match dialect {
        Dialect::WithFlag => {
            let names = [
                "name.formatted".to_owned(),
                format!("{ENTERPRISE_USER}:employeeNumber"),
                format!("{ENTERPRISE_USER}:department"),
            ];
            return vec![
                format!(
                    "PATCH bob@contoso.test: {}; {made}",
                    names.map(|name| format!("path sent as a name: {name}")).join("; ")
                ),
                schema,
                "PATCH Sales: nothing to remove: members".to_owned(),
            ];
        }
        Dialect::WithoutFlag => (format!("{replace}; {add}"), replace.to_owned(), [replace, replace, replace]),
        // Back on again is a difference like any other, and that is a `Replace` also here.
        Dialect::Older => {
            let dots =
                ["employeeNumber", "department"].map(|name| format!("dot taken as a colon: {ENTERPRISE_USER}.{name}"));
            (
                format!("{replace}; {wrapped}; {add}; {}", dots.join("; ")),
                format!("{replace}; {wrapped}"),
                [add, replace, add],
            )
        }
    };
    let text = "boolean sent as text: active";
    vec![
        format!(
            "PATCH bob@contoso.test: {update}; entry made, as none matched: addresses; entry made, as none matched: phoneNumbers"
        ),
        schema,
        format!("PATCH Sales: {add}"),
        removal.to_owned(),
        format!("{removal}; nothing to remove: members"),
        format!("PATCH Sales: {add}"),
        format!("PATCH Selling: {rename}"),
        format!("PATCH ann@contoso.test: {}; {text}", switch[0]),
        format!("PATCH ann@contoso.test: {}; {text}", switch[1]),
        format!("PATCH bob@contoso.test: {}; {text}", switch[2]),
    ]
}

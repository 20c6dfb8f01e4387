//! Schemas and resource types of an application's own, and the resources of every type.

use super::{Bench, Browser, OWNER, SUPPORT, Seen, application};
use actix_web::test::TestRequest;
use provisioning::Call;
use registry::{Authenticated, CredentialKind, PresentedCredential};
use scim_model::project::Projection;
use serde_json::{Value, json};
use std::time::Instant;

const BADGE: &str = "urn:example:params:scim:schemas:extension:badge:2.0:User";

fn badge(attributes: Value) -> String {
    json!([
        { "id": BADGE, "name": "Badge", "attributes": attributes },
        { "name": "User", "endpoint": "/Users", "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
          "schemaExtensions": [{ "schema": BADGE }] },
    ])
    .to_string()
}

impl Browser {
    /// Sends a form with a file input, as a browser does: `file` is what was chosen, empty for nothing.
    async fn post_file(&mut self, path: &str, page: &Seen, fields: &[(&str, &str)], file: &str) -> Seen {
        let token = page.value_of("form_token");
        let name = if file.is_empty() { "" } else { "schemas.json" };
        let mut body = String::new();
        for (name, value) in fields.iter().chain(&[("form_token", token.as_str())]) {
            body += &format!("--boundary\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        }
        body += &format!(
            "--boundary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n{file}\r\n--boundary--\r\n"
        );
        let form = ("content-type", "multipart/form-data; boundary=boundary");
        self.send(TestRequest::post().uri(path).insert_header(form).set_payload(body)).await
    }
}

/// Creates a resource as the application's client does, and gives its id.
async fn create(bench: &Bench, application: &str, endpoint: &str, body: &Value) -> String {
    let (registry, id) = (&bench.dashboard.registry, application.rsplit('/').next().unwrap());
    let scope = registry.operator_scope("acme").await.unwrap();
    let name = body["displayName"].as_str().unwrap();
    let issued = registry.issue_credential(&scope, id, CredentialKind::Bearer, name, None).await.unwrap();
    let accepted = registry.authenticate(&PresentedCredential::Bearer(issued.secret), "acme", id).await.unwrap();
    let Authenticated::Accepted(scope) = accepted else { panic!("{accepted:?}") };
    let call = Call {
        request_id: "0".into(),
        method: "POST".into(),
        target: endpoint.into(),
        client_address: None,
        user_agent: None,
        received: Instant::now(),
        steps: Vec::new(),
        in_bulk: false,
    };
    let types = scope.resource_types().clone();
    let ty = types.at_endpoint(endpoint).unwrap();
    let projection = Projection::parse(None, None, ty).unwrap();
    let made = bench.dashboard.provisioning.create(&scope, &call, ty, body.to_string().as_bytes(), projection).await;
    made.unwrap().id
}

#[actix_web::test]
async fn own_definitions_come_as_text_or_as_a_file() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let base = application(&mut browser, "Okta").await;
    let path = format!("{base}/schemas");
    let page = browser.get(&path).await;
    assert!(page.says("urn:ietf:params:scim:schemas:core:2.0:Group") && !page.says(">Own<"));
    let revision = page.value_of("revision");

    let text = badge(json!([{ "name": "number" }]));
    let added = browser.post_file(&path, &page, &[("revision", &revision), ("json", &text)], "").await;
    assert_eq!((added.status, added.location.as_str()), (303, path.as_str()), "{}", added.body);
    let page = browser.get(&path).await;
    assert!(page.says("Definitions added.") && page.says(BADGE) && page.says(">Own<"));
    assert!(browser.get(&format!("{base}/mapping")).await.says(&format!("value=\"{BADGE}:number\"")), "suggested");

    let file = badge(json!([{ "name": "number" }, { "name": "colour" }]));
    let revision = page.value_of("revision");
    let fields = [("revision", revision.as_str()), ("json", "what stood there before")];
    assert_eq!(browser.post_file(&path, &page, &fields, &file).await.status, 303);
    assert!(browser.get(&path).await.says("colour"));
}

#[actix_web::test]
async fn what_is_wrong_is_listed_and_the_text_is_kept() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let path = format!("{}/schemas", application(&mut browser, "Okta").await);
    let page = browser.get(&path).await;
    let revision = page.value_of("revision");
    let two = badge(json!([{ "name": "badge number" }, { "name": "pin", "mutability": "writeOnly" }]));
    for (text, file, said) in [
        ("", "", vec!["Paste the JSON"]),
        ("{", "", vec!["not valid JSON", ">{</textarea>"]),
        ("", "<script>", vec!["not valid JSON", ">&#60;script&#62;</textarea>"]),
        (&two, "", vec![": badge number</code>", "begins with a letter", ": pin</code>", "returned must be never"]),
    ] {
        let seen = browser.post_file(&path, &page, &[("revision", &revision), ("json", text)], file).await;
        assert_eq!(seen.status, 422, "{text}{file}");
        let body = seen.body.replace("\n{", "{").replace("\n&#60;", "&#60;");
        assert!(said.iter().all(|said| body.contains(said)), "{text}{file}: {said:?} in {body}");
        assert!(seen.says("aria-describedby=\"problems\"") && seen.says("data-guard"));
    }
    assert!(!browser.get(&path).await.says(">Own<"), "nothing was saved");
    let urlencoded = browser.post(&path, &page, &[("revision", &revision), ("json", "[]")]).await;
    assert!(urlencoded.status == 422 && urlencoded.says("it defines nothing"));
}

#[actix_web::test]
async fn nobody_overwrites_what_somebody_else_saved() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let path = format!("{}/schemas", application(&mut browser, "Okta").await);
    let page = browser.get(&path).await;
    let revision = page.value_of("revision");
    let ready = |name: &'static str| [("revision", "1"), ("name", name)];
    assert_eq!(browser.post(&format!("{path}/ready"), &page, &ready("devices")).await.status, 303);

    let text = badge(json!([{ "name": "number" }]));
    let stale = browser.post_file(&path, &page, &[("revision", &revision), ("json", &text)], "").await;
    assert_eq!(stale.status, 409);
    assert!(stale.says("in the meantime") && stale.says("/Devices") && stale.says("extension:badge"), "{}", stale.body);
    let again = stale.value_of("revision");
    assert_eq!(browser.post_file(&path, &stale, &[("revision", &again), ("json", &text)], "").await.status, 303);
    let stale = browser.post(&format!("{path}/ready"), &page, &ready("agents")).await;
    assert!(stale.status == 409 && stale.says("in the meantime"));
    let remove = [("revision", "1"), ("name", "Device")];
    let stale = browser.post(&format!("{path}/remove"), &page, &remove).await;
    assert!(stale.status == 409 && stale.says("in the meantime") && stale.says("name=\"revision\" value=\"3\""));
    assert_eq!(browser.post(&format!("{path}/ready"), &page, &ready("gadgets")).await.status, 404);
}

#[actix_web::test]
async fn ready_made_definitions_are_added_once_and_removed_with_what_served_them() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let base = application(&mut browser, "Okta").await;
    let path = format!("{base}/schemas");
    let page = browser.get(&path).await;
    let fields = [("revision", page.value_of("revision")), ("name", "okta-entitlements".to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(browser.post(&format!("{path}/ready"), &page, &fields).await.status, 303);
    let page = browser.get(&path).await;
    assert!(page.says(">Added<") && page.says("/Roles") && !page.says("value=\"okta-entitlements\""));

    let role = json!({ "schemas": ["urn:okta:scim:schemas:core:1.0:Role"], "displayName": "Auditor" });
    create(&bench, &base, "/Roles", &role).await;
    let ask = browser.get(&format!("{path}/remove?name=Role")).await;
    assert!(ask.says("The type Role has 1 resource.") && !ask.says(">Remove</button>"), "{}", ask.body);
    let revision = ask.value_of("revision");
    let send = |name: &'static str| [("revision".to_owned(), revision.clone()), ("name".to_owned(), name.to_owned())];
    let remove = async |browser: &mut Browser, name: &'static str| {
        let fields = send(name);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        browser.post(&format!("{path}/remove"), &ask, &fields).await
    };
    let refused = remove(&mut browser, "Role").await;
    assert!(refused.status == 422 && refused.says("the resource type would be gone"), "{}", refused.body);
    assert_eq!(remove(&mut browser, "Nothing").await.status, 404);
    assert_eq!(browser.get(&format!("{path}/remove?name=User")).await.status, 404);

    let ask = browser.get(&format!("{path}/remove?name=Entitlement")).await;
    assert!(ask.says("urn:okta:scim:schemas:core:1.0:Entitlement") && ask.says("Remove</button>"));
    assert_eq!(remove(&mut browser, "Entitlement").await.status, 303);
    let page = browser.get(&path).await;
    assert!(page.says("Removed.") && page.says("/Roles") && !page.says("/Entitlements<"));
}

#[actix_web::test]
async fn what_the_mapping_reads_is_not_removed() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let base = application(&mut browser, "Okta").await;
    let (registry, id) = (&bench.dashboard.registry, base.rsplit('/').next().unwrap());
    let scope = registry.operator_scope("acme").await.unwrap();
    let mut settings = registry.application(&scope, id).await.unwrap().unwrap().settings;
    let text = badge(json!([{ "name": "number" }]));
    settings.definitions = scim_model::schema::Definitions::parse(text.as_bytes()).unwrap();
    settings.mapping.users.push(mapping::Rule::new("badgeNumber", &format!("{BADGE}:number")));
    registry.save_settings(&scope, id, 1, settings).await.unwrap();

    let remove = format!("{base}/schemas/remove");
    let ask = browser.get(&format!("{remove}?name={BADGE}")).await;
    assert!(ask.says("The attribute mapping reads it in row") && !ask.says(">Remove</button>"), "{}", ask.body);
    let refused = browser.post(&remove, &ask, &[("revision", "2"), ("name", BADGE)]).await;
    assert!(refused.status == 422 && refused.says("Attribute mapping, row"), "{}", refused.body);
    let other = badge(json!([{ "name": "colour" }]));
    let schemas = format!("{base}/schemas");
    let refused = browser.post_file(&schemas, &ask, &[("revision", "2"), ("json", &other)], "").await;
    assert!(refused.status == 422 && refused.says("Attribute mapping, row"), "{}", refused.body);
}

#[actix_web::test]
async fn support_looks_and_changes_nothing() {
    let bench = Bench::set_up().await;
    let mut owner = bench.signed_in(OWNER).await;
    let base = application(&mut owner, "Okta").await;
    let path = format!("{base}/schemas");
    let page = owner.get(&path).await;
    assert_eq!(
        owner.post(&format!("{path}/ready"), &page, &[("revision", "1"), ("name", "devices")]).await.status,
        303
    );
    let device =
        json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Device"], "displayName": "Lamp", "active": true });
    let id = create(&bench, &base, "/Devices", &device).await;

    let mut support = bench.signed_in(SUPPORT).await;
    let page = support.get(&path).await;
    assert!(page.status == 200 && page.says("/Devices") && !page.says("/schemas/remove") && !page.says("<textarea"));
    assert!(support.get(&format!("{base}/resources?type=Device")).await.says("Lamp"));
    assert_eq!(support.get(&format!("{base}/resources/{id}?type=Device")).await.status, 200);
    assert_eq!(support.get(&format!("{path}/remove?name=Device")).await.status, 403);
    for (below, fields) in [
        ("", vec![("revision", "2"), ("json", "[]")]),
        ("/ready", vec![("revision", "2"), ("name", "agents")]),
        ("/remove", vec![("revision", "2"), ("name", "EndpointApp")]),
    ] {
        assert_eq!(support.post(&format!("{path}{below}"), &page, &fields).await.status, 403, "{below}");
    }
    assert_eq!(owner.get(&path).await.value_of("revision"), "2");
}

#[actix_web::test]
async fn a_form_with_a_file_needs_its_token_too() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let path = format!("{}/schemas", application(&mut browser, "Okta").await);
    let form = ("content-type", "multipart/form-data; boundary=x");
    let body = "--x\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n[]\r\n--x--\r\n";
    for (body, status) in [(body, 403), ("--x\r\nbroken", 400), ("json=[]", 400)] {
        let sent = TestRequest::post().uri(&path).insert_header(form).set_payload(body);
        assert_eq!(browser.send(sent).await.status, status, "{body}");
    }
}

#[actix_web::test]
async fn resources_of_every_type_are_listed_and_searched() {
    let bench = Bench::set_up().await;
    let mut browser = bench.signed_in(OWNER).await;
    let base = application(&mut browser, "Okta").await;
    let page = browser.get(&format!("{base}/schemas")).await;
    browser.post(&format!("{base}/schemas/ready"), &page, &[("revision", "1"), ("name", "devices")]).await;
    let list = format!("{base}/resources?type=Device");
    assert!(browser.get(&list).await.says("No resource of this type yet"));
    let ble = "urn:ietf:params:scim:schemas:extension:ble:2.0:Device";
    let device = |name: &str, mac: &str| {
        json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Device", ble], "displayName": name, "active": true,
                ble: { "versionSupport": ["5.3"], "deviceMacAddress": mac, "irk": "s3cret", "pairingMethods": ["urn:x:y"] } })
    };
    let lamp = create(&bench, &base, "/Devices", &device("Corridor Lamp", "2C:54:91:88:C9:E2")).await;
    create(&bench, &base, "/Devices", &device("<b>Bell</b>", "AA:BB:CC:DD:EE:FF")).await;

    let all = browser.get(&list).await;
    assert!(all.says("Corridor Lamp") && all.says("&#60;b&#62;Bell") && all.says("2 resources"), "{}", all.body);
    for (text, found) in [("2c:54", true), ("LAMP", true), ("bell", false), ("s3cret", false), ("device", false)] {
        assert_eq!(browser.get(&format!("{list}&q={text}")).await.says("Corridor Lamp"), found, "{text}");
    }
    let one = browser.get(&format!("{base}/resources/{lamp}?type=Device")).await;
    assert!(one.says("2C:54:91:88:C9:E2") && one.says("never, or on request only"), "{}", one.body);
    assert!(!one.says("s3cret"), "what is never returned is not shown");
    assert!(one.says("Created Device Corridor Lamp"), "{}", one.body);
    assert!(browser.get(&format!("{base}/schemas")).await.says("Resources of the type Device: 2"));

    let other = application(&mut browser, "Other").await;
    for path in [
        format!("{base}/resources"),
        format!("{base}/resources?type=Gadget"),
        format!("{base}/resources/{lamp}?type=User"),
        format!("{base}/resources/nonsense?type=Device"),
        format!("{other}/resources?type=Device"),
        format!("{other}/resources/{lamp}?type=User"),
    ] {
        assert_eq!(browser.get(&path).await.status, 404, "{path}");
    }
}

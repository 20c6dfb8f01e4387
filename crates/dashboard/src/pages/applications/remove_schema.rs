//! `GET, POST …/schemas/remove?name=…`: takes away a resource type or an extension of the application's own, after a look
//! at what goes with it and at what stands in the way.

use super::ApplicationHead;
use super::schemas::{ProblemRow, refusal};
use super::{Step, open};
use crate::shell::Notice;
use crate::shell::Shell;
use crate::text;
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use crate::web::failure::PageFailure;
use crate::web::fields::Fields;
use crate::web::protected::{Form, Protected};
use actix_web::http::StatusCode;
use askama::Template;
use registry::{Application, Error, Settings};
use scim_model::schema::Definitions;

/// The page.
#[derive(Template)]
#[template(path = "pages/applications/remove_schema.html")]
pub struct RemoveSchema {
    pub shell: Shell,
    pub application: ApplicationHead,
    pub revision: i64,
    /// Name of the type or URN of the schema.
    pub name: String,
    /// Names and URNs of everything that goes.
    pub gone: Vec<String>,
    /// Why it cannot be removed now, with what to do; empty when it can.
    pub reasons: Vec<String>,
    /// What the registry said against it.
    pub error: String,
    pub problems: Vec<ProblemRow>,
}

/// What to remove.
pub struct RemoveForm {
    revision: i64,
    name: String,
}

impl Form for RemoveForm {
    fn read(fields: &Fields) -> Self {
        RemoveForm { revision: fields.text("revision").parse().unwrap_or(0), name: fields.trimmed("name") }
    }
}

/// Beside a form that somebody else overtook.
const STALE: &str =
    "Somebody saved this application in the meantime. The page shows what would go now: confirm it again.";

/// The page, and the settings without what is to go.
async fn build(
    administrator: &Administrator,
    name: String,
) -> Result<(RemoveSchema, Application, Settings), PageFailure> {
    administrator.must_change()?;
    let (application, shell, head) = open(administrator, Step::Schemas).await?;
    let before = &application.settings.definitions;
    let after = before.clone().without(&name).ok_or(PageFailure::NotFound)?;
    let settings = Settings { definitions: after, ..application.settings.clone() };
    let counts =
        administrator.dashboard().provisioning.resource_counts(&administrator.scope, application.id.as_str()).await?;
    let page = RemoveSchema {
        shell,
        revision: application.settings_revision,
        gone: gone(before, &settings.definitions),
        reasons: reasons(before, &settings, |ty| counts.get(ty).copied().unwrap_or(0)),
        name,
        error: String::new(),
        problems: Vec::new(),
        application: head,
    };
    Ok((page, application, settings))
}

/// Everything that `after` no longer has: types by their names, then schemas by their URNs.
fn gone(before: &Definitions, after: &Definitions) -> Vec<String> {
    let types = before.resource_types.iter().filter(|ty| !ty.extends_core()).map(|ty| &ty.name);
    let names = types.chain(before.schemas.iter().map(|schema| &schema.id));
    names.filter(|name| !after.has(name)).cloned().collect()
}

/// What stands in the way already now: resources that follow what goes, and rows of the mapping that read it.
fn reasons(before: &Definitions, after: &Settings, count: impl Fn(&str) -> i64) -> Vec<String> {
    let mut reasons = Vec::new();
    for ty in &before.resource_types {
        let kept = after.definitions.resource_types.iter().find(|kept| kept.name == ty.name);
        if kept == Some(ty) || count(&ty.name) == 0 {
            continue;
        }
        let resources = text::counted(count(&ty.name), "resource");
        reasons.push(format!(
            "The type {} has {resources}. The client must delete them first: what is stored keeps following its schema.",
            ty.name
        ));
    }
    if let Err(rows) = after.mapping.check(after.resource_types().user()) {
        let rows: Vec<String> = rows.iter().map(|row| (row.row + 1).to_string()).collect();
        reasons.push(format!("The attribute mapping reads it in row {}. Change the mapping first.", rows.join(", ")));
    }
    reasons
}

/// `GET …/schemas/remove?name=…`
pub async fn show(administrator: Administrator) -> Answer {
    let name = administrator.query.trimmed("name");
    let (page, ..) = build(&administrator, name).await?;
    administrator.page(&page)
}

/// `POST …/schemas/remove`
pub async fn submit(administrator: Administrator, Protected(form): Protected<RemoveForm>) -> Answer {
    let (mut page, application, settings) = build(&administrator, form.name).await?;
    let id = application.id.as_str();
    let saved = administrator.registry().save_settings(&administrator.scope, id, form.revision, settings).await;
    let status = match saved {
        Ok(_) => {
            return Ok(administrator.see_other(&format!("{}/schemas", page.application.base), Notice::SchemaRemoved));
        }
        Err(Error::Stale) => {
            page.error = STALE.to_owned();
            StatusCode::CONFLICT
        }
        Err(error) => {
            let (error, problems) = refusal(error)?;
            (page.error, page.problems) = (error.to_owned(), problems);
            StatusCode::UNPROCESSABLE_ENTITY
        }
    };
    administrator.page_with(status, &page)
}

#[cfg(test)]
impl RemoveSchema {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let page = |reasons: &[&str]| RemoveSchema {
            shell: Shell::sample(crate::shell::Section::Applications),
            application: ApplicationHead::sample(Step::Schemas),
            revision: 3,
            name: "Device".into(),
            gone: vec!["Device".into(), "urn:ietf:params:scim:schemas:core:2.0:Device".into()],
            reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
            error: String::new(),
            problems: Vec::new(),
        };
        let mut refused = page(&[]);
        refused.error = "Nothing was saved.".into();
        refused.problems =
            vec![ProblemRow { place: "Device".into(), problem: "the resource type would be gone".into() }];
        let in_the_way = [
            "The type Device has 3 resources. The client must delete them first: what is stored keeps following its schema.",
            "The attribute mapping reads it in row 9. Change the mapping first.",
        ];
        vec![("ask", page(&[])), ("in-the-way", page(&in_the_way)), ("refused", refused)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim_model::schema::ready;

    #[test]
    fn what_goes_and_what_stands_in_the_way_is_said_before() {
        let before = ready::named("devices").unwrap().definitions();
        let settings =
            |name: &str| Settings { definitions: before.clone().without(name).unwrap(), ..Settings::default() };
        let ble = "urn:ietf:params:scim:schemas:extension:ble:2.0:Device";
        assert_eq!(gone(&before, &settings(ble).definitions), [ble]);
        assert_eq!(gone(&before, &settings("EndpointApp").definitions).len(), 2);
        let three_devices = |ty: &str| if ty == "Device" { 3 } else { 0 };
        for (name, blocked) in [("Device", true), (ble, true), ("EndpointApp", false)] {
            let reasons = reasons(&before, &settings(name), three_devices);
            assert_eq!(reasons.iter().any(|reason| reason.contains("Device has 3 resources")), blocked, "{name}");
        }

        let urn = "urn:example:params:scim:schemas:extension:badge:2.0:User";
        let json = badge_definitions(urn);
        let before = Definitions::parse(json.as_bytes()).unwrap();
        let mut after = Settings { definitions: before.clone().without(urn).unwrap(), ..Settings::default() };
        assert!(reasons(&before, &after, |_| 0).is_empty());
        after.mapping.users.push(::mapping::Rule::new("badgeNumber", &format!("{urn}:number")));
        let row = format!("row {}", after.mapping.users.len());
        assert!(reasons(&before, &after, |_| 0)[0].contains(&row));
    }

    fn badge_definitions(urn: &str) -> String {
        format!(
            r#"[{{ "id": "{urn}", "attributes": [{{ "name": "number" }}] }},
                {{ "name": "User", "endpoint": "/Users", "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
                   "schemaExtensions": [{{ "schema": "{urn}" }}] }}]"#
        )
    }
}

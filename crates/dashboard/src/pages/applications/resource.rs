//! `GET /t/{slug}/applications/{id}/resources/{resource}?type=…`: one resource as its client reads it.

use super::ApplicationHead;
use super::{Step, open};
use crate::moment::Moment;
use crate::pages::reports::EventLine;
use crate::shell::Shell;
use crate::text;
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use crate::web::failure::PageFailure;
use askama::Template;
use provisioning::Subject;

/// The page.
#[derive(Template)]
#[template(path = "pages/applications/resource.html")]
pub struct ResourcePage {
    pub shell: Shell,
    pub application: ApplicationHead,
    pub resource_type: String,
    /// The list it stands in.
    pub list: String,
    pub name: String,
    pub scim_id: String,
    pub external_id: String,
    pub created: Moment,
    pub modified: Moment,
    /// Its schemas have attributes that nobody reads, so that some may be missing here.
    pub hides_some: bool,
    /// Pretty JSON.
    pub document: String,
    pub events: Vec<EventLine>,
    /// The report about it.
    pub report: String,
}

const EVENTS: i64 = 10;

/// `GET …/resources/{resource}`
pub async fn show(administrator: Administrator) -> Answer {
    let (application, shell, head) = open(&administrator, Step::Schemas).await?;
    let (name, id) = (administrator.query.trimmed("type"), administrator.path("resource"));
    let types = application.settings.resource_types();
    let ty = types.named(&name).ok_or(PageFailure::NotFound)?;
    let (provisioning, scope) = (&administrator.dashboard().provisioning, &administrator.scope);
    let found = provisioning.resource(scope, ty, application.id.as_str(), id).await?.ok_or(PageFailure::NotFound)?;
    let events = provisioning.recent_events(scope, Subject::Resource(id.to_owned()), EVENTS).await?;
    administrator.page(&ResourcePage {
        shell,
        list: text::address(&format!("{}/resources", head.base), &[("type", &name)]),
        name: found.line.name.unwrap_or_else(|| found.line.id.clone()),
        external_id: found.line.external_id.unwrap_or_default(),
        created: administrator.moment(found.line.created_at),
        modified: administrator.moment(found.line.last_modified_at),
        hides_some: ty.hides_some(),
        document: found.document,
        events: events.into_iter().map(|row| EventLine::new(&administrator, row)).collect(),
        report: text::address(
            &format!("{}/reports/provisioning", administrator.base()),
            &[("identifier", &found.line.id), ("span", "30d")],
        ),
        scim_id: found.line.id,
        resource_type: name,
        application: head,
    })
}

#[cfg(test)]
impl ResourcePage {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let now = crate::samples::NOW;
        let page = |events| ResourcePage {
            shell: Shell::sample(crate::shell::Section::Applications),
            application: ApplicationHead::sample(Step::Schemas),
            resource_type: "Device".into(),
            list: "/t/northwind/applications/k3v9q2m7x1ab/resources?type=Device".into(),
            name: "BLE Heart Monitor".into(),
            scim_id: "0199a2b0-3c4d-7e5f-8a9b-0c1d2e3f4a5b".into(),
            external_id: "asset-0417".into(),
            created: Moment::new(now - 40 * 86_400_000, now),
            modified: Moment::new(now - 45_000, now),
            hides_some: true,
            document: "{\n  \"displayName\": \"BLE Heart Monitor\",\n  \"active\": true\n}".into(),
            events,
            report: "/t/northwind/reports/provisioning?identifier=0199a2b0".into(),
        };
        let mut plain = page(Vec::new());
        (plain.external_id, plain.hides_some) = (String::new(), false);
        vec![("full", page(EventLine::samples())), ("plain", plain)]
    }
}

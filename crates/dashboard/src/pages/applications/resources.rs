//! `GET /t/{slug}/applications/{id}/resources?type=…&q=…&after=…`: what the client wrote of one resource type, whatever
//! the type. Only to look at: resources are the client's.

use super::ApplicationHead;
use super::{Step, open};
use crate::moment::Moment;
use crate::shell::Shell;
use crate::text;
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use crate::web::failure::PageFailure;
use askama::Template;
use provisioning::{ResourceLine, ResourceSearch};

/// The page.
#[derive(Template)]
#[template(path = "pages/applications/resources.html")]
pub struct Resources {
    pub shell: Shell,
    pub application: ApplicationHead,
    /// Name of the type.
    pub resource_type: String,
    pub description: String,
    /// Where a client writes them.
    pub base_url: String,
    pub endpoint: String,
    /// Names of all types, to choose from.
    pub types: Vec<String>,
    pub search: String,
    pub rows: Vec<Row>,
    /// `3 resources`, all of the type.
    pub total: String,
    pub next: String,
    pub first: String,
}

/// One resource.
#[derive(Clone)]
pub struct Row {
    pub href: String,
    pub name: String,
    pub id: String,
    pub external_id: String,
    pub modified: Moment,
}

const PAGE: usize = 50;

/// `GET …/resources`
pub async fn show(administrator: Administrator) -> Answer {
    let (application, shell, head) = open(&administrator, Step::Schemas).await?;
    let (name, search, after) =
        (administrator.query.trimmed("type"), administrator.query.trimmed("q"), administrator.query.trimmed("after"));
    let types = application.settings.resource_types();
    let ty = types.named(&name).ok_or(PageFailure::NotFound)?;
    let (provisioning, scope) = (&administrator.dashboard().provisioning, &administrator.scope);
    let wanted = ResourceSearch {
        application: application.id.to_string(),
        text: search.clone(),
        after: Some(after.clone()).filter(|after| !after.is_empty()),
        limit: PAGE,
    };
    let found = provisioning.resources(scope, ty, wanted).await?;
    let counts = provisioning.resource_counts(scope, application.id.as_str()).await?;
    let here = format!("{}/resources", head.base);
    let page = |after: &str| text::address(&here, &[("type", &name), ("q", &search), ("after", after)]);
    administrator.page(&Resources {
        shell,
        description: ty.description.clone(),
        base_url: application.base_url,
        endpoint: ty.endpoint.clone(),
        types: types.all().iter().map(|ty| ty.name.clone()).collect(),
        rows: found.rows.into_iter().map(|line| Row::new(&administrator, &here, &name, line)).collect(),
        total: text::counted(counts.get(&name).copied().unwrap_or(0), "resource"),
        next: found.next.as_deref().map(page).unwrap_or_default(),
        first: if after.is_empty() { String::new() } else { page("") },
        resource_type: name,
        search,
        application: head,
    })
}

impl Row {
    fn new(administrator: &Administrator, here: &str, resource_type: &str, line: ResourceLine) -> Self {
        Row {
            href: text::address(&format!("{here}/{}", line.id), &[("type", resource_type)]),
            name: line.name.unwrap_or_else(|| line.id.clone()),
            external_id: line.external_id.unwrap_or_default(),
            modified: administrator.moment(line.last_modified_at),
            id: line.id,
        }
    }
}

#[cfg(test)]
impl Resources {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let now = crate::samples::NOW;
        let row = |name: &str, minutes: i64| Row {
            href: "/t/northwind/applications/k3v9q2m7x1ab/resources/0199a2b0?type=Device".into(),
            name: name.into(),
            id: "0199a2b0-3c4d-7e5f-8a9b-0c1d2e3f4a5b".into(),
            external_id: if minutes > 5 { "asset-0417".into() } else { String::new() },
            modified: Moment::new(now - minutes * 60_000, now),
        };
        let page = |rows, search: &str, total: &str| Resources {
            shell: Shell::sample(crate::shell::Section::Applications),
            application: ApplicationHead::sample(Step::Schemas),
            resource_type: "Device".into(),
            description: "Devices that are to be let into a network".into(),
            base_url: "https://id.northwind.example/t/northwind/scim/k3v9q2m7x1ab/v2".into(),
            endpoint: "/Devices".into(),
            types: ["User", "Group", "Device", "EndpointApp"].map(str::to_owned).to_vec(),
            search: search.into(),
            rows,
            total: total.into(),
            next: String::new(),
            first: String::new(),
        };
        let mut later = page(Vec::new(), "2C:54", "61,240 resources");
        later.next = "/t/northwind/applications/k3v9q2m7x1ab/resources?type=Device&q=2C%3A54&after=0199a2b0".into();
        later.first = "/t/northwind/applications/k3v9q2m7x1ab/resources?type=Device&q=2C%3A54".into();
        vec![
            ("full", page(vec![row("BLE Heart Monitor", 2), row("Corridor light", 90)], "", "2 resources")),
            ("empty", page(Vec::new(), "", "0 resources")),
            ("nothing-found", page(Vec::new(), "printer", "2 resources")),
            ("search-goes-on", later),
        ]
    }
}

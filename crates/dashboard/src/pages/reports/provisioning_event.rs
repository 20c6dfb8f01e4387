//! `GET /t/{slug}/reports/provisioning/{id}`: everything about one operation, in the order in which support asks.

use super::OutcomeView;
use crate::moment::Moment;
use crate::shell::Section;
use crate::shell::Shell;
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use crate::web::failure::PageFailure;
use askama::Template;
use provisioning::{Advice, AdviceLink, Change, Step};

/// The page.
#[derive(Template)]
#[template(path = "pages/reports/provisioning_event.html")]
pub struct ProvisioningEvent {
    pub shell: Shell,
    /// What happened, as a sentence.
    pub sentence: String,
    pub outcome: OutcomeView,
    /// `Update user`
    pub operation: &'static str,
    pub when: Moment,
    pub application: String,
    /// The application's page, or empty when it is gone.
    pub application_href: String,
    pub subject: String,
    /// The page of the person or group, or empty.
    pub subject_href: String,
    /// Every operation about the same subject, or empty.
    pub related: String,
    pub changes: Vec<ChangeRow>,
    /// What was put right in the request, in words.
    pub adjustments: Vec<String>,
    /// Name and text.
    pub steps: Vec<(String, String)>,
    pub method: String,
    pub target: String,
    pub status: i64,
    pub duration: String,
    pub client_address: String,
    pub user_agent: String,
    pub credential: String,
    pub request_id: String,
    pub settings_revision: String,
    pub request: String,
    pub response: String,
    pub advice: Option<AdviceView>,
}

/// One changed field. `None`: there was no value.
pub struct ChangeRow {
    pub field: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// Why it failed and what to do.
pub struct AdviceView {
    pub cause: String,
    pub remedy: String,
    /// Label and address of the page where the remedy is, both empty when there is none.
    pub link_label: &'static str,
    pub link: String,
    pub message: String,
}

/// `GET /t/{slug}/reports/provisioning/{id}`
pub async fn show(administrator: Administrator) -> Answer {
    let (provisioning, scope) = (&administrator.dashboard().provisioning, &administrator.scope);
    let event = provisioning.event(scope, administrator.path("event")).await?.ok_or(PageFailure::NotFound)?;
    let base = administrator.base();
    let row = event.row;
    let known = administrator.registry().application(scope, &row.application_id).await?.is_some();
    let application = if known { format!("{base}/applications/{}", row.application_id) } else { String::new() };
    let related = match row.subject.as_str() {
        "" => String::new(),
        subject => {
            crate::text::address(&format!("{base}/reports/provisioning"), &[("identifier", subject), ("span", "30d")])
        }
    };
    administrator.page(&ProvisioningEvent {
        shell: administrator.shell(Section::Reports),
        outcome: row.outcome.into(),
        operation: row.operation.label(),
        when: administrator.moment(row.occurred_at),
        application_href: if known { format!("{application}/connection") } else { String::new() },
        advice: event.advice.map(|advice| AdviceView::new(advice, &base, &application)),
        subject_href: super::subject_href(&base, &row),
        related,
        changes: event.changes.into_iter().map(ChangeRow::from).collect(),
        adjustments: event.steps.iter().flat_map(Step::adjustments).map(str::to_owned).collect(),
        steps: event.steps.into_iter().map(step).collect(),
        method: event.method,
        target: event.target,
        status: row.status,
        duration: crate::text::duration(row.duration_us),
        client_address: event.client_address.unwrap_or_default(),
        user_agent: event.user_agent.unwrap_or_default(),
        credential: event.credential.unwrap_or_default(),
        request_id: event.request_id,
        settings_revision: event.settings_revision.map(|revision| revision.to_string()).unwrap_or_default(),
        request: event.request.unwrap_or_default(),
        response: event.response.unwrap_or_default(),
        application: row.application_name,
        subject: row.subject,
        sentence: row.summary,
    })
}

/// A step as the list shows it. What was put right has a list of its own.
fn step(step: Step) -> (String, String) {
    let text = match step.adjustments().len() {
        0 => step.text,
        1 => "One thing was adjusted, see above".to_owned(),
        many => format!("{many} things were adjusted, see above"),
    };
    (step.name, text)
}

impl From<Change> for ChangeRow {
    fn from(change: Change) -> Self {
        ChangeRow { field: change.field, old: change.old, new: change.new }
    }
}

impl AdviceView {
    /// `application` is the path of the application's pages, empty when it is gone.
    fn new(advice: Advice, base: &str, application: &str) -> Self {
        let (link_label, link) = match advice.link {
            Some(AdviceLink::User(id)) => ("Open the person", format!("{base}/users/{id}")),
            Some(_) | None if application.is_empty() => ("", String::new()),
            Some(AdviceLink::Mapping) => ("Open the attribute mapping", format!("{application}/mapping")),
            Some(AdviceLink::Features) => ("Open the features", format!("{application}/features")),
            Some(AdviceLink::Connection) => ("Open the connection", format!("{application}/connection")),
            None => ("", String::new()),
        };
        AdviceView {
            cause: advice.cause,
            remedy: advice.remedy,
            link_label,
            link,
            message: advice.message_for_client_administrator,
        }
    }
}

#[cfg(test)]
impl ProvisioningEvent {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let now = crate::samples::NOW;
        let step = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let page = || ProvisioningEvent {
            shell: Shell::sample(crate::shell::Section::Reports),
            sentence: "Disabled user ada.okafor@northwind.example".into(),
            outcome: OutcomeView { label: "Succeeded", class: "ok" },
            operation: "Deactivate user",
            when: Moment::new(now - 9_000, now),
            application: "Okta Workforce".into(),
            application_href: "/t/northwind/applications/k3v9q2m7x1ab/connection".into(),
            subject: "ada.okafor@northwind.example".into(),
            subject_href: "/t/northwind/users/1".into(),
            related: "/t/northwind/reports/provisioning?identifier=ada".into(),
            changes: vec![
                ChangeRow { field: "active".into(), old: Some("true".into()), new: Some("false".into()) },
                ChangeRow {
                    field: "title".into(),
                    old: Some("Staff Engineer".into()),
                    new: Some("Principal Engineer".into()),
                },
                ChangeRow { field: "nickName".into(), old: None, new: Some("Ada".into()) },
            ],
            adjustments: vec!["boolean sent as text: active".into(), "attribute ignored: costCentre".into()],
            steps: vec![
                step("Authenticated", "Bearer token rctAb…9xYz of Okta Workforce"),
                step("Read", "2 things were adjusted, see above"),
                step("Matched", "by id"),
                step("Mapped", "8 attributes of the directory user, 2 changed"),
                step("Stored", "version 18"),
            ],
            method: "PUT".into(),
            target: "/t/northwind/scim/k3v9q2m7x1ab/v2/Users/0199a2b0-3c4d-7e5f-8a9b-0c1d2e3f4a5b".into(),
            status: 200,
            duration: "14 ms".into(),
            client_address: "203.0.113.24".into(),
            user_agent: "Okta SCIM Client 1.0.0".into(),
            credential: "rctAb…9xYz".into(),
            request_id: "0199a2b0-3c4d-7e5f-8a9b-0c1d2e3f4a5b".into(),
            settings_revision: "12".into(),
            request:
                "{\n  \"userName\": \"ada.okafor@northwind.example\",\n  \"active\": false,\n  \"password\": \"•••\"\n}"
                    .into(),
            response: "{\n  \"id\": \"0199a2b0\",\n  \"active\": false\n}".into(),
            advice: None,
        };
        let mut failed = page();
        failed.sentence = "Could not create user liam.brandt@northwind.example: the user name is already taken".into();
        failed.outcome = OutcomeView { label: "Failed", class: "bad" };
        failed.operation = "Create user";
        failed.changes.clear();
        failed.adjustments.clear();
        failed.status = 409;
        failed.subject_href = String::new();
        failed.advice = Some(AdviceView {
            cause: "Another person in the directory already has the user name that the attribute mapping yields.".into(),
            remedy: "Rename one of the two at the source, or map the user name from an attribute that is unique.".into(),
            link_label: "Open the attribute mapping",
            link: "/t/northwind/applications/k3v9q2m7x1ab/mapping".into(),
            message: "Two of your users get the same user name on our side. Please make the attribute that you send as userName unique.".into(),
        });
        vec![("succeeded", page()), ("failed", failed)]
    }
}

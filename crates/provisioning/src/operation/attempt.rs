//! What a request tried, known before it is known whether it works: the ground for the row of a failure.

use database::Connection;
use database::schema::resource;
use diesel::prelude::*;
use registry::AppScope;
use scim_model::redact::{self, Secrets};
use scim_model::schema::ResourceType;
use serde_json::Value;

use crate::error::Error;
use crate::event::advice::reason_in_sentence;
use crate::event::kind::Operation;
use crate::event::record::{EventDraft, KEPT_BODY_BYTES, Step};
use crate::operation::outcome_of;
use crate::operation::query::QueryAt;
use crate::resource::row::can_be_id;

/// What a request tried.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    pub operation: Operation,
    /// Empty where it is about all of them.
    pub resource_type: String,
    /// From the path; not known to exist.
    pub id: Option<String>,
    /// Redacted.
    pub request: Option<String>,
    /// What was looked for, or the name in the body.
    pub subject: String,
    pub identifiers: Vec<String>,
}

impl Attempt {
    /// A request with a body.
    pub fn with_body(operation: Operation, ty: &ResourceType, id: Option<&str>, body: &[u8]) -> Self {
        Attempt {
            request: Some(redact::request_body(body, KEPT_BODY_BYTES, &Secrets::of([ty]))),
            ..Attempt::without_body(operation, ty, id)
        }
    }

    /// A query, with the body that it came in if it is a search.
    pub fn of_query(operation: Operation, at: &QueryAt, body: Option<&[u8]>, secrets: &Secrets) -> Self {
        let resource_type = match at {
            QueryAt::Type(ty) => ty.name.clone(),
            QueryAt::Root => String::new(),
        };
        Attempt {
            operation,
            resource_type,
            id: None,
            request: body.map(|body| redact::request_body(body, KEPT_BODY_BYTES, secrets)),
            subject: String::new(),
            identifiers: Vec::new(),
        }
    }

    /// A request without one.
    pub fn without_body(operation: Operation, ty: &ResourceType, id: Option<&str>) -> Self {
        Attempt {
            operation,
            resource_type: ty.name.clone(),
            id: id.map(str::to_owned),
            request: None,
            subject: String::new(),
            identifiers: Vec::new(),
        }
    }

    /// What it means that a unique index refused what was written, of which the work had found nothing: somebody else wrote it
    /// at the same moment.
    pub fn name_taken(&self, error: Error) -> Error {
        let Some(database::Error::Unique { constraint }) = error.database() else { return error };
        let mut named = self.clone();
        named.identify();
        match constraint.as_str() {
            "resource_user_name" => Error::NameTaken { attribute: "userName".to_owned(), value: named.subject },
            "directory_user_tenant_id_user_name_folded_key" => Error::DirectoryNameTaken { value: named.subject },
            _ => error,
        }
    }

    /// The row that says why it did not work.
    pub fn into_draft(mut self, error: &Error) -> EventDraft {
        if self.subject.is_empty() {
            self.identify();
        }
        let scim = error.to_scim();
        let mut draft = EventDraft::new(self.operation, outcome_of(error), scim.status, String::new());
        draft.steps = vec![Step::new("Stopped", scim.detail.clone())];
        draft.resource_type = Some(self.resource_type).filter(|name| !name.is_empty());
        draft.resource_id = self.id;
        draft.subject = self.subject;
        draft.error_code = Some(error.code());
        draft.request = self.request;
        draft.response = Some(scim.to_json());
        draft.identifiers = self.identifiers;
        draft.summary = summary(&draft);
        draft
    }

    /// Names in the (redacted) body, so that support finds a failed create by the user's name.
    fn identify(&mut self) {
        let Some(Value::Object(body)) = self.request.as_deref().and_then(|text| serde_json::from_str(text).ok()) else {
            return;
        };
        let text = |wanted: &str| {
            body.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).and_then(|(_, value)| value.as_str())
        };
        let names = [text("userName"), text("displayName"), text("externalId")];
        self.subject =
            names.iter().flatten().find(|name| !name.is_empty()).map(|name| (*name).to_owned()).unwrap_or_default();
        let emails = body.get("emails").and_then(Value::as_array).into_iter().flatten();
        self.identifiers = names
            .into_iter()
            .flatten()
            .chain(emails.filter_map(|email| email.get("value").and_then(Value::as_str)))
            .map(str::to_owned)
            .collect();
    }
}

/// What was tried on whom, and why it did not work.
fn summary(draft: &EventDraft) -> String {
    let reason = reason_in_sentence(draft.error_code.unwrap_or_default());
    let label = draft.operation.label();
    match draft.subject.as_str() {
        "" => format!("{label}: {reason}"),
        subject => format!("{label} {subject}: {reason}"),
    }
}

/// Completes the row of a failure on a known resource with the name that the resource goes by. An id that is none of the
/// application's is not kept as the row's resource, so that rows about nothing do not gather under one subject.
pub(super) fn named(connection: &mut Connection, scope: &AppScope, mut draft: EventDraft) -> Result<EventDraft, Error> {
    let Some(id) = draft.resource_id.take() else { return Ok(draft) };
    let found: Option<(Option<String>, Option<String>, Option<String>)> = match can_be_id(&id) {
        true => resource::table
            .filter(resource::tenant_id.eq(scope.tenant_id()))
            .filter(resource::application_id.eq(scope.application_id()))
            .filter(resource::id.eq(&id))
            .select((resource::user_name, resource::display_name, resource::directory_user_id))
            .first(connection)
            .optional()?,
        false => None,
    };
    let name = match found {
        Some((user_name, display_name, directory_user_id)) => {
            draft.directory_user_id = directory_user_id;
            draft.resource_id = Some(id);
            user_name.or(display_name).unwrap_or_default()
        }
        None => {
            let shown = id.chars().take(100).collect();
            draft.identifiers.push(id);
            shown
        }
    };
    if draft.subject.is_empty() {
        draft.subject = name;
        draft.summary = summary(&draft);
    }
    Ok(draft)
}

//! Writing one row of the report, with its detail and the identifiers that it is found by.
//!
//! Called inside the transaction of the operation that it reports, so that a report can never disagree with the data.
//! Deliberately not here: the redaction itself (`scim_model::redact`) and who calls when (`operation`).

use database::{Database, Id, Timestamp, WriteTx, kind};
use registry::AppScope;
use scim_model::fold::fold;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::error::Error;
use crate::event::kind::{Operation, Outcome};
use crate::page::cut;

/// Requests and answers are kept up to this size; groups with many members are folded before.
pub const KEPT_BODY_BYTES: usize = 16 * 1024;

/// Identifiers longer than this are cut before they are indexed: PostgreSQL refuses index rows of more than 2,700 bytes.
const IDENTIFIER_BYTES: usize = 256;

/// Nobody goes by more names than this; a body that says otherwise is not indexed in full.
const IDENTIFIERS: usize = 100;

/// A group push of thousands is found by so many of its members, not by each.
const MENTIONS: usize = 200;

/// One attribute before and after, as text that a person reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub field: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// One stage of an operation, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub name: String,
    pub text: String,
}

/// What the text of a reading step begins with when something had to be put right, and what stands between two things.
const ADJUSTED: &str = "Adjusted: ";
const BETWEEN: &str = "; ";

impl Step {
    /// A step from its two halves.
    pub fn new(name: &str, text: impl Into<String>) -> Self {
        Step { name: name.to_owned(), text: text.into() }
    }

    /// The step of reading a body, with what was put right in it, in words.
    pub(crate) fn read(adjustments: &[String]) -> Self {
        match adjustments {
            [] => Step::new("Read", "The request follows the schema"),
            some => Step::new("Read", format!("{ADJUSTED}{}", some.join(BETWEEN))),
        }
    }

    /// The step of how a request came, before its body was read, if something of that had to be put right.
    pub fn received(adjustments: &[String]) -> Option<Self> {
        let words = adjustments.join(BETWEEN);
        (!adjustments.is_empty()).then(|| Step::new("Received", format!("{ADJUSTED}{words}")))
    }

    /// What was put right in this step, in words; empty for a step in which nothing was.
    pub fn adjustments(&self) -> Vec<&str> {
        self.text.strip_prefix(ADJUSTED).map(|words| words.split(BETWEEN).collect()).unwrap_or_default()
    }
}

/// Whose report the row belongs to.
#[derive(Debug, Clone)]
pub struct Origin {
    pub tenant_id: database::Id<kind::Tenant>,
    pub application_id: database::Id<kind::Application>,
    pub application_name: String,
    pub credential_id: Option<String>,
    /// `rctAb…9xYz`: enough to recognise the credential, not to use it.
    pub credential: Option<String>,
    pub settings_revision: Option<i64>,
}

impl From<&AppScope> for Origin {
    fn from(scope: &AppScope) -> Self {
        Origin {
            tenant_id: scope.tenant_id().clone(),
            application_id: scope.application_id().clone(),
            application_name: scope.application_name().to_owned(),
            credential_id: Some(scope.credential_id().to_string()),
            credential: Some(scope.credential_label().to_owned()),
            settings_revision: Some(scope.settings_revision()),
        }
    }
}

/// What a row says, before it has an id and a time.
#[derive(Debug, Clone)]
pub struct EventDraft {
    pub operation: Operation,
    pub outcome: Outcome,
    /// The resource it is about; `None` for a request that never got to one.
    pub resource_id: Option<String>,
    pub resource_type: Option<String>,
    pub directory_user_id: Option<String>,
    /// userName, group name, or the text that was looked for.
    pub subject: String,
    /// One sentence without the final stop: `Created user ada@corp.test`.
    pub summary: String,
    pub changes: Vec<Change>,
    pub steps: Vec<Step>,
    pub status: u16,
    pub error_code: Option<&'static str>,
    /// Redacted by the caller.
    pub request: Option<String>,
    /// Redacted by the caller.
    pub response: Option<String>,
    /// Every name the subject goes by now or went by before this operation.
    pub identifiers: Vec<String>,
    /// Ids of other resources that the operation touched, such as members of a group: a search for one of them by any of
    /// its names finds this row too.
    pub mentions: Vec<String>,
}

impl EventDraft {
    /// A row with nothing but its kind; the caller fills what it knows.
    pub fn new(operation: Operation, outcome: Outcome, status: u16, summary: String) -> Self {
        EventDraft {
            operation,
            outcome,
            resource_id: None,
            resource_type: None,
            directory_user_id: None,
            subject: String::new(),
            summary,
            changes: Vec::new(),
            steps: Vec::new(),
            status,
            error_code: None,
            request: None,
            response: None,
            identifiers: Vec::new(),
            mentions: Vec::new(),
        }
    }
}

/// Which row it is, when it happened and how long it took: taken when the operation ends, not when the row is written.
#[derive(Debug, Clone)]
pub struct Stamp {
    pub id: Id<kind::Event>,
    pub occurred_at: Timestamp,
    pub duration_us: i64,
}

impl Stamp {
    /// For a row in the operation's own transaction.
    pub fn in_transaction(tx: &mut WriteTx<'_>, call: &Call) -> Self {
        Stamp { id: tx.new_id(), occurred_at: tx.now(), duration_us: call.elapsed_us() }
    }

    /// For a row that is written later.
    pub fn now(database: &Database, call: &Call) -> Self {
        Stamp { id: database.new_id(), occurred_at: database.now(), duration_us: call.elapsed_us() }
    }
}

/// Adds the row, its detail and its identifiers to what the transaction writes.
///
/// # Errors
/// Only when something cannot be written as JSON.
pub fn record(
    tx: &mut WriteTx<'_>,
    stamp: Stamp,
    origin: &Origin,
    call: &Call,
    draft: EventDraft,
) -> Result<(), Error> {
    let id = stamp.id.into_string();
    let subject_id = match (&draft.resource_id, identifier_key(&draft.subject)) {
        (Some(resource_id), _) => resource_id.clone(),
        // Look-ups and failed creates of one name gather under it, so that they do not crowd out those who have it.
        (None, name) if !name.is_empty() => format!("name:{name}"),
        (None, _) => id.clone(),
    };
    let changed: Vec<&str> = draft.changes.iter().map(|change| change.field.as_str()).collect();
    let steps: Vec<&Step> = call.steps.iter().chain(&draft.steps).collect();
    let tenant_id = origin.tenant_id.as_str();
    let names = draft.identifiers.iter().take(IDENTIFIERS).chain(draft.resource_id.as_ref());
    let mentions = call.in_bulk.then_some(&call.request_id).into_iter().chain(&draft.mentions);
    let mut found_by: Vec<(String, &str)> = names
        .map(|name| (identifier_key(name), subject_id.as_str()))
        .chain(mentions.take(MENTIONS).map(|mentioned| (identifier_key(mentioned), id.as_str())))
        .filter(|(folded, _)| !folded.is_empty())
        .collect();
    found_by.sort_unstable();
    found_by.dedup();

    tx.insert(database::insert_row!(provisioning_event: {
        tenant_id: tenant_id,
        id: id.as_str(),
        occurred_at: stamp.occurred_at,
        application_id: origin.application_id.as_str(),
        application_name: origin.application_name.as_str(),
        operation: draft.operation.as_str(),
        outcome: draft.outcome.as_str(),
        subject_id: subject_id.as_str(),
        subject: storable(&draft.subject),
        resource_type: draft.resource_type,
        resource_id: draft.resource_id.as_deref(),
        directory_user_id: draft.directory_user_id,
        summary: storable(&draft.summary),
        changed: serde_json::to_string(&changed)?,
        status: i64::from(draft.status),
        error_code: draft.error_code,
        duration_us: stamp.duration_us,
        request_id: call.request_id.as_str(),
        credential_id: origin.credential_id.as_deref(),
    }));
    tx.insert(database::insert_row!(provisioning_event_detail: {
        tenant_id: tenant_id,
        event_id: id.as_str(),
        method: call.method.as_str(),
        target: storable(&call.target),
        client_address: call.client_address.as_deref(),
        user_agent: call.user_agent.as_deref().map(storable),
        credential: origin.credential.as_deref(),
        settings_revision: origin.settings_revision,
        request: draft.request,
        response: draft.response,
        changes: serde_json::to_string(&draft.changes)?,
        steps: serde_json::to_string(&steps)?,
    }));
    let found_by = found_by.into_iter().map(|(folded, subject)| [tenant_id.into(), folded.into(), subject.into()]);
    let identifiers = database::insert_rows!(event_identifier: [tenant_id, folded, subject_id], found_by);
    tx.insert(identifiers.passing_over_conflicts());
    Ok(())
}

/// The form in which an identifier is stored and searched: folded and cut.
pub fn identifier_key(identifier: &str) -> String {
    let mut folded = fold(identifier.trim());
    cut(&mut folded, IDENTIFIER_BYTES);
    folded.replace('\0', "")
}

/// What is quoted from a request is kept short and without NUL, which PostgreSQL has no text for.
fn storable(text: &str) -> String {
    const CHARACTERS: usize = 2_000;
    text.chars().filter(|character| *character != '\0').take(CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_step_tells_what_was_put_right() {
        let words = ["boolean sent as text: active".to_owned(), "repeated value dropped: emails".to_owned()];
        let step = Step::read(&words);
        assert_eq!(step.text, "Adjusted: boolean sent as text: active; repeated value dropped: emails");
        assert_eq!(step.adjustments(), words);
        assert_eq!(Step::read(&[]).adjustments(), Vec::<&str>::new());
    }
}

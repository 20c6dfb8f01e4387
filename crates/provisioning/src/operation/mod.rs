//! The operations of RFC 7644 §3 on the resources of one application: one file each, whatever the resource type.
//!
//! Every operation that changes something goes through [`Provisioning::change`]: one transaction that holds the resource,
//! its keys, its members, the directory user and the report row, together or not at all. A failure or refusal is
//! recorded after the rollback. Questions go through [`Provisioning::answer`], whose rows are written in batches. Bulk
//! requests are not an operation but many: `bulk` has the little that they need beyond those.

mod attempt;
mod bulk;
mod create;
mod delete;
mod left_groups;
mod member_operations;
mod member_words;
mod modify;
mod policy;
mod query;
mod read;
mod reject;
mod replace;
mod store;
mod told;

pub use bulk::Creation;
pub use query::{Queried, QueryAt};
pub use read::Read;
pub use reject::Refusal;
pub use replace::IfMatch;

use database::{ReadTx, Room, WriteTx};
use registry::AppScope;
use scim_model::{ResourceKind, ResourceType};
use tracing::Instrument;

use crate::Provisioning;
use crate::call::Call;
use crate::error::Error;
use crate::event::kind::{Operation, Outcome};
use crate::event::record::{EventDraft, Origin, Stamp, record};
use crate::resource::representation::Representation;
use attempt::Attempt;

/// What a change is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The resource as it is now.
    Resource(Representation),
    /// Success without a body: a PATCH of a group too large to be worth sending back (RFC 7644 §3.5.2 allows it).
    Empty { version: i64, location: String },
}

/// What a finished operation answers and what its row says.
struct Done<T> {
    answer: T,
    event: EventDraft,
}

impl Provisioning {
    /// Runs `work` in a transaction of its own and writes its row in it; a failure is recorded after the rollback.
    async fn change<T: Send + 'static>(
        &self,
        scope: &AppScope,
        call: &Call,
        attempt: Attempt,
        mut work: impl FnMut(&mut WriteTx<'_>) -> Result<Done<T>, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (origin, recorded_call) = (Origin::from(scope), call.clone());
        let request = attempt.request.clone();
        let span = tracing::info_span!("scim.change", operation = attempt.operation.as_str());
        let result = self
            .database
            .of_tenant(scope.tenant_id())
            .write(move |tx| -> Result<T, Error> {
                let Done { answer, mut event } = work(tx)?;
                event.request = request.clone();
                let stamp = Stamp::in_transaction(tx, &recorded_call);
                record(tx, stamp, &origin, &recorded_call, event)?;
                Ok(answer)
            })
            .instrument(span)
            .await;
        match result {
            Ok(answer) => Ok(answer),
            Err(error) => {
                let error = attempt.name_taken(error);
                Err(self.failed(scope, call, attempt, error).await)
            }
        }
    }

    /// Runs `work` as a read and keeps its row for the next batch. `is_brief`: it is a few look-ups by an index.
    async fn answer<T: Send + 'static>(
        &self,
        scope: &AppScope,
        call: &Call,
        attempt: Attempt,
        is_brief: bool,
        work: impl FnMut(&mut ReadTx<'_>, Option<&mut Room>) -> Result<Done<T>, Error> + Send + 'static,
    ) -> Result<T, Error> {
        match self.look(scope, is_brief, work).await {
            Ok(Done { answer, event }) => {
                self.keep(Origin::from(scope), call, event).await;
                Ok(answer)
            }
            Err(error) => {
                tell_internal(call, &error);
                let draft = attempt.into_draft(&error);
                self.keep(Origin::from(scope), call, draft).await;
                Err(error)
            }
        }
    }

    /// Runs `work` as a read. `is_brief`: it is a few look-ups by an index.
    async fn look<T: Send + 'static>(
        &self,
        scope: &AppScope,
        is_brief: bool,
        mut work: impl FnMut(&mut ReadTx<'_>, Option<&mut Room>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let database = self.database.of_tenant(scope.tenant_id());
        match is_brief {
            true => database.look_up(move |tx| work(tx, None)).await,
            false => database.read_large(move |tx, room| work(tx, Some(room))).await,
        }
    }

    /// Keeps a row for the next batch, and writes one when the server does not keep up with that.
    async fn keep(&self, origin: Origin, call: &Call, draft: EventDraft) {
        let stamp = Stamp::now(&self.database, call);
        if self.recorder.keep(stamp, origin, call.clone(), draft)
            && let Err(error) = self.recorder.flush_batch(&self.database).await
        {
            tracing::error!(error = %error, "report rows could not be written");
        }
    }

    /// Writes the row of an operation that did not happen. The error goes back to the client whatever becomes of the row.
    async fn failed(&self, scope: &AppScope, call: &Call, attempt: Attempt, error: Error) -> Error {
        tell_internal(call, &error);
        let draft = attempt.into_draft(&error);
        if matches!(error, Error::Busy) {
            // Another write would only lengthen the line that this one found full.
            self.keep(Origin::from(scope), call, draft).await;
            return error;
        }
        let (origin, recorded_call) = (Origin::from(scope), call.clone());
        let recorded_scope = scope.clone();
        let written = self
            .database
            .of_tenant(scope.tenant_id())
            .write(move |tx| -> Result<(), Error> {
                let draft = attempt::named(tx.looking()?, &recorded_scope, draft.clone())?;
                let stamp = Stamp::in_transaction(tx, &recorded_call);
                record(tx, stamp, &origin, &recorded_call, draft)
            })
            .await;
        if let Err(not_written) = written {
            tracing::error!(request.id = call.request_id, error = %not_written, "report row of a failure could not be written");
        }
        error
    }
}

/// The cause of an internal error is logged once, here, and shown to nobody.
fn tell_internal(call: &Call, error: &Error) {
    if let Error::Internal(cause) = error {
        tracing::error!(request.id = call.request_id, error = %cause, cause = ?cause, "operation failed");
    }
}

/// How a failure is shown: refused where a rule of ours said no, failed where the client's data is the reason.
fn outcome_of(error: &Error) -> Outcome {
    match error {
        Error::FeatureOff { .. } | Error::NotByUser { .. } => Outcome::Refused,
        _ => Outcome::Failed,
    }
}

/// What a request does to resources, whatever their type.
#[derive(Debug, Clone, Copy)]
enum Verb {
    Create,
    Update,
    Delete,
    Lookup,
    Read,
    Import,
}

/// The operation that a request on a type would be, before its content is known.
fn intended(ty: &ResourceType, verb: Verb) -> Operation {
    match (ty.kind(), verb) {
        (ResourceKind::User, Verb::Create) => Operation::UserCreate,
        (ResourceKind::User, Verb::Update) => Operation::UserUpdate,
        (ResourceKind::User, Verb::Delete) => Operation::UserDelete,
        (ResourceKind::User, Verb::Lookup) => Operation::UserLookup,
        (ResourceKind::User, Verb::Read) => Operation::UserRead,
        (ResourceKind::User, Verb::Import) => Operation::UserImport,
        (ResourceKind::Group, Verb::Create) => Operation::GroupCreate,
        (ResourceKind::Group, Verb::Update) => Operation::GroupUpdate,
        (ResourceKind::Group, Verb::Delete) => Operation::GroupDelete,
        (ResourceKind::Group, Verb::Lookup) => Operation::GroupLookup,
        (ResourceKind::Group, Verb::Read) => Operation::GroupRead,
        (ResourceKind::Group, Verb::Import) => Operation::GroupImport,
        (ResourceKind::Other, Verb::Create) => Operation::ResourceCreate,
        (ResourceKind::Other, Verb::Update) => Operation::ResourceUpdate,
        (ResourceKind::Other, Verb::Delete) => Operation::ResourceDelete,
        (ResourceKind::Other, Verb::Lookup) => Operation::ResourceLookup,
        (ResourceKind::Other, Verb::Read) => Operation::ResourceRead,
        (ResourceKind::Other, Verb::Import) => Operation::ResourceImport,
    }
}

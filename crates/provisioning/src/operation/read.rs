//! GET of one resource (RFC 7644 §3.4.1).
//!
//! A successful read leaves no row in the report: clients read before each change, and the change has its row. One that
//! fails does, because then the client remembers what is not here. Of an answer in parts that is the beginning: what breaks
//! it off later is for the log.

use std::sync::Arc;

use database::{ReadTx, Room};
use registry::AppScope;
use scim_model::ResourceType;
use scim_model::project::Projection;

use crate::Provisioning;
use crate::call::Call;
use crate::error::Error;
use crate::operation::attempt::Attempt;
use crate::operation::{Verb, intended, tell_internal};
use crate::resource::parts::{MEMBERS_OF_A_PART, Parts};
use crate::resource::representation::{self, Representation};
use crate::resource::{member, row};

/// What is read.
pub enum Read {
    Whole(Representation),
    /// A group with many members.
    InParts(Parts),
}

impl Read {
    /// Number in the weak ETag `W/"n"` (RFC 7644 §3.14).
    pub fn version(&self) -> i64 {
        match self {
            Read::Whole(representation) => representation.version,
            Read::InParts(parts) => parts.version,
        }
    }
}

impl Provisioning {
    /// Reads one resource.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for ids of a foreign form (Okta's test and Ping's health check ask for such).
    pub async fn read(
        &self,
        scope: &AppScope,
        call: &Call,
        ty: &Arc<ResourceType>,
        id: &str,
        projection: Projection,
    ) -> Result<Read, Error> {
        let (scope_inside, ty_inside, wanted) = (scope.clone(), ty.clone(), id.to_owned());
        let is_brief = representation::is_brief(ty, &projection);
        let database = self.database.clone();
        let work = move |tx: &mut ReadTx<'_>, room: Option<&mut Room>| -> Result<Read, Error> {
            let (scope, ty, connection) = (&scope_inside, ty_inside.as_ref(), tx.connection());
            let found = row::find(connection, scope, &ty.name, &wanted, representation::beside(ty))?;
            let row = found.ok_or_else(|| Error::NotFound { resource_type: ty.name.clone(), id: wanted.clone() })?;
            if is_brief || !projection.is_everything() {
                return Ok(Read::Whole(representation::one(connection, scope, ty, &row, &projection, room)?));
            }
            let ids = member::ids_of_group(connection, scope, &row.id)?;
            if ids.len() > MEMBERS_OF_A_PART {
                return Ok(Read::InParts(Parts::new(scope, ty, &row, &ids, &database)?));
            }
            let members = member::named(connection, scope, &ids)?;
            Ok(Read::Whole(representation::with_members(scope, ty, &row, &projection, members)?))
        };
        let found = self.look(scope, is_brief, work).await;
        if let Err(error) = &found {
            tell_internal(call, error);
            let operation = intended(ty, Verb::Read);
            let subject: String = id.chars().take(100).collect();
            let identifiers = vec![subject.clone()];
            let attempt = Attempt { subject, identifiers, ..Attempt::without_body(operation, ty, None) };
            self.keep(scope.into(), call, attempt.into_draft(error)).await;
        }
        found
    }
}

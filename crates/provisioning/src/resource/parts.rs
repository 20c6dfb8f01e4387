//! A group with so many members that its text is made in parts, each once the client took the one before.
//!
//! Who the members are is read together with the group. Their names are read part by part, in reads of their own: no
//! connection, no transaction and little memory is held while a client is slow. So a name may be newer than the group, and
//! a member who is deleted meanwhile is left out.

use database::Database;
use registry::AppScope;
use scim_model::ResourceType;
use scim_model::project::splice;

use crate::error::Error;
use crate::resource::member;
use crate::resource::representation::{MemberEntry, location};
use crate::resource::row::ResourceRow;

/// A part has so many members: some hundred kilobytes. Groups with fewer are answered in one piece.
pub(crate) const MEMBERS_OF_A_PART: usize = 2_000;

/// Stands in the text where the members will. JSON has no such character but as an escape.
const PLACE: &str = "\u{1}";

/// A large group as it goes over the wire.
pub struct Parts {
    /// Number in the weak ETag `W/"n"` (RFC 7644 §3.14).
    pub version: i64,
    /// `meta.location` and the `Content-Location` header.
    pub location: String,
    scope: AppScope,
    database: Database,
    /// What comes before the next members.
    before: String,
    /// What comes after the last one.
    after: String,
    /// Who is still to come, the next part first.
    ids: std::vec::IntoIter<String>,
    /// Whether there is a member in the text already.
    has_begun: bool,
    has_ended: bool,
}

/// What [`Parts`] is made of, without a database.
pub(crate) struct Group {
    row: ResourceRow,
    location: String,
    ids: Vec<String>,
}

impl Group {
    pub fn new(scope: &AppScope, ty: &ResourceType, row: ResourceRow, ids: Vec<String>) -> Self {
        Group { location: location(scope, ty, &row.id), row, ids }
    }

    pub fn into_parts(self, scope: &AppScope, database: &Database) -> Result<Parts, Error> {
        let text = splice(&self.row.document, &self.location, &[("members", PLACE)]);
        let place = text.split_once(PLACE);
        let (before, after) = place.ok_or_else(|| Error::Internal("a group's text has no place for members".into()))?;
        Ok(Parts {
            version: self.row.version,
            location: self.location,
            scope: scope.clone(),
            database: database.of_tenant(scope.tenant_id()),
            before: format!("{before}["),
            after: format!("]{after}"),
            ids: self.ids.into_iter(),
            has_begun: false,
            has_ended: false,
        })
    }
}

impl Parts {
    /// The next part of the text; `None` after the last one.
    ///
    /// # Errors
    /// Only what the database says. The answer must then be broken off, so that nobody takes it for whole.
    pub async fn next(&mut self) -> Result<Option<String>, Error> {
        if self.has_ended {
            return Ok(None);
        }
        let (scope, mut has_begun) = (self.scope.clone(), self.has_begun);
        let mut text = std::mem::take(&mut self.before).into_bytes();
        let ids: Vec<String> = self.ids.by_ref().take(MEMBERS_OF_A_PART).collect();
        let read = self.database.read(move |tx| -> Result<_, Error> {
            for member in member::named(tx.connection(), &scope, &ids)? {
                if has_begun {
                    text.push(b',');
                }
                serde_json::to_writer(&mut text, &MemberEntry::new(&scope, &member))?;
                has_begun = true;
            }
            Ok((String::from_utf8(text).map_err(|error| Error::Internal(error.into()))?, has_begun))
        });
        let (mut part, has_begun) = read.await?;
        self.has_begun = has_begun;
        self.has_ended = self.ids.len() == 0;
        if self.has_ended {
            part.push_str(&self.after);
        }
        Ok(Some(part))
    }
}

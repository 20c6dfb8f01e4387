//! A group with so many members that its text is made in parts, each once the client took the one before.
//!
//! Who the members are is read together with the group. Their names are read part by part, in reads of their own: no
//! connection and no transaction is held while a client is slow, and no more than the ids and one part of the text. So a
//! name may be newer than the group, and a member who is deleted meanwhile is left out. What a credential may do is asked
//! once, at the beginning.

use std::sync::Arc;
use std::time::{Duration, Instant};

use database::Database;
use registry::AppScope;
use scim_model::ResourceType;
use scim_model::project::splice;

use crate::error::Error;
use crate::resource::member;
use crate::resource::representation::{location, members_json};
use crate::resource::row::ResourceRow;

/// A part has so many members: some hundred kilobytes. Groups with fewer are answered in one piece.
pub(crate) const MEMBERS_OF_A_PART: usize = 2_000;

/// The database is asked for a part for so long, with pauses in between.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(200);

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
    /// The ids of all members, a line each, and where those of the next part begin.
    ids: Arc<str>,
    next: usize,
    /// Whether there is a member in the text already.
    has_begun: bool,
    has_ended: bool,
}

impl Parts {
    /// Of a group with these members.
    pub(crate) fn new(
        scope: &AppScope,
        ty: &ResourceType,
        row: &ResourceRow,
        ids: &[String],
        database: &Database,
    ) -> Result<Self, Error> {
        let location = location(scope, ty, &row.id);
        let text = splice(&row.document, &location, &[("members", PLACE)]);
        let place = text.split_once(PLACE);
        let (before, after) = place.ok_or_else(|| Error::Internal("a group's text has no place for members".into()))?;
        Ok(Parts {
            version: row.version,
            location,
            scope: scope.clone(),
            database: database.of_tenant(scope.tenant_id()),
            before: format!("{before}["),
            after: format!("]{after}"),
            ids: ids.join("\n").into(),
            next: 0,
            has_begun: false,
            has_ended: false,
        })
    }

    /// The next part of the text; `None` after the last one. While the database is busy or away, it is asked again for some
    /// time: whoever reads cannot be told to come back any more.
    ///
    /// # Errors
    /// Only what the database says. The answer must then be broken off, so that nobody takes it for whole.
    pub async fn next(&mut self) -> Result<Option<String>, Error> {
        if self.has_ended {
            return Ok(None);
        }
        let asked = Instant::now();
        let (members, next) = loop {
            match self.members().await {
                Err(Error::Busy) if asked.elapsed() < PATIENCE => tokio::time::sleep(PAUSE).await,
                read => break read?,
            }
        };
        let mut part = std::mem::take(&mut self.before);
        if self.has_begun && !members.is_empty() {
            part.push(',');
        }
        part.push_str(&members);
        self.has_begun |= !members.is_empty();
        self.next = next;
        self.has_ended = next >= self.ids.len();
        if self.has_ended {
            part.push_str(&self.after);
        }
        Ok(Some(part))
    }

    /// The entries of the next part, and where those of the one after it begin.
    async fn members(&self) -> Result<(String, usize), Error> {
        let (scope, ids, from) = (self.scope.clone(), Arc::clone(&self.ids), self.next);
        let read = self.database.read(move |tx| -> Result<_, Error> {
            let of_part: Vec<&str> = ids[from..].split('\n').take(MEMBERS_OF_A_PART).collect();
            let next = from + of_part.iter().map(|id| id.len() + 1).sum::<usize>();
            let members = member::named(tx.connection(), &scope, &of_part)?;
            let list = members_json(&scope, members.iter())?.unwrap_or_default();
            let entries = list.strip_prefix('[').and_then(|list| list.strip_suffix(']')).unwrap_or_default();
            Ok((entries.to_owned(), next))
        });
        read.await
    }
}

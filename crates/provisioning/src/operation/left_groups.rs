//! What a deletion does to the groups that the deleted user or group was a member of, and what the report says of it.

use database::WriteTx;
use registry::AppScope;

use crate::error::Error;
use crate::event::record::{EventDraft, Step};
use crate::operation::member_words::named_groups;
use crate::operation::store::document;
use crate::resource::member::{self, Beside};
use crate::resource::row::{self, Intent};

/// The groups that a deleted member was in: id and name.
#[derive(Debug, Default)]
pub(super) struct LeftGroups(Vec<(String, String)>);

impl LeftGroups {
    /// Says so in the row of the deletion, which is then found from each of the groups too.
    pub fn tell(self, event: &mut EventDraft) {
        let LeftGroups(groups) = self;
        let (ids, names): (Vec<String>, Vec<String>) = groups.into_iter().unzip();
        if !names.is_empty() {
            event.steps.push(Step::new("Groups", format!("No longer a member of {}", named_groups(&names))));
        }
        event.mentions.extend(ids);
    }
}

/// Takes a user or a group out of the groups it is a member of, each of which has a new version then: whoever kept one must
/// not take it for the current one. Its row is locked for [`Intent::Removal`], so that nobody puts it into another one
/// meanwhile.
pub(super) fn leave_groups(tx: &mut WriteTx<'_>, scope: &AppScope, id: &str) -> Result<LeftGroups, Error> {
    let group = scope.resource_types().group();
    let groups = member::groups_of(tx.connection()?, scope, &[id])?.remove(id).unwrap_or_default();
    for (group_id, _) in &groups {
        let Some(mut row) = row::find_locked(tx, scope, &group.name, group_id, Intent::Change, Beside::Nothing)? else {
            continue;
        };
        let resource = row.resource()?;
        row.version += 1;
        row.last_modified_at = row.last_modified_at.max(tx.now());
        row.document = document(group, &resource, &row);
        row::update_version(tx, scope, &row)?;
    }
    if !groups.is_empty() {
        member::leave_all(tx, scope, id)?;
    }
    Ok(LeftGroups(groups))
}

//! Who is in a group at any depth: the other side of what [`member::memberships_of`] says of a user.

use std::collections::BTreeSet;

use database::Connection;
use registry::AppScope;

use crate::error::Error;
use crate::resource::member::{self, Nesting, Owner};

/// The ids of everything that is in one of these groups or in a group within, in order, each once.
pub(super) fn of_groups_at_any_depth(
    connection: &mut Connection,
    scope: &AppScope,
    group_ids: &[String],
) -> Result<Vec<String>, Error> {
    let nesting = Nesting::whole(connection, Owner::of(scope))?;
    let mut groups: BTreeSet<String> = group_ids.iter().cloned().collect();
    for group_id in groups.clone() {
        groups.extend(nesting.below(&group_id));
    }
    let mut inside = Vec::new();
    for group_id in groups {
        inside.extend(member::ids_of_group(connection, scope, &group_id)?);
    }
    inside.sort_unstable();
    inside.dedup();
    Ok(inside)
}

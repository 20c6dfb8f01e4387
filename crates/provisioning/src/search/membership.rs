//! Who is in a group at any depth: candidates for a filter on `groups`. Whether one really counts as a member, and how, is
//! for [`member`] and the evaluator.

use std::collections::HashSet;

use database::Connection;
use database::schema::resource as table;
use diesel::prelude::*;
use registry::AppScope;

use crate::error::Error;
use crate::resource::member;
use crate::resource::row::visible;

/// So many ids go into one statement: below the bind limits of both databases.
const CHUNK: usize = 500;

/// The ids of all members of these groups and of the groups within them, in order, each once.
pub(super) fn below(connection: &mut Connection, scope: &AppScope, group_ids: &[String]) -> Result<Vec<String>, Error> {
    let group_type = &scope.resource_types().group().name;
    let mut found: HashSet<String> = HashSet::new();
    let mut opened: HashSet<String> = group_ids.iter().cloned().collect();
    let mut open: Vec<String> = opened.iter().cloned().collect();
    while let Some(group_id) = open.pop() {
        let members = member::ids_of_group(connection, scope, &group_id)?;
        let new: Vec<String> = members.into_iter().filter(|id| found.insert(id.clone())).collect();
        for chunk in new.chunks(CHUNK) {
            let groups: Vec<String> = visible!(scope)
                .filter(table::resource_type.eq(group_type))
                .filter(table::id.eq_any(chunk))
                .select(table::id)
                .load(connection)?;
            open.extend(groups.into_iter().filter(|id| opened.insert(id.clone())));
        }
    }
    let mut found: Vec<String> = found.into_iter().collect();
    found.sort_unstable();
    Ok(found)
}

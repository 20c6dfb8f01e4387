//! People of the directory: profile and columns, keys, and the resource that each comes from.

use std::collections::{HashMap, HashSet};

use database::schema::{directory_user as table, directory_user_key, resource};
use database::{Connection, Database};
use diesel::prelude::*;
use mapping::Profile;
use registry::TenantScope;
use scim_model::fold::fold;

use super::{CHUNK, Consistency, believed};
use crate::directory::key;
use crate::error::Error;

#[derive(Queryable)]
struct Row {
    id: String,
    user_name: String,
    user_name_folded: String,
    display_name: Option<String>,
    email: Option<String>,
    status: String,
    profile: String,
}

pub(super) async fn look(database: &Database, scope: &TenantScope, found: &mut Consistency) -> Result<(), Error> {
    let mut after = String::new();
    loop {
        let (tenant_id, from) = (scope.tenant_id().to_string(), after.clone());
        let ((count, last), problems) =
            database.read(move |tx| believed(|| chunk(tx.connection(), &tenant_id, &from))).await?;
        found.people += count;
        found.found(problems);
        match last {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}

/// How many people were read, and the last of them.
type Chunk = (usize, Option<String>);

fn chunk(connection: &mut Connection, tenant_id: &str, after: &str) -> Result<(Chunk, Vec<String>), Error> {
    let rows: Vec<Row> = table::table
        .filter(table::tenant_id.eq(tenant_id))
        .filter(table::id.gt(after))
        .order(table::id)
        .limit(CHUNK)
        .select((
            table::id,
            table::user_name,
            table::user_name_folded,
            table::display_name,
            table::email,
            table::status,
            table::profile,
        ))
        .load(connection)?;
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let keys: Vec<(String, String, String)> = directory_user_key::table
        .filter(directory_user_key::tenant_id.eq(tenant_id))
        .filter(directory_user_key::directory_user_id.eq_any(&ids))
        .select((directory_user_key::directory_user_id, directory_user_key::kind, directory_user_key::folded))
        .load(connection)?;
    let mut keys_of: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for (id, kind, folded) in keys {
        keys_of.entry(id).or_default().push((kind, folded));
    }
    let provided: Vec<Option<String>> = resource::table
        .filter(resource::tenant_id.eq(tenant_id))
        .filter(resource::directory_user_id.eq_any(&ids))
        .select(resource::directory_user_id)
        .load(connection)?;
    let provided: HashSet<String> = provided.into_iter().flatten().collect();
    let mut problems = Vec::new();
    for row in &rows {
        let mut wrong = contradictions(row, keys_of.remove(&row.id).unwrap_or_default());
        if !provided.contains(&row.id) {
            wrong.push("comes from no resource");
        }
        problems.extend(wrong.iter().map(|wrong| format!("directory: the person {} {wrong}", row.id)));
    }
    Ok(((rows.len(), rows.last().map(|row| row.id.clone())), problems))
}

fn contradictions(row: &Row, mut found: Vec<(String, String)>) -> Vec<&'static str> {
    let Ok(profile) = serde_json::from_str::<Profile>(&row.profile) else {
        return vec!["has a profile that cannot be read"];
    };
    let mut wrong = Vec::new();
    let user_name = profile.text("userName").unwrap_or_default();
    if user_name != row.user_name || fold(&user_name) != row.user_name_folded {
        wrong.push("has another user name in the profile");
    }
    if profile.text("displayName") != row.display_name || profile.text("email") != row.email {
        wrong.push("has another name or e-mail in the profile");
    }
    if profile.is_active() != (row.status == "active") {
        wrong.push("has another status in the profile");
    }
    let mut expected: Vec<(String, String)> =
        key::keys(&profile).into_iter().map(|(kind, folded)| (kind.to_owned(), folded)).collect();
    expected.sort_unstable();
    found.sort_unstable();
    if expected != found {
        wrong.push("is found by other names than those of the profile");
    }
    wrong
}

//! What a client gets back: the stored text with its location, and groups or members spliced in.
//!
//! Nothing is parsed here; only a projection (`attributes`, `excludedAttributes`) parses.

use std::collections::HashMap;

use database::Connection;
use registry::AppScope;
use scim_model::project::{Projection, splice};
use scim_model::{ResourceKind, ResourceType};
use serde_json::json;

use crate::error::Error;
use crate::resource::member;
use crate::resource::row::ResourceRow;

/// A resource as it goes over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Representation {
    pub id: String,
    /// Number in the weak ETag `W/"n"` (RFC 7644 §3.14).
    pub version: i64,
    /// `meta.location`, the `Location` and `Content-Location` headers.
    pub location: String,
    /// The JSON text.
    pub body: String,
}

/// `{base}/{endpoint}/{id}`.
pub(crate) fn location(scope: &AppScope, ty: &ResourceType, id: &str) -> String {
    format!("{}{}/{}", scope.base_url(), ty.endpoint, id)
}

/// One resource in full or as `projection` wants it.
pub(crate) fn one(
    connection: &mut Connection,
    scope: &AppScope,
    ty: &ResourceType,
    row: &ResourceRow,
    projection: &Projection,
) -> Result<Representation, Error> {
    let mut page = many(connection, scope, ty, std::slice::from_ref(row), projection)?;
    page.pop().ok_or_else(|| Error::Internal("a representation got lost".into()))
}

/// A page of resources of one type, each in full or as `projection` wants it. Users: one query for the groups of all.
pub(crate) fn many(
    connection: &mut Connection,
    scope: &AppScope,
    ty: &ResourceType,
    rows: &[ResourceRow],
    projection: &Projection,
) -> Result<Vec<Representation>, Error> {
    let (is_user, is_group) = (ty.kind() == ResourceKind::User, ty.kind() == ResourceKind::Group);
    let mut groups = if is_user && projection.wants("groups") {
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        member::groups_of(connection, scope, &ids)?
    } else {
        HashMap::new()
    };
    let mut page = Vec::with_capacity(rows.len());
    for row in rows {
        let location = location(scope, ty, &row.id);
        let extra = if is_group && projection.wants("members") {
            members_json(scope, member::of_group(connection, scope, &row.id)?).map(|json| ("members", json))
        } else {
            groups.remove(&row.id).map(|groups| ("groups", groups_json(scope, groups)))
        };
        let extra: Vec<(&str, &str)> = extra.iter().map(|(name, json)| (*name, json.as_str())).collect();
        let mut body = splice(&row.document, &location, &extra);
        if !projection.is_everything() {
            body = projection.apply(&body, ty);
        }
        page.push(Representation { id: row.id.clone(), version: row.version, location, body });
    }
    Ok(page)
}

fn groups_json(scope: &AppScope, groups: Vec<(String, String)>) -> String {
    let ty = scope.resource_types().group();
    let groups: Vec<_> = groups
        .into_iter()
        .map(|(id, display)| {
            json!({ "value": id, "$ref": location(scope, ty, &id), "display": display, "type": "direct" })
        })
        .collect();
    serde_json::Value::Array(groups).to_string()
}

/// `None` for a group without members: an empty list is an unassigned attribute (RFC 7643 §2.5).
fn members_json(scope: &AppScope, members: Vec<member::Member>) -> Option<String> {
    if members.is_empty() {
        return None;
    }
    let (users, groups) = (scope.resource_types().user(), scope.resource_types().group());
    let members: Vec<_> = members
        .into_iter()
        .map(|member| {
            let ty = if member.resource_type == groups.name { groups } else { users };
            json!({
                "value": member.id,
                "$ref": location(scope, ty, &member.id),
                "display": member.display_name.or(member.user_name).unwrap_or_default(),
                "type": member.resource_type,
            })
        })
        .collect();
    Some(serde_json::Value::Array(members).to_string())
}

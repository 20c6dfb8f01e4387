//! What a client gets back: the stored text with its location, and groups or members spliced in.
//!
//! Nothing is parsed here; only a projection (`attributes`, `excludedAttributes`) parses.

use std::collections::HashMap;

use database::{Connection, Room};
use registry::AppScope;
use scim_model::project::{Projection, splice};
use scim_model::{ResourceKind, ResourceType};
use serde::{Serialize, Serializer};

use crate::error::Error;
use crate::resource::member::{self, Beside, Member, Members, Membership};
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

/// Whether what is shown of a resource is of bounded size: anything but the members of a group.
pub(crate) fn is_brief(ty: &ResourceType, projection: &Projection) -> bool {
    ty.kind() != ResourceKind::Group || !projection.wants("members")
}

/// What is to be read along with one resource, or a few, to show them.
pub(crate) fn beside(ty: &ResourceType) -> Beside {
    if ty.kind() == ResourceKind::User { Beside::Groups } else { Beside::Nothing }
}

/// One resource in full or as `projection` wants it.
pub(crate) fn one(
    connection: &mut Connection,
    scope: &AppScope,
    ty: &ResourceType,
    row: &ResourceRow,
    projection: &Projection,
    room: Option<&mut Room>,
) -> Result<Representation, Error> {
    let mut page = many(connection, scope, ty, std::slice::from_ref(row), projection, room)?;
    page.pop().ok_or_else(|| Error::Internal("a representation got lost".into()))
}

/// As [`one`], of a resource that is in no group and has no members, as it was only now made: nothing is read.
pub(crate) fn of_new(
    scope: &AppScope,
    ty: &ResourceType,
    row: &ResourceRow,
    projection: &Projection,
) -> Result<Representation, Error> {
    Spliced::Nothing.representation(scope, ty, row, projection)
}

/// A group with members that were read before.
pub(crate) fn with_members(
    scope: &AppScope,
    ty: &ResourceType,
    row: &ResourceRow,
    projection: &Projection,
    members: Vec<Member>,
) -> Result<Representation, Error> {
    Spliced::MembersOfOne(members).representation(scope, ty, row, projection)
}

/// A page of resources of one type, each in full or as `projection` wants it. The groups of all users are read together, and
/// so are the members of all groups. Without `room` it may be of any size.
pub(crate) fn many(
    connection: &mut Connection,
    scope: &AppScope,
    ty: &ResourceType,
    rows: &[ResourceRow],
    projection: &Projection,
    room: Option<&mut Room>,
) -> Result<Vec<Representation>, Error> {
    let spliced = Spliced::read(connection, scope, ty, rows, projection, room)?;
    rows.iter().map(|row| spliced.representation(scope, ty, row, projection)).collect()
}

/// What is not in the documents of a page's resources.
enum Spliced {
    Groups(HashMap<String, Vec<Membership>>),
    Members(Members),
    /// Of the one group that there is.
    MembersOfOne(Vec<Member>),
    Nothing,
}

impl Spliced {
    /// The document of a row with what is not in it.
    fn representation(
        &self,
        scope: &AppScope,
        ty: &ResourceType,
        row: &ResourceRow,
        projection: &Projection,
    ) -> Result<Representation, Error> {
        let location = location(scope, ty, &row.id);
        let extra = self.of(scope, &row.id)?;
        let extra: Vec<(&str, &str)> = extra.iter().map(|(name, json)| (*name, json.as_str())).collect();
        let mut body = splice(&row.document, &location, &extra);
        if !projection.is_everything() {
            body = projection.apply(&body, ty);
        }
        Ok(Representation { id: row.id.clone(), version: row.version, location, body })
    }

    fn read(
        connection: &mut Connection,
        scope: &AppScope,
        ty: &ResourceType,
        rows: &[ResourceRow],
        projection: &Projection,
        room: Option<&mut Room>,
    ) -> Result<Self, Error> {
        let ids = || rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>();
        Ok(match ty.kind() {
            ResourceKind::User if projection.wants("groups") => Spliced::Groups(match groups_beside(rows) {
                Some(groups) => groups,
                None => member::memberships_of(connection, scope, &ids())?,
            }),
            ResourceKind::Group if projection.wants("members") => {
                Spliced::Members(member::of_groups(connection, scope, &ids(), room)?)
            }
            ResourceKind::User | ResourceKind::Group | ResourceKind::Other => Spliced::Nothing,
        })
    }

    /// Attribute and JSON. `None` for a user in no group and a group without members: an empty list is an unassigned
    /// attribute (RFC 7643 §2.5).
    fn of(&self, scope: &AppScope, id: &str) -> Result<Option<(&'static str, String)>, Error> {
        Ok(match self {
            Spliced::Nothing => None,
            Spliced::Groups(groups) => {
                let groups = groups.get(id).map(Vec::as_slice).unwrap_or_default();
                json_list(groups.iter().map(|group| GroupEntry::new(scope, group)))?.map(|json| ("groups", json))
            }
            Spliced::MembersOfOne(members) => members_json(scope, members.iter())?.map(|json| ("members", json)),
            Spliced::Members(members) => members_json(scope, members.of(id))?.map(|json| ("members", json)),
        })
    }
}

/// The groups of all rows, if they were read along with them.
fn groups_beside(rows: &[ResourceRow]) -> Option<HashMap<String, Vec<Membership>>> {
    rows.iter().map(|row| Some((row.id.clone(), member::memberships_beside(row.beside.as_deref())?))).collect()
}

/// Each entry is made and written one after the other: there may be a hundred thousand. `None` if there are none.
fn json_list<T: Serialize>(entries: impl Iterator<Item = T>) -> Result<Option<String>, Error> {
    let mut entries = entries.peekable();
    if entries.peek().is_none() {
        return Ok(None);
    }
    let mut json = Vec::new();
    serde_json::Serializer::new(&mut json).collect_seq(entries)?;
    Ok(Some(String::from_utf8(json).map_err(|error| Error::Internal(error.into()))?))
}

/// The list of a group's `members`; `None` if there are none.
pub(crate) fn members_json<'m>(
    scope: &AppScope,
    members: impl Iterator<Item = &'m Member>,
) -> Result<Option<String>, Error> {
    json_list(members.map(|member| MemberEntry::new(scope, member)))
}

/// An entry of a user's `groups` (RFC 7643 §4.1.2).
#[derive(Serialize)]
struct GroupEntry<'a> {
    value: &'a str,
    #[serde(rename = "$ref")]
    reference: String,
    display: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
}

impl<'a> GroupEntry<'a> {
    fn new(scope: &AppScope, membership: &'a Membership) -> Self {
        GroupEntry {
            value: &membership.group_id,
            reference: location(scope, scope.resource_types().group(), &membership.group_id),
            display: &membership.display,
            kind: if membership.is_direct { "direct" } else { "indirect" },
        }
    }
}

/// An entry of a group's `members` (RFC 7643 §4.2).
#[derive(Serialize)]
pub(crate) struct MemberEntry<'a> {
    value: &'a str,
    #[serde(rename = "$ref")]
    reference: String,
    display: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
}

impl<'a> MemberEntry<'a> {
    /// The entry of a member, whatever its client said of it.
    pub fn new(scope: &AppScope, member: &'a Member) -> Self {
        let types = scope.resource_types();
        let ty = types.named(&member.resource_type).map_or(types.user(), AsRef::as_ref);
        MemberEntry {
            value: &member.id,
            reference: location(scope, ty, &member.id),
            display: member.display(),
            kind: &member.resource_type,
        }
    }
}

//! The groups of the tenant as the dashboard shows them. A group belongs to the application that pushed it. Who is in one
//! through groups in it is in `nested`.

use std::collections::HashMap;

use database::schema::{application, group_member, resource as table};
use database::{Connection, Timestamp};
use diesel::dsl::count_star;
use diesel::prelude::*;
use registry::TenantScope;
use scim_model::fold::fold;

use crate::Provisioning;
use crate::directory::nested::{self, NestedMembers};
use crate::error::Error;
use crate::event::detail::indented;
use crate::page::{PageOf, Total, askable, prefix_range};
use crate::resource::member::{Nesting, Owner};

/// More groups than this are not counted one by one.
const COUNTED_GROUPS: i64 = 10_000;

/// So many members are shown at a time.
pub(super) const MEMBERS_SHOWN: i64 = 50;

/// Between the name and the id in a page's key: sorts before every character of a name.
const SEPARATOR: char = '\u{1}';

/// What is searched for. Empty text and `None` do not narrow.
#[derive(Debug, Clone)]
pub struct GroupSearch {
    /// The beginning of a name, in any case.
    pub text: String,
    /// Id of the application that pushed the group.
    pub application: Option<String>,
    /// `next` of the page before.
    pub after: Option<String>,
    pub limit: i64,
}

/// A group in a list.
#[derive(Debug, Clone)]
pub struct GroupRow {
    pub id: String,
    pub application_id: String,
    pub application_name: String,
    pub display_name: String,
    pub external_id: Option<String>,
    /// Users and groups that it has itself.
    pub members: i64,
    pub last_modified_at: Timestamp,
}

/// A member of a group: a person or another group.
#[derive(Debug, Clone)]
pub struct MemberRow {
    pub resource_id: String,
    pub is_group: bool,
    pub directory_user_id: Option<String>,
    /// A group's name.
    pub user_name: String,
    pub display_name: Option<String>,
    pub active: bool,
}

/// A group with its members.
#[derive(Debug, Clone)]
pub struct GroupDetail {
    pub row: GroupRow,
    /// Those that it has itself.
    pub members: PageOf<MemberRow>,
    /// `None` for a group without groups in it.
    pub nested: Option<NestedMembers>,
    /// The groups that it is in, directly or through others.
    pub parents: Vec<GroupRow>,
    pub created_at: Timestamp,
    /// The resource as its client reads it, indented.
    pub document: String,
}

type Columns = (String, String, String, Option<String>, Option<String>, Timestamp);

impl Provisioning {
    /// Searches the tenant's groups, in the order of their names.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn groups(&self, scope: &TenantScope, search: GroupSearch) -> Result<PageOf<GroupRow>, Error> {
        let tenant_id = scope.tenant_id().to_string();
        self.database
            .of_tenant(scope.tenant_id())
            .read(move |tx| -> Result<_, Error> {
                let connection = tx.connection();
                let after = search.after.as_deref().map(askable);
                let mut query = condition(&tenant_id, &search).select((table::id, table::display_name_folded));
                if let Some((name, id)) = after.as_deref().and_then(|after| after.rsplit_once(SEPARATOR)) {
                    query = query.filter(
                        table::display_name_folded
                            .gt(name)
                            .or(table::display_name_folded.eq(name).and(table::id.gt(id)))
                            .assume_not_null(),
                    );
                }
                let found: Vec<(String, Option<String>)> = query
                    .order((table::display_name_folded.asc(), table::id.asc()))
                    .limit(search.limit + 1)
                    .load(connection)?;
                let counted: Vec<String> =
                    condition(&tenant_id, &search).select(table::id).limit(COUNTED_GROUPS + 1).load(connection)?;
                let total = Total::up_to(counted.len(), COUNTED_GROUPS);
                let keys = PageOf::cut(found, search.limit, total, |(id, name)| {
                    format!("{}{SEPARATOR}{id}", name.as_deref().unwrap_or_default())
                });
                let ids: Vec<String> = keys.rows.into_iter().map(|(id, _)| id).collect();
                Ok(PageOf { rows: group_rows(connection, &tenant_id, &ids)?, next: keys.next, total: keys.total })
            })
            .await
    }

    /// One group of the tenant with a page of its members, and one of those that it has through groups in it; `None` for an
    /// id that is none of its.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn group(
        &self,
        scope: &TenantScope,
        id: &str,
        after: Option<String>,
        nested_after: Option<String>,
    ) -> Result<Option<GroupDetail>, Error> {
        let (tenant_id, id) = (scope.tenant_id().to_string(), askable(id));
        let found = self
            .database
            .of_tenant(scope.tenant_id())
            .read(move |tx| -> Result<_, Error> {
                let connection = tx.connection();
                let Some(row) = group_rows(connection, &tenant_id, std::slice::from_ref(&id))?.pop() else {
                    return Ok(None);
                };
                let (created_at, document): (Timestamp, String) = table::table
                    .filter(table::tenant_id.eq(&tenant_id))
                    .filter(table::application_id.eq(&row.application_id))
                    .filter(table::id.eq(&id))
                    .select((table::created_at, table::document))
                    .first(connection)?;
                let members = members(connection, &tenant_id, &row, after)?;
                let nesting = Nesting::whole(connection, Owner::new(&tenant_id, &row.application_id))?;
                let nested = nested::members(connection, &tenant_id, &row, &nesting, nested_after)?;
                let parents: Vec<String> =
                    nesting.above_all(std::slice::from_ref(&id)).into_iter().map(str::to_owned).collect();
                let parents = group_rows(connection, &tenant_id, &parents)?;
                Ok(Some(GroupDetail { row, members, nested, parents, created_at, document: indented(document) }))
            })
            .await?;
        let Some(mut group) = found else { return Ok(None) };
        let document = std::mem::take(&mut group.document);
        group.document = self.shown_document(scope, &group.row.application_id, "Group", document).await?;
        Ok(Some(group))
    }
}

type BoxedQuery<'a> = diesel::helper_types::IntoBoxed<'a, table::table, database::MultiBackend>;

/// Rows, count and pages are all made from this.
fn condition<'a>(tenant_id: &'a str, search: &'a GroupSearch) -> BoxedQuery<'a> {
    let mut query = table::table
        .into_boxed()
        .filter(table::tenant_id.eq(tenant_id))
        .filter(table::resource_type.eq("Group"))
        // Every group has one; it says that the index of names holds them all.
        .filter(table::display_name_folded.is_not_null())
        .filter(table::deleted_at.is_null());
    let key = fold(askable(&search.text).trim());
    if !key.is_empty() {
        let (first, last) = prefix_range(&key);
        query = query.filter(table::display_name_folded.ge(first)).filter(table::display_name_folded.lt(last));
    }
    if let Some(application_id) = &search.application {
        query = query.filter(table::application_id.eq(askable(application_id)));
    }
    query
}

/// Groups by id, in the order of their names: one query, and one more for each of their applications.
pub(crate) fn group_rows(connection: &mut Connection, tenant_id: &str, ids: &[String]) -> Result<Vec<GroupRow>, Error> {
    let found: Vec<(Columns, String)> = table::table
        .inner_join(
            application::table
                .on(application::tenant_id.eq(table::tenant_id).and(application::id.eq(table::application_id))),
        )
        .filter(table::tenant_id.eq(tenant_id))
        .filter(table::resource_type.eq("Group"))
        .filter(table::deleted_at.is_null())
        .filter(table::id.eq_any(ids))
        .order((table::display_name_folded.asc(), table::id.asc()))
        .select((
            (
                table::id,
                table::application_id,
                application::name,
                table::display_name,
                table::external_id,
                table::last_modified_at,
            ),
            table::resource_type,
        ))
        .load(connection)?;
    let mut counts = HashMap::new();
    let mut by_application: HashMap<&str, Vec<&str>> = HashMap::new();
    for ((id, application_id, ..), _) in &found {
        by_application.entry(application_id).or_default().push(id);
    }
    // By application, since the keys of memberships go on with it.
    for (application_id, ids) in by_application {
        let counted: Vec<(String, i64)> = group_member::table
            .group_by(group_member::group_id)
            .filter(group_member::tenant_id.eq(tenant_id))
            .filter(group_member::application_id.eq(application_id))
            .filter(group_member::group_id.eq_any(ids))
            .select((group_member::group_id, count_star()))
            .load(connection)?;
        counts.extend(counted);
    }
    Ok(found
        .into_iter()
        .map(|((id, application_id, application_name, display_name, external_id, last_modified_at), _)| GroupRow {
            members: counts.remove(&id).unwrap_or(0),
            id,
            application_id,
            application_name,
            display_name: display_name.unwrap_or_default(),
            external_id,
            last_modified_at,
        })
        .collect())
}

/// The columns of a [`MemberRow`], in its order.
macro_rules! member_columns {
    () => {
        (
            database::schema::resource::id,
            database::schema::resource::resource_type,
            database::schema::resource::directory_user_id,
            database::schema::resource::user_name,
            database::schema::resource::display_name,
            database::schema::resource::active,
        )
    };
}
pub(super) use member_columns;

pub(super) type MemberColumns = (String, String, Option<String>, Option<String>, Option<String>, bool);

impl MemberRow {
    pub(super) fn new(
        (resource_id, resource_type, directory_user_id, user_name, display_name, active): MemberColumns,
    ) -> Self {
        MemberRow {
            resource_id,
            is_group: resource_type == "Group",
            directory_user_id,
            user_name: user_name.or_else(|| display_name.clone()).unwrap_or_default(),
            display_name,
            active,
        }
    }
}

fn members(
    connection: &mut Connection,
    tenant_id: &str,
    group: &GroupRow,
    after: Option<String>,
) -> Result<PageOf<MemberRow>, Error> {
    let found: Vec<MemberColumns> = group_member::table
        .inner_join(
            table::table.on(table::tenant_id
                .eq(group_member::tenant_id)
                .and(table::application_id.eq(group_member::application_id))
                .and(table::id.eq(group_member::member_id))),
        )
        .filter(group_member::tenant_id.eq(tenant_id))
        .filter(group_member::application_id.eq(&group.application_id))
        .filter(group_member::group_id.eq(&group.id))
        .filter(group_member::member_id.gt(askable(&after.unwrap_or_default())))
        .order(group_member::member_id)
        .limit(MEMBERS_SHOWN + 1)
        .select(member_columns!())
        .load(connection)?;
    let rows = found.into_iter().map(MemberRow::new).collect();
    Ok(PageOf::cut(rows, MEMBERS_SHOWN, Total::Exact(group.members), |row| row.resource_id.clone()))
}

//! The users of the tenant as the dashboard shows them: a list to search, and one person with everything known.

use std::collections::{HashMap, HashSet};

use database::schema::{application, directory_user as table, directory_user_key, group_member, resource};
use database::{Connection, Timestamp};
use diesel::prelude::*;
use mapping::Profile;
use registry::TenantScope;

use crate::Provisioning;
use crate::directory::groups::{GroupRow, group_rows};
use crate::error::Error;
use crate::event::detail::indented;
use crate::event::record::identifier_key;
use crate::page::{PageOf, Total, askable, prefix_range};
use crate::resource::member::{Nesting, Owner};

/// More users than this are not counted one by one for a search.
const COUNTED_USERS: i64 = 10_000;

/// Whether a person may use what the directory gives access to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserStatus {
    Active,
    Disabled,
}

impl UserStatus {
    /// The stored form, also the one in URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            UserStatus::Active => "active",
            UserStatus::Disabled => "disabled",
        }
    }

    fn from_stored(text: &str) -> Self {
        if text == "active" { UserStatus::Active } else { UserStatus::Disabled }
    }
}

/// What is searched for. Empty text and `None` do not narrow.
#[derive(Debug, Clone)]
pub struct UserSearch {
    /// The beginning of a user name, e-mail, display, given or family name, in any case.
    pub text: String,
    pub status: Option<UserStatus>,
    /// Id of an application that provides the person.
    pub application: Option<String>,
    /// `next` of the page before.
    pub after: Option<String>,
    pub limit: i64,
}

/// A person in a list.
#[derive(Debug, Clone)]
pub struct UserRow {
    pub id: String,
    pub user_name: String,
    pub display_name: Option<String>,
    pub email: Option<String>,
    pub status: UserStatus,
    pub updated_at: Timestamp,
    /// Id and name of each application that provides the person.
    pub applications: Vec<(String, String)>,
}

/// What one application's client wrote about a person.
#[derive(Debug, Clone)]
pub struct UserSource {
    pub application_id: String,
    pub application_name: String,
    pub resource_id: String,
    pub external_id: Option<String>,
    pub active: bool,
    /// The client deleted it; it comes back when the client creates the person again.
    pub removed: bool,
    pub created_at: Timestamp,
    pub last_modified_at: Timestamp,
    /// The resource as its client reads it, indented.
    pub document: String,
}

/// A person with everything known.
#[derive(Debug, Clone)]
pub struct UserDetail {
    pub row: UserRow,
    pub created_at: Timestamp,
    /// Directory attribute and value, in the order of the mapping.
    pub profile: Vec<(String, String)>,
    pub has_password: bool,
    pub sources: Vec<UserSource>,
    /// Those that the person is a member of first, then those that these are in.
    pub groups: Vec<UserGroup>,
}

/// A group that a person is in.
#[derive(Debug, Clone)]
pub struct UserGroup {
    pub group: GroupRow,
    /// Names of the groups in it by which the person is; empty for a member of the group itself.
    pub through: Vec<String>,
}

/// How much a tenant holds.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    pub users: i64,
    pub disabled_users: i64,
    pub groups: i64,
    /// Users and groups by application id.
    pub per_application: HashMap<String, (i64, i64)>,
}

type Columns = (String, String, Option<String>, Option<String>, String, Timestamp);

macro_rules! columns {
    () => {
        (table::id, table::user_name, table::display_name, table::email, table::status, table::updated_at)
    };
}

fn row((id, user_name, display_name, email, status, updated_at): Columns) -> UserRow {
    let status = UserStatus::from_stored(&status);
    UserRow { id, user_name, display_name, email, status, updated_at, applications: Vec::new() }
}

impl Provisioning {
    /// Searches the tenant's users, in the order of their user names.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn users(&self, scope: &TenantScope, search: UserSearch) -> Result<PageOf<UserRow>, Error> {
        let tenant_id = scope.tenant_id().to_string();
        self.database
            .of_tenant(scope.tenant_id())
            .read(move |tx| -> Result<_, Error> {
                let connection = tx.connection();
                let found: Vec<Columns> = {
                    let mut query = condition(&tenant_id, &search).select(columns!());
                    if let Some(after) = &search.after {
                        query = query.filter(table::user_name_folded.gt(askable(after)));
                    }
                    query.order(table::user_name_folded.asc()).limit(search.limit + 1).load(connection)?
                };
                let counted: Vec<String> =
                    condition(&tenant_id, &search).select(table::id).limit(COUNTED_USERS + 1).load(connection)?;
                let rows = found.into_iter().map(row).collect();
                let total = Total::up_to(counted.len(), COUNTED_USERS);
                let mut page =
                    PageOf::cut(rows, search.limit, total, |row: &UserRow| scim_model::fold::fold(&row.user_name));
                name_applications(connection, &tenant_id, &mut page.rows)?;
                Ok(page)
            })
            .await
    }

    /// One person of the tenant; `None` for an id that is none of its.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn user(&self, scope: &TenantScope, id: &str) -> Result<Option<UserDetail>, Error> {
        let (tenant_id, id) = (scope.tenant_id().to_string(), askable(id));
        let found = self
            .database
            .of_tenant(scope.tenant_id())
            .read(move |tx| -> Result<_, Error> {
                let connection = tx.connection();
                let found: Option<(Columns, Timestamp, String, Option<String>)> = table::table
                    .filter(table::tenant_id.eq(&tenant_id))
                    .filter(table::id.eq(&id))
                    .select((columns!(), table::created_at, table::profile, table::password_hash))
                    .first(connection)
                    .optional()?;
                let Some((columns, created_at, profile, password_hash)) = found else { return Ok(None) };
                let mut rows = vec![row(columns)];
                name_applications(connection, &tenant_id, &mut rows)?;
                let profile: Profile = serde_json::from_str(&profile)?;
                let profile = profile.names().filter_map(|name| Some((name.to_owned(), profile.text(name)?))).collect();
                let sources = sources(connection, &tenant_id, &id)?;
                let groups = groups(connection, &tenant_id, &sources)?;
                Ok(rows.pop().map(|row| UserDetail {
                    row,
                    created_at,
                    profile,
                    has_password: password_hash.is_some(),
                    sources,
                    groups,
                }))
            })
            .await?;
        let Some(mut user) = found else { return Ok(None) };
        for source in &mut user.sources {
            let document = std::mem::take(&mut source.document);
            source.document = self.shown_document(scope, &source.application_id, "User", document).await?;
        }
        Ok(Some(user))
    }

    /// How much the tenant holds, in all and by application.
    ///
    /// # Errors
    /// Only what the database says.
    pub async fn counts(&self, scope: &TenantScope) -> Result<Counts, Error> {
        use database::schema::resource_count as count;
        let tenant_id = scope.tenant_id().clone();
        self.database
            .of_tenant(scope.tenant_id())
            .read(move |tx| -> Result<_, Error> {
                let connection = tx.connection();
                let by_type: Vec<(String, String, i64)> = count::table
                    .filter(count::tenant_id.eq(&tenant_id))
                    .select((count::application_id, count::resource_type, count::total))
                    .load(connection)?;
                let by_status: Vec<(String, i64)> = table::table
                    .group_by(table::status)
                    .filter(table::tenant_id.eq(&tenant_id))
                    .select((table::status, diesel::dsl::count_star()))
                    .load(connection)?;
                let mut counts = Counts::default();
                for (application_id, resource_type, total) in by_type {
                    let entry = counts.per_application.entry(application_id).or_default();
                    match resource_type.as_str() {
                        "User" => entry.0 += total,
                        "Group" => {
                            entry.1 += total;
                            counts.groups += total;
                        }
                        // Of a type that an administrator defined: neither.
                        _ => {}
                    }
                }
                for (status, total) in by_status {
                    counts.users += total;
                    if UserStatus::from_stored(&status) == UserStatus::Disabled {
                        counts.disabled_users += total;
                    }
                }
                Ok(counts)
            })
            .await
    }
}

type BoxedQuery<'a> = diesel::helper_types::IntoBoxed<'a, table::table, database::MultiBackend>;

/// Rows, count and pages are all made from this.
fn condition<'a>(tenant_id: &'a str, search: &'a UserSearch) -> BoxedQuery<'a> {
    let mut query = table::table.into_boxed().filter(table::tenant_id.eq(tenant_id));
    let key = identifier_key(&search.text);
    if !key.is_empty() {
        let (first, last) = prefix_range(&key);
        query = query.filter(
            table::id.eq_any(
                directory_user_key::table
                    .filter(directory_user_key::tenant_id.eq(tenant_id))
                    .filter(directory_user_key::folded.ge(first))
                    .filter(directory_user_key::folded.lt(last))
                    .select(directory_user_key::directory_user_id),
            ),
        );
    }
    if let Some(status) = search.status {
        query = query.filter(table::status.eq(status.as_str()));
    }
    if let Some(application_id) = &search.application {
        query = query.filter(
            table::id.nullable().eq_any(
                resource::table
                    .filter(resource::tenant_id.eq(tenant_id))
                    .filter(resource::application_id.eq(askable(application_id)))
                    .select(resource::directory_user_id),
            ),
        );
    }
    query
}

/// Fills in which applications provide each row: one query for the page.
fn name_applications(connection: &mut Connection, tenant_id: &str, rows: &mut [UserRow]) -> Result<(), Error> {
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    // The name that they are ordered by is selected too: PostgreSQL asks for it beside DISTINCT.
    let found: Vec<(Option<String>, String, String, String)> = resource::table
        .inner_join(
            application::table
                .on(application::tenant_id.eq(resource::tenant_id).and(application::id.eq(resource::application_id))),
        )
        .filter(resource::tenant_id.eq(tenant_id))
        .filter(resource::directory_user_id.eq_any(ids))
        .order(application::name_folded)
        .select((resource::directory_user_id, application::id, application::name, application::name_folded))
        .distinct()
        .load(connection)?;
    let mut by_user: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for (user_id, id, name, _) in found {
        by_user.entry(user_id.unwrap_or_default()).or_default().push((id, name));
    }
    for row in rows {
        row.applications = by_user.remove(&row.id).unwrap_or_default();
    }
    Ok(())
}

fn sources(connection: &mut Connection, tenant_id: &str, id: &str) -> Result<Vec<UserSource>, Error> {
    type Found = (String, String, String, Option<String>, bool, Option<Timestamp>, Timestamp, Timestamp, String);
    let found: Vec<Found> = resource::table
        .inner_join(
            application::table
                .on(application::tenant_id.eq(resource::tenant_id).and(application::id.eq(resource::application_id))),
        )
        .filter(resource::tenant_id.eq(tenant_id))
        .filter(resource::directory_user_id.eq(id))
        .order(resource::id)
        .select((
            resource::application_id,
            application::name,
            resource::id,
            resource::external_id,
            resource::active,
            resource::deleted_at,
            resource::created_at,
            resource::last_modified_at,
            resource::document,
        ))
        .load(connection)?;
    Ok(found
        .into_iter()
        .map(
            |(
                application_id,
                application_name,
                resource_id,
                external_id,
                active,
                deleted_at,
                created_at,
                modified,
                document,
            )| {
                UserSource {
                    application_id,
                    application_name,
                    resource_id,
                    external_id,
                    active,
                    removed: deleted_at.is_some(),
                    created_at,
                    last_modified_at: modified,
                    document: indented(document),
                }
            },
        )
        .collect())
}

fn groups(connection: &mut Connection, tenant_id: &str, sources: &[UserSource]) -> Result<Vec<UserGroup>, Error> {
    let mut direct: HashSet<String> = HashSet::new();
    // By the id of a group that the person is in through others: those others.
    let mut indirect: HashMap<String, Vec<String>> = HashMap::new();
    for source in sources {
        let of_source: Vec<String> = group_member::table
            .filter(group_member::tenant_id.eq(tenant_id))
            .filter(group_member::application_id.eq(&source.application_id))
            .filter(group_member::member_id.eq(&source.resource_id))
            .order(group_member::group_id)
            .select(group_member::group_id)
            .load(connection)?;
        let owner = Owner::new(tenant_id, &source.application_id);
        let nesting = Nesting::above(connection, owner, of_source.clone())?;
        for id in &of_source {
            for above in nesting.above_all(std::slice::from_ref(id)) {
                indirect.entry(above.to_owned()).or_default().push(id.clone());
            }
        }
        direct.extend(of_source);
    }
    indirect.retain(|id, _| !direct.contains(id));
    let ids: Vec<String> = direct.iter().chain(indirect.keys()).cloned().collect();
    let rows = group_rows(connection, tenant_id, &ids)?;
    let names: HashMap<String, String> = rows.iter().map(|row| (row.id.clone(), row.display_name.clone())).collect();
    let mut groups: Vec<UserGroup> = rows
        .into_iter()
        .map(|group| {
            let through = indirect.remove(&group.id).unwrap_or_default();
            UserGroup { through: through.iter().filter_map(|id| names.get(id).cloned()).collect(), group }
        })
        .collect();
    groups.sort_by_key(|group| !group.through.is_empty());
    Ok(groups)
}

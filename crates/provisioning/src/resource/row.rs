//! The row of a resource: read, locked, inserted, updated, set aside, removed.

use database::schema::resource as table;
use database::{CacheStatement, Connection, Id, LockRow, Timestamp, WriteTx, kind};
use diesel::prelude::*;
use registry::AppScope;
use scim_model::fold::fold;
use scim_model::{Resource, ResourceKind, ResourceType};

use crate::error::{Error, check_length};
use crate::resource::member::{Beside, with_beside};

/// A resource as stored. `document` is the wire text without location, groups and members.
#[derive(Debug, Clone, Queryable)]
pub(crate) struct ResourceRow {
    pub id: String,
    pub document: String,
    pub version: i64,
    pub directory_user_id: Option<String>,
    /// Whether a user counts as active: what `active` said last, as a client may take it away.
    pub active: bool,
    pub created_at: Timestamp,
    pub last_modified_at: Timestamp,
    /// What was read along: see [`Beside`].
    pub beside: Option<String>,
}

impl ResourceRow {
    /// The document, read.
    pub fn resource(&self) -> Result<Resource, Error> {
        Resource::from_stored(&self.document).map_err(|error| Error::Internal(Box::new(error)))
    }
}

/// What is written of a resource beside its document: the values that SQL looks up by.
pub(crate) struct Columns {
    pub external_id: Option<String>,
    pub user_name: Option<String>,
    pub user_name_folded: Option<String>,
    pub display_name: Option<String>,
    pub display_name_folded: Option<String>,
}

impl Columns {
    pub fn of(ty: &ResourceType, resource: &Resource) -> Result<Self, Error> {
        let user_name = resource.user_name().filter(|_| ty.kind() == ResourceKind::User);
        let display_name = resource.display_name();
        // Only the names of groups are looked up; a user's display name is free to be long.
        let group_name = display_name.filter(|_| ty.kind() == ResourceKind::Group);
        let columns = Columns {
            external_id: resource.external_id().map(str::to_owned),
            user_name: user_name.map(str::to_owned),
            user_name_folded: user_name.map(fold),
            display_name: display_name.map(str::to_owned),
            display_name_folded: group_name.map(fold),
        };
        check_length("externalId", columns.external_id.as_deref())?;
        check_length("userName", columns.user_name_folded.as_deref())?;
        check_length("displayName", columns.display_name_folded.as_deref())?;
        Ok(columns)
    }

    /// Whether what an index has is the same.
    fn is_found_as(&self, other: &Columns) -> bool {
        self.external_id == other.external_id
            && self.user_name_folded == other.user_name_folded
            && self.display_name_folded == other.display_name_folded
    }
}

/// The columns of a [`ResourceRow`], in its order.
macro_rules! resource_columns {
    () => {
        $crate::resource::row::resource_columns!($crate::resource::member::BesideColumn::<false>)
    };
    ($beside:expr) => {
        (
            database::schema::resource::id,
            database::schema::resource::document,
            database::schema::resource::version,
            database::schema::resource::directory_user_id,
            database::schema::resource::active,
            database::schema::resource::created_at,
            database::schema::resource::last_modified_at,
            $beside,
        )
    };
}
pub(crate) use resource_columns;

/// All resources that the scope's client can see: set-aside ones are not among them.
macro_rules! visible {
    ($scope:expr) => {
        database::schema::resource::table
            .filter(database::schema::resource::tenant_id.eq($scope.tenant_id()))
            .filter(database::schema::resource::application_id.eq($scope.application_id()))
            .filter(database::schema::resource::deleted_at.is_null())
    };
}
pub(crate) use visible;

/// The row of one resource, set aside or not.
macro_rules! one {
    ($scope:expr, $id:expr) => {
        table::table
            .filter(table::tenant_id.eq($scope.tenant_id()))
            .filter(table::application_id.eq($scope.application_id()))
            .filter(table::id.eq($id))
    };
}

/// Whether a text from a path can be the id of anything. PostgreSQL has no text for a NUL.
pub(crate) fn can_be_id(id: &str) -> bool {
    Id::<kind::Resource>::parse(id).is_ok()
}

/// One resource by id.
pub(crate) fn find(
    connection: &mut Connection,
    scope: &AppScope,
    resource_type: &str,
    id: &str,
    beside: Beside,
) -> Result<Option<ResourceRow>, Error> {
    if !can_be_id(id) {
        return Ok(None);
    }
    Ok(with_beside!(beside, beside => database::each!(connection, connection => visible!(scope)
        .filter(table::id.eq(id))
        .filter(table::resource_type.eq(resource_type))
        .select(resource_columns!(beside))
        .first(connection)))
    .optional()?)
}

/// What a transaction is going to do to the resource that it locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intent {
    /// Change it. Others can make it a member of a group meanwhile.
    Change,
    /// Perhaps remove it or set it aside. Whoever makes it a member of a group waits, and then finds it gone; or was first,
    /// and is found by the removal.
    Removal,
}

/// One resource by id, locked until the transaction ends, so that two changes of one resource follow each other.
pub(crate) fn find_locked(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    resource_type: &str,
    id: &str,
    intent: Intent,
    beside: Beside,
) -> Result<Option<ResourceRow>, Error> {
    if !can_be_id(id) {
        return Ok(None);
    }
    let connection = tx.locking()?;
    let found = with_beside!(beside, beside => {
        let query = visible!(scope)
            .filter(table::id.eq(id))
            .filter(table::resource_type.eq(resource_type))
            .select(resource_columns!(beside));
        database::each!(connection, connection => match intent {
            Intent::Change => query.lock_row_to_change().get_result(connection),
            Intent::Removal => query.lock_row().get_result(connection),
        })
    });
    Ok(found.optional()?)
}

/// Whether another resource that the client can see goes by this user's userName.
pub(crate) fn user_name_in_use(
    connection: &mut Connection,
    scope: &AppScope,
    user_name: &str,
    except_id: &str,
) -> Result<bool, Error> {
    Ok(database::each!(connection, connection => diesel::select(diesel::dsl::exists(
        visible!(scope)
            .filter(table::resource_type.eq("User"))
            .filter(table::user_name_folded.eq(fold(user_name)))
            .filter(table::id.ne(except_id)),
    ))
    .get_result(connection))?)
}

/// Whether another group of the application has this name. The unique row of the name guards against two who ask at once;
/// this finds groups that got their names while *Unique group names* was off.
pub(crate) fn group_name_in_use(
    connection: &mut Connection,
    scope: &AppScope,
    name: &str,
    except_id: &str,
) -> Result<bool, Error> {
    Ok(diesel::select(diesel::dsl::exists(
        visible!(scope)
            .filter(table::resource_type.eq(&scope.resource_types().group().name))
            .filter(table::display_name_folded.eq(fold(name)))
            .filter(table::id.ne(except_id)),
    ))
    .get_result(connection)?)
}

/// A set-aside user that a new one of this externalId or userName brings back: the same externalId first, then the same
/// userName, the most recently deleted first. Locked, so that only one request brings it back.
pub(crate) fn find_deleted(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    resource_type: &str,
    resource: &Resource,
) -> Result<Option<ResourceRow>, Error> {
    let set_aside = || {
        table::table
            .filter(table::tenant_id.eq(scope.tenant_id()))
            .filter(table::application_id.eq(scope.application_id()))
            .filter(table::resource_type.eq(resource_type))
            .filter(table::deleted_at.is_not_null())
            .select(resource_columns!())
            .order(table::deleted_at.desc())
    };
    let connection = tx.locking()?;
    if let Some(external_id) = resource.external_id() {
        let found = set_aside()
            .filter(table::external_id.eq(external_id))
            .limit(1)
            .lock_row()
            .get_result(connection)
            .optional()?;
        if found.is_some() {
            return Ok(found);
        }
    }
    match resource.user_name() {
        Some(user_name) => {
            let named = set_aside().filter(table::user_name_folded.eq(fold(user_name)));
            Ok(named.limit(1).lock_row().get_result(connection).optional()?)
        }
        None => Ok(None),
    }
}

/// A new resource's place in the database.
pub(crate) struct NewRow<'a> {
    pub id: &'a str,
    pub document: &'a str,
    pub directory_user_id: Option<&'a str>,
    pub active: bool,
}

/// Adds a resource with version 1 to what the transaction writes. A userName that another resource of the application has
/// makes it fail at its end.
pub(crate) fn insert(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    ty: &ResourceType,
    resource: &Resource,
    new: &NewRow<'_>,
) -> Result<(), Error> {
    let (now, columns) = (tx.now(), Columns::of(ty, resource)?);
    tx.insert(database::insert_row!(resource: {
        tenant_id: scope.tenant_id().as_str(),
        application_id: scope.application_id().as_str(),
        id: new.id,
        resource_type: ty.name.as_str(),
        external_id: columns.external_id,
        user_name: columns.user_name,
        user_name_folded: columns.user_name_folded,
        display_name: columns.display_name,
        display_name_folded: columns.display_name_folded,
        active: new.active,
        document: new.document,
        version: 1_i64,
        directory_user_id: new.directory_user_id,
        created_at: now,
        last_modified_at: now,
    }));
    Ok(())
}

/// Writes a resource that the client sees, changed from `before`.
///
/// SQLite writes the entry of every index anew that a statement names a column of, also where its value is the same; so what it
/// is looked up by is named only if that changed.
pub(crate) fn change(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    ty: &ResourceType,
    before: &Resource,
    after: &Resource,
    row: &ResourceRow,
    relinked: bool,
) -> Result<(), Error> {
    let columns = Columns::of(ty, after)?;
    match relinked || !columns.is_found_as(&Columns::of(ty, before)?) {
        true => write_all(tx, scope, after, &columns, row),
        false => write_content(tx, scope, row, Some(&columns)),
    }
}

/// Writes a changed resource with everything that it is looked up by; brings a set-aside one back.
pub(crate) fn update(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    ty: &ResourceType,
    resource: &Resource,
    row: &ResourceRow,
) -> Result<(), Error> {
    write_all(tx, scope, resource, &Columns::of(ty, resource)?, row)
}

/// Touches version and time only: a change of members.
pub(crate) fn update_version(tx: &mut WriteTx<'_>, scope: &AppScope, row: &ResourceRow) -> Result<(), Error> {
    write_content(tx, scope, row, None)
}

fn write_all(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    resource: &Resource,
    columns: &Columns,
    row: &ResourceRow,
) -> Result<(), Error> {
    let connection = tx.connection()?;
    database::each!(connection, connection => {
        diesel::update(one!(scope, &row.id))
        .set((
            table::external_id.eq(&columns.external_id),
            table::user_name.eq(&columns.user_name),
            table::user_name_folded.eq(&columns.user_name_folded),
            table::display_name.eq(&columns.display_name),
            table::display_name_folded.eq(&columns.display_name_folded),
            table::active.eq(row.active),
            table::document.eq(&row.document),
            table::version.eq(row.version),
            table::directory_user_id.eq(row.directory_user_id.as_deref()),
            table::created_at.eq(row.created_at),
            table::last_modified_at.eq(row.last_modified_at),
            table::deleted_at.eq(None::<Timestamp>),
        ))
        .cached()
        .execute(connection)
    })
    .map_err(|error| name_taken(error, resource))?;
    Ok(())
}

/// Writes what no index has. `changed`: more than the members changed, and what the columns are now.
fn write_content(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    row: &ResourceRow,
    changed: Option<&Columns>,
) -> Result<(), Error> {
    let connection = tx.connection()?;
    database::each!(connection, connection => {
        diesel::update(one!(scope, &row.id))
        .set((
            changed.map(|columns| (
                table::user_name.eq(&columns.user_name),
                table::display_name.eq(&columns.display_name),
                table::active.eq(row.active),
            )),
            table::document.eq(&row.document),
            table::version.eq(row.version),
            table::last_modified_at.eq(row.last_modified_at),
        ))
        .cached()
        .execute(connection)
    })?;
    Ok(())
}

/// Hides a resource from its client and keeps it for the day it comes back.
pub(crate) fn set_aside(tx: &mut WriteTx<'_>, scope: &AppScope, id: &str) -> Result<(), Error> {
    let now = tx.now();
    let connection = tx.connection()?;
    database::each!(connection, connection => {
        diesel::update(one!(scope, id))
        .set((table::deleted_at.eq(Some(now)), table::active.eq(false)))
        .cached()
        .execute(connection)
    })?;
    Ok(())
}

/// Removes a resource with its keys and memberships (by cascade).
pub(crate) fn remove(tx: &mut WriteTx<'_>, scope: &AppScope, id: &str) -> Result<(), Error> {
    diesel::delete(one!(scope, id)).execute(tx.connection()?)?;
    Ok(())
}

fn name_taken(error: diesel::result::Error, resource: &Resource) -> Error {
    let error = database::Error::from(error);
    match error.violates("resource_user_name") {
        true => Error::NameTaken {
            attribute: "userName".to_owned(),
            value: resource.user_name().unwrap_or_default().to_owned(),
        },
        false => error.into(),
    }
}

//! Finding or making the person that a resource belongs to, and writing what the mapping yields.
//!
//! Matching, in this order: the link made before; the same user name; the same e-mail, if exactly one person has it. A
//! person who already has a resource of the same application is never matched again: one client, one resource a person.

use database::schema::{directory_user as table, directory_user_key, resource};
use database::{CacheStatement, Connection, LockRow, WriteTx, kind};
use diesel::prelude::*;
use mapping::Profile;
use registry::AppScope;
use scim_model::fold::fold;

use crate::directory::key;
use crate::error::{Error, check_length};
use crate::event::record::{Change, identifier_key};
use crate::resource::row;

/// The directory status that belongs to `active`.
const ACTIVE: &str = "active";
/// See [`ACTIVE`].
const DISABLED: &str = "disabled";

/// How the person was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Match {
    LinkedBefore,
    SameUserName,
    SameEmail,
    Created,
}

impl Match {
    /// In words, for the report's steps.
    pub fn sentence(self) -> &'static str {
        match self {
            Match::LinkedBefore => "The resource was already linked to its directory user",
            Match::SameUserName => "Linked to the existing directory user with the same user name",
            Match::SameEmail => "Linked to the existing directory user with the same e-mail",
            Match::Created => "No directory user matched: a new one was made",
        }
    }
}

/// Where a resource's person stands after [`place`].
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub id: String,
    pub how: Match,
    /// Directory attributes that changed; empty for a person who was just made.
    pub changes: Vec<Change>,
    /// The name under which a deleted person goes now, who had to give theirs up.
    pub freed: Option<String>,
}

/// What is known of a resource's person before [`place`] looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Person<'a> {
    /// The resource is linked to this one.
    Linked(&'a str),
    /// Nobody looked yet.
    Unknown,
    /// Nobody of the directory matches: see `newcomer`.
    New,
}

impl<'a> Person<'a> {
    /// Of a resource with this link.
    pub fn of_link(directory_user_id: Option<&'a str>) -> Self {
        directory_user_id.map_or(Person::Unknown, Person::Linked)
    }
}

struct Existing {
    id: String,
    status: String,
    profile: Profile,
}

/// Writes the directory side of a resource.
///
/// # Errors
/// [`Error::MappingEmpty`] when the mapping yields no user name, [`Error::DirectoryNameTaken`] when another person has it.
pub(crate) fn place(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    profile: Profile,
    person: Person<'_>,
    password_hash: Option<&str>,
) -> Result<Placed, Error> {
    let user_name = profile.text("userName").filter(|name| !name.trim().is_empty()).ok_or_else(|| {
        let rules = &scope.settings().mapping.users;
        let path = rules.iter().find(|rule| rule.attribute == "userName").map(|rule| rule.path.clone());
        Error::MappingEmpty { attribute: "userName".to_owned(), path: path.unwrap_or_default() }
    })?;
    check_length("userName, as the attribute mapping yields it,", Some(&fold(&user_name)))?;
    let found = match person {
        Person::Linked(id) => by_id(tx, scope, id)?.map(|existing| (existing, Match::LinkedBefore)),
        Person::Unknown => matching(tx, scope, &user_name, profile.text("email").as_deref())?,
        Person::New => None,
    };
    let Some((existing, how)) = found else {
        let id = insert(tx, scope, &profile, password_hash)?;
        return Ok(Placed { id, how: Match::Created, changes: Vec::new(), freed: None });
    };
    let freed = free_user_name(tx, scope, &user_name, &existing)?;
    let changes = update(tx, scope, &existing, profile, password_hash)?;
    Ok(Placed { id: existing.id, how, changes, freed })
}

macro_rules! columns {
    () => {
        (table::id, table::status, table::profile)
    };
}

fn existing((id, status, profile): (String, String, String)) -> Result<Existing, Error> {
    Ok(Existing { id, status, profile: serde_json::from_str(&profile)? })
}

fn by_id(tx: &mut WriteTx<'_>, scope: &AppScope, id: &str) -> Result<Option<Existing>, Error> {
    let connection = tx.locking()?;
    let found = database::each!(connection, connection => table::table
        .filter(table::tenant_id.eq(scope.tenant_id()))
        .filter(table::id.eq(id))
        .select(columns!())
        .lock_row()
        .get_result(connection))
    .optional()?;
    found.map(existing).transpose()
}

/// The person that a resource without a link belongs to, locked.
fn matching(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    user_name: &str,
    email: Option<&str>,
) -> Result<Option<(Existing, Match)>, Error> {
    let connection = tx.locking()?;
    let same_name = table::table
        .filter(table::tenant_id.eq(scope.tenant_id()))
        .filter(table::user_name_folded.eq(fold(user_name)))
        .select(columns!())
        .lock_row()
        .get_result(connection)
        .optional()?;
    if let Some(found) = same_name {
        let found = existing(found)?;
        if has_resource_here(connection, scope, &found.id)? {
            let value = user_name.to_owned();
            return Err(match row::user_name_in_use(connection, scope, user_name, "")? {
                true => Error::NameTaken { attribute: "userName".to_owned(), value },
                false => Error::DirectoryNameTaken { value },
            });
        }
        return Ok(Some((found, Match::SameUserName)));
    }
    let Some(email) = email.map(identifier_key).filter(|email| !email.is_empty()) else { return Ok(None) };
    let same_email: Vec<String> = directory_user_key::table
        .filter(directory_user_key::tenant_id.eq(scope.tenant_id()))
        .filter(directory_user_key::folded.eq(email))
        .filter(directory_user_key::kind.eq("email"))
        .select(directory_user_key::directory_user_id)
        .limit(2)
        .load(connection)?;
    let [only] = same_email.as_slice() else { return Ok(None) };
    // Locked before it is asked who else links to the person, so that two who ask at once do so one after the other.
    let Some(existing) = by_id(tx, scope, only)? else { return Ok(None) };
    let taken = has_resource_here(tx.looking()?, scope, only)?;
    Ok((!taken).then_some((existing, Match::SameEmail)))
}

/// Whether this application already has a resource, set aside or not, for the person.
fn has_resource_here(connection: &mut Connection, scope: &AppScope, id: &str) -> Result<bool, Error> {
    Ok(diesel::select(diesel::dsl::exists(
        resource::table
            .filter(resource::tenant_id.eq(scope.tenant_id()))
            .filter(resource::directory_user_id.eq(id))
            .filter(resource::application_id.eq(scope.application_id())),
    ))
    .get_result(connection)?)
}

/// Whether any application has a resource for the person that its client still sees.
fn is_provided(connection: &mut Connection, scope: &AppScope, id: &str) -> Result<bool, Error> {
    Ok(diesel::select(diesel::dsl::exists(
        resource::table
            .filter(resource::tenant_id.eq(scope.tenant_id()))
            .filter(resource::directory_user_id.eq(id))
            .filter(resource::deleted_at.is_null()),
    ))
    .get_result(connection)?)
}

/// Whether another application has a resource for the person that its client still sees.
pub(crate) fn linked_elsewhere(connection: &mut Connection, scope: &AppScope, id: &str) -> Result<bool, Error> {
    Ok(database::each!(connection, connection => diesel::select(diesel::dsl::exists(
        resource::table
            .filter(resource::tenant_id.eq(scope.tenant_id()))
            .filter(resource::directory_user_id.eq(id))
            .filter(resource::deleted_at.is_null())
            .filter(resource::application_id.ne(scope.application_id())),
    ))
    .get_result(connection))?)
}

/// Makes a person and gives its id. One of this name whom nobody saw makes the transaction fail at its end.
fn insert(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    profile: &Profile,
    password_hash: Option<&str>,
) -> Result<String, Error> {
    let (id, now) = (tx.new_id::<kind::DirectoryUser>().to_string(), tx.now());
    let user_name = profile.text("userName").unwrap_or_default();
    tx.insert(database::insert_row!(directory_user: {
        tenant_id: scope.tenant_id().as_str(),
        id: id.as_str(),
        user_name: user_name.as_str(),
        user_name_folded: fold(&user_name),
        display_name: profile.text("displayName"),
        email: profile.text("email"),
        status: status(profile),
        profile: serde_json::to_string(profile)?,
        password_hash: password_hash,
        created_at: now,
        updated_at: now,
    }));
    key::replace(tx, scope, &id, None, profile)?;
    Ok(id)
}

/// Makes a user name free that a deleted person still has: nobody provides them any more, and what is deleted does not
/// stand in the way (RFC 7644 §3.6). Gives the name that they have from now on.
fn free_user_name(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    user_name: &str,
    wants_it: &Existing,
) -> Result<Option<String>, Error> {
    if wants_it.profile.text("userName").is_some_and(|current| fold(&current) == fold(user_name)) {
        return Ok(None);
    }
    let holder = table::table
        .filter(table::tenant_id.eq(scope.tenant_id()))
        .filter(table::user_name_folded.eq(fold(user_name)))
        .filter(table::id.ne(&wants_it.id))
        .select(columns!())
        .lock_row()
        .get_result(tx.locking()?)
        .optional()?;
    let Some(holder) = holder.map(existing).transpose()? else { return Ok(None) };
    if is_provided(tx.looking()?, scope, &holder.id)? {
        return Ok(None);
    }
    let tail = holder.id.get(holder.id.len().saturating_sub(8)..).unwrap_or_default();
    let former = format!("{user_name} (deleted, {tail})");
    let mut profile = holder.profile.clone();
    profile.set_text("userName", &former);
    update(tx, scope, &holder, profile, None)?;
    Ok(Some(former))
}

/// Writes a person's new profile. With one source the profile becomes what the mapping yields; with several, a source
/// only sets what it has a value for, so that it cannot wipe what another one knows.
fn update(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    existing: &Existing,
    mut profile: Profile,
    password_hash: Option<&str>,
) -> Result<Vec<Change>, Error> {
    let is_same = |profile: &Profile| *profile == existing.profile && status(profile) == existing.status;
    if !is_same(&profile) && linked_elsewhere(tx.looking()?, scope, &existing.id)? {
        profile = existing.profile.overlaid(profile);
    }
    if is_same(&profile) && password_hash.is_none() {
        return Ok(Vec::new());
    }
    let user_name = profile.text("userName").unwrap_or_default();
    let now = tx.now();
    let user_name_folded = fold(&user_name);
    let is_found_as_before = existing.profile.text("userName").is_some_and(|before| fold(&before) == user_name_folded);
    let connection = tx.connection()?;
    database::each!(connection, connection => {
    diesel::update(table::table.filter(table::tenant_id.eq(scope.tenant_id())).filter(table::id.eq(&existing.id)))
        .set((
            table::user_name.eq(&user_name),
            // SQLite would write the entry of its index anew, see `resource::row::change`.
            (!is_found_as_before).then(|| table::user_name_folded.eq(&user_name_folded)),
            table::display_name.eq(profile.text("displayName")),
            table::email.eq(profile.text("email")),
            table::status.eq(status(&profile)),
            table::profile.eq(serde_json::to_string(&profile)?),
            password_hash.map(|hash| table::password_hash.eq(hash)),
            table::updated_at.eq(now),
        ))
        .cached()
        .execute(connection)
    })
    .map_err(|error| name_taken(error, &user_name))?;
    key::replace(tx, scope, &existing.id, Some(&existing.profile), &profile)?;
    Ok(changes(&existing.profile, &profile))
}

fn changes(old: &Profile, new: &Profile) -> Vec<Change> {
    let mut names: Vec<&str> = old.names().chain(new.names()).collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .map(|name| Change { field: format!("directory {name}"), old: old.text(name), new: new.text(name) })
        .filter(|change| change.old != change.new)
        .collect()
}

/// A person is active unless the mapping says `false`.
fn status(profile: &Profile) -> &'static str {
    if profile.is_active() { ACTIVE } else { DISABLED }
}

fn name_taken(error: diesel::result::Error, user_name: &str) -> Error {
    let error = database::Error::from(error);
    if error.violates("directory_user_tenant_id_user_name_folded_key") {
        Error::DirectoryNameTaken { value: user_name.to_owned() }
    } else {
        error.into()
    }
}

//! Resources of one application: document and columns, keys, memberships, the person, the event, the counter.

use std::collections::{BTreeSet, HashMap, HashSet};

use database::schema::{group_member, provisioning_event, resource, resource_count, resource_key, resource_range};
use database::{Connection, Database, Timestamp};
use diesel::prelude::*;
use registry::{Application, TenantScope};
use scim_model::project::rfc3339;
use scim_model::{Resource, ResourceKind, ResourceTypes};

use super::{CHUNK, Consistency, believed};
use crate::error::Error;
use crate::event::kind::Operation;
use crate::resource::key::{self, Key};
use crate::resource::row::Columns;

/// Operations after which a resource is there.
const CREATING: [Operation; 4] =
    [Operation::UserCreate, Operation::UserRestore, Operation::GroupCreate, Operation::ResourceCreate];

#[derive(Queryable)]
struct Row {
    id: String,
    resource_type: String,
    external_id: Option<String>,
    user_name: Option<String>,
    user_name_folded: Option<String>,
    display_name_folded: Option<String>,
    active: bool,
    document: String,
    version: i64,
    directory_user_id: Option<String>,
    created_at: Timestamp,
    last_modified_at: Timestamp,
    deleted_at: Option<Timestamp>,
}

/// What was read of a chunk, to go on from there.
#[derive(Default)]
struct Chunk {
    count: usize,
    last: Option<String>,
    /// Types of which there is a resource that counts.
    types: BTreeSet<String>,
}

/// Where the rows are, and what they must agree with.
#[derive(Clone)]
struct Place {
    tenant_id: String,
    application_id: String,
    /// The application's name, for people.
    name: String,
    types: std::sync::Arc<ResourceTypes>,
}

pub(super) async fn look(
    database: &Database,
    scope: &TenantScope,
    application: &Application,
    found: &mut Consistency,
) -> Result<(), Error> {
    let place = Place {
        tenant_id: scope.tenant_id().to_string(),
        application_id: application.id.to_string(),
        name: application.name.clone(),
        types: application.settings.resource_types(),
    };
    let mut types = BTreeSet::new();
    let mut after = String::new();
    loop {
        let (place, from) = (place.clone(), after.clone());
        let (chunk, problems) = database.read(move |tx| believed(|| chunk(tx.connection(), &place, &from))).await?;
        found.resources += chunk.count;
        found.found(problems);
        types.extend(chunk.types);
        match chunk.last {
            Some(last) => after = last,
            None => break,
        }
    }
    let problems = database
        .read(move |tx| {
            believed(|| {
                let mut problems = counters(tx.connection(), &place, &types)?;
                problems.extend(ranges(tx.connection(), &place)?);
                Ok(((), problems))
            })
        })
        .await?
        .1;
    found.found(problems);
    Ok(())
}

fn chunk(connection: &mut Connection, place: &Place, after: &str) -> Result<(Chunk, Vec<String>), Error> {
    let rows: Vec<Row> = resource::table
        .filter(resource::tenant_id.eq(&place.tenant_id))
        .filter(resource::application_id.eq(&place.application_id))
        .filter(resource::id.gt(after))
        .order(resource::id)
        .limit(CHUNK)
        .select((
            resource::id,
            resource::resource_type,
            resource::external_id,
            resource::user_name,
            resource::user_name_folded,
            resource::display_name_folded,
            resource::active,
            resource::document,
            resource::version,
            resource::directory_user_id,
            resource::created_at,
            resource::last_modified_at,
            resource::deleted_at,
        ))
        .load(connection)?;
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let mut keys = keys(connection, place, &ids)?;
    let members = left_behind(connection, place, &rows)?;
    let told = told(connection, place, &rows)?;
    let mut problems = Vec::new();
    let mut chunk = Chunk { count: rows.len(), last: rows.last().map(|row| row.id.clone()), ..Chunk::default() };
    for row in &rows {
        let keys = keys.remove(&row.id).unwrap_or_default();
        let mut wrong = contradictions(place, row, &keys);
        if row.deleted_at.is_none() {
            chunk.types.insert(row.resource_type.clone());
        }
        if members.contains(&row.id) {
            wrong.push("is set aside and still in a group".to_owned());
        }
        if told.as_ref().is_some_and(|(since, told)| row.created_at >= *since && !told.contains(&row.id)) {
            wrong.push("has no row in the report that tells of its creation".to_owned());
        }
        let Row { id, resource_type, .. } = row;
        problems.extend(wrong.iter().map(|wrong| format!("{}: the {resource_type} {id} {wrong}", place.name)));
    }
    Ok((chunk, problems))
}

/// What one row contradicts: its own document, or its keys.
fn contradictions(place: &Place, row: &Row, found: &[Key]) -> Vec<String> {
    let Some(ty) = place.types.named(&row.resource_type) else {
        return vec!["is of a type that the application does not have".to_owned()];
    };
    let Ok(document) = Resource::from_stored(&row.document) else {
        return vec!["has a document that cannot be read".to_owned()];
    };
    if row.deleted_at.is_some() {
        let keys =
            if found.is_empty() { vec![] } else { vec!["is set aside and can still be found by a value".to_owned()] };
        return keys;
    }
    let mut wrong = Vec::new();
    let mut expect = |holds: bool, what: &str| {
        if !holds {
            wrong.push(what.to_owned());
        }
    };
    let meta = |name: &str| document.text(&format!("meta.{name}"));
    expect(document.id() == Some(row.id.as_str()), "has another id in its document");
    expect(meta("version") == Some(&format!("W/\"{}\"", row.version)), "has another version in its document");
    let time = |time: Timestamp| rfc3339(time.as_milliseconds());
    expect(meta("created") == Some(&time(row.created_at)), "has another time of creation in its document");
    expect(meta("lastModified") == Some(&time(row.last_modified_at)), "has another time of change in its document");
    // A client may take `active` away; what it said last stays in the column.
    expect(document.active().is_none_or(|active| active == row.active), "has another active in its document");
    match Columns::of(ty, &document) {
        Ok(columns) => expect(
            columns.external_id == row.external_id
                && columns.user_name == row.user_name
                && columns.user_name_folded == row.user_name_folded
                && columns.display_name_folded == row.display_name_folded,
            "is looked up by a name that its document does not have",
        ),
        Err(_too_long) => expect(false, "has a name that is too long to be looked up by"),
    }
    let is_user = ty.kind() == ResourceKind::User;
    expect(!is_user || row.directory_user_id.is_some(), "belongs to nobody in the directory");
    // Rows that keep group names apart were not written while *Unique group names* was off, and stay when it is switched off.
    if let (Ok(least), Ok(most)) = (key::keys(false, ty, &document), key::keys(true, ty, &document)) {
        expect(least.iter().all(|key| found.contains(key)), "cannot be found by a value of its document");
        expect(found.iter().all(|key| most.contains(key)), "can be found by a value that its document does not have");
    }
    wrong
}

fn keys(connection: &mut Connection, place: &Place, ids: &[&str]) -> Result<HashMap<String, Vec<Key>>, Error> {
    let rows: Vec<(String, bool, String, String)> = resource_key::table
        .filter(resource_key::tenant_id.eq(&place.tenant_id))
        .filter(resource_key::application_id.eq(&place.application_id))
        .filter(resource_key::resource_id.eq_any(ids))
        .select((resource_key::resource_id, resource_key::is_unique, resource_key::path, resource_key::folded))
        .load(connection)?;
    let mut keys: HashMap<String, Vec<Key>> = HashMap::new();
    for (id, is_unique, path, folded) in rows {
        keys.entry(id).or_default().push(Key { is_unique, path, folded });
    }
    Ok(keys)
}

/// Which of the set-aside resources are still members of a group.
fn left_behind(connection: &mut Connection, place: &Place, rows: &[Row]) -> Result<HashSet<String>, Error> {
    let aside: Vec<&str> = rows.iter().filter(|row| row.deleted_at.is_some()).map(|row| row.id.as_str()).collect();
    if aside.is_empty() {
        return Ok(HashSet::new());
    }
    let members: Vec<String> = group_member::table
        .filter(group_member::tenant_id.eq(&place.tenant_id))
        .filter(group_member::application_id.eq(&place.application_id))
        .filter(group_member::member_id.eq_any(aside))
        .select(group_member::member_id)
        .load(connection)?;
    Ok(members.into_iter().collect())
}

/// How far back the report goes, and which of the resources it tells the creation of; `None` for an empty report. Older
/// rows may have been removed for their age.
fn told(
    connection: &mut Connection,
    place: &Place,
    rows: &[Row],
) -> Result<Option<(Timestamp, HashSet<String>)>, Error> {
    let oldest: Option<Timestamp> = provisioning_event::table
        .filter(provisioning_event::tenant_id.eq(&place.tenant_id))
        .order(provisioning_event::id)
        .select(provisioning_event::occurred_at)
        .first(connection)
        .optional()?;
    let Some(oldest) = oldest else { return Ok(None) };
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let told: Vec<String> = provisioning_event::table
        .filter(provisioning_event::tenant_id.eq(&place.tenant_id))
        .filter(provisioning_event::subject_id.eq_any(ids))
        .filter(provisioning_event::operation.eq_any(CREATING.map(Operation::as_str)))
        .filter(provisioning_event::outcome.eq("succeeded"))
        .select(provisioning_event::subject_id)
        .load(connection)?;
    Ok(Some((oldest, told.into_iter().collect())))
}

/// The counter of each type against the rows, in one statement, so that both are of the same moment.
fn counters(connection: &mut Connection, place: &Place, types: &BTreeSet<String>) -> Result<Vec<String>, Error> {
    let rows = resource::table
        .filter(resource::tenant_id.eq(resource_count::tenant_id))
        .filter(resource::application_id.eq(resource_count::application_id))
        .filter(resource::resource_type.eq(resource_count::resource_type))
        .filter(resource::deleted_at.is_null());
    let counted: Vec<(String, i64, Option<i64>)> = resource_count::table
        .filter(resource_count::tenant_id.eq(&place.tenant_id))
        .filter(resource_count::application_id.eq(&place.application_id))
        .select((resource_count::resource_type, resource_count::total, rows.count().single_value()))
        .load(connection)?;
    let name = &place.name;
    let without = types.iter().filter(|ty| counted.iter().all(|(counted, ..)| counted != *ty));
    let mut problems: Vec<String> =
        without.map(|ty| format!("{name}: there are resources of the type {ty} and no counter of them")).collect();
    problems.extend(counted.into_iter().filter(|(_, total, rows)| *total != rows.unwrap_or(0)).map(
        |(ty, total, rows)| format!("{name}: the counter of {ty} says {total}, and there are {}", rows.unwrap_or(0)),
    ));
    Ok(problems)
}

/// What each range of ids has against the rows, a statement for each range.
fn ranges(connection: &mut Connection, place: &Place) -> Result<Vec<String>, Error> {
    let of_place = || {
        resource_range::table
            .filter(resource_range::tenant_id.eq(&place.tenant_id))
            .filter(resource_range::application_id.eq(&place.application_id))
    };
    let ends: Vec<(String, String)> = of_place()
        .order((resource_range::resource_type, resource_range::until_id))
        .select((resource_range::resource_type, resource_range::until_id))
        .load(connection)?;
    let (mut problems, mut before) = (Vec::new(), None::<&(String, String)>);
    for end @ (ty, until_id) in &ends {
        let from_id = before.filter(|(of, _)| of == ty).map_or("", |(_, id)| id.as_str());
        before = Some(end);
        let rows = resource::table
            .filter(resource::tenant_id.eq(&place.tenant_id))
            .filter(resource::application_id.eq(&place.application_id))
            .filter(resource::resource_type.eq(ty))
            .filter(resource::deleted_at.is_null())
            .filter(resource::id.ge(from_id))
            .filter(resource::id.lt(until_id));
        let counted: Option<(i64, Option<i64>)> = of_place()
            .filter(resource_range::resource_type.eq(ty))
            .filter(resource_range::until_id.eq(until_id))
            .select((resource_range::total, rows.count().single_value()))
            .first(connection)
            .optional()?;
        // Laid anew meanwhile.
        let Some((total, rows)) = counted else { continue };
        let rows = rows.unwrap_or(0);
        if total != rows {
            let name = &place.name;
            problems.push(format!("{name}: the range of {ty} up to {until_id} says {total}, and there are {rows}"));
        }
    }
    Ok(problems)
}

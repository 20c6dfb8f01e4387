//! What create, replace and modify share once they know the resource before and after: storing it, feeding the
//! directory, applying the deprovisioning policy, and saying what happened.

use database::WriteTx;
use registry::{AppScope, Feature};
use scim_model::project::{Meta, Projection, serialise};
use scim_model::redact;
use scim_model::schema::{Attribute, AttributeType};
use scim_model::{Resource, ResourceKind, ResourceType, diff};
use serde_json::Value;

use crate::directory::leave::{self, Fate};
use crate::directory::place::{Match, Person, Placed, place};
use crate::error::Error;
use crate::event::kind::{Operation, Outcome};
use crate::event::record::{Change, EventDraft, KEPT_BODY_BYTES, Step};
use crate::operation::left_groups::{LeftGroups, leave_groups};
use crate::operation::member_words::MemberWords;
use crate::operation::replace::IfMatch;
use crate::operation::{Answer, Done, Verb, intended, policy};
use crate::resource::member::{self, MemberChanges};
use crate::resource::representation::{self, Representation};
use crate::resource::row::{self, Intent, ResourceRow};
use crate::resource::{count, key};

/// A PATCH of a group with more members than this is answered without a body, which all clients take: else adding one
/// member would cost as much as the group is large.
const ANSWERED_MEMBERS: i64 = 20;

/// A resource before and after what the client asked for; nothing of it is stored yet but the members.
pub(super) struct Modified {
    pub row: ResourceRow,
    pub before: Resource,
    pub after: Resource,
    pub members: MemberChanges,
    /// argon2id hash of a new password.
    pub password_hash: Option<String>,
    pub steps: Vec<Step>,
    /// Whether a large group may be answered without a body.
    pub may_be_empty: bool,
    pub projection: Projection,
}

/// The resource that a change is about, locked, in the version that the client means.
///
/// # Errors
/// [`Error::NotFound`], [`Error::VersionMismatch`].
pub(super) fn target(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    ty: &ResourceType,
    id: &str,
    if_match: &IfMatch,
    intent: Intent,
) -> Result<ResourceRow, Error> {
    let found = row::find_locked(tx, scope, &ty.name, id, intent, representation::beside(ty))?;
    let row = found.ok_or_else(|| Error::NotFound { resource_type: ty.name.clone(), id: id.to_owned() })?;
    if_match.check(row.version)?;
    Ok(row)
}

/// What a PUT or PATCH may do: with *Delete the Deactivated users* on, it may be the end of a user.
pub(super) fn intent_to_change(ty: &ResourceType) -> Intent {
    if ty.kind() == ResourceKind::User { Intent::Removal } else { Intent::Change }
}

/// Stores a change of an existing resource, or answers that nothing changed.
pub(super) fn store_change(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    ty: &ResourceType,
    mut modified: Modified,
) -> Result<Done<Answer>, Error> {
    let is_user = ty.kind() == ResourceKind::User;
    let changes = diff::diff(&modified.before, &modified.after, ty);
    if is_user {
        policy::require_for_own_change(scope, &changes)?;
        policy::require_for_user_change(scope, &changes)?;
    }
    if is_user && changes.iter().any(|change| change.path == "userName") {
        require_free_user_name(tx, scope, &modified.after, &modified.row.id)?;
    }
    if ty.kind() == ResourceKind::Group && changes.iter().any(|change| change.path == "displayName") {
        require_free_group_name(tx, scope, &modified.after, &modified.row.id)?;
    }
    let resource_changed = !changes.is_empty() || !modified.members.is_empty();
    if resource_changed {
        modified.row.version += 1;
        // Not back in time with the clock: clients ask for what changed since.
        modified.row.last_modified_at = modified.row.last_modified_at.max(tx.now());
        modified.row.document = document(ty, &modified.after, &modified.row);
    }

    let was_active = modified.row.active;
    let is_active = modified.after.active().unwrap_or(was_active);
    modified.row.active = is_active;
    let deactivated = is_user && was_active && !is_active;
    if deactivated && scope.settings().features.is_on(Feature::DeleteDeactivatedUsers) {
        return delete_deactivated(tx, scope, ty, modified, &changes);
    }

    // Read before rows are added that would have to be sent first.
    let answer = answer(tx, scope, ty, &modified)?;
    let mut placed = None;
    if is_user {
        // To take `active` away is not to say `true`: whoever is switched off stays so.
        let profile = if modified.after.active().is_some() {
            scope.mapping().apply(&modified.after)
        } else {
            let mut with_status = modified.after.clone();
            with_status.set_active(is_active);
            scope.mapping().apply(&with_status)
        };
        let linked = modified.row.directory_user_id.clone();
        let result = place(tx, scope, profile, Person::of_link(linked.as_deref()), modified.password_hash.as_deref())?;
        policy::require_for_own_person(scope, &result.changes)?;
        modified.row.directory_user_id = Some(result.id.clone());
        placed = Some(result);
    }
    let relinked = placed.as_ref().is_some_and(|placed| placed.how != Match::LinkedBefore);
    if !changes.is_empty() || relinked {
        row::change(tx, scope, ty, &modified.before, &modified.after, &modified.row, relinked)?;
        key::replace(tx, scope, ty, &modified.row.id, Some(&modified.before), &modified.after)?;
    } else if resource_changed {
        row::update_version(tx, scope, &modified.row)?;
    }

    let directory_changes = placed.as_ref().map(|placed| placed.changes.clone()).unwrap_or_default();
    let password_set = modified.password_hash.is_some();
    let unchanged = !resource_changed && directory_changes.is_empty() && !password_set;
    let mut event = EventDraft::new(
        operation_of(ty, &changes, &modified.members, deactivated, !was_active && is_active, password_set),
        if unchanged { Outcome::Unchanged } else { Outcome::Succeeded },
        if matches!(answer, Answer::Empty { .. }) { 204 } else { 200 },
        String::new(),
    );
    let members = MemberWords::read(tx, scope, &modified.members)?;
    event.summary = summary(ty, &event, &modified, &members, unchanged);
    event.changes = changes.iter().map(change_text).chain(directory_changes).collect();
    event.changes.extend(members.change());
    if password_set {
        event.changes.push(Change { field: "password".to_owned(), old: None, new: Some("[redacted]".to_owned()) });
    }
    event.mentions = modified.members.added.iter().chain(&modified.members.removed).cloned().collect();
    event.steps = std::mem::take(&mut modified.steps);
    if let Some(placed) = &placed {
        event.steps.extend(placed_steps(scope, placed));
    }
    event.steps.push(Step::new(
        "Stored",
        if unchanged {
            "Nothing differed: no new version".to_owned()
        } else {
            format!("Version {} of the resource", modified.row.version)
        },
    ));
    describe(&mut event, ty, &modified.row, &modified.after);
    if changes.iter().any(|change| change.path != "active") {
        event.identifiers.extend(identifiers(ty, &modified.before));
    }
    event.response = response_text(&answer);
    Ok(Done { answer, event })
}

/// Says that a userName is taken while it still can be said in which of the two senses: the index of resources decides in
/// the end, but the directory's own index would speak first, and of another person.
fn require_free_user_name(tx: &mut WriteTx<'_>, scope: &AppScope, resource: &Resource, id: &str) -> Result<(), Error> {
    let user_name = resource.user_name().unwrap_or_default();
    if row::user_name_in_use(tx.looking()?, scope, user_name, id)? {
        return Err(Error::NameTaken { attribute: "userName".to_owned(), value: user_name.to_owned() });
    }
    Ok(())
}

/// Refuses a group's name that another one has, unless the administrator lets groups share names.
pub(super) fn require_free_group_name(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    group: &Resource,
    id: &str,
) -> Result<(), Error> {
    let name = group.display_name().unwrap_or_default();
    let must_be_unique = scope.settings().features.is_on(Feature::UniqueGroupNames);
    if must_be_unique && row::group_name_in_use(tx.looking()?, scope, name, id)? {
        return Err(Error::NameTaken { attribute: "displayName".to_owned(), value: name.to_owned() });
    }
    Ok(())
}

/// The deprovisioning policy with *Delete the Deactivated users* on: the client is answered with the inactive user as if it
/// stayed, and in the same transaction the resource and the person are gone.
fn delete_deactivated(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    ty: &ResourceType,
    mut modified: Modified,
    changes: &[diff::Change],
) -> Result<Done<Answer>, Error> {
    let answer = answer(tx, scope, ty, &modified)?;
    let name = modified.after.user_name().unwrap_or_default().to_owned();
    let (fate, left) = remove_user(tx, scope, ty, &modified.row)?;
    let mut event = EventDraft::new(
        Operation::UserDelete,
        Outcome::Succeeded,
        200,
        format!("Deleted user {name}, who was deactivated at the source"),
    );
    event.changes = changes.iter().map(change_text).collect();
    event.steps = std::mem::take(&mut modified.steps);
    event.steps.push(Step::new("Policy", fate.sentence()));
    left.tell(&mut event);
    describe(&mut event, ty, &modified.row, &modified.after);
    event.identifiers.extend(identifiers(ty, &modified.before));
    event.response = response_text(&answer);
    Ok(Done { answer, event })
}

/// Removes a user's resource with all that hangs on it, then the person.
pub(super) fn remove_user(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    ty: &ResourceType,
    row: &ResourceRow,
) -> Result<(Fate, LeftGroups), Error> {
    let left = leave_groups(tx, scope, &row.id)?;
    row::remove(tx, scope, &row.id)?;
    let fate = match &row.directory_user_id {
        Some(id) => leave::delete(tx, scope, id)?,
        None => Fate::Deleted,
    };
    count::remove(tx, scope, &ty.name, &row.id)?;
    Ok((fate, left))
}

/// The representation, or nothing for a group too large to send back.
fn answer(tx: &mut WriteTx<'_>, scope: &AppScope, ty: &ResourceType, modified: &Modified) -> Result<Answer, Error> {
    let connection = tx.looking()?;
    if modified.may_be_empty
        && ty.kind() == ResourceKind::Group
        && member::count_up_to(connection, scope, &modified.row.id, ANSWERED_MEMBERS + 1)? > ANSWERED_MEMBERS
    {
        let location = representation::location(scope, ty, &modified.row.id);
        return Ok(Answer::Empty { version: modified.row.version, location });
    }
    representation::one(connection, scope, ty, &modified.row, &modified.projection, None).map(Answer::Resource)
}

/// What the row of a change is called.
fn operation_of(
    ty: &ResourceType,
    changes: &[diff::Change],
    members: &MemberChanges,
    deactivated: bool,
    reactivated: bool,
    password_set: bool,
) -> Operation {
    if ty.kind() == ResourceKind::Group && changes.is_empty() && !members.is_empty() {
        Operation::GroupMembers
    } else if ty.kind() != ResourceKind::User {
        intended(ty, Verb::Update)
    } else if deactivated {
        Operation::UserDeactivate
    } else if reactivated {
        Operation::UserReactivate
    } else if changes.is_empty() && password_set {
        Operation::UserPassword
    } else {
        Operation::UserUpdate
    }
}

/// What happened in words.
fn summary(
    ty: &ResourceType,
    event: &EventDraft,
    modified: &Modified,
    members: &MemberWords,
    unchanged: bool,
) -> String {
    let name = display(ty, &modified.after);
    let former = display(ty, &modified.before);
    if unchanged {
        return format!("{} {name} was already as sent", ty.name);
    }
    match event.operation {
        Operation::UserDeactivate => format!("Disabled user {name}"),
        Operation::UserReactivate => format!("Enabled user {name} again"),
        Operation::UserPassword => format!("Set the password of user {name}"),
        Operation::UserUpdate if former != name => format!("Renamed user {former} to {name}"),
        Operation::GroupUpdate if former != name => format!("Renamed group {former} to {name}"),
        Operation::ResourceUpdate if former != name => format!("Renamed {} {former} to {name}", ty.name),
        Operation::GroupUpdate if modified.members.is_empty() => format!("Updated group {name}"),
        Operation::GroupUpdate | Operation::GroupMembers => members.summary(&name),
        Operation::ResourceUpdate => format!("Updated {} {name}", ty.name),
        _ => format!("Updated user {name}"),
    }
}

/// The name that a person knows the resource by: its first required text (userName, a group's displayName), or what else
/// looks like one.
pub(super) fn display(ty: &ResourceType, resource: &Resource) -> String {
    let is_text = |attribute: &Attribute| attribute.kind == AttributeType::String && !attribute.multi_valued;
    let named = ty.schema.attributes.iter().find(|attribute| attribute.required && is_text(attribute));
    let name = named.and_then(|attribute| resource.text(&attribute.name)).or(resource.display_name());
    let name = name.or_else(|| resource.text("name")).or(resource.external_id());
    name.unwrap_or_default().to_owned()
}

/// Who the row is about.
pub(super) fn describe(event: &mut EventDraft, ty: &ResourceType, row: &ResourceRow, resource: &Resource) {
    event.resource_id = Some(row.id.clone());
    event.resource_type = Some(ty.name.clone());
    event.directory_user_id = row.directory_user_id.clone();
    event.subject = display(ty, resource);
    event.identifiers.extend(identifiers(ty, resource));
}

/// Every name that the end user may be searched by.
fn identifiers(ty: &ResourceType, resource: &Resource) -> Vec<String> {
    let name = display(ty, resource);
    [
        Some(name.as_str()),
        resource.user_name(),
        resource.external_id(),
        resource.display_name(),
        resource.text("name.familyName"),
        resource.text("name.givenName"),
    ]
    .into_iter()
    .flatten()
    .chain(resource.emails())
    .map(str::to_owned)
    .collect()
}

/// How the directory side went, in words.
pub(super) fn placed_steps(scope: &AppScope, placed: &Placed) -> Vec<Step> {
    let rules = scope.settings().mapping.users.len();
    let mut steps = vec![
        Step::new("Matched", placed.how.sentence()),
        Step::new(
            "Mapped",
            format!(
                "{rules} rules of settings revision {}: {}",
                scope.settings_revision(),
                match placed.changes.len() {
                    0 if placed.how == Match::Created => "a new profile".to_owned(),
                    0 => "the profile stays as it was".to_owned(),
                    1 => "1 directory attribute changed".to_owned(),
                    count => format!("{count} directory attributes changed"),
                }
            ),
        ),
    ];
    if let Some(former) = &placed.freed {
        let text = format!("A deleted directory user had this user name and is now called {former}");
        steps.push(Step::new("Freed", text));
    }
    steps
}

/// The text to store: the resource with what `meta` says of its row.
pub(super) fn document(ty: &ResourceType, resource: &Resource, row: &ResourceRow) -> String {
    let meta = Meta {
        resource_type: &ty.name,
        id: &row.id,
        created: row.created_at.as_milliseconds(),
        last_modified: row.last_modified_at.as_milliseconds(),
        version: &format!("W/\"{}\"", row.version),
    };
    serialise(resource, ty, &meta)
}

/// The answer as the report keeps it. It has no secrets; only long lists are folded.
pub(super) fn response_text(answer: &Answer) -> Option<String> {
    match answer {
        Answer::Resource(Representation { body, .. }) => Some(redact::answer_body(body, KEPT_BODY_BYTES)),
        Answer::Empty { .. } => None,
    }
}

/// One change as a person reads it: texts bare, everything else as JSON.
pub(super) fn change_text(change: &diff::Change) -> Change {
    let text = |value: &Option<Value>| {
        value.as_ref().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    Change { field: change.path.clone(), old: text(&change.old), new: text(&change.new) }
}

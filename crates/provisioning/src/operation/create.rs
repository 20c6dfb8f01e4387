//! POST (RFC 7644 §3.3): a new resource, or a set-aside one brought back under its former id.

use std::sync::Arc;

use database::{WriteTx, kind};
use mapping::Profile;
use registry::{AppScope, Feature};
use scim_model::project::Projection;
use scim_model::{Resource, ResourceKind, ResourceType, check, diff};

use crate::Provisioning;
use crate::call::Call;
use crate::directory::newcomer::is_newcomer;
use crate::directory::place::{Person, place};
use crate::error::Error;
use crate::event::kind::{Operation, Outcome};
use crate::event::record::{Change, EventDraft, Step};
use crate::operation::attempt::Attempt;
use crate::operation::member_words::MemberWords;
use crate::operation::store::{self, change_text, describe, placed_steps, response_text};
use crate::operation::{Answer, Done, Verb, intended, policy};
use crate::resource::member::{self, MemberChanges};
use crate::resource::representation::{self, Representation};
use crate::resource::row::{self, NewRow, ResourceRow};
use crate::resource::{count, key};

/// What the client sent, checked and taken apart.
#[derive(Clone)]
pub(super) struct New {
    pub resource: Resource,
    pub members: Vec<String>,
    /// What the mapping makes of a user.
    profile: Option<Profile>,
    password_hash: Option<String>,
    steps: Vec<Step>,
}

impl New {
    /// Applies the mapping, to a resource whose references were put in since.
    pub fn map(&mut self, scope: &AppScope, ty: &ResourceType) {
        self.profile = (ty.kind() == ResourceKind::User).then(|| scope.mapping().apply(&self.resource));
    }
}

/// Where a new resource comes to lie: a row of its own, or that of a set-aside one.
pub(super) struct Seat {
    row: ResourceRow,
    restored: bool,
    /// Whether it is known that the directory has nobody who could be meant.
    for_newcomer: bool,
}

impl Seat {
    /// The id that the resource will have.
    pub fn id(&self) -> &str {
        &self.row.id
    }

    /// The seat of this resource; of two that would have the same set-aside row, `is_taken` lets only one have it.
    pub fn find(
        tx: &mut WriteTx<'_>,
        scope: &AppScope,
        ty: &ResourceType,
        resource: &Resource,
        is_taken: impl Fn(&str) -> bool,
    ) -> Result<Self, Error> {
        let is_user = ty.kind() == ResourceKind::User;
        let set_aside = if is_user { row::find_deleted(tx, scope, &ty.name, resource)? } else { None };
        Ok(match set_aside.filter(|row| !is_taken(&row.id)) {
            Some(row) => Seat { row, restored: true, for_newcomer: false },
            None => Seat { for_newcomer: false, ..Seat::for_newcomer(tx) },
        })
    }

    /// As [`Seat::find`], of a resource that comes alone, with its person: for a user whom nobody knows one look is enough.
    fn find_alone(
        tx: &mut WriteTx<'_>,
        scope: &AppScope,
        ty: &ResourceType,
        resource: &Resource,
        profile: Option<&Profile>,
    ) -> Result<Self, Error> {
        match profile {
            Some(profile) if is_newcomer(tx, scope, resource, profile)? => Ok(Seat::for_newcomer(tx)),
            _ => Seat::find(tx, scope, ty, resource, |_| false),
        }
    }

    fn for_newcomer(tx: &mut WriteTx<'_>) -> Self {
        let row = ResourceRow {
            id: tx.new_id::<kind::Resource>().to_string(),
            document: String::new(),
            version: 0,
            directory_user_id: None,
            active: true,
            created_at: tx.now(),
            last_modified_at: tx.now(),
            beside: None,
        };
        Seat { row, restored: false, for_newcomer: true }
    }
}

impl Provisioning {
    /// Creates a resource from the body of a POST.
    ///
    /// # Errors
    /// What is wrong with the body, a taken name, a switched-off feature; see [`Error`].
    pub async fn create(
        &self,
        scope: &AppScope,
        call: &Call,
        ty: &Arc<ResourceType>,
        body: &[u8],
        projection: Projection,
    ) -> Result<Representation, Error> {
        let operation = intended(ty, Verb::Create);
        let attempt = Attempt::with_body(operation, ty, None, body);
        let new = match self.checked(scope, ty, body).await {
            Ok(new) => new,
            Err(error) => return Err(self.failed(scope, call, attempt, error).await),
        };
        let (transaction_scope, ty) = (scope.clone(), ty.clone());
        let answer = self
            .change(scope, call, attempt, move |tx| {
                let (scope, resource) = (&transaction_scope, &new.resource);
                let seat = Seat::find_alone(tx, scope, &ty, resource, new.profile.as_ref())?;
                create(tx, scope, &ty, &new, seat, &projection)
            })
            .await?;
        Ok(answer)
    }

    pub(super) async fn checked(&self, scope: &AppScope, ty: &Arc<ResourceType>, body: &[u8]) -> Result<New, Error> {
        policy::require_application(scope, "Nothing can be created")?;
        match ty.kind() {
            ResourceKind::User => policy::require(scope, Feature::CreateUsers)?,
            ResourceKind::Group => policy::require(scope, Feature::PushGroups)?,
            ResourceKind::Other => {}
        }
        let checked = check::create(body, ty, &self.limits_of(scope))?;
        let mut resource = checked.resource;
        let mut steps = super::replace::read_steps(&checked.adjustments);
        let (mut members, mut password_hash) = (Vec::new(), None);
        match ty.kind() {
            ResourceKind::User => {
                password_hash = self.password(scope, &mut resource, &mut steps).await?;
                if resource.active().is_none() {
                    resource.set_active(true);
                }
            }
            ResourceKind::Group => members = super::replace::member_ids(resource.take("members"))?,
            ResourceKind::Other => {}
        }
        let mut new = New { resource, members, profile: None, password_hash, steps };
        new.map(scope, ty);
        Ok(new)
    }
}

/// Writes a new resource to its seat.
pub(super) fn create(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    ty: &ResourceType,
    new: &New,
    seat: Seat,
    projection: &Projection,
) -> Result<Done<Representation>, Error> {
    let New { resource, members: member_ids, profile, password_hash, steps } = new;
    let mut steps = steps.clone();
    let Seat { mut row, restored, for_newcomer } = seat;
    let is_user = ty.kind() == ResourceKind::User;
    if ty.kind() == ResourceKind::Group {
        store::require_free_group_name(tx, scope, resource, "")?;
    }
    row.version += 1;
    row.active = resource.active().unwrap_or(true);
    // To the client it is new, also when it comes back under its former id.
    row.created_at = tx.now();
    row.last_modified_at = tx.now();
    row.document = store::document(ty, resource, &row);
    if let Some(profile) = profile {
        let person = if for_newcomer { Person::New } else { Person::of_link(row.directory_user_id.as_deref()) };
        let placed = place(tx, scope, profile.clone(), person, password_hash.as_deref())?;
        steps.extend(placed_steps(scope, &placed));
        row.directory_user_id = Some(placed.id);
    }
    if restored {
        row::update(tx, scope, ty, resource, &row)?;
    } else {
        let new_row = NewRow {
            id: &row.id,
            document: &row.document,
            directory_user_id: row.directory_user_id.as_deref(),
            active: row.active,
        };
        row::insert(tx, scope, ty, resource, &new_row)?;
    }
    key::replace(tx, scope, ty, &row.id, None, resource)?;
    let member_changes = if member_ids.is_empty() {
        MemberChanges::default()
    } else {
        member::add(tx, scope, &row.id, member_ids.clone())?
    };
    match restored {
        true => count::add_former(tx, scope, &ty.name, &row.id)?,
        false => count::add_new(tx, scope, &ty.name),
    }

    let answer = match restored || !member_changes.is_empty() {
        true => representation::one(tx.looking()?, scope, ty, &row, projection, None)?,
        false => representation::of_new(scope, ty, &row, projection)?,
    };
    let members = MemberWords::read(tx, scope, &member_changes)?;
    let name = &store::display(ty, resource);
    let mut event = if restored {
        EventDraft::new(
            Operation::UserRestore,
            Outcome::Succeeded,
            201,
            format!("Restored user {name} under the former id"),
        )
    } else if is_user {
        EventDraft::new(Operation::UserCreate, Outcome::Succeeded, 201, format!("Created user {name}"))
    } else if ty.kind() == ResourceKind::Other {
        let summary = format!("Created {} {name}", ty.name);
        EventDraft::new(Operation::ResourceCreate, Outcome::Succeeded, 201, summary)
    } else {
        let summary = format!("Created group {name}{}", members.of_new_group());
        EventDraft::new(Operation::GroupCreate, Outcome::Succeeded, 201, summary)
    };
    steps.push(Step::new("Stored", format!("Version {} of the resource", row.version)));
    let new_and_inactive = is_user && resource.active() == Some(false);
    if new_and_inactive && scope.settings().features.is_on(Feature::DeleteDeactivatedUsers) {
        let (fate, _in_no_group_yet) = store::remove_user(tx, scope, ty, &row)?;
        event.summary = format!("Created user {name} as inactive, so deleted at once");
        steps.push(Step::new("Policy", fate.sentence()));
    }
    event.changes = sent_attributes(ty, resource);
    event.changes.extend(members.change());
    event.mentions = member_changes.added;
    event.steps = steps;
    describe(&mut event, ty, &row, resource);
    event.response = response_text(&Answer::Resource(answer.clone()));
    Ok(Done { answer, event })
}

/// A new resource's attributes as changes from nothing.
fn sent_attributes(ty: &ResourceType, resource: &Resource) -> Vec<Change> {
    diff::diff(&Resource::default(), resource, ty).iter().map(change_text).collect()
}

//! DELETE (RFC 7644 §3.6). To the client the resource is gone; what becomes of the person is the administrator's choice
//! (see `directory::leave`).

use std::sync::Arc;

use database::WriteTx;
use registry::{AppScope, Feature};
use scim_model::{Resource, ResourceKind, ResourceType};

use crate::Provisioning;
use crate::call::Call;
use crate::directory::leave;
use crate::error::Error;
use crate::event::kind::{Operation, Outcome};
use crate::event::record::{EventDraft, Step};
use crate::operation::attempt::Attempt;
use crate::operation::left_groups::{LeftGroups, leave_groups};
use crate::operation::replace::IfMatch;
use crate::operation::store::{describe, display, remove_user, target};
use crate::operation::{Done, Verb, intended, policy};
use crate::resource::row::{self, Intent, ResourceRow};
use crate::resource::{count, key};

impl Provisioning {
    /// Deletes a resource.
    ///
    /// # Errors
    /// An unknown id, a version mismatch, a switched-off feature, a user's own credential; see [`Error`].
    pub async fn delete(
        &self,
        scope: &AppScope,
        call: &Call,
        ty: &Arc<ResourceType>,
        id: &str,
        if_match: IfMatch,
    ) -> Result<(), Error> {
        let operation = intended(ty, Verb::Delete);
        let attempt = Attempt::without_body(operation, ty, Some(id));
        let feature = match ty.kind() {
            ResourceKind::User => Some(Feature::DeactivateUsers),
            ResourceKind::Group => Some(Feature::PushGroups),
            ResourceKind::Other => None,
        };
        let allowed = policy::require_application(scope, "The account cannot be deleted");
        let allowed = allowed.and_then(|()| feature.map_or(Ok(()), |feature| policy::require(scope, feature)));
        if let Err(error) = allowed {
            return Err(self.failed(scope, call, attempt, error).await);
        }
        let (scope_inside, ty, id) = (scope.clone(), ty.clone(), id.to_owned());
        self.change(scope, call, attempt, move |tx| {
            let (scope, ty) = (&scope_inside, ty.as_ref());
            let row = target(tx, scope, ty, &id, &if_match, Intent::Removal)?;
            let resource = row.resource()?;
            let mut event = match ty.kind() {
                ResourceKind::User => delete_user(tx, scope, ty, &row, &resource)?,
                ResourceKind::Group | ResourceKind::Other => delete_entirely(tx, scope, ty, &row, &resource)?,
            };
            describe(&mut event, ty, &row, &resource);
            Ok(Done { answer: (), event })
        })
        .await
    }
}

fn delete_user(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    ty: &ResourceType,
    row: &ResourceRow,
    resource: &Resource,
) -> Result<EventDraft, Error> {
    let name = resource.user_name().unwrap_or_default();
    let (fate, left, summary) = if scope.settings().features.is_on(Feature::DeleteDeactivatedUsers) {
        let (fate, left) = remove_user(tx, scope, ty, row)?;
        (fate, left, format!("Deleted user {name}"))
    } else {
        let left = leave_groups(tx, scope, &row.id)?;
        row::set_aside(tx, scope, &row.id)?;
        key::remove(tx, scope, &row.id)?;
        let fate = match &row.directory_user_id {
            Some(id) => leave::disable(tx, scope, id)?,
            None => leave::Fate::Disabled,
        };
        count::remove(tx, scope, &ty.name, &row.id)?;
        (fate, left, format!("Disabled user {name}, who was deleted at the source"))
    };
    let mut event = EventDraft::new(Operation::UserDelete, Outcome::Succeeded, 204, summary);
    event.steps.push(Step::new("Policy", fate.sentence()));
    left.tell(&mut event);
    Ok(event)
}

fn delete_entirely(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    ty: &ResourceType,
    row: &ResourceRow,
    resource: &Resource,
) -> Result<EventDraft, Error> {
    let name = display(ty, resource);
    let left = match ty.kind() {
        ResourceKind::Group => leave_groups(tx, scope, &row.id)?,
        ResourceKind::User | ResourceKind::Other => LeftGroups::default(),
    };
    row::remove(tx, scope, &row.id)?;
    count::remove(tx, scope, &ty.name, &row.id)?;
    let (what, step) = match ty.kind() {
        ResourceKind::Group => ("group", "The group and its memberships are gone; its members stay"),
        _ => (ty.name.as_str(), "The resource is gone"),
    };
    let summary = format!("Deleted {what} {name}");
    let mut event = EventDraft::new(intended(ty, Verb::Delete), Outcome::Succeeded, 204, summary);
    event.steps.push(Step::new("Stored", step));
    left.tell(&mut event);
    Ok(event)
}

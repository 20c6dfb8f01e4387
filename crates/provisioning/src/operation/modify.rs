//! PATCH (RFC 7644 §3.5.2): some attributes of a resource. Members are changed by set operations on their own rows, in
//! the order in which the request names them.

use std::sync::Arc;

use database::WriteTx;
use registry::{AppScope, Feature};
use scim_model::filter::{Filter, Literal, Operator};
use scim_model::path::Bound;
use scim_model::project::Projection;
use scim_model::{DetachedOperation, OperationKind, Patch, Resource, ResourceKind, ResourceType};
use serde_json::{Value, json};

use crate::Provisioning;
use crate::call::Call;
use crate::error::Error;
use crate::operation::attempt::Attempt;
use crate::operation::replace::{IfMatch, member_ids, read_steps};
use crate::operation::store::{Modified, store_change, target};
use crate::operation::{Answer, Verb, intended, policy};
use crate::resource::member::{self, MemberChanges};

impl Provisioning {
    /// Applies the body of a PATCH: all of it or nothing.
    ///
    /// # Errors
    /// What is wrong with the body, an unknown id, a taken name, a switched-off feature; see [`Error`].
    #[expect(clippy::too_many_arguments, reason = "each is one part of the request")]
    pub async fn modify(
        &self,
        scope: &AppScope,
        call: &Call,
        ty: &Arc<ResourceType>,
        id: &str,
        if_match: IfMatch,
        body: &[u8],
        projection: Projection,
        projection_asked: bool,
    ) -> Result<Answer, Error> {
        let attempt = Attempt::with_body(intended(ty, Verb::Update), ty, Some(id), body);
        let patch = match self.readable(scope, ty, body) {
            Ok(patch) => patch,
            Err(error) => return Err(self.failed(scope, call, attempt, error).await),
        };
        let mut steps = read_steps(patch.adjustments());
        let (patch, members, passwords) = match ty.kind() {
            ResourceKind::User => {
                let (patch, passwords) = patch.detach("password");
                (patch, Vec::new(), passwords)
            }
            ResourceKind::Group => {
                let (patch, members) = patch.detach("members");
                (patch, members, Vec::new())
            }
            ResourceKind::Other => (patch, Vec::new(), Vec::new()),
        };
        // A password is hashed before the transaction begins: hashing is slow on purpose.
        let mut password = last_value("password", passwords);
        let password_hash = match self.password(scope, &mut password, &mut steps).await {
            Ok(hash) => hash,
            Err(error) => return Err(self.failed(scope, call, attempt, error).await),
        };
        let (scope_inside, ty, id) = (scope.clone(), ty.clone(), id.to_owned());
        self.change(scope, call, attempt, move |tx| {
            let (scope, ty) = (&scope_inside, ty.as_ref());
            let row = target(tx, scope, ty, &id, &if_match)?;
            let before = row.resource()?;
            let mut after = before.clone();
            patch.apply(&mut after, ty)?;
            let members = change_members(tx, scope, &row.id, members)?;
            let modified = Modified {
                row,
                before,
                after,
                members,
                password_hash,
                steps,
                may_be_empty: !projection_asked,
                projection,
            };
            store_change(tx, scope, ty, modified)
        })
        .await
    }

    /// Everything that can be said about the request without looking at the resource.
    fn readable(&self, scope: &AppScope, ty: &ResourceType, body: &[u8]) -> Result<Patch, Error> {
        if ty.kind() == ResourceKind::Group {
            policy::require(scope, Feature::PushGroups)?;
        }
        let patch = Patch::parse(body, ty, &self.limits)?;
        if ty.kind() == ResourceKind::User && patch.only_sets("password") {
            policy::require(scope, Feature::SyncPassword)?;
        }
        Ok(patch)
    }
}

/// What detached operations on a single-valued attribute come to: a resource with the last value, or without one.
fn last_value(attribute: &str, operations: Vec<DetachedOperation>) -> Resource {
    let mut resource = Resource::default();
    let set = operations.into_iter().rfind(|operation| operation.kind != OperationKind::Remove);
    if let Some(value) = set.and_then(|mut operation| operation.values.pop()) {
        resource.set(attribute, value);
    }
    resource
}

/// One change of a membership, as set operations know it.
enum MemberChange {
    Add(Vec<String>),
    Remove(Vec<String>),
    Replace(Vec<String>),
    RemoveMatching(Filter<Bound>),
}

impl MemberChange {
    /// What an operation on `members` asks for; `None` for one that changes nothing.
    fn of(operation: DetachedOperation) -> Result<Option<Self>, Error> {
        let ids = member_ids(Some(Value::Array(operation.values)))?;
        Ok(Some(match (operation.kind, operation.filter) {
            (OperationKind::Add, _) => MemberChange::Add(ids),
            // `members[value eq "x"].display`: sub-attributes of a member are immutable and follow the member itself.
            (OperationKind::Replace, Some(_)) => return Ok(None),
            (OperationKind::Replace, None) => MemberChange::Replace(ids),
            (OperationKind::Remove, Some(filter)) => match named_ids(&filter) {
                Some(ids) => MemberChange::Remove(ids),
                None => MemberChange::RemoveMatching(filter),
            },
            // Entra ID without its flag, JumpCloud and Rauthy list the members to remove as the value.
            (OperationKind::Remove, None) if operation.had_value => MemberChange::Remove(ids),
            (OperationKind::Remove, None) => MemberChange::Replace(Vec::new()),
        }))
    }
}

/// The ids that a filter names outright: `value eq "a"`, or several of those with `or`. Okta removes members this way,
/// one operation each; nothing of the group needs to be read for it.
fn named_ids(filter: &Filter<Bound>) -> Option<Vec<String>> {
    match filter {
        Filter::Compare { attribute, operator: Operator::Eq, literal: Literal::String(id) }
            if attribute.path() == "members.value" =>
        {
            Some(vec![id.clone()])
        }
        Filter::Or(parts) => parts.iter().map(named_ids).collect::<Option<Vec<_>>>().map(|ids| ids.concat()),
        _ => None,
    }
}

/// Applies the operations on `members`, each to what the one before left; neighbours of one kind in one go.
fn change_members(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    group_id: &str,
    operations: Vec<DetachedOperation>,
) -> Result<MemberChanges, Error> {
    let mut wanted: Vec<MemberChange> = Vec::new();
    for operation in operations {
        let Some(next) = MemberChange::of(operation)? else { continue };
        match (wanted.last_mut(), next) {
            (Some(MemberChange::Add(ids)), MemberChange::Add(more)) => ids.extend(more),
            (Some(MemberChange::Remove(ids)), MemberChange::Remove(more)) => ids.extend(more),
            (_, next) => wanted.push(next),
        }
    }
    let mut changes = MemberChanges::default();
    for change in wanted {
        changes.follow(match change {
            MemberChange::Add(ids) => member::add(tx, scope, group_id, ids)?,
            MemberChange::Remove(ids) => member::remove(tx, scope, group_id, ids)?,
            MemberChange::Replace(ids) => member::replace(tx, scope, group_id, ids)?,
            MemberChange::RemoveMatching(filter) => {
                let ids = member::ids_of_group(tx.connection(), scope, group_id)?;
                let selected = ids.into_iter().filter(|id| matches_member(&filter, id)).collect();
                member::remove(tx, scope, group_id, selected)?
            }
        });
    }
    Ok(changes)
}

fn matches_member(filter: &Filter<Bound>, id: &str) -> bool {
    let mut one = Resource::default();
    one.set("members", json!([{ "value": id }]));
    filter.matches(&one)
}

//! PATCH (RFC 7644 §3.5.2): some attributes of a resource. Members are changed by set operations on their own rows
//! (`member_operations`).

use std::sync::Arc;

use registry::{AppScope, Feature};
use scim_model::project::Projection;
use scim_model::{DetachedOperation, OperationKind, Patch, Resource, ResourceKind, ResourceType};

use crate::Provisioning;
use crate::call::Call;
use crate::error::Error;
use crate::operation::attempt::Attempt;
use crate::operation::member_operations::change_members;
use crate::operation::replace::{IfMatch, read_steps};
use crate::operation::store::{Modified, intent_to_change, store_change, target};
use crate::operation::{Answer, Verb, intended, policy};

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
        let (adjustments, mut steps) = (patch.adjustments().to_vec(), Vec::new());
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
            let row = target(tx, scope, ty, &id, &if_match, intent_to_change(ty))?;
            let before = row.resource()?;
            let mut after = before.clone();
            let mut adjustments = adjustments.clone();
            adjustments.extend_from_slice(patch.apply(&mut after, ty)?.adjustments());
            let (members, of_members) = change_members(tx, scope, &row.id, members.clone())?;
            adjustments.extend(of_members);
            let steps = read_steps(&adjustments).into_iter().chain(steps.clone()).collect();
            let modified = Modified {
                row,
                before,
                after,
                members,
                password_hash: password_hash.clone(),
                steps,
                may_be_empty: !projection_asked,
                projection: projection.clone(),
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

//! PUT (RFC 7644 §3.5.1): the whole resource anew. Okta's private apps do everything this way.

use std::sync::Arc;

use registry::{AppScope, Feature};
use scim_model::check::{self, Adjustment};
use scim_model::project::Projection;
use scim_model::{Resource, ResourceKind, ResourceType, ScimError, ScimType};
use serde_json::Value;

use crate::Provisioning;
use crate::call::Call;
use crate::error::Error;
use crate::event::record::Step;
use crate::operation::attempt::Attempt;
use crate::operation::store::{Modified, intent_to_change, store_change, target};
use crate::operation::{Answer, Verb, intended, policy};
use crate::resource::member::{self, MemberChanges};

impl Provisioning {
    /// Replaces a resource with the body of a PUT.
    ///
    /// # Errors
    /// What is wrong with the body, an unknown id, a taken name, a switched-off feature; see [`Error`].
    #[expect(clippy::too_many_arguments, reason = "each is one part of the request")]
    pub async fn replace(
        &self,
        scope: &AppScope,
        call: &Call,
        ty: &Arc<ResourceType>,
        id: &str,
        if_match: IfMatch,
        body: &[u8],
        projection: Projection,
    ) -> Result<Answer, Error> {
        let is_group = ty.kind() == ResourceKind::Group;
        let is_user = ty.kind() == ResourceKind::User;
        let attempt = Attempt::with_body(intended(ty, Verb::Update), ty, Some(id), body);
        if is_group && let Err(error) = policy::require(scope, Feature::PushGroups) {
            return Err(self.failed(scope, call, attempt, error).await);
        }
        // The body is judged before the id is looked up (400 before 404), and a password is hashed outside of the
        // transaction: hashing is slow on purpose.
        let limits = self.limits_of(scope);
        let mut early = match check::replace(body, &Resource::default(), ty, &limits) {
            Ok(checked) => checked,
            Err(error) => return Err(self.failed(scope, call, attempt, error.into()).await),
        };
        let mut steps = read_steps(&early.adjustments);
        let password_hash = match is_user {
            true => match self.password(scope, &mut early.resource, &mut steps).await {
                Ok(hash) => hash,
                Err(error) => return Err(self.failed(scope, call, attempt, error).await),
            },
            false => None,
        };
        let (scope_inside, ty, id) = (scope.clone(), ty.clone(), id.to_owned());
        let body = body.to_vec();
        self.change(scope, call, attempt, move |tx| {
            let (scope, ty) = (&scope_inside, ty.as_ref());
            let row = target(tx, scope, ty, &id, &if_match, intent_to_change(ty))?;
            let before = row.resource()?;
            let mut after = check::replace(&body, &before, ty, &limits)?.resource;
            if is_user {
                after.take("password");
            }
            let members = match is_group {
                true => member::replace(tx, scope, &row.id, member_ids(after.take("members"))?)?,
                false => MemberChanges::default(),
            };
            let modified = Modified {
                row,
                before,
                after,
                members,
                password_hash: password_hash.clone(),
                steps: steps.clone(),
                may_be_empty: false,
                projection: projection.clone(),
            };
            store_change(tx, scope, ty, modified)
        })
        .await
    }

    /// Takes the password out of a resource: hashed if *Sync password* is on, else dropped with a note. Okta sends a
    /// random one with every create, so a password alone is never a reason to refuse.
    pub(super) async fn password(
        &self,
        scope: &AppScope,
        resource: &mut Resource,
        steps: &mut Vec<Step>,
    ) -> Result<Option<String>, Error> {
        let Some(password) = resource.take("password") else { return Ok(None) };
        let Some(password) = password.as_str().filter(|password| !password.is_empty()) else { return Ok(None) };
        if !scope.settings().features.is_on(Feature::SyncPassword) {
            steps.push(Step::new("Password", "Sync password is off: the password was ignored"));
            return Ok(None);
        }
        let hash = self
            .registry
            .hash_password(password.to_owned().into())
            .await
            .map_err(|error| Error::Internal(Box::new(error)))?;
        steps.push(Step::new("Password", "Stored as an argon2id hash"));
        Ok(Some(hash))
    }
}

/// The precondition of RFC 7644 §3.14.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// No `If-Match`, or `*`.
    Any,
    /// The versions of the weak ETags listed.
    Versions(Vec<i64>),
}

impl IfMatch {
    /// # Errors
    /// [`Error::VersionMismatch`] when the current version is not among those named.
    pub(super) fn check(&self, current: i64) -> Result<(), Error> {
        match self {
            IfMatch::Versions(versions) if !versions.contains(&current) => Err(Error::VersionMismatch { current }),
            _ => Ok(()),
        }
    }
}

/// What was adjusted while reading, in words.
pub(super) fn read_steps(adjustments: &[Adjustment]) -> Vec<Step> {
    let words: Vec<String> = adjustments.iter().map(ToString::to_string).collect();
    vec![Step::read(&words)]
}

/// The ids in a `members` value.
pub(super) fn member_ids(members: Option<Value>) -> Result<Vec<String>, Error> {
    let Some(Value::Array(members)) = members else { return Ok(Vec::new()) };
    members
        .iter()
        .map(|member| {
            let id = member.get("value").unwrap_or(member).as_str().filter(|id| !id.is_empty());
            id.map(str::to_owned).ok_or_else(|| {
                Error::Protocol(ScimError {
                    status: 400,
                    scim_type: Some(ScimType::InvalidValue),
                    detail: "members: every member needs \"value\", the id of a resource of this application."
                        .to_owned(),
                })
            })
        })
        .collect()
}

//! What a PATCH asks of `members`, in the dialects of the clients, as set operations on the rows that it names, in the order
//! in which it names them.

use database::WriteTx;
use registry::AppScope;
use scim_model::filter::{Filter, Literal, Operator};
use scim_model::path::Bound;
use scim_model::{Adjustment, DetachedOperation, OperationKind, Resource, ScimError};
use serde_json::{Value, json};

use crate::error::Error;
use crate::operation::replace::member_ids;
use crate::resource::member::{self, Member, MemberChanges};
use crate::resource::representation::MemberEntry;

/// So many members are looked through in one request by filters that name none of them.
const LOOKED_THROUGH: usize = 1_000_000;

/// What looking through a small group counts as.
const LEAST_LOOKED_THROUGH: usize = 100;

/// One change of a membership, as set operations know it.
enum MemberChange {
    Add(Vec<String>),
    Remove(Vec<String>),
    Replace(Vec<String>),
    /// Those that match, of the members named or of all.
    RemoveMatching(Filter<Bound>, Option<Vec<String>>),
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
            (OperationKind::Remove, Some(filter)) => match (named_ids(&filter), is_only_names(&filter)) {
                (Some(ids), true) => MemberChange::Remove(ids),
                (named, _) => MemberChange::RemoveMatching(filter, named),
            },
            // Entra ID without its flag, JumpCloud and Rauthy list the members to remove as the value.
            (OperationKind::Remove, None) if operation.had_value => MemberChange::Remove(ids),
            (OperationKind::Remove, None) => MemberChange::Replace(Vec::new()),
        }))
    }
}

/// The ids that a filter names outright, so that nobody else can match: `value eq "a"`, several of those with `or`, or one
/// beside anything else with `and`. Okta removes members this way, one operation each; nothing else of the group needs to
/// be read for it.
fn named_ids(filter: &Filter<Bound>) -> Option<Vec<String>> {
    match filter {
        Filter::Compare { attribute, operator: Operator::Eq, literal: Literal::String(id) }
            if attribute.path() == "members.value" =>
        {
            Some(vec![id.clone()])
        }
        Filter::Or(parts) => parts.iter().map(named_ids).collect::<Option<Vec<_>>>().map(|ids| ids.concat()),
        Filter::And(parts) => parts.iter().find_map(named_ids),
        _ => None,
    }
}

/// Whether everybody whom the filter names matches it.
fn is_only_names(filter: &Filter<Bound>) -> bool {
    match filter {
        Filter::Compare { .. } => true,
        Filter::Or(parts) => parts.iter().all(is_only_names),
        _ => false,
    }
}

/// Applies the operations on `members`, each to what the one before left; neighbours of one kind in one go. Also gives
/// what was put right: a `remove` of nobody who is a member.
pub(super) fn change_members(
    tx: &mut WriteTx<'_>,
    scope: &AppScope,
    group_id: &str,
    operations: Vec<DetachedOperation>,
) -> Result<(MemberChanges, Option<Adjustment>), Error> {
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
    let mut looked_through = 0;
    let mut is_needless = false;
    for change in wanted {
        let is_removal = matches!(change, MemberChange::Remove(_) | MemberChange::RemoveMatching(..));
        let made = match change {
            MemberChange::Add(ids) => member::add(tx, scope, group_id, ids)?,
            MemberChange::Remove(ids) => member::remove(tx, scope, group_id, ids)?,
            MemberChange::Replace(ids) => member::replace(tx, scope, group_id, ids)?,
            MemberChange::RemoveMatching(filter, named) => {
                let members = match named {
                    Some(ids) => member::named(tx.locking()?, scope, &ids)?,
                    None => {
                        let members = member::of_group(tx.locking()?, scope, group_id)?;
                        looked_through += members.len().max(LEAST_LOOKED_THROUGH);
                        members
                    }
                };
                if looked_through > LOOKED_THROUGH {
                    let detail = "too many operations on too many members in one request";
                    return Err(Error::Protocol(ScimError::payload_too_large(detail)));
                }
                let matching = members.iter().filter(|member| matches(&filter, scope, member));
                let ids = matching.map(|member| member.id.clone()).collect();
                member::remove(tx, scope, group_id, ids)?
            }
        };
        is_needless |= is_removal && made.is_empty();
        changes.follow(made);
    }
    Ok((changes, is_needless.then(|| Adjustment::NothingToRemove("members".to_owned()))))
}

/// Whether the filter selects the member as it is shown: not as its client once described it.
fn matches(filter: &Filter<Bound>, scope: &AppScope, member: &Member) -> bool {
    let mut one = Resource::default();
    one.set("members", json!([MemberEntry::new(scope, member)]));
    filter.matches(&one)
}

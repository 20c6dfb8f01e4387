//! From a filter to what SQL can find and what is left to decide. Pure.
//!
//! A plan's candidates are always a superset of the matches. Where SQL decides a part of an `and` exactly, that part is not
//! left to decide: the evaluator need not read the members of a group to know who is in it.

use scim_model::filter::{Filter, Literal, Operator};
use scim_model::fold::fold;
use scim_model::path::Bound;
use scim_model::schema::Uniqueness;
use scim_model::{ResourceKind, ResourceType};

use crate::resource::key;
use crate::search::access::{Access, Span, TextColumn, TextRange};

#[cfg(test)]
mod tests;

/// So many conditions go into one statement, and the rest is left to decide: a filter of thousands must not become a
/// statement that takes longer to plan than to run.
const CONDITIONS: usize = 16;

/// Candidates, and the filter that decides among them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    /// A candidate satisfies all conditions of one of these. A list without conditions takes in everything.
    pub any_of: Vec<Vec<Access>>,
    /// `None` where the candidates are the matches.
    pub residual: Option<Filter<Bound>>,
}

impl Plan {
    /// Everything, with nothing to decide.
    pub fn everything() -> Self {
        Plan { any_of: vec![Vec::new()], residual: None }
    }

    fn exactly(access: Access) -> Self {
        Plan { any_of: vec![vec![access]], residual: None }
    }

    fn leaving(filter: Filter<Bound>) -> Self {
        Plan { residual: Some(filter), ..Plan::everything() }
    }

    fn narrows(&self) -> bool {
        self.any_of.iter().all(|all_of| !all_of.is_empty())
    }
}

/// Plans a resolved filter on the resources of a type.
pub(crate) fn plan(filter: Filter<Bound>, ty: &ResourceType) -> Plan {
    match filter {
        Filter::And(parts) => all_of(parts, ty),
        Filter::Or(parts) => any_of(parts, ty),
        Filter::Element { attribute, filter } => element(attribute, *filter, ty),
        Filter::Present(attribute) if is_always_present(&attribute, ty) => Plan::everything(),
        Filter::Compare { ref attribute, operator, ref literal } => match condition(attribute, operator, literal, ty) {
            Some((access, true)) => Plan::exactly(access),
            Some((access, false)) => Plan { residual: Some(filter), ..Plan::exactly(access) },
            None => Plan::leaving(filter),
        },
        filter => Plan::leaving(filter),
    }
}

/// All conditions at once: SQL takes the index that it finds best. A choice (`or`) becomes candidates only where nothing
/// else does, and who is in a group is looked up only where there are not few candidates without that.
fn all_of(parts: Vec<Filter<Bound>>, ty: &ResourceType) -> Plan {
    let mut conditions: Vec<Access> = Vec::new();
    let mut left: Vec<Filter<Bound>> = Vec::new();
    let mut grouped: Vec<(Plan, Filter<Bound>)> = Vec::new();
    let mut choices: Vec<(Plan, Filter<Bound>)> = Vec::new();
    for part in parts {
        let planned = plan(part.clone(), ty);
        match planned.any_of.as_slice() {
            [more] if more.iter().any(Access::is_in_group) => grouped.push((planned, part)),
            [more] if conditions.len() + more.len() > CONDITIONS => left.push(part),
            [_] => {
                conditions.extend(planned.any_of.into_iter().flatten());
                left.extend(planned.residual);
            }
            _ => choices.push((planned, part)),
        }
    }
    let are_few = conditions.iter().any(Access::is_point);
    for (planned, part) in grouped {
        let more: Vec<Access> = planned.any_of.into_iter().flatten().collect();
        if are_few || conditions.len() + more.len() > CONDITIONS {
            left.push(part);
        } else {
            conditions.extend(more);
            left.extend(planned.residual);
        }
    }
    let mut any_of = vec![conditions];
    if any_of.iter().all(Vec::is_empty)
        && let Some(fewest) = (0..choices.len()).min_by_key(|index| choices[*index].0.any_of.len())
    {
        let (choice, _) = choices.swap_remove(fewest);
        any_of = choice.any_of;
        left.extend(choice.residual);
    }
    left.extend(choices.into_iter().map(|(_, part)| part));
    Plan { any_of, residual: one_or_all(left) }
}

fn one_or_all(mut filters: Vec<Filter<Bound>>) -> Option<Filter<Bound>> {
    match filters.len() {
        0 | 1 => filters.pop(),
        _ => Some(Filter::And(filters)),
    }
}

/// The candidates of all branches together, if each branch has some.
fn any_of(parts: Vec<Filter<Bound>>, ty: &ResourceType) -> Plan {
    let mut any_of: Vec<Vec<Access>> = Vec::new();
    let mut is_exact = true;
    for part in &parts {
        let planned = plan(part.clone(), ty);
        if !planned.narrows() {
            return match planned.residual {
                None => planned,
                Some(_) => Plan::leaving(Filter::Or(parts)),
            };
        }
        is_exact &= planned.residual.is_none();
        for all_of in planned.any_of {
            add(&mut any_of, all_of);
        }
    }
    Plan { any_of, residual: if is_exact { None } else { Some(Filter::Or(parts)) } }
}

/// Adds a branch: `userName eq "a" or userName eq "b"` asks for one of two values.
fn add(any_of: &mut Vec<Vec<Access>>, mut all_of: Vec<Access>) {
    if all_of.len() == 1
        && let Some(mut access) = all_of.pop()
    {
        for known in any_of.iter_mut() {
            let [known] = known.as_mut_slice() else { continue };
            match known.or(access) {
                None => return,
                Some(other) => access = other,
            }
        }
        all_of.push(access);
    }
    any_of.push(all_of);
}

/// One value has to satisfy the inner filter. What SQL finds for its conditions one by one are candidates; matches only
/// where no two conditions meet in one value.
fn element(attribute: Bound, filter: Filter<Bound>, ty: &ResourceType) -> Plan {
    fn joins(filter: &Filter<Bound>) -> bool {
        match filter {
            Filter::And(_) => true,
            Filter::Or(parts) => parts.iter().any(joins),
            _ => false,
        }
    }
    let planned = plan(filter.clone(), ty);
    let is_exact = planned.residual.is_none() && planned.narrows() && !joins(&filter);
    let whole = Filter::Element { attribute, filter: Box::new(filter) };
    match (planned.narrows(), is_exact) {
        (true, true) => planned,
        (true, false) => Plan { residual: Some(whole), ..planned },
        (false, _) => Plan::leaving(whole),
    }
}

/// Attributes that no stored resource is without.
fn is_always_present(attribute: &Bound, ty: &ResourceType) -> bool {
    match attribute.path() {
        "id" => true,
        "userName" => ty.kind() == ResourceKind::User,
        "displayName" => ty.kind() == ResourceKind::Group,
        _ => false,
    }
}

/// What SQL is asked for a comparison, and whether that is exactly the matches.
fn condition(attribute: &Bound, operator: Operator, literal: &Literal, ty: &ResourceType) -> Option<(Access, bool)> {
    if let Literal::DateTime { instant, .. } = literal {
        let span = span(operator, instant.as_nanosecond())?;
        return match attribute.path() {
            "meta.created" => Some((Access::Created(span), true)),
            "meta.lastModified" => Some((Access::Modified(span), true)),
            _ => None,
        };
    }
    let Literal::String(value) = literal else { return None };
    if let Some(column) = column(attribute, ty) {
        let value = if attribute.case_exact() { value.clone() } else { fold(value) };
        return Some((text(column, operator, value)?, true));
    }
    (operator == Operator::Eq).then(|| equality(attribute, value, ty))?
}

fn column(attribute: &Bound, ty: &ResourceType) -> Option<TextColumn> {
    match attribute.path() {
        "id" => Some(TextColumn::Id),
        "externalId" => Some(TextColumn::ExternalId),
        "userName" if ty.kind() == ResourceKind::User => Some(TextColumn::UserName),
        "displayName" if ty.kind() == ResourceKind::Group => Some(TextColumn::DisplayName),
        _ => None,
    }
}

/// `value` is in the form in which the column is compared. Both databases and the evaluator compare bytes.
fn text(column: TextColumn, operator: Operator, value: String) -> Option<Access> {
    let range = |low, high| Some(Access::Range { column, range: TextRange { low, high } });
    match operator {
        Operator::Eq => Some(Access::Equal { column, values: vec![value] }),
        Operator::Sw => range(Some((value.clone(), true)), after_prefix(&value).map(|high| (high, false))),
        Operator::Gt => range(Some((value, false)), None),
        Operator::Ge => range(Some((value, true)), None),
        Operator::Lt => range(None, Some((value, false))),
        Operator::Le => range(None, Some((value, true))),
        Operator::Ne | Operator::Co | Operator::Ew => None,
    }
}

/// The smallest text that is greater than all that begin with `prefix`; `None` if there is none.
fn after_prefix(prefix: &str) -> Option<String> {
    let (last_at, last) = prefix.char_indices().next_back()?;
    let before = prefix.get(..last_at)?;
    match (last..=char::MAX).nth(1) {
        Some(next) => Some(format!("{before}{next}")),
        None => after_prefix(before),
    }
}

fn equality(attribute: &Bound, value: &str, ty: &ResourceType) -> Option<(Access, bool)> {
    match (attribute.path(), ty.kind()) {
        (path, ResourceKind::User) if key::INDEXED.contains(&path) => {
            let folded = key::key(value);
            let is_whole = key::is_whole(&folded);
            Some((Access::Key { path: path.to_owned(), folded: vec![folded] }, is_whole))
        }
        ("members.value", ResourceKind::Group) => Some((Access::HasMember(vec![value.to_owned()]), true)),
        ("groups.value", ResourceKind::User) => Some((Access::InGroup(vec![value.to_owned()]), true)),
        _ if attribute.definition().uniqueness != Uniqueness::None => {
            let folded = key::unique_value(attribute, &value.into())?;
            Some((Access::Key { path: key::unique_path(ty, attribute), folded: vec![folded] }, true))
        }
        _ => None,
    }
}

/// The whole milliseconds that a comparison with a point in time allows: stored times have no smaller parts.
fn span(operator: Operator, nanoseconds: i128) -> Option<Span> {
    const MILLISECOND: i128 = 1_000_000;
    let floor = i64::try_from(nanoseconds.div_euclid(MILLISECOND)).ok()?;
    let ceiling = if nanoseconds.rem_euclid(MILLISECOND) == 0 { floor } else { floor.checked_add(1)? };
    let (from, until) = match operator {
        // Between two milliseconds there is none: the first one after it does not come before the last one before it.
        Operator::Eq => (Some(ceiling), Some(floor)),
        Operator::Gt => (Some(floor.checked_add(1)?), None),
        Operator::Ge => (Some(ceiling), None),
        Operator::Lt => (None, Some(ceiling.checked_sub(1)?)),
        Operator::Le => (None, Some(floor)),
        Operator::Ne | Operator::Co | Operator::Sw | Operator::Ew => return None,
    };
    Some(Span { from, until })
}

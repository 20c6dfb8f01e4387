//! From a filter to what an index can find and what is left to decide. Pure.
//!
//! A plan's candidates are always a superset of the matches.

use scim_model::filter::{Filter, Literal, Operator};
use scim_model::fold::fold;
use scim_model::path::Bound;
use scim_model::schema::Uniqueness;
use scim_model::{ResourceKind, ResourceType};

use crate::resource::key;

/// What SQL is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Candidates {
    /// Equality on a column with an index.
    Id(String),
    ExternalId(String),
    UserName(String),
    DisplayName(String),
    /// Equality in `resource_key`.
    Key {
        path: String,
        folded: String,
    },
    /// Every resource of the type, in order.
    All,
}

/// Candidates, and the filter that decides among them; `None` where the candidates are the matches.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    pub candidates: Candidates,
    pub residual: Option<Filter<Bound>>,
}

/// Plans a resolved filter.
pub(crate) fn plan(filter: Filter<Bound>, ty: &ResourceType) -> Plan {
    match indexed(&filter, ty) {
        Some((candidates, true)) => Plan { candidates, residual: None },
        Some((candidates, false)) => Plan { candidates, residual: Some(filter) },
        None => Plan { candidates: Candidates::All, residual: Some(filter) },
    }
}

/// Candidates that an index yields, and whether they are exactly the matches.
fn indexed(filter: &Filter<Bound>, ty: &ResourceType) -> Option<(Candidates, bool)> {
    match filter {
        Filter::Compare { attribute, operator: Operator::Eq, literal: Literal::String(value) } => {
            equality(attribute, value, ty)
        }
        Filter::Element { filter, .. } => indexed(filter, ty).map(|(candidates, _)| (candidates, false)),
        Filter::And(parts) => {
            parts.iter().find_map(|part| indexed(part, ty)).map(|(candidates, _)| (candidates, false))
        }
        _ => None,
    }
}

fn equality(attribute: &Bound, value: &str, ty: &ResourceType) -> Option<(Candidates, bool)> {
    match attribute.path() {
        "id" => Some((Candidates::Id(value.to_owned()), true)),
        "externalId" => Some((Candidates::ExternalId(value.to_owned()), true)),
        "userName" if ty.kind() == ResourceKind::User => Some((Candidates::UserName(fold(value)), true)),
        "displayName" if ty.kind() == ResourceKind::Group => Some((Candidates::DisplayName(fold(value)), true)),
        path if ty.kind() == ResourceKind::User && key::INDEXED.contains(&path) => {
            Some((Candidates::Key { path: path.to_owned(), folded: key::key(value) }, false))
        }
        _ if attribute.definition().uniqueness != Uniqueness::None => {
            let folded = key::unique_value(attribute, &value.into())?;
            Some((Candidates::Key { path: key::unique_path(ty, attribute), folded }, false))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use scim_model::Limits;
    use scim_model::schema::core;

    use super::*;

    #[test]
    fn equality_finds_its_index() {
        let user = core::user();
        for (text, candidates, exact) in [
            ("userName eq \"ADA@x\"", Candidates::UserName("ada@x".into()), true),
            ("externalId eq \"00U\"", Candidates::ExternalId("00U".into()), true),
            ("id eq \"1\"", Candidates::Id("1".into()), true),
            ("emails eq \"A@x\"", Candidates::Key { path: "emails.value".into(), folded: "a@x".into() }, false),
            (
                "emails[type eq \"work\" and value eq \"A@x\"]",
                Candidates::Key { path: "emails.value".into(), folded: "a@x".into() },
                false,
            ),
            ("active eq true and userName eq \"b\"", Candidates::UserName("b".into()), false),
            ("userName eq \"b\" or userName eq \"c\"", Candidates::All, false),
            ("not (userName eq \"b\")", Candidates::All, false),
            ("title eq \"b\"", Candidates::All, false),
        ] {
            let filter = Filter::parse(text, &Limits::default()).unwrap().resolve(user).unwrap();
            let plan = plan(filter, user);
            assert_eq!((plan.candidates, plan.residual.is_none()), (candidates, exact), "{text}");
        }
    }
}

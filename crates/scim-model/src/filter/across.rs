//! A filter over several resource types at once (RFC 7644 §3.4.2.1): an attribute that a type lacks is one without a value
//! there, and one that no type has is a mistake.
//!
//! What that, or the name of the type, decides is decided here: `meta.resourceType eq "User"` leaves nothing of a filter for
//! users and no group at all.

use serde_json::json;

use super::{Filter, FilterError, Literal, Operator, resolve_element};
use crate::path::{AttributePath, Bound};
use crate::resource::Resource;
use crate::schema::ResourceType;
use crate::value::short;

/// What a filter comes to for the resources of one type.
#[derive(Debug, Clone, PartialEq)]
pub enum Decided {
    /// All of them match.
    Always,
    /// None does.
    Never,
    /// Those match that this filter matches.
    Open(Filter<Bound>),
}

impl Decided {
    fn constant(matches: bool) -> Self {
        if matches { Self::Always } else { Self::Never }
    }

    fn not(self) -> Self {
        match self {
            Self::Always => Self::Never,
            Self::Never => Self::Always,
            Self::Open(filter) => Self::Open(Filter::Not(Box::new(filter))),
        }
    }

    /// All of `terms`, or any of them: `decisive` is what a single one of them settles the matter with.
    fn combined(terms: Vec<Self>, decisive: Self, several: fn(Vec<Filter<Bound>>) -> Filter<Bound>) -> Self {
        let otherwise = decisive.clone().not();
        let mut open = Vec::with_capacity(terms.len());
        for term in terms {
            match term {
                Self::Open(filter) => open.push(filter),
                settled if settled == decisive => return decisive,
                _ => {}
            }
        }
        match (open.pop(), open.is_empty()) {
            (None, _) => otherwise,
            (Some(only), true) => Self::Open(only),
            (Some(last), false) => {
                open.push(last);
                Self::Open(several(open))
            }
        }
    }
}

impl Filter<AttributePath> {
    /// As [`Filter::resolve`], for each of `types`.
    ///
    /// # Errors
    /// As there, for any of the types; but an attribute is unknown only if no type has it.
    pub fn resolve_across(&self, types: &[&ResourceType]) -> Result<Vec<Decided>, FilterError> {
        let mut decided = Vec::with_capacity(types.len());
        let mut unknown: Option<Vec<FilterError>> = None;
        for ty in types {
            let mut resolving = Resolving { ty, unknown: Vec::new() };
            decided.push(resolving.decide(self)?);
            let unknown_here = resolving.unknown;
            unknown = Some(match unknown {
                None => unknown_here,
                Some(before) => before
                    .into_iter()
                    .filter(|error| unknown_here.iter().any(|here| here.position == error.position))
                    .collect(),
            });
        }
        match unknown.unwrap_or_default().into_iter().next() {
            Some(error) => Err(error),
            None => Ok(decided),
        }
    }
}

/// Resolves for one type, and collects what that type does not know.
struct Resolving<'a> {
    ty: &'a ResourceType,
    unknown: Vec<FilterError>,
}

impl Resolving<'_> {
    fn decide(&mut self, filter: &Filter<AttributePath>) -> Result<Decided, FilterError> {
        match filter {
            Filter::And(terms) => Ok(Decided::combined(self.decide_all(terms)?, Decided::Never, Filter::And)),
            Filter::Or(terms) => Ok(Decided::combined(self.decide_all(terms)?, Decided::Always, Filter::Or)),
            Filter::Not(inner) => Ok(self.decide(inner)?.not()),
            Filter::Present(path) | Filter::Compare { attribute: path, .. } => {
                if self.find(path).is_none() {
                    self.unknown.push(unknown(path));
                    return Ok(Decided::constant(of_unassigned(filter)));
                }
                let resolved = filter.clone().resolve(self.ty)?;
                Ok(match self.by_type_name(&resolved) {
                    Some(matches) => Decided::constant(matches),
                    None => Decided::Open(resolved),
                })
            }
            Filter::Element { attribute: path, filter: inner } => {
                let Some(attribute) = self.find(path) else {
                    self.unknown.push(unknown(path));
                    self.all_unknown(inner);
                    return Ok(Decided::Never);
                };
                match filter.clone().resolve(self.ty) {
                    Ok(resolved) => Ok(Decided::Open(resolved)),
                    Err(error) if attribute.sub_attribute().is_some() => Err(error),
                    // Perhaps only a sub-attribute is missing in this type.
                    Err(_) => Ok(match self.decide_element(inner, &attribute)? {
                        Decided::Never => Decided::Never,
                        Decided::Always => Decided::Open(element(&attribute, anything(&attribute))),
                        Decided::Open(inner) => Decided::Open(element(&attribute, inner)),
                    }),
                }
            }
        }
    }

    fn decide_all(&mut self, terms: &[Filter<AttributePath>]) -> Result<Vec<Decided>, FilterError> {
        terms.iter().map(|term| self.decide(term)).collect()
    }

    /// What stands in brackets behind `attribute`.
    fn decide_element(&mut self, filter: &Filter<AttributePath>, attribute: &Bound) -> Result<Decided, FilterError> {
        let ty = self.ty;
        let mut all = |terms: &[Filter<AttributePath>]| -> Result<Vec<Decided>, FilterError> {
            terms.iter().map(|term| self.decide_element(term, attribute)).collect()
        };
        match filter {
            Filter::And(terms) => Ok(Decided::combined(all(terms)?, Decided::Never, Filter::And)),
            Filter::Or(terms) => Ok(Decided::combined(all(terms)?, Decided::Always, Filter::Or)),
            Filter::Not(inner) => Ok(self.decide_element(inner, attribute)?.not()),
            Filter::Present(path) | Filter::Compare { attribute: path, .. } => {
                let definition = attribute.attribute();
                let plain_value = !definition.is_complex() && path.as_str().eq_ignore_ascii_case("value");
                if definition.sub_attribute(path.as_str()).is_none() && !plain_value {
                    self.unknown.push(unknown(path));
                    return Ok(Decided::constant(of_unassigned(filter)));
                }
                resolve_element(filter.clone(), attribute, ty).map(Decided::Open)
            }
            Filter::Element { .. } => resolve_element(filter.clone(), attribute, ty).map(Decided::Open),
        }
    }

    /// Nothing in the brackets behind an unknown attribute is known either.
    fn all_unknown(&mut self, filter: &Filter<AttributePath>) {
        match filter {
            Filter::And(terms) | Filter::Or(terms) => terms.iter().for_each(|term| self.all_unknown(term)),
            Filter::Not(inner) => self.all_unknown(inner),
            Filter::Present(path) | Filter::Compare { attribute: path, .. } => self.unknown.push(unknown(path)),
            Filter::Element { attribute: path, filter } => {
                self.unknown.push(unknown(path));
                self.all_unknown(filter);
            }
        }
    }

    /// As [`Filter::resolve`] finds an attribute.
    fn find(&self, path: &AttributePath) -> Option<Bound> {
        self.ty.bind(path.as_str()).ok().or_else(|| self.ty.bind_in_extensions(path.as_str()))
    }

    /// What a condition on `meta.resourceType` alone comes to: all resources of the type have the same value there.
    fn by_type_name(&self, filter: &Filter<Bound>) -> Option<bool> {
        let attribute = match filter {
            Filter::Present(attribute) | Filter::Compare { attribute, .. } => attribute,
            _ => return None,
        };
        if attribute.path() != "meta.resourceType" {
            return None;
        }
        let mut resource = Resource::default();
        resource.set("meta", json!({ "resourceType": self.ty.name }));
        Some(filter.matches(&resource))
    }
}

/// As [`Filter::resolve`] says it.
fn unknown(path: &AttributePath) -> FilterError {
    FilterError { position: path.position(), problem: format!("unknown attribute {}", short(path.as_str())) }
}

/// Whether an attribute without a value satisfies the condition.
fn of_unassigned(filter: &Filter<AttributePath>) -> bool {
    match filter {
        Filter::Compare { operator: Operator::Ne, literal, .. } => *literal != Literal::Null,
        Filter::Compare { operator: Operator::Eq, literal, .. } => *literal == Literal::Null,
        _ => false,
    }
}

fn element(attribute: &Bound, filter: Filter<Bound>) -> Filter<Bound> {
    Filter::Element { attribute: attribute.clone(), filter: Box::new(filter) }
}

/// A condition that every value of the attribute satisfies.
fn anything(attribute: &Bound) -> Filter<Bound> {
    let part = match attribute.attribute().sub_attributes.first() {
        Some(sub) => attribute.with_sub_attribute(sub.clone()),
        None => attribute.clone(),
    };
    let present = Filter::Present(part);
    Filter::Or(vec![present.clone(), Filter::Not(Box::new(present))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::schema::core;

    /// What is left of the filter for users and for groups: written out, or a constant.
    fn across(text: &str) -> Result<Vec<String>, usize> {
        let filter = Filter::parse(text, &Limits::default()).unwrap();
        let decided = filter.resolve_across(&[core::user(), core::group()]).map_err(|error| error.position)?;
        let written = decided.into_iter().map(|decided| match decided {
            Decided::Always => "always".to_owned(),
            Decided::Never => "never".to_owned(),
            Decided::Open(filter) => filter.to_string(),
        });
        Ok(written.collect())
    }

    #[test]
    fn what_a_type_lacks_has_no_value_there() {
        for (text, user, group) in [
            ("displayName sw \"a\"", "displayName sw \"a\"", "displayName sw \"a\""),
            ("userName eq \"a\"", "userName eq \"a\"", "never"),
            ("userName ne \"a\"", "userName ne \"a\"", "always"),
            ("userName pr", "userName pr", "never"),
            ("userName eq null", "userName eq null", "always"),
            ("userName ne null", "userName ne null", "never"),
            ("not (userName pr)", "not (userName pr)", "always"),
            ("userName gt \"a\" or displayName pr", "userName gt \"a\" or displayName pr", "displayName pr"),
            ("userName pr and displayName pr", "userName pr and displayName pr", "never"),
            ("members pr or userName pr", "userName pr", "members pr"),
            ("not (title pr) and displayName pr", "not (title pr) and displayName pr", "displayName pr"),
            (
                "manager eq \"7\"",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq \"7\"",
                "never",
            ),
            ("emails[type eq \"work\"]", "emails[type eq \"work\"]", "never"),
            ("not (emails[type eq \"work\"])", "not (emails[type eq \"work\"])", "always"),
            // The name of the type is the same for all of its resources.
            ("meta.resourceType eq \"User\"", "always", "never"),
            ("meta.resourceType ne \"User\" and displayName pr", "never", "displayName pr"),
            ("meta.resourceType eq \"User\" and userName eq \"a\"", "userName eq \"a\"", "never"),
            ("meta.resourceType eq \"user\"", "never", "never"),
            ("meta.resourceType pr and not (meta.resourceType eq null)", "always", "always"),
            ("meta.resourceType sw \"G\" or id eq \"1\"", "id eq \"1\"", "always"),
        ] {
            assert_eq!(across(text), Ok(vec![user.to_owned(), group.to_owned()]), "{text}");
        }
    }

    #[test]
    fn a_missing_sub_attribute_has_no_value_either() {
        let definitions = br#"[
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Schema"],"id":"urn:x:Badge","name":"Badge","attributes":[
                {"name":"emails","type":"complex","multiValued":true,"subAttributes":[{"name":"colour"}]},
                {"name":"names","multiValued":true}]},
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],"name":"Badge","endpoint":"/Badges",
             "schema":"urn:x:Badge"}]"#;
        let types = crate::schema::Definitions::parse(definitions).unwrap().build().unwrap();
        let (user, badge) = (core::user(), types.named("Badge").unwrap());
        for (text, of_user, of_badge) in [
            ("emails[colour eq \"red\"]", None, Some("emails[colour eq \"red\"]")),
            ("emails.colour eq \"red\"", None, Some("emails.colour eq \"red\"")),
            (
                "emails[colour eq \"red\" or type eq \"a\"]",
                Some("emails[type eq \"a\"]"),
                Some("emails[colour eq \"red\"]"),
            ),
            ("emails[not (colour pr)]", Some("emails[value pr or not (value pr)]"), Some("emails[not (colour pr)]")),
            ("names[value eq \"a\"]", None, Some("names[value eq \"a\"]")),
        ] {
            let filter = Filter::parse(text, &Limits::default()).unwrap();
            let decided = filter.resolve_across(&[user, badge]).unwrap();
            let written = decided.iter().map(|decided| match decided {
                Decided::Open(filter) => Some(filter.to_string()),
                decided => {
                    assert_eq!(*decided, Decided::Never, "{text}");
                    None
                }
            });
            assert_eq!(
                written.collect::<Vec<_>>(),
                [of_user.map(str::to_owned), of_badge.map(str::to_owned)],
                "{text}"
            );
        }
    }

    #[test]
    fn what_no_type_has_is_a_mistake() {
        for (text, position) in [
            ("shoeSize eq 1", 0),
            ("userName pr or shoeSize eq 1", 15),
            ("emails[shoeSize eq 1]", 7),
            ("emails[emails[type pr]]", 7),
            ("emails.type[value pr]", 0),
            // Of the type that has it.
            ("active gt true", 0),
            ("displayName pr and password pr", 19),
            ("members gt 5 and meta.created co \"a\"", 17),
        ] {
            assert_eq!(across(text), Err(position), "{text}");
        }
    }

    #[test]
    fn one_type_is_as_strict_as_resolving() {
        for text in ["userName eq \"a\"", "members pr", "emails[colour pr]", "active gt true", "a pr and b pr"] {
            let filter = Filter::parse(text, &Limits::default()).unwrap();
            let alone = filter.resolve_across(&[core::user()]);
            let resolved = filter.clone().resolve(core::user()).map(|filter| vec![Decided::Open(filter)]);
            assert_eq!(alone, resolved, "{text}");
        }
    }
}

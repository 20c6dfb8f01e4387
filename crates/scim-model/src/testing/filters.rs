//! Filters that a resource type allows, over values of [`super::values`].
//!
//! For proptest: `proptest::collection::vec(any::<u8>(), 0..200)` and [`filter`] of [`Choices`] by these bytes.

use std::sync::Arc;

use super::choices::Choices;
use super::values::plain;
use crate::filter::Operator;
use crate::schema::{Attribute, AttributeType, ResourceType, core};

const DEEPEST: usize = 4;

/// A filter that [resolves](crate::Filter::resolve) for the type.
pub fn filter(choices: &mut Choices<'_>, ty: &ResourceType) -> String {
    let mut terms = Vec::new();
    let common = core::common().iter().filter(|attribute| attribute.name != "meta").map(|attribute| (None, attribute));
    let of_schema = ty.schema.attributes.iter().map(|attribute| (None, attribute));
    let of_extensions = ty.extensions.iter().flat_map(|extension| {
        extension.schema.attributes.iter().map(|attribute| (Some(extension.schema.id.as_str()), attribute))
    });
    terms.extend(common.chain(of_schema).chain(of_extensions).filter(|(_, attribute)| !attribute.is_hidden()));
    let scope = Scope { ty, attributes: &terms };
    combined(choices, DEEPEST, &|choices| scope.term(choices))
}

/// What may stand in brackets behind the attribute.
pub fn in_brackets(choices: &mut Choices<'_>, attribute: &Attribute, depth: usize) -> String {
    combined(choices, depth, &|choices| {
        let subs: Vec<&Arc<Attribute>> = attribute.sub_attributes.iter().filter(|sub| !sub.is_hidden()).collect();
        match subs.as_slice() {
            [] => comparison(choices, attribute, "value"),
            subs => {
                let sub = *choices.one_of(subs);
                let path = spelling(choices, &sub.name);
                comparison(choices, sub, &path)
            }
        }
    })
}

struct Scope<'a> {
    ty: &'a ResourceType,
    attributes: &'a [(Option<&'a str>, &'a Arc<Attribute>)],
}

impl Scope<'_> {
    fn term(&self, choices: &mut Choices<'_>) -> String {
        let (extension, attribute) = *choices.one_of(self.attributes);
        let name = spelling(choices, &attribute.name);
        let path = match extension {
            Some(urn) => format!("{urn}:{name}"),
            None if choices.once_in(8) && self.ty.schema.attribute(&attribute.name).is_some() => {
                format!("{}:{name}", self.ty.schema.id)
            }
            None => name,
        };
        if !attribute.is_complex() {
            return comparison(choices, attribute, &path);
        }
        let subs: Vec<&Arc<Attribute>> = attribute.sub_attributes.iter().filter(|sub| !sub.is_hidden()).collect();
        match choices.below(4) {
            0 => format!("{path} pr"),
            1 => format!("{path}[{}]", in_brackets(choices, attribute, 2)),
            2 if attribute.sub_attribute("value").is_some_and(|sub| !sub.is_hidden()) => {
                let value = attribute.sub_attribute("value").unwrap_or(attribute);
                comparison(choices, value, &path)
            }
            _ => {
                let sub = *choices.one_of(&subs);
                let path = format!("{path}.{}", spelling(choices, &sub.name));
                comparison(choices, sub, &path)
            }
        }
    }
}

/// Terms with `and`, `or`, `not` and parentheses.
fn combined(choices: &mut Choices<'_>, depth: usize, term: &dyn Fn(&mut Choices<'_>) -> String) -> String {
    if depth == 0 {
        return term(choices);
    }
    match choices.below(8) {
        1 => format!("not ({})", combined(choices, depth - 1, term)),
        2 => format!("({})", combined(choices, depth - 1, term)),
        3 | 4 => {
            let left = combined(choices, depth - 1, term);
            format!("{left} and {}", combined(choices, depth - 1, term))
        }
        5 | 6 => {
            let left = combined(choices, depth - 1, term);
            format!("{left} or {}", combined(choices, depth - 1, term))
        }
        _ => term(choices),
    }
}

fn comparison(choices: &mut Choices<'_>, attribute: &Attribute, path: &str) -> String {
    let operators = operators(attribute.kind);
    // One more for each of `pr` and null.
    let operator = match choices.below(operators.len() + 3) {
        0 => return format!("{path} pr"),
        1 => return format!("{path} eq null"),
        2 => return format!("{path} ne null"),
        index => operators[index - 3],
    };
    let literal = match (operator, plain(choices, attribute)) {
        (Operator::Co | Operator::Sw | Operator::Ew, serde_json::Value::String(text)) if choices.below(2) == 1 => {
            // A part of a value finds more than the whole.
            serde_json::Value::from(text.chars().take(1).collect::<String>())
        }
        (_, value) => value,
    };
    let operator = operator.as_str();
    if choices.once_in(4) {
        format!("{path} {} {literal}", operator.to_uppercase())
    } else {
        format!("{path} {operator} {literal}")
    }
}

/// What a data type can be compared with (RFC 7644 §3.4.2.2, table 3).
fn operators(kind: AttributeType) -> &'static [Operator] {
    use Operator::{Co, Eq, Ew, Ge, Gt, Le, Lt, Ne, Sw};
    match kind {
        AttributeType::String | AttributeType::Reference => &[Eq, Ne, Co, Sw, Ew, Gt, Ge, Lt, Le],
        AttributeType::Binary => &[Eq, Ne, Co, Sw, Ew],
        AttributeType::Integer | AttributeType::Decimal | AttributeType::DateTime => &[Eq, Ne, Gt, Ge, Lt, Le],
        AttributeType::Boolean => &[Eq, Ne],
        AttributeType::Complex => &[],
    }
}

/// The name in the schema's spelling or another.
pub(super) fn spelling(choices: &mut Choices<'_>, name: &str) -> String {
    match choices.below(8) {
        6 => name.to_lowercase(),
        7 => name.to_uppercase(),
        _ => name.to_owned(),
    }
}

//! Filters that a resource type allows, over values of [`super::values`].
//!
//! For proptest: `proptest::collection::vec(any::<u8>(), 0..200)` and [`filter`] of [`Choices`] by these bytes.

use std::sync::Arc;

use super::choices::Choices;
use super::values::plain;
use crate::filter::Operator;
use crate::path::Bound;
use crate::schema::{Attribute, AttributeType, ResourceType, core};

const DEEPEST: usize = 4;

/// A filter that [resolves](crate::Filter::resolve) for the type.
pub fn filter(choices: &mut Choices<'_>, ty: &ResourceType) -> String {
    filter_where(choices, ty, |_| true)
}

/// As [`filter`], but only about attributes and sub-attributes whose canonical path is taken by `may_ask`: for a search that
/// cannot look everywhere. It must take some.
pub fn filter_where(choices: &mut Choices<'_>, ty: &ResourceType, may_ask: impl Fn(&str) -> bool) -> String {
    let core = core::common().iter().chain(&ty.schema.attributes).map(|attribute| (None, attribute));
    let of_extensions = ty.extensions.iter().flat_map(|extension| {
        extension.schema.attributes.iter().map(|attribute| (Some(extension.schema.id.as_str()), attribute))
    });
    let topics: Vec<Topic<'_>> = core
        .chain(of_extensions)
        .filter_map(|(extension, attribute)| {
            let path = Bound::new(extension, attribute.clone(), None).path().to_owned();
            let subs = shown(attribute).into_iter().filter(|sub| may_ask(&format!("{path}.{}", sub.name))).collect();
            let topic = Topic { extension, attribute, subs };
            let is_askable =
                !attribute.is_hidden() && may_ask(&path) && attribute.is_complex() != topic.subs.is_empty();
            is_askable.then_some(topic)
        })
        .collect();
    combined(choices, DEEPEST, &|choices| {
        let topic = &topics[choices.below(topics.len())];
        topic.term(choices, ty)
    })
}

/// What may stand in brackets behind the attribute.
pub fn in_brackets(choices: &mut Choices<'_>, attribute: &Attribute, depth: usize) -> String {
    about_one_value(choices, attribute, &shown(attribute), depth)
}

fn shown(attribute: &Attribute) -> Vec<&Arc<Attribute>> {
    attribute.sub_attributes.iter().filter(|sub| !sub.is_hidden()).collect()
}

fn about_one_value(choices: &mut Choices<'_>, attribute: &Attribute, subs: &[&Arc<Attribute>], depth: usize) -> String {
    combined(choices, depth, &|choices| {
        if subs.is_empty() {
            return comparison(choices, attribute, "value");
        }
        let sub = *choices.one_of(subs);
        let path = spelling(choices, &sub.name);
        comparison(choices, sub, &path)
    })
}

/// An attribute that may be asked about, with the parts of it that may.
struct Topic<'a> {
    extension: Option<&'a str>,
    attribute: &'a Arc<Attribute>,
    subs: Vec<&'a Arc<Attribute>>,
}

impl Topic<'_> {
    fn term(&self, choices: &mut Choices<'_>, ty: &ResourceType) -> String {
        let attribute = self.attribute;
        let name = spelling(choices, &attribute.name);
        let path = match self.extension {
            Some(urn) => format!("{urn}:{name}"),
            None if choices.once_in(8) && ty.schema.attribute(&attribute.name).is_some() => {
                format!("{}:{name}", ty.schema.id)
            }
            None => name,
        };
        if !attribute.is_complex() {
            return match attribute.multi_valued && choices.once_in(4) {
                true => format!("{path}[{}]", about_one_value(choices, attribute, &[], 2)),
                false => comparison(choices, attribute, &path),
            };
        }
        let value = self.subs.iter().find(|sub| sub.name == "value");
        match (choices.below(4), value) {
            (0, _) => format!("{path} pr"),
            (1, _) => format!("{path}[{}]", about_one_value(choices, attribute, &self.subs, 2)),
            (2, Some(value)) => comparison(choices, value, &path),
            _ => {
                let sub = *choices.one_of(&self.subs);
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

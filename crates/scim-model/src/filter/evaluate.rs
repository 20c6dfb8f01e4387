//! Whether a resource, or one entry of a list, satisfies a filter.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::{Filter, Literal, Operator};
use crate::fold::fold_cow;
use crate::path::Bound;
use crate::resource::Resource;
use crate::value::{is_blank, is_unassigned, parse_date_time};

/// What is looked at.
#[derive(Clone, Copy)]
pub(crate) enum Subject<'a> {
    /// A whole resource.
    Resource(&'a Resource),
    /// One value of the attribute that the filter's paths begin with.
    Entry(&'a Value),
}

impl<'a> Subject<'a> {
    fn values(self, bound: &Bound) -> Vec<&'a Value> {
        match self {
            Self::Resource(resource) => resource.values(bound),
            Self::Entry(entry) => match bound.sub_attribute() {
                Some(sub) => match entry.get(&sub.name) {
                    Some(Value::Array(values)) => values.iter().collect(),
                    other => other.into_iter().collect(),
                },
                None => vec![entry],
            },
        }
    }
}

pub(crate) fn matches(filter: &Filter<Bound>, subject: Subject<'_>) -> bool {
    match filter {
        Filter::And(terms) => terms.iter().all(|term| matches(term, subject)),
        Filter::Or(terms) => terms.iter().any(|term| matches(term, subject)),
        Filter::Not(inner) => !matches(inner, subject),
        Filter::Present(attribute) => subject.values(attribute).into_iter().any(|value| !is_blank(value)),
        Filter::Compare { attribute, operator, literal: Literal::Null } => {
            let is_unassigned = subject.values(attribute).into_iter().all(is_unassigned);
            is_unassigned == (*operator == Operator::Eq)
        }
        Filter::Compare { attribute, operator, literal } => {
            let values = subject.values(attribute);
            match operator {
                // Of an absent attribute too: it has no value that is equal.
                Operator::Ne => !values.into_iter().any(|value| compare(attribute, value, Operator::Eq, literal)),
                operator => values.into_iter().any(|value| compare(attribute, value, *operator, literal)),
            }
        }
        Filter::Element { attribute, filter } => {
            subject.values(attribute).into_iter().any(|entry| matches(filter, Subject::Entry(entry)))
        }
    }
}

fn compare(attribute: &Bound, value: &Value, operator: Operator, literal: &Literal) -> bool {
    match (literal, value) {
        (Literal::String(text), Value::String(value)) => {
            let fold = |text| if attribute.case_exact() { Cow::Borrowed(text) } else { fold_cow(text) };
            let (value, text) = (fold(value.as_str()), fold(text.as_str()));
            match operator {
                Operator::Co => value.contains(text.as_ref()),
                Operator::Sw => value.starts_with(text.as_ref()),
                Operator::Ew => value.ends_with(text.as_ref()),
                operator => in_order(operator, Some(value.cmp(&text))),
            }
        }
        (Literal::Boolean(literal), Value::Bool(value)) => in_order(operator, Some(value.cmp(literal))),
        (Literal::Number(literal), Value::Number(value)) => in_order(operator, compare_numbers(value, literal)),
        (Literal::DateTime { instant, .. }, Value::String(value)) => {
            in_order(operator, parse_date_time(value).map(|value| value.cmp(instant)))
        }
        _ => false,
    }
}

fn in_order(operator: Operator, order: Option<Ordering>) -> bool {
    let Some(order) = order else { return false };
    match operator {
        Operator::Eq => order.is_eq(),
        Operator::Ne => order.is_ne(),
        Operator::Gt => order.is_gt(),
        Operator::Ge => order.is_ge(),
        Operator::Lt => order.is_lt(),
        Operator::Le => order.is_le(),
        Operator::Co | Operator::Sw | Operator::Ew => false,
    }
}

/// Whole numbers exactly, also beyond what a floating-point number holds.
fn compare_numbers(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        (Some(left), None) => compare_mixed(left, right.as_f64()?),
        (None, Some(right)) => Some(compare_mixed(right, left.as_f64()?)?.reverse()),
        (None, None) => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

fn compare_mixed(whole: i128, float: f64) -> Option<Ordering> {
    // A whole number has at most 64 bits, so that beyond them only the sign counts.
    let floor = float.floor();
    if floor.abs() >= 1e30 {
        return 0.0.partial_cmp(&float);
    }
    Some(whole.cmp(&(floor as i128)).then(if float > floor { Ordering::Less } else { Ordering::Equal }))
}

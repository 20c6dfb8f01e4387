//! When two values of an attribute are the same (RFC 7643 §2.3 and §2.4): text by `caseExact`, numbers by their size, times
//! by their moment, objects without regard to the order of their members, lists without regard to the order of their values.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use crate::fold::fold_cow;
use crate::schema::{Attribute, AttributeType};
use crate::value::parse_date_time;

/// Whether the attribute compares two values, or two lists of values, as equal. Null and empty are the same.
pub(crate) fn same(attribute: &Attribute, left: &Value, right: &Value) -> bool {
    left == right || canonical(attribute, left) == canonical(attribute, right)
}

/// A plain value as text that is the same for values that are the same.
pub(crate) fn key<'a>(attribute: &Attribute, value: &'a Value) -> Cow<'a, str> {
    match value {
        Value::String(text) if attribute.kind == AttributeType::DateTime => match parse_date_time(text) {
            Some(instant) => Cow::Owned(instant.as_nanosecond().to_string()),
            None => Cow::Borrowed(text),
        },
        Value::String(text) if attribute.is_case_exact() => Cow::Borrowed(text),
        Value::String(text) => fold_cow(text),
        Value::Number(number) => Cow::Owned(number_key(number)),
        other => Cow::Owned(other.to_string()),
    }
}

fn number_key(number: &Number) -> String {
    match number.as_f64() {
        // 1 and 1.0. Beyond, a floating-point number is told from a whole one by its form.
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => (float as i64).to_string(),
        _ => number.to_string(),
    }
}

/// The value with everything put into one form in which the order of lists and members is fixed.
fn canonical(attribute: &Attribute, value: &Value) -> Value {
    match value {
        Value::Array(values) => {
            let mut values: Vec<Value> =
                values.iter().map(|value| canonical(attribute, value)).filter(|value| !value.is_null()).collect();
            values.sort_by_cached_key(Value::to_string);
            if values.is_empty() { Value::Null } else { values.into() }
        }
        Value::Object(members) => {
            let members: Map<String, Value> = attribute
                .sub_attributes
                .iter()
                .filter_map(|sub| Some((sub.name.clone(), canonical(sub, members.get(&sub.name)?))))
                .filter(|(_, value)| !value.is_null())
                .collect();
            if members.is_empty() { Value::Null } else { members.into() }
        }
        Value::Null => Value::Null,
        plain => Value::String(key(attribute, plain).into_owned()),
    }
}

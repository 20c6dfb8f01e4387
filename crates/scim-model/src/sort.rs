//! Sorting (RFC 7644 §3.4.2.3): which attribute a list is sorted by, and the key of each resource.
//!
//! Text is compared by the code points of its folded form, or as it is where the schema says `caseExact`; numbers, times
//! and booleans by their value. Of a list counts the primary entry, else the first. What has no value comes last, and in
//! descending order first: descending is ascending read from its end.

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use crate::fold::fold_cow;
use crate::message::error::ScimError;
use crate::path::Bound;
use crate::resource::Resource;
use crate::schema::{AttributeType, ResourceType, Returned};
use crate::value::{is_primary, is_unassigned, parse_date_time, short};

/// Longer texts are compared by their beginning, so that keys stay small.
const TEXT_BYTES: usize = 1_024;

/// `sortOrder`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SortOrder {
    /// The smallest first, what has no value last.
    #[default]
    Ascending,
    /// The other way round.
    Descending,
}

impl SortOrder {
    /// Reads the parameter, in any case.
    pub fn parse(text: &str) -> Result<Self, ScimError> {
        [("ascending", Self::Ascending), ("descending", Self::Descending)]
            .into_iter()
            .find_map(|(word, order)| word.eq_ignore_ascii_case(text).then_some(order))
            .ok_or_else(|| {
                ScimError::invalid_value(format!("sortOrder must be ascending or descending, not {}", short(text)))
            })
    }
}

/// The attribute that resources of one type are sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortBy(Bound);

/// The value that a resource is sorted by. Ordered; what has no value is the greatest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SortKey {
    /// false before true.
    Boolean(bool),
    /// The value as a float in an order of integers, then the exact value of an integer: integers beyond 2^53 differ too.
    Number(i64, Option<i64>),
    /// Seconds and nanoseconds.
    Time(i64, i32),
    /// In the form in which it is compared, and not all of a very long one.
    Text(String),
    /// No value.
    Missing,
}

impl SortBy {
    /// The attribute that `path` names in each of `types`; `None` for a type that lacks it.
    ///
    /// # Errors
    /// `invalidValue` if no type has it, if it is never returned, or if it is complex and has no `value`. (RFC 7644 §3.12
    /// has `invalidPath` for paths of a PATCH only.)
    pub fn resolve(path: &str, types: &[&ResourceType]) -> Result<Vec<Option<Self>>, ScimError> {
        let refused = |problem: &str| Err(ScimError::invalid_value(format!("sortBy: {}{problem}", short(path))));
        let mut found = Vec::with_capacity(types.len());
        for ty in types {
            let Some(bound) = ty.bind(path).ok().or_else(|| ty.bind_in_extensions(path)) else {
                found.push(None);
                continue;
            };
            // RFC 7644 §7.5.2: the order would tell what is never returned.
            if bound.attribute().returned == Returned::Never || bound.definition().returned == Returned::Never {
                return refused(" cannot be sorted by");
            }
            let bound = match bound.definition().sub_attribute("value") {
                Some(value) if bound.sub_attribute().is_none() => bound.with_sub_attribute(value.clone()),
                _ => bound,
            };
            if bound.kind() == AttributeType::Complex {
                return refused(" is made of several attributes: name one of them, such as name.familyName");
            }
            found.push(Some(Self(bound)));
        }
        if found.iter().all(Option::is_none) {
            return refused(" is no attribute here");
        }
        Ok(found)
    }

    /// The attribute or sub-attribute, never a complex one.
    pub fn attribute(&self) -> &Bound {
        &self.0
    }

    /// The key of a resource.
    pub fn key(&self, resource: &Resource) -> SortKey {
        let key = || {
            let holder = match self.0.extension() {
                Some(urn) => resource.as_map().get(urn)?.as_object()?,
                None => resource.as_map(),
            };
            let value = chosen(holder.get(&self.0.attribute().name)?)?;
            let value = match self.0.sub_attribute() {
                Some(sub) => chosen(value.get(&sub.name)?)?,
                None => value,
            };
            self.key_of(value)
        };
        key().unwrap_or(SortKey::Missing)
    }

    fn key_of(&self, value: &Value) -> Option<SortKey> {
        match value {
            value if is_unassigned(value) => None,
            Value::Bool(value) => Some(SortKey::Boolean(*value)),
            Value::Number(number) => number_key(number),
            Value::String(text) if self.0.kind() == AttributeType::DateTime => {
                let time = parse_date_time(text)?;
                Some(SortKey::Time(time.as_second(), time.subsec_nanosecond()))
            }
            Value::String(text) if self.0.case_exact() => Some(SortKey::text(text)),
            Value::String(text) => Some(SortKey::text(&fold_cow(text))),
            _ => None,
        }
    }
}

impl SortKey {
    fn text(text: &str) -> Self {
        Self::Text(text.get(..text.floor_char_boundary(TEXT_BYTES)).unwrap_or_default().to_owned())
    }
}

/// The value of a list that counts, or the single value.
fn chosen(value: &Value) -> Option<&Value> {
    match value {
        Value::Array(entries) => entries.iter().find(|entry| is_primary(entry)).or_else(|| entries.first()),
        single => Some(single),
    }
}

fn number_key(number: &Number) -> Option<SortKey> {
    /// From here on not every integer is a float.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    // -0 is 0.
    let value = number.as_f64()? + 0.0;
    let whole = (value.fract() == 0.0 && value.abs() < EXACT).then_some(value as i64);
    let bits = value.to_bits().cast_signed();
    // The order of `f64::total_cmp` as an order of integers: of negative numbers all bits but the sign are turned round.
    let ordered = bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed();
    Some(SortKey::Number(ordered, number.as_i64().or(whole)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::message::error::ScimType;
    use crate::schema::core;
    use crate::urn::ENTERPRISE_USER;

    fn sort_by(path: &str) -> SortBy {
        SortBy::resolve(path, &[core::user()]).unwrap().remove(0).unwrap()
    }

    fn key(path: &str, document: Value) -> SortKey {
        sort_by(path).key(&Resource::from_stored(&document.to_string()).unwrap())
    }

    #[test]
    fn keys() {
        let text = |text: &str| SortKey::Text(text.to_owned());
        let emails = json!([{ "value": "B@x", "type": "home" }, { "value": "A@x", "primary": true }]);
        for (path, document, expected) in [
            ("userName", json!({ "userName": "ÄRGER" }), text("ärger")),
            ("externalId", json!({ "externalId": "Abc" }), text("Abc")),
            ("USERNAME", json!({}), SortKey::Missing),
            ("title", json!({ "title": "" }), SortKey::Missing),
            ("title", json!({ "title": null }), SortKey::Missing),
            ("active", json!({ "active": false }), SortKey::Boolean(false)),
            ("name.familyName", json!({ "name": { "familyName": "L" } }), text("l")),
            ("name.familyName", json!({ "name": { "givenName": "A" } }), SortKey::Missing),
            // The primary entry, and else the first.
            ("emails", json!({ "emails": emails }), text("a@x")),
            ("emails.value", json!({ "emails": [{ "value": "b@x" }, { "value": "a@x" }] }), text("b@x")),
            ("emails.type", json!({ "emails": emails }), SortKey::Missing),
            ("emails", json!({ "emails": [] }), SortKey::Missing),
            ("schemas", json!({ "schemas": ["urn:b", "urn:a"] }), text("urn:b")),
            ("department", json!({ ENTERPRISE_USER: { "department": "X" } }), text("x")),
            (
                &format!("{ENTERPRISE_USER}:manager"),
                json!({ ENTERPRISE_USER: { "manager": { "value": "7" } } }),
                text("7"),
            ),
            (
                "meta.created",
                json!({ "meta": { "created": "1970-01-01T01:00:01.5+01:00" } }),
                SortKey::Time(1, 500_000_000),
            ),
            ("meta.created", json!({ "meta": { "created": "damaged" } }), SortKey::Missing),
        ] {
            assert_eq!(key(path, document.clone()), expected, "{path} of {document}");
        }
        let long = key("title", json!({ "title": "é".repeat(600) }));
        assert_eq!(long, text(&"é".repeat(512)));
    }

    #[test]
    fn order_of_keys() {
        let numbers = [
            json!(-1e300),
            json!(-2),
            json!(-1.5),
            json!(0),
            json!(0.25),
            json!(1),
            json!(9_007_199_254_740_992_i64),
            json!(9_007_199_254_740_993_i64),
            json!(u64::MAX),
        ];
        let mut keys: Vec<SortKey> =
            numbers.iter().map(|number| number_key(number.as_number().unwrap()).unwrap()).collect();
        for (float, place) in [(-0.0, 3), (1.0, 5)] {
            assert_eq!(number_key(&Number::from_f64(float).unwrap()).unwrap(), keys[place]);
        }
        keys.push(key("title", json!({ "title": "Z" })));
        keys.push(key("title", json!({ "title": "é" })));
        keys.push(SortKey::Missing);
        assert!(keys.is_sorted(), "{keys:?}");
        for key in keys {
            let written = serde_json::to_string(&key).unwrap();
            assert_eq!(serde_json::from_str::<SortKey>(&written).unwrap(), key);
        }
    }

    #[test]
    fn what_cannot_be_sorted_by() {
        for (path, words) in [
            ("shoeSize", "shoeSize is no attribute here"),
            ("name.shoeSize", "is no attribute here"),
            ("", "is no attribute here"),
            ("password", "cannot be sorted by"),
            ("name", "name one of them"),
            ("meta", "name one of them"),
            ("addresses", "name one of them"),
            ("urn:x:y", "is no attribute here"),
        ] {
            let error = SortBy::resolve(path, &[core::user()]).unwrap_err();
            assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidValue)), "{path}");
            assert!(error.detail.contains(words), "{path}: {}", error.detail);
        }
        let both = SortBy::resolve("userName", &[core::group(), core::user()]).unwrap();
        assert_eq!(both.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true]);
        assert!(SortOrder::parse("up").is_err());
        assert_eq!(SortOrder::parse("DESCENDING"), Ok(SortOrder::Descending));
    }
}

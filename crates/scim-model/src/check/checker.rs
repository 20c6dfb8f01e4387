//! One value against its attribute's definition; shared by POST, PUT and PATCH.

use serde_json::{Map, Value};

use super::adjustment::{Adjustment, Adjustments};
use super::list::merge_duplicates;
use super::place::Place;
use crate::message::error::ScimError;
use crate::schema::{Attribute, AttributeType, Mutability};
use crate::value::{boolean_from_text, is_base64, is_blank, is_blank_entry, is_date_time, is_primary, kind_of, short};

/// What a body is for.
#[derive(Clone, Copy, PartialEq)]
enum Purpose {
    /// POST: null is as good as nothing.
    Create,
    /// PUT: null clears what a value left out would keep, so it stays until the two have been told apart.
    Replace,
    /// PATCH: null clears, an object may be a part of one, and single values may come wrapped.
    Modify,
}

/// Checks values and remembers what it put right.
pub(crate) struct Checker {
    purpose: Purpose,
    pub adjustments: Adjustments,
}

impl Checker {
    pub fn for_create() -> Self {
        Self { purpose: Purpose::Create, adjustments: Adjustments::default() }
    }

    pub fn for_replace() -> Self {
        Self { purpose: Purpose::Replace, adjustments: Adjustments::default() }
    }

    pub fn for_patch() -> Self {
        Self { purpose: Purpose::Modify, adjustments: Adjustments::default() }
    }

    /// What stands for a value that is none: null, where that is an instruction.
    pub fn unassigned(&self) -> Option<Value> {
        (self.purpose != Purpose::Create).then_some(Value::Null)
    }

    /// The checked value of an attribute; `None` if it amounts to no value (RFC 7643 §2.5).
    pub fn attribute(
        &mut self,
        attribute: &Attribute,
        value: Value,
        place: Place<'_>,
    ) -> Result<Option<Value>, ScimError> {
        if attribute.multi_valued {
            let values = self.list(attribute, value, place)?;
            if values.is_empty() && attribute.is_due() {
                return Err(is_empty(place));
            }
            return Ok(if values.is_empty() { None } else { Some(Value::Array(values)) });
        }
        let value = self.unwrap_single(attribute, value, place)?;
        let checked = self.single(attribute, value, place)?;
        if attribute.is_due() {
            let blank = checked.as_ref().is_none_or(|value| value.as_str().is_some_and(|text| text.trim().is_empty()));
            if blank {
                return Err(is_empty(place));
            }
        }
        // An empty externalId would tie together everything that has none.
        Ok(checked.filter(|value| attribute.name != "externalId" || !is_blank(value)))
    }

    /// The checked values of a multi-valued attribute.
    pub fn list(&mut self, attribute: &Attribute, value: Value, place: Place<'_>) -> Result<Vec<Value>, ScimError> {
        let values = match value {
            Value::Null => return Ok(Vec::new()),
            Value::Array(values) => values,
            // OneLogin templates: `emails` as one object. authentik, JumpCloud: one member as one object.
            single => {
                self.adjustments.add(|| Adjustment::SingleAsList(place.attribute_path()));
                vec![single]
            }
        };
        let mut checked = Vec::with_capacity(values.len());
        for (index, value) in values.into_iter().enumerate() {
            match self.single(attribute, value, place.entry(index))? {
                // Okta: default mappings of an empty phone number or address still send type and primary.
                Some(entry) if is_blank_entry(attribute, &entry) => {
                    self.adjustments.add(|| Adjustment::EmptyEntryDropped(place.attribute_path()));
                }
                Some(entry) => checked.push(entry),
                None => {}
            }
        }
        if merge_duplicates(attribute, &mut checked) {
            self.adjustments.add(|| Adjustment::DuplicateDropped(place.attribute_path()));
        }
        if checked.iter().filter(|entry| is_primary(entry)).nth(1).is_some() {
            return Err(ScimError::invalid_value(format!("{place}: only one value may be primary")));
        }
        Ok(checked)
    }

    /// One value, or one entry of a list. `None` for no value.
    pub fn single(
        &mut self,
        attribute: &Attribute,
        value: Value,
        place: Place<'_>,
    ) -> Result<Option<Value>, ScimError> {
        if attribute.is_complex() {
            return self.complex(attribute, value, place);
        }
        let value = match (attribute.kind, value) {
            (_, Value::Null) => return Ok(None),
            (AttributeType::Boolean, Value::String(text)) => match boolean_from_text(&text) {
                Some(boolean) => {
                    self.adjustments.add(|| Adjustment::BooleanAsText(place.attribute_path()));
                    Value::Bool(boolean)
                }
                None => return Err(wrong_kind(place, "true or false", &Value::String(text))),
            },
            (AttributeType::Boolean, value @ Value::Bool(_)) => value,
            (AttributeType::Boolean, value) => return Err(wrong_kind(place, "true or false", &value)),
            (AttributeType::Integer, value) if value.is_i64() || value.is_u64() => value,
            (AttributeType::Integer, value) => return Err(wrong_kind(place, "a whole number", &value)),
            (AttributeType::Decimal, value @ Value::Number(_)) => value,
            (AttributeType::Decimal, value) => return Err(wrong_kind(place, "a number", &value)),
            (kind, Value::String(text)) => {
                check_text(kind, &text, place)?;
                Value::String(text)
            }
            (_, value) => return Err(wrong_kind(place, "text", &value)),
        };
        Ok(Some(value))
    }

    fn complex(&mut self, attribute: &Attribute, value: Value, place: Place<'_>) -> Result<Option<Value>, ScimError> {
        let members = match value {
            Value::Null => return Ok(None),
            Value::Object(members) => members,
            Value::String(text) if attribute.sub_attribute("value").is_some() => {
                // Entra ID: "" for a manager means none.
                if text.is_empty() {
                    self.adjustments.add(|| Adjustment::EmptyAsNone(place.attribute_path()));
                    return Ok(None);
                }
                // Entra ID: `manager` as a bare id. Microsoft's Postman set: members as bare ids.
                self.adjustments.add(|| Adjustment::BareValue(place.attribute_path()));
                Map::from_iter([("value".to_owned(), Value::String(text))])
            }
            other => return Err(wrong_kind(place, "an object", &other)),
        };
        let mut checked = Map::new();
        for (key, value) in members {
            let Some(sub) = self.sub_attribute(attribute, &key, place) else { continue };
            let place = place.member(&sub.name);
            if sub.mutability == Mutability::ReadOnly {
                // Okta and Rauthy name every member: that is no news.
                let is_named_member = attribute.name == "members" && sub.name == "display";
                if !is_blank(&value) && !is_named_member {
                    self.adjustments.add(|| Adjustment::ReadOnlyIgnored(place.attribute_path()));
                }
                continue;
            }
            let Some(value) = self.attribute(sub, value, place)?.or_else(|| self.unassigned()) else { continue };
            if checked.insert(sub.name.clone(), value).is_some() {
                return Err(given_twice(place));
            }
        }
        if checked.is_empty() {
            // An object that says nothing: in a PATCH there is nothing to set, and nothing to clear.
            return Ok(if self.purpose == Purpose::Modify { Some(Value::Object(checked)) } else { None });
        }
        if self.purpose != Purpose::Modify
            && let Some(missing) = missing_sub_attribute(attribute, &checked)
        {
            return Err(ScimError::invalid_value(format!("{} is required", place.member(&missing.name))));
        }
        let checked = Value::Object(checked);
        // Entra ID: `{"value": ""}` for a manager means none.
        let means_none = attribute.sub_attribute("value").is_some() && !attribute.multi_valued && is_blank(&checked);
        if means_none && checked.get("value").and_then(Value::as_str) == Some("") {
            self.adjustments.add(|| Adjustment::EmptyAsNone(place.attribute_path()));
        }
        Ok(if means_none { None } else { Some(checked) })
    }

    fn sub_attribute<'a>(&mut self, attribute: &'a Attribute, key: &str, place: Place<'_>) -> Option<&'a Attribute> {
        if let Some(sub) = attribute.sub_attribute(key) {
            return Some(sub);
        }
        // OneLogin templates: manager {managerId, displayName}, as SCIM 1.1 had it.
        if attribute.name == "manager" && key.eq_ignore_ascii_case("managerId") {
            self.adjustments.add(|| Adjustment::OlderAttributeName(place.member("managerId").attribute_path()));
            return attribute.sub_attribute("value").map(AsRef::as_ref);
        }
        self.adjustments.add(|| Adjustment::AttributeIgnored(place.member(&short(key)).attribute_path()));
        None
    }

    /// In a PATCH, Entra ID wraps single values: `[{"$ref": null, "value": "…"}]`.
    fn unwrap_single(&mut self, attribute: &Attribute, value: Value, place: Place<'_>) -> Result<Value, ScimError> {
        if self.purpose != Purpose::Modify {
            return Ok(value);
        }
        let value = match value {
            Value::Array(mut values) => match (values.pop(), values.is_empty()) {
                (None, _) => Value::Null,
                (Some(only), true) => {
                    self.adjustments.add(|| Adjustment::ListAsSingle(place.attribute_path()));
                    only
                }
                (Some(_), false) => {
                    return Err(ScimError::invalid_value(format!(
                        "{place}: expected one value, found a list of several"
                    )));
                }
            },
            value => value,
        };
        match value {
            Value::Object(mut members) if !attribute.is_complex() => match members.remove("value") {
                Some(inner) => {
                    self.adjustments.add(|| Adjustment::WrappedValue(place.attribute_path()));
                    Ok(inner)
                }
                None => Ok(Value::Object(members)),
            },
            value => Ok(value),
        }
    }
}

/// The first sub-attribute that a value of the attribute must have and this one has not.
pub(crate) fn missing_sub_attribute<'a>(
    attribute: &'a Attribute,
    members: &Map<String, Value>,
) -> Option<&'a Attribute> {
    let is_missing = |sub: &&Attribute| sub.is_due() && members.get(&sub.name).is_none_or(Value::is_null);
    attribute.sub_attributes.iter().map(AsRef::as_ref).find(is_missing)
}

fn is_empty(place: Place<'_>) -> ScimError {
    ScimError::invalid_value(format!("{place} is required and must not be empty"))
}

pub(crate) fn given_twice(place: Place<'_>) -> ScimError {
    ScimError::invalid_syntax(format!("{place} is given twice, in different spellings"))
}

fn wrong_kind(place: Place<'_>, expected: &str, found: &Value) -> ScimError {
    ScimError::invalid_value(format!("{place}: expected {expected}, found {}", kind_of(found)))
}

/// Text by its type. Deliberately no formats of locale, timezone, country or reference: Microsoft's validator sends random
/// letters for them and wants them back.
fn check_text(kind: AttributeType, text: &str, place: Place<'_>) -> Result<(), ScimError> {
    // PostgreSQL cannot store it, and no name holds one.
    if text.contains('\0') {
        return Err(ScimError::invalid_value(format!("{place} holds a NUL character (U+0000)")));
    }
    match kind {
        AttributeType::DateTime if !is_date_time(text) => {
            Err(ScimError::invalid_value(format!("{place}: expected a date and time such as 2011-05-13T04:42:34Z")))
        }
        AttributeType::Binary if !is_base64(text) => Err(ScimError::invalid_value(format!("{place}: expected base64"))),
        _ => Ok(()),
    }
}

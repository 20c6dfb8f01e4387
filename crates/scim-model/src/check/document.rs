//! A whole body: `schemas`, attributes, extensions, and what is required of the outcome.

use serde_json::{Map, Value};

use super::adjustment::Adjustment;
use super::checker::{Checker, given_twice};
use super::place::Place;
use crate::limits::Limits;
use crate::message::error::ScimError;
use crate::schema::{Mutability, ResourceType, Schema};
use crate::urn;
use crate::value::{drop_unassigned, is_unassigned, kind_of, short, take_member};

/// The checked attributes of a POST or PUT body; in a PUT, null for what is to be cleared.
pub(super) fn document(
    checker: &mut Checker,
    mut body: Map<String, Value>,
    ty: &ResourceType,
    limits: &Limits,
) -> Result<Map<String, Value>, ScimError> {
    let schemas = take_member(&mut body, "schemas");
    if schemas.as_ref().is_none_or(is_unassigned) && !limits.schemas_required {
        checker.adjustments.add(|| Adjustment::SchemasMissing);
    } else {
        check_schemas(checker, schemas, ty)?;
    }

    let mut document = Map::from_iter([("schemas".to_owned(), Value::Null)]);
    for (key, value) in body {
        if urn::is_uri(&key) {
            extension(checker, &mut document, &key, value, ty)?;
            continue;
        }
        let Some(attribute) = ty.attribute(&key) else {
            checker.adjustments.add(|| Adjustment::AttributeIgnored(short(&key)));
            continue;
        };
        // Not recorded: every client that lays its values over our last answer sends id, meta and groups back (Okta).
        if attribute.mutability == Mutability::ReadOnly {
            continue;
        }
        let place = Place::top(&attribute.name);
        if document.contains_key(&attribute.name) {
            return Err(given_twice(place));
        }
        if let Some(value) = checker.attribute(attribute, value, place)?.or_else(|| checker.unassigned()) {
            document.insert(attribute.name.clone(), value);
        }
    }
    Ok(document)
}

/// Takes the nulls out, checks that nothing required is missing and makes `schemas` follow.
pub(super) fn complete(document: &mut Map<String, Value>, ty: &ResourceType) -> Result<(), ScimError> {
    document.retain(|_, value| {
        drop_unassigned(value);
        !is_unassigned(value)
    });
    check_required(document, ty)?;
    set_schemas(document, ty);
    Ok(())
}

/// Makes `schemas` say what the document holds (RFC 7643 §3): the main schema, and each extension that is there.
pub(crate) fn set_schemas(document: &mut Map<String, Value>, ty: &ResourceType) {
    let present = ty.extensions.iter().map(|extension| &extension.schema.id).filter(|id| document.contains_key(*id));
    let schemas = std::iter::once(&ty.schema.id).chain(present).map(|id| Value::String(id.clone())).collect();
    document.insert("schemas".to_owned(), schemas);
}

fn check_schemas(checker: &mut Checker, schemas: Option<Value>, ty: &ResourceType) -> Result<(), ScimError> {
    let listed = match schemas {
        None | Some(Value::Null) => {
            return Err(ScimError::invalid_syntax(format!(
                "schemas is missing; it must be a list that names {}",
                ty.schema.id
            )));
        }
        Some(Value::Array(listed)) => listed,
        Some(single @ Value::String(_)) => {
            checker.adjustments.add(|| Adjustment::SingleAsList("schemas".to_owned()));
            vec![single]
        }
        Some(other) => {
            return Err(ScimError::invalid_syntax(format!("schemas must be a list, found {}", kind_of(&other))));
        }
    };
    if listed.is_empty() {
        return Err(ScimError::invalid_syntax(format!("schemas is empty; it must name {}", ty.schema.id)));
    }
    let mut has_main = false;
    let mut foreign = None;
    for (index, urn) in listed.iter().enumerate() {
        let Value::String(urn) = urn else {
            return Err(ScimError::invalid_syntax(format!("schemas[{index}]: expected text, found {}", kind_of(urn))));
        };
        let known = if ty.is_main_schema(urn) {
            has_main = true;
            &ty.schema
        } else if let Some(extension) = ty.extension(urn) {
            &extension.schema
        } else {
            // Entra ID adds a schema of its own to every group.
            checker.adjustments.add(|| Adjustment::SchemaIgnored(short(urn)));
            if urn::strip_prefix_ignore_case(urn, urn::IETF_PREFIX).is_some() {
                foreign = Some(urn);
            }
            continue;
        };
        if !known.id.eq_ignore_ascii_case(urn) {
            checker.adjustments.add(|| Adjustment::OlderSchemaName(short(urn)));
        }
    }
    match foreign {
        // A group sent to /Users, or a PATCH sent as a PUT.
        Some(urn) if !has_main => Err(ScimError::invalid_value(format!(
            "schemas names {}, but a {} has the schema {}",
            short(urn),
            ty.name,
            ty.schema.id
        ))),
        _ => {
            if !has_main {
                checker.adjustments.add(|| Adjustment::MainSchemaMissing);
            }
            Ok(())
        }
    }
}

fn extension(
    checker: &mut Checker,
    document: &mut Map<String, Value>,
    urn: &str,
    value: Value,
    ty: &ResourceType,
) -> Result<(), ScimError> {
    let Some(schema) = ty.extension(urn).map(|extension| &extension.schema) else {
        checker.adjustments.add(|| Adjustment::SchemaIgnored(short(urn)));
        return Ok(());
    };
    if !schema.id.eq_ignore_ascii_case(urn) {
        checker.adjustments.add(|| Adjustment::OlderSchemaName(short(urn)));
    }
    let place = Place::top(&schema.id);
    let members = match value {
        Value::Null => {
            document.extend(checker.unassigned().map(|null| (schema.id.clone(), null)));
            return Ok(());
        }
        Value::Object(members) => members,
        other => {
            return Err(ScimError::invalid_value(format!("{place}: expected an object, found {}", kind_of(&other))));
        }
    };
    if document.contains_key(&schema.id) {
        return Err(given_twice(place));
    }
    // The examples of RFC 9944 §7.1 nest the pairing methods of BLE, which are extensions of the device themselves.
    let (nested, members): (Map<_, _>, Map<_, _>) =
        members.into_iter().partition(|(key, _)| urn::is_uri(key) && ty.extension(key).is_some());
    let checked = extension_members(checker, members, schema, place)?;
    if !checked.is_empty() {
        document.insert(schema.id.clone(), Value::Object(checked));
    }
    for (urn, value) in nested {
        checker.adjustments.add(|| Adjustment::NestedExtension(short(&urn)));
        extension(checker, document, &urn, value, ty)?;
    }
    Ok(())
}

fn extension_members(
    checker: &mut Checker,
    members: Map<String, Value>,
    schema: &Schema,
    place: Place<'_>,
) -> Result<Map<String, Value>, ScimError> {
    let mut checked = Map::new();
    for (key, value) in members {
        let Some(attribute) = schema.attribute(&key) else {
            checker.adjustments.add(|| Adjustment::AttributeIgnored(place.member(&short(&key)).attribute_path()));
            continue;
        };
        if attribute.mutability == Mutability::ReadOnly {
            continue;
        }
        let place = place.member(&attribute.name);
        if checked.contains_key(&attribute.name) {
            return Err(given_twice(place));
        }
        if let Some(value) = checker.attribute(attribute, value, place)?.or_else(|| checker.unassigned()) {
            checked.insert(attribute.name.clone(), value);
        }
    }
    Ok(checked)
}

fn check_required(document: &Map<String, Value>, ty: &ResourceType) -> Result<(), ScimError> {
    let missing = |holder: &Map<String, Value>, schema: &Schema| {
        let missing =
            schema.attributes.iter().find(|attribute| attribute.is_due() && !holder.contains_key(&attribute.name));
        missing.map(|attribute| attribute.name.clone())
    };
    if let Some(name) = missing(document, &ty.schema) {
        return Err(ScimError::invalid_value(format!("{name} is required")));
    }
    for extension in &ty.extensions {
        let urn = &extension.schema.id;
        match document.get(urn).and_then(Value::as_object) {
            Some(holder) => {
                if let Some(name) = missing(holder, &extension.schema) {
                    return Err(ScimError::invalid_value(format!("{urn}:{name} is required")));
                }
            }
            None if extension.required => {
                return Err(ScimError::invalid_value(format!("the extension {urn} is required")));
            }
            None => {}
        }
    }
    Ok(())
}

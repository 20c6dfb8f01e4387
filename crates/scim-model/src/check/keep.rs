//! What a PUT keeps although the body leaves it out (RFC 7644 §3.5.1).

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::list::identity;
use super::place::Place;
use crate::message::error::ScimError;
use crate::resource::Resource;
use crate::same::same;
use crate::schema::{Attribute, Extension, Mutability, ResourceType};

/// Carries over from the current resource. Returns whether a null `active` was overruled.
pub(super) fn keep(
    document: &mut Map<String, Value>,
    current: &Resource,
    ty: &ResourceType,
) -> Result<bool, ScimError> {
    let current = current.as_map();
    keep_attributes(document, current, &ty.schema.attributes, None)?;
    for extension in &ty.extensions {
        if let Some(Value::Object(current)) = current.get(&extension.schema.id) {
            keep_extension(document, current, extension)?;
        }
    }
    // Okta may leave externalId out, which ties the resource to the client's own record. Rauthy says null to untie it.
    if let Some(external_id) = current.get("externalId").filter(|_| !document.contains_key("externalId")) {
        document.insert("externalId".to_owned(), external_id.clone());
    }
    // A client that does not manage the status must not switch people off, or on again.
    match (document.get("active"), current.get("active")) {
        (sent @ (None | Some(Value::Null)), Some(active)) if ty.is_switched_by_active() => {
            let is_overruled = sent.is_some();
            document.insert("active".to_owned(), active.clone());
            Ok(is_overruled)
        }
        _ => Ok(false),
    }
}

fn keep_extension(
    document: &mut Map<String, Value>,
    current: &Map<String, Value>,
    extension: &Extension,
) -> Result<(), ScimError> {
    let schema = &extension.schema;
    let sent = document.get(&schema.id);
    let mut holder = match sent {
        Some(Value::Object(holder)) => holder.clone(),
        Some(_) => schema.attributes.iter().map(|attribute| (attribute.name.clone(), Value::Null)).collect(),
        None => Map::new(),
    };
    let is_left_out = !sent.is_some_and(Value::is_object);
    keep_attributes(&mut holder, current, &schema.attributes, Some(&Place::top(&schema.id)))?;
    if is_left_out && holder.values().any(|value| !value.is_null()) {
        // An extension that stays for the sake of what is kept in it stays with what it must hold.
        for attribute in schema.attributes.iter().filter(|attribute| attribute.is_due()) {
            if let Some(value) = current.get(&attribute.name) {
                holder.insert(attribute.name.clone(), value.clone());
            }
        }
    }
    if !holder.is_empty() {
        document.insert(schema.id.clone(), Value::Object(holder));
    }
    Ok(())
}

fn keep_attributes(
    new: &mut Map<String, Value>,
    current: &Map<String, Value>,
    attributes: &[Arc<Attribute>],
    parent: Option<&Place<'_>>,
) -> Result<(), ScimError> {
    for attribute in attributes {
        let name = &attribute.name;
        let Some(was) = current.get(name) else { continue };
        let place = parent.map_or(Place::top(name), |parent| parent.member(name));
        let is_immutable = attribute.mutability == Mutability::Immutable;
        match new.get_mut(name) {
            None | Some(Value::Null) if is_immutable => {
                new.insert(name.clone(), was.clone());
            }
            // A client cannot send back what it never sees.
            None if attribute.is_hidden() => {
                new.insert(name.clone(), was.clone());
            }
            None | Some(Value::Null) => {}
            // In another spelling it is the same.
            Some(sent) if is_immutable && same(attribute, sent, was) => *sent = was.clone(),
            Some(_) if is_immutable => {
                return Err(ScimError::mutability(format!("{place} cannot be changed once it is set")));
            }
            Some(sent) => keep_parts(attribute, sent, was, place)?,
        }
    }
    Ok(())
}

/// Within a single complex value the same holds for its parts. The entries of a list are values of their own and replaced as
/// a whole, but what is hidden of the same entry stays with it.
fn keep_parts(attribute: &Attribute, sent: &mut Value, was: &Value, place: Place<'_>) -> Result<(), ScimError> {
    match (sent, was) {
        (Value::Object(sent), Value::Object(was)) => {
            keep_attributes(sent, was, &attribute.sub_attributes, Some(&place))
        }
        (Value::Array(sent), Value::Array(was)) => {
            let hidden: Vec<&str> =
                attribute.sub_attributes.iter().filter(|sub| sub.is_hidden()).map(|sub| sub.name.as_str()).collect();
            if hidden.is_empty() {
                return Ok(());
            }
            let known: HashMap<String, &Value> = was.iter().map(|entry| (identity(attribute, entry), entry)).collect();
            for entry in sent {
                let Some(was) = known.get(&identity(attribute, entry)) else { continue };
                let Value::Object(entry) = entry else { continue };
                for name in &hidden {
                    if let (Some(value), None) = (was.get(name), entry.get(*name)) {
                        entry.insert((*name).to_owned(), value.clone());
                    }
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

//! Whether definitions make sense, and whether new ones still fit what was stored under old ones.

use std::collections::HashSet;

use super::{DefinitionProblem, Definitions, ResourceTypeDefinition, attribute_place};
use crate::schema::attribute::find;
use crate::schema::{Attribute, AttributeType, Mutability, Returned, Schema, Uniqueness, core};
use crate::urn;

/// More than this is no schema but an attack on memory.
const SCHEMAS: usize = 100;
/// Attributes and sub-attributes of one schema.
const ATTRIBUTES: usize = 1_000;
const NAME_BYTES: usize = 100;
const URN_BYTES: usize = 255;

/// Endpoints that mean something else (RFC 7644 §3.2).
const RESERVED: [&str; 6] = ["ServiceProviderConfig", "ResourceTypes", "Schemas", "Bulk", "Me", ".search"];

pub(super) fn check(definitions: &Definitions) -> Vec<DefinitionProblem> {
    let mut problems = Problems::default();
    if definitions.schemas.len() > SCHEMAS || definitions.resource_types.len() > SCHEMAS {
        problems.add("the definitions", format!("at most {SCHEMAS} schemas and as many resource types"));
        return problems.0;
    }
    let mut urns = HashSet::new();
    for schema in &definitions.schemas {
        if !urns.insert(schema.id.to_ascii_lowercase()) {
            problems.add(&schema.id, "defined twice");
        }
        check_schema(schema, &mut problems);
    }
    for (index, ty) in definitions.resource_types.iter().enumerate() {
        let earlier = definitions.resource_types.get(..index).unwrap_or_default();
        if earlier.iter().any(|other| other.name == ty.name) {
            problems.add(&ty.name, "defined twice");
        } else if earlier.iter().any(|other| other.endpoint.eq_ignore_ascii_case(&ty.endpoint)) {
            problems.add(&ty.name, format!("the endpoint {} is another type's", ty.endpoint));
        }
        check_type(definitions, ty, &mut problems);
    }
    for schema in &definitions.schemas {
        let used = definitions.resource_types.iter().any(|ty| ty.uses(&schema.id));
        if !used {
            problems.add(
                &schema.id,
                "no resource type uses it: add a ResourceType that names it as its schema or in schemaExtensions",
            );
        }
    }
    problems.0
}

#[derive(Default)]
struct Problems(Vec<DefinitionProblem>);

impl Problems {
    fn add(&mut self, place: impl Into<String>, problem: impl Into<String>) {
        self.0.push(DefinitionProblem::new(place, problem));
    }
}

fn check_schema(schema: &Schema, problems: &mut Problems) {
    let id = schema.id.as_str();
    if !is_schema_uri(id) {
        problems.add(
            id,
            format!(
                "id must be a URI of at most {URN_BYTES} characters, such as urn:example:params:scim:schemas:Device"
            ),
        );
        return;
    }
    let known = core::all().iter().flat_map(|ty| ty.schemas()).chain(core::discovery());
    if known.into_iter().any(|schema| schema.id.eq_ignore_ascii_case(id)) {
        problems.add(id, "a schema of RFC 7643 cannot be changed: define an extension with a URN of your own");
        return;
    }
    if urn::strip_prefix_ignore_case(id, urn::MESSAGE_PREFIX).is_some() {
        problems.add(id, "URNs of messages are not schemas of resources");
        return;
    }
    if schema.attributes.is_empty() {
        problems.add(id, "attributes is missing or empty");
    }
    let count: usize = schema.attributes.iter().map(|attribute| 1 + attribute.sub_attributes.len()).sum();
    if count > ATTRIBUTES {
        problems.add(id, format!("at most {ATTRIBUTES} attributes"));
        return;
    }
    let mut names = HashSet::new();
    for attribute in &schema.attributes {
        let place = attribute_place(schema, None, attribute);
        if find(core::common(), &attribute.name).is_some() {
            problems.add(&place, "every resource has this attribute already: leave it out");
        }
        if !names.insert(attribute.name.to_ascii_lowercase()) {
            problems.add(&place, "defined twice");
        }
        check_attribute(attribute, &place, problems);
        let mut names = HashSet::new();
        for sub in &attribute.sub_attributes {
            let place = attribute_place(schema, Some(attribute), sub);
            if !names.insert(sub.name.to_ascii_lowercase()) {
                problems.add(&place, "defined twice");
            }
            if sub.is_complex() || !sub.sub_attributes.is_empty() {
                problems.add(&place, "a sub-attribute cannot have sub-attributes of its own (RFC 7643 §2.3.8)");
            }
            check_attribute(sub, &place, problems);
        }
        match (attribute.is_complex(), attribute.sub_attributes.is_empty()) {
            (true, true) => problems.add(&place, "a complex attribute needs subAttributes"),
            (false, false) => problems.add(&place, "only an attribute of type complex has subAttributes"),
            _ => {}
        }
    }
}

fn check_attribute(attribute: &Attribute, place: &str, problems: &mut Problems) {
    if !is_attribute_name(&attribute.name) {
        problems.add(
            place,
            "a name begins with a letter and has only letters, digits, hyphen and underscore (RFC 7643 §2.1)",
        );
    }
    if attribute.mutability == Mutability::WriteOnly && attribute.returned != Returned::Never {
        problems.add(place, "what is writeOnly is never read: returned must be never (RFC 7643 §7)");
    }
    if attribute.mutability == Mutability::ReadOnly && attribute.required {
        problems.add(place, "nobody could write it: an attribute that is readOnly cannot be required here");
    }
    if attribute.uniqueness != Uniqueness::None && (attribute.is_complex() || attribute.kind == AttributeType::Boolean)
    {
        problems.add(place, "values of this type cannot be unique: set uniqueness to none");
    }
    if attribute.returned == Returned::Never && attribute.uniqueness != Uniqueness::None {
        problems.add(place, "a conflict would tell what is never returned: set uniqueness to none");
    }
}

fn check_type(definitions: &Definitions, ty: &ResourceTypeDefinition, problems: &mut Problems) {
    let place = ty.name.as_str();
    if !is_attribute_name(place) || place.starts_with('$') {
        problems.add(place, "name begins with a letter and has only letters, digits, hyphen and underscore");
        return;
    }
    let Some(schema) = definitions.schema(&ty.schema) else {
        problems.add(place, format!("its schema {} is not defined", ty.schema));
        return;
    };
    match core::all().iter().find(|known| known.name.eq_ignore_ascii_case(place)) {
        Some(known) if known.name != place || known.schema.id != schema.id || known.endpoint != ty.endpoint => {
            let problem = format!(
                "to extend {0}, give it the name {0}, the schema {1} and the endpoint {2}",
                known.name, known.schema.id, known.endpoint
            );
            problems.add(place, problem);
        }
        Some(_) => {}
        None => {
            check_endpoint(&ty.endpoint, place, problems);
            let of_core = core::all().iter().flat_map(|known| known.schemas()).any(|known| known.id == schema.id);
            if of_core {
                problems.add(place, format!("{} belongs to another type: define a schema of your own", schema.id));
            }
        }
    }
    let mut seen = HashSet::new();
    for extension in &ty.schema_extensions {
        let urn = &extension.schema;
        let is_main = |ty: &ResourceTypeDefinition| ty.schema.eq_ignore_ascii_case(urn);
        if definitions.schema(urn).is_none() {
            problems.add(place, format!("its extension {urn} is not defined"));
        } else if !seen.insert(urn.to_ascii_lowercase()) {
            problems.add(place, format!("names the extension {urn} twice"));
        } else if definitions.resource_types.iter().any(is_main) || core::all().iter().any(|ty| ty.schema.id == *urn) {
            problems.add(place, format!("{urn} is the main schema of a type, so it cannot be an extension"));
        }
    }
}

fn check_endpoint(endpoint: &str, place: &str, problems: &mut Problems) {
    let name = endpoint.strip_prefix('/').unwrap_or_default();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if name.is_empty() || name.len() > NAME_BYTES || !name.bytes().all(allowed) {
        problems.add(place, "endpoint must be a slash and one word, such as /Devices");
    } else if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name))
        || core::all().iter().any(|ty| ty.endpoint.eq_ignore_ascii_case(endpoint))
    {
        problems.add(place, format!("the endpoint {endpoint} is taken"));
    }
}

/// ALPHA followed by letters, digits, `-`, `_` and `$` (RFC 7643 §2.1), or `$ref` (§2.4).
fn is_attribute_name(name: &str) -> bool {
    let rest_is_right = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'$');
    name == "$ref"
        || (name.len() <= NAME_BYTES
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(rest_is_right))
}

/// A URI that a path can begin with: what follows it is told apart by the last colon.
fn is_schema_uri(id: &str) -> bool {
    let allowed = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'.' | b'-' | b'_' | b'/' | b'%' | b'+' | b'~')
    };
    id.len() <= URN_BYTES
        && id.split_once(':').is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty())
        && id.starts_with(|first: char| first.is_ascii_alphabetic())
        && !id.ends_with([':', '.'])
        && id.bytes().all(allowed)
}

pub(super) fn incompatible(older: &Definitions, newer: &Definitions) -> Vec<DefinitionProblem> {
    let mut problems = Problems::default();
    for schema in &older.schemas {
        match newer.schemas.iter().find(|kept| kept.id == schema.id) {
            Some(kept) => compare(schema, None, &schema.attributes, &kept.attributes, &mut problems),
            None => problems.add(&schema.id, "the schema would be gone"),
        }
    }
    for ty in &older.resource_types {
        let Some(kept) = newer.resource_types.iter().find(|kept| kept.name == ty.name) else {
            problems.add(&ty.name, "the resource type would be gone");
            continue;
        };
        if kept.schema != ty.schema || kept.endpoint != ty.endpoint {
            problems.add(&ty.name, "schema and endpoint of a type cannot change");
        }
        for extension in &ty.schema_extensions {
            if !kept.schema_extensions.iter().any(|other| other.schema == extension.schema) {
                problems.add(&ty.name, format!("the extension {} would be gone", extension.schema));
            }
        }
    }
    // Users and groups may be there without a definition.
    for ty in &newer.resource_types {
        let older = older.resource_types.iter().find(|older| older.name == ty.name);
        if older.is_none() && !ty.extends_core() {
            continue;
        }
        for extension in ty.schema_extensions.iter().filter(|extension| extension.required) {
            let was = older.and_then(|ty| ty.schema_extensions.iter().find(|was| was.schema == extension.schema));
            if !was.is_some_and(|was| was.required) {
                problems.add(&ty.name, format!("the extension {} cannot become required", extension.schema));
            }
        }
    }
    problems.0
}

fn compare(
    schema: &Schema,
    parent: Option<&Attribute>,
    older: &[std::sync::Arc<Attribute>],
    newer: &[std::sync::Arc<Attribute>],
    problems: &mut Problems,
) {
    for attribute in older {
        let place = attribute_place(schema, parent, attribute);
        let Some(kept) = newer.iter().find(|kept| kept.name == attribute.name) else {
            problems.add(place, "the attribute would be gone");
            continue;
        };
        if (kept.kind, kept.multi_valued, kept.case_exact)
            != (attribute.kind, attribute.multi_valued, attribute.case_exact)
        {
            problems.add(&place, "type, multiValued and caseExact cannot change");
        }
        if kept.required && !attribute.required {
            problems.add(&place, "it cannot become required");
        }
        if kept.uniqueness != attribute.uniqueness {
            problems.add(&place, "uniqueness cannot change");
        }
        compare(schema, Some(attribute), &attribute.sub_attributes, &kept.sub_attributes, problems);
    }
    for added in newer.iter().filter(|added| !older.iter().any(|attribute| attribute.name == added.name)) {
        if added.required {
            problems.add(attribute_place(schema, parent, added), "an added attribute cannot be required");
        }
        if added.uniqueness != Uniqueness::None && parent.is_some() {
            problems.add(attribute_place(schema, parent, added), "an added sub-attribute cannot be unique");
        }
    }
}

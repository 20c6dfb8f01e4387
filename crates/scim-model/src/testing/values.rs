//! Values, and whole documents, for the attributes of a resource type. The vocabulary is small, so that values meet again.

use serde_json::{Map, Value, json};

use super::choices::Choices;
use crate::schema::{Attribute, AttributeType, Mutability, ResourceType};

const TEXTS: [&str; 8] = ["a", "b", "A", "ab", "ä", "Ä", "x y", "c\"\\"];
const LABELS: [&str; 3] = ["work", "home", "Work"];
const MOMENTS: [&str; 4] =
    ["2011-05-13T04:42:34Z", "2011-05-13T06:42:34.000+02:00", "2011-05-13T04:42:34.5Z", "1999-12-31T23:59:59"];
const BINARIES: [&str; 3] = ["YQ==", "YWI", "yQ=="];
const REFERENCES: [&str; 3] = ["../Users/1", "http://x/A", "http://x/a"];

/// A plain value of a data type. A complex one has none, and gets text.
pub fn plain(choices: &mut Choices<'_>, attribute: &Attribute) -> Value {
    match attribute.kind {
        AttributeType::Boolean => json!(choices.below(2) == 1),
        AttributeType::Decimal => {
            choices.one_of(&[json!(1.5), json!(1), json!(1.0), json!(-0.25), json!(1e30)]).clone()
        }
        AttributeType::Integer => {
            choices.one_of(&[json!(1), json!(2), json!(-1), json!(0), json!(9_007_199_254_740_993_i64)]).clone()
        }
        AttributeType::DateTime => json!(choices.one_of(&MOMENTS)),
        AttributeType::Binary => json!(choices.one_of(&BINARIES)),
        AttributeType::Reference => json!(choices.one_of(&REFERENCES)),
        AttributeType::String | AttributeType::Complex if attribute.name == "type" => json!(choices.one_of(&LABELS)),
        AttributeType::String | AttributeType::Complex => json!(choices.one_of(&TEXTS)),
    }
}

/// One value as a client may send it: of a list, one entry.
pub fn single(choices: &mut Choices<'_>, attribute: &Attribute) -> Value {
    if !attribute.is_complex() {
        return plain(choices, attribute);
    }
    let mut members = Map::new();
    for sub in &attribute.sub_attributes {
        let is_given = match sub.name.as_str() {
            // What tells entries apart.
            "value" | "type" => choices.below(4) > 0,
            _ => choices.below(3) == 1,
        };
        if is_given || sub.is_due() {
            members.insert(sub.name.clone(), whole(choices, sub));
        }
    }
    members.into()
}

/// A value of an attribute as a client may send it: a list where the attribute holds one.
pub fn whole(choices: &mut Choices<'_>, attribute: &Attribute) -> Value {
    if !attribute.multi_valued {
        return single(choices, attribute);
    }
    let count = 1 + choices.below(3);
    let mut entries: Vec<Value> = (0..count).map(|_| single(choices, attribute)).collect();
    // At most one of them is primary.
    let mut has_primary = false;
    for entry in entries.iter_mut().filter_map(Value::as_object_mut) {
        if entry.get("primary") == Some(&Value::Bool(true)) && std::mem::replace(&mut has_primary, true) {
            entry.insert("primary".to_owned(), Value::Bool(false));
        }
    }
    entries.into()
}

/// A body of a POST that is taken.
pub fn document(choices: &mut Choices<'_>, ty: &ResourceType) -> Value {
    let mut document = attributes(choices, &ty.schema.attributes);
    let mut schemas = vec![json!(ty.schema.id)];
    if choices.below(2) == 1 {
        document.insert("externalId".to_owned(), json!(choices.one_of(&TEXTS)));
    }
    for extension in &ty.extensions {
        if extension.required || choices.below(2) == 1 {
            let schema = &extension.schema;
            schemas.push(json!(schema.id));
            document.insert(schema.id.clone(), attributes(choices, &schema.attributes).into());
        }
    }
    document.insert("schemas".to_owned(), schemas.into());
    document.into()
}

fn attributes(choices: &mut Choices<'_>, attributes: &[std::sync::Arc<Attribute>]) -> Map<String, Value> {
    attributes
        .iter()
        .filter(|attribute| attribute.mutability != Mutability::ReadOnly)
        .filter_map(|attribute| {
            let is_given = attribute.is_due() || choices.below(4) == 1;
            is_given.then(|| (attribute.name.clone(), whole(choices, attribute)))
        })
        .collect()
}

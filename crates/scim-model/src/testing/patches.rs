//! PATCH operations on a resource: mostly ones that make sense, some that the schema refuses, some in the dialects of
//! clients. They return to the same attributes and to values that are there, as most that can go wrong does so on a second
//! look at something.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::choices::Choices;
use super::filters::{in_brackets, spelling};
use super::values::{single, whole};
use crate::schema::{Attribute, AttributeType, Mutability, ResourceType, core};

/// An attribute and the URN of its extension.
type Place<'a> = (Option<&'a str>, &'a Arc<Attribute>);

/// Up to eight operations on a document of the type, as `Operations` has them.
pub fn operations(choices: &mut Choices<'_>, ty: &ResourceType, document: &Value) -> Vec<Value> {
    let scene = Scene::new(choices, ty, document);
    let count = 1 + choices.below(8);
    (0..count).map(|_| scene.operation(choices)).collect()
}

struct Scene<'a> {
    ty: &'a ResourceType,
    document: &'a Value,
    /// Every attribute, with `externalId`.
    places: Vec<Place<'a>>,
    /// The few that operations return to, most of which have a value.
    favourites: Vec<Place<'a>>,
}

impl<'a> Scene<'a> {
    fn new(choices: &mut Choices<'_>, ty: &'a ResourceType, document: &'a Value) -> Self {
        let mut places: Vec<Place<'a>> = core::common()
            .iter()
            .filter(|attribute| attribute.name == "externalId")
            .chain(&ty.schema.attributes)
            .map(|attribute| (None, attribute))
            .collect();
        for extension in &ty.extensions {
            let urn = Some(extension.schema.id.as_str());
            places.extend(extension.schema.attributes.iter().map(|attribute| (urn, attribute)));
        }
        let mut scene = Self { ty, document, places, favourites: Vec::new() };
        let set: Vec<Place<'a>> =
            scene.places.iter().copied().filter(|place| !scene.value_of(*place).is_null()).collect();
        for _ in 0..2 {
            scene.favourites.push(*choices.one_of(if set.is_empty() { &scene.places } else { &set }));
        }
        scene.favourites.push(*choices.one_of(&scene.places));
        scene
    }

    fn value_of(&self, (urn, attribute): Place<'_>) -> &Value {
        let holder = urn.map_or(self.document, |urn| &self.document[urn]);
        &holder[&attribute.name]
    }

    fn operation(&self, choices: &mut Choices<'_>) -> Value {
        let op = *choices.one_of(&["add", "replace", "remove", "Add", "Replace", "Remove", "add", "replace"]);
        let is_remove = op.eq_ignore_ascii_case("remove");
        let mut operation = Map::from_iter([("op".to_owned(), json!(op))]);
        if choices.once_in(if is_remove { 30 } else { 5 }) {
            operation.insert("value".to_owned(), self.without_path(choices));
            return operation.into();
        }
        let (path, value) = self.target(choices);
        operation.insert("path".to_owned(), json!(path));
        if !is_remove || choices.once_in(2) {
            operation.insert("value".to_owned(), value);
        }
        if choices.once_in(40) {
            operation.shift_remove("value");
        }
        operation.into()
    }

    /// An object of attributes, of which each name may be a path of its own.
    fn without_path(&self, choices: &mut Choices<'_>) -> Value {
        if choices.once_in(30) {
            return json!("x");
        }
        let count = 1 + choices.below(3);
        let members: Map<String, Value> = (0..count).map(|_| self.target(choices)).collect();
        members.into()
    }

    /// A path and a value for what it names.
    fn target(&self, choices: &mut Choices<'_>) -> (String, Value) {
        if choices.once_in(40) {
            let paths = [
                "nothing",
                "urn:example:unknown:text",
                "",
                "a b",
                "[x]",
                "id",
                "meta.created",
                "schemas",
                "name.nothing",
            ];
            return ((*choices.one_of(&paths)).to_owned(), json!("a"));
        }
        if choices.once_in(30)
            && let Some(extension) = self.ty.extensions.get(choices.below(self.ty.extensions.len()))
        {
            let schema = &extension.schema;
            let mut members = Map::new();
            for _ in 0..2 {
                let place = (Some(schema.id.as_str()), choices.one_of(&schema.attributes));
                members.insert(place.1.name.clone(), self.sent(choices, place));
            }
            return (schema.id.clone(), if choices.once_in(6) { Value::Null } else { members.into() });
        }
        let places = if choices.below(3) > 0 { &self.favourites } else { &self.places };
        let place = *choices.one_of(places);
        let (urn, attribute) = place;
        let name = spelling(choices, &attribute.name);
        let name = match urn {
            Some(urn) => format!("{urn}:{name}"),
            None if choices.once_in(10) && attribute.name != "externalId" => format!("{}:{name}", self.ty.schema.id),
            None => name,
        };
        self.part(choices, place, name)
    }

    /// The whole attribute, some of its values, a part of it, or a part of some of its values.
    fn part(&self, choices: &mut Choices<'_>, place: Place<'_>, name: String) -> (String, Value) {
        let attribute = place.1;
        let may_have_brackets = attribute.multi_valued || attribute.is_complex();
        let has_brackets = if may_have_brackets { choices.once_in(3) } else { choices.once_in(30) };
        let brackets = if has_brackets { format!("[{}]", self.selection(choices, place)) } else { String::new() };
        if attribute.is_complex() && choices.below(2) == 1 {
            let sub = choices.one_of(&attribute.sub_attributes);
            let path = format!("{name}{brackets}.{}", spelling(choices, &sub.name));
            return (path, self.wild(choices, sub, |choices| whole(choices, sub)));
        }
        let value =
            if has_brackets && choices.below(4) > 0 { self.entry(choices, place) } else { self.sent(choices, place) };
        (format!("{name}{brackets}"), value)
    }

    /// A filter on entries: what one that is there says of itself, or anything.
    fn selection(&self, choices: &mut Choices<'_>, place: Place<'_>) -> String {
        let attribute = place.1;
        let there = self.entry_there(choices, place);
        let known: Vec<(&str, &Value)> = match there {
            Some(Value::Object(members)) => members
                .iter()
                .filter(|(name, value)| {
                    !value.is_array() && attribute.sub_attribute(name).is_some_and(|sub| !sub.is_hidden())
                })
                .map(|(name, value)| (name.as_str(), value))
                .collect(),
            Some(plain) => vec![("value", plain)],
            None => Vec::new(),
        };
        if known.is_empty() || choices.once_in(4) {
            // Mostly what an entry can be made of.
            let depth = if choices.once_in(4) { 2 } else { 0 };
            return in_brackets(choices, attribute, depth);
        }
        let (name, value) = choices.one_of(&known);
        format!("{name} eq {value}")
    }

    /// A value as clients send it, mostly right.
    fn sent(&self, choices: &mut Choices<'_>, place: Place<'_>) -> Value {
        let attribute = place.1;
        self.wild(choices, attribute, |choices| {
            if !attribute.multi_valued {
                return self.entry(choices, place);
            }
            match choices.below(4) {
                0 => whole(choices, attribute),
                1 => self.entry(choices, place),
                2 => json!([self.entry(choices, place)]),
                _ => json!([self.entry(choices, place), self.entry(choices, place)]),
            }
        })
    }

    /// What has the wrong form or none, once in a while.
    fn wild(
        &self,
        choices: &mut Choices<'_>,
        attribute: &Attribute,
        tame: impl FnOnce(&mut Choices<'_>) -> Value,
    ) -> Value {
        match choices.below(24) {
            19 => Value::Null,
            20 => json!([]),
            21 => json!({}),
            22 => {
                choices.one_of(&[json!(""), json!(true), json!(7), json!(1.5), json!("True"), json!(["a", 1])]).clone()
            }
            23 => json!([single(choices, attribute)]),
            _ => tame(choices),
        }
    }

    /// One value: a new one, or one that is there and perhaps a little different.
    fn entry(&self, choices: &mut Choices<'_>, place: Place<'_>) -> Value {
        let attribute = place.1;
        let mut value = match self.entry_there(choices, place) {
            Some(there) if choices.below(2) == 1 => there.clone(),
            _ => single(choices, attribute),
        };
        let subs = &attribute.sub_attributes;
        match (&mut value, choices.below(16)) {
            (Value::Object(members), 4..=9) => {
                // Most of all what tells entries apart, and what must stay.
                let is_telling = |sub: &&Arc<Attribute>| {
                    sub.mutability == Mutability::Immutable || matches!(sub.name.as_str(), "type" | "value")
                };
                let telling: Vec<&Arc<Attribute>> = subs.iter().filter(is_telling).collect();
                let sub = match telling.is_empty() || choices.once_in(3) {
                    true => choices.one_of(subs),
                    false => choices.one_of(&telling),
                };
                members.insert(sub.name.clone(), whole(choices, sub));
            }
            (Value::Object(members), 10) => {
                members.shift_remove(&choices.one_of(subs).name);
            }
            // A part that clears.
            (Value::Object(members), 11) => {
                members.insert(choices.one_of(subs).name.clone(), Value::Null);
            }
            (Value::Object(members), 12 | 13) if attribute.sub_attribute("primary").is_some() => {
                members.insert("primary".to_owned(), json!(true));
            }
            (Value::Object(members), 14) => {
                members.insert("nothing".to_owned(), json!(1));
            }
            // Text for an object, an object for text.
            (Value::Object(members), 15) => return members.get("value").cloned().unwrap_or_default(),
            (Value::String(text), 13) => return json!({"value": text, "$ref": null}),
            (Value::String(text), 14 | 15) if attribute.kind == AttributeType::String => {
                return json!(if *text == text.to_uppercase() { text.to_lowercase() } else { text.to_uppercase() });
            }
            _ => {}
        }
        value
    }

    fn entry_there(&self, choices: &mut Choices<'_>, place: Place<'_>) -> Option<&'a Value> {
        let holder = place.0.map_or(self.document, |urn| &self.document[urn]);
        match &holder[&place.1.name] {
            Value::Null => None,
            Value::Array(entries) => entries.get(choices.below(entries.len())),
            single => Some(single),
        }
    }
}

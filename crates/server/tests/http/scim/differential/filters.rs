//! Random filters that make sense: attributes that are there, compared with values that resources really have, or nearly.

use scim_model::ResourceType;
use scim_model::schema::{AttributeType, Returned};
use serde_json::Value;

use super::Dice;
use super::corpus::Corpus;

/// An attribute that can be asked for.
pub struct Attribute {
    path: String,
    kind: AttributeType,
    /// Values that resources have.
    values: Vec<Value>,
    /// Of a complex one, by their names within brackets.
    parts: Vec<Attribute>,
}

/// Attributes that no schema lists.
const COMMON: [&str; 9] = [
    "id",
    "externalId",
    "schemas",
    "meta",
    "meta.resourceType",
    "meta.created",
    "meta.lastModified",
    "meta.location",
    "meta.version",
];

/// The attributes of each type of the corpus. Those that have an index stand more often than others.
pub fn attributes(corpus: &Corpus) -> Vec<Vec<Attribute>> {
    let of_type = |(index, ty): (usize, &std::sync::Arc<ResourceType>)| {
        let mut attributes: Vec<Attribute> =
            COMMON.iter().map(|path| attribute(corpus, index, ty, path, path)).collect();
        let mut schemas = vec![(String::new(), &ty.schema)];
        schemas.extend(ty.extensions.iter().map(|extension| (format!("{}:", extension.schema.id), &extension.schema)));
        for (prefix, schema) in schemas {
            for known in schema.attributes.iter().filter(|known| known.returned != Returned::Never) {
                let path = format!("{prefix}{}", known.name);
                attributes.push(attribute(corpus, index, ty, &path, &known.name));
                for sub in &known.sub_attributes {
                    let path = format!("{path}.{}", sub.name);
                    attributes.push(attribute(corpus, index, ty, &path, &sub.name));
                }
            }
        }
        for path in
            ["id", "externalId", "userName", "displayName", "emails", "members", "groups", "number", "meta.created"]
        {
            if ty.bind(path).is_ok() {
                attributes.extend((0..8).map(|_| attribute(corpus, index, ty, path, path)));
            }
        }
        // What nobody has says little.
        attributes.retain(|attribute| !attribute.values.is_empty());
        attributes
    };
    corpus.types.all().iter().enumerate().map(of_type).collect()
}

fn attribute(corpus: &Corpus, index: usize, ty: &ResourceType, path: &str, name: &str) -> Attribute {
    let bound = ty.bind(path).unwrap();
    let values = corpus.all.iter().filter(|known| known.ty == index).flat_map(|known| known.resource.values(&bound));
    let parts = bound.definition().sub_attributes.iter();
    Attribute {
        path: if name.contains('.') { name.to_owned() } else { path.to_owned() },
        kind: bound.kind(),
        values: values.cloned().collect(),
        parts: parts.map(|sub| attribute(corpus, index, ty, &format!("{path}.{}", sub.name), &sub.name)).collect(),
    }
}

impl Attribute {
    /// What a list can be sorted by here, if anything.
    pub fn sortable(&self, dice: &Dice) -> Option<String> {
        match self.kind {
            AttributeType::Complex if self.parts.iter().any(|part| part.name() == "value") => Some(self.path.clone()),
            AttributeType::Complex => Some(dice.pick(&self.parts).path.clone()),
            _ => Some(self.path.clone()),
        }
    }

    /// Whether lists of some type are sorted by it in SQL.
    pub fn is_column(&self) -> bool {
        ["id", "externalId", "userName", "displayName", "meta.created", "meta.lastModified"]
            .contains(&self.path.as_str())
    }

    /// The last part of the path.
    fn name(&self) -> &str {
        self.path.rsplit(['.', ':']).next().unwrap_or_default()
    }
}

/// A filter of at most so many levels.
pub fn filter(dice: &Dice, attributes: &[&Attribute], depth: usize) -> String {
    let deeper = || filter(dice, attributes, depth - 1);
    match dice.roll(if depth == 0 { 5 } else { 12 }) {
        0..=4 => condition(dice, attributes, false),
        5 | 6 => format!("({}) and ({})", deeper(), deeper()),
        7 => format!("{} and {}", condition(dice, attributes, false), condition(dice, attributes, false)),
        8 | 9 => format!("({}) or ({})", deeper(), deeper()),
        10 => format!("not ({})", deeper()),
        _ => {
            let equal: Vec<String> = (0..=dice.roll(3)).map(|_| condition(dice, attributes, true)).collect();
            equal.join(" or ")
        }
    }
}

/// A condition on one attribute, or on one value of it.
fn condition(dice: &Dice, attributes: &[&Attribute], equality: bool) -> String {
    let attribute = dice.pick(attributes);
    if attribute.kind == AttributeType::Complex && dice.roll(2) > 0 {
        let parts: Vec<&Attribute> = attribute.parts.iter().filter(|part| !part.values.is_empty()).collect();
        if !parts.is_empty() {
            let part = || {
                let part = dice.pick(&parts);
                comparison(dice, part.name(), part, equality)
            };
            let inner = match dice.roll(4) {
                0 => format!("{} and {}", part(), part()),
                1 => format!("{} or not ({})", part(), part()),
                _ => part(),
            };
            return format!("{}[{inner}]", attribute.path);
        }
    }
    comparison(dice, &attribute.path, attribute, equality)
}

fn comparison(dice: &Dice, path: &str, attribute: &Attribute, equality: bool) -> String {
    let attribute = match (attribute.kind, attribute.parts.iter().find(|part| part.name() == "value")) {
        (AttributeType::Complex, Some(value)) if !value.values.is_empty() => value,
        (AttributeType::Complex, _) => return format!("{path} pr"),
        _ => attribute,
    };
    if !equality && dice.roll(8) == 0 {
        return format!("{path} {}", dice.pick(&["pr", "PR", "eq null", "ne null"]));
    }
    let order = ["eq", "eq", "ne", "gt", "ge", "lt", "le"];
    let (operators, literal): (&[&str], String) = match (attribute.kind, dice.pick(&attribute.values)) {
        (AttributeType::DateTime, value) => (&order, Value::from(moment(dice, value.as_str().unwrap())).to_string()),
        (AttributeType::Binary, value) => (&["eq", "ne", "co", "sw", "ew"], value.to_string()),
        (_, Value::Bool(value)) => (&["eq", "ne"], value.to_string()),
        (_, Value::Number(number)) => (&order, number.to_string()),
        (_, value) => (
            &["eq", "eq", "eq", "eQ", "ne", "co", "sw", "sw", "ew", "gt", "ge", "lt", "le"],
            Value::from(altered(dice, value.as_str().unwrap())).to_string(),
        ),
    };
    let operator = if equality { "eq" } else { dice.pick(operators) };
    format!("{path} {operator} {literal}")
}

/// A text as it is, in another case, or a part of it.
fn altered(dice: &Dice, text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let (from, to) = (dice.roll(letters.len() + 1), dice.roll(letters.len() + 1));
    match dice.roll(10) {
        0 => text.to_uppercase(),
        1 => text.to_lowercase(),
        2 => letters[..to].iter().collect(),
        3 => letters[from..].iter().collect(),
        4 if from < to => letters[from..to].iter().collect(),
        5 => format!("{text}x"),
        _ => text.to_owned(),
    }
}

/// A point in time as it is, a little earlier or later, or written otherwise.
fn moment(dice: &Dice, text: &str) -> String {
    let seconds = text.get(..19).unwrap_or(text);
    match dice.roll(6) {
        0 => format!("{seconds}Z"),
        1 => format!("{seconds}.9995Z"),
        2 => format!("{seconds}.400Z"),
        3 => text.replace('Z', "+00:00"),
        4 => text.get(..10).unwrap_or(text).to_owned(),
        _ => text.to_owned(),
    }
}

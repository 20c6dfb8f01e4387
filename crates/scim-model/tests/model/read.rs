//! What an operation asks for, judged by the schema alone.

use serde_json::{Value, json};

use crate::filter::{self, Expression};
use crate::model::Refusal;
use crate::schema::{Attribute, Schema, Type, named};
use crate::value::{checked, checked_list, checked_single};

/// One thing to do.
#[derive(Debug, Clone)]
pub enum Step {
    RemoveExtension(String),
    Change(Box<Change>),
}

#[derive(Debug, Clone)]
pub struct Change {
    pub op: String,
    /// URN of the extension that holds the attribute.
    pub holder: Option<String>,
    pub attribute: Attribute,
    pub filter: Option<Expression>,
    pub sub: Option<Attribute>,
    /// Null for none.
    pub value: Value,
    /// Whether the client said any.
    pub had_value: bool,
}

pub fn read(operation: &Value, ty: &Type) -> Result<Vec<Step>, Refusal> {
    let op = operation["op"].as_str().unwrap().to_lowercase();
    let value = operation.get("value");
    let path = operation["path"].as_str().unwrap_or_default().trim();
    if !path.is_empty() {
        return at(&op, path, value, ty, false);
    }
    if op == "remove" {
        return Err("noTarget");
    }
    let members = match value {
        Some(Value::Object(members)) => members,
        _ => return Err("invalidValue"),
    };
    let mut steps = Vec::new();
    for (name, value) in members {
        steps.extend(at(&op, name, Some(value), ty, true)?);
    }
    Ok(steps)
}

/// `is_key`: a name in an object, where the unknown and the read-only are no mistake.
fn at(op: &str, path: &str, value: Option<&Value>, ty: &Type, is_key: bool) -> Result<Vec<Step>, Refusal> {
    let unknown = if is_key { Ok(Vec::new()) } else { Err("invalidPath") };
    let (before_brackets, brackets) = match path.split_once('[') {
        None => (path, None),
        Some((before, rest)) => match rest.rsplit_once(']') {
            Some((filter, after)) => (before, Some((filter, after))),
            None => return unknown,
        },
    };
    let is_word = |text: &str| {
        text.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_$.:".contains(letter))
    };
    if !is_word(before_brackets) {
        return unknown;
    }
    // Whose attribute it is.
    let mut schema = ty.main();
    let mut rest = before_brackets;
    for candidate in ty.schemas.iter().rev() {
        let length = candidate.urn.len();
        let Some(tail) = before_brackets.get(length..) else { continue };
        let is_it = before_brackets[..length].eq_ignore_ascii_case(&candidate.urn);
        if is_it && tail.is_empty() {
            return at_schema(op, candidate, value, ty);
        }
        if is_it && tail.starts_with([':', '.']) {
            (schema, rest) = (candidate, &tail[1..]);
            break;
        }
    }
    let holder = (schema.urn != ty.main().urn).then(|| schema.urn.clone());
    if rest.contains(':') {
        // A schema that the type does not have (Entra ID).
        return Ok(Vec::new());
    }
    let (attribute_name, mut sub_name) = match rest.split_once('.') {
        Some((attribute, sub)) => (attribute, Some(sub)),
        None => (rest, None),
    };
    // An extension may have more than we know of.
    let unknown = if is_key || holder.is_some() { Ok(Vec::new()) } else { Err("invalidPath") };
    let Some(attribute) = named(&schema.attributes, attribute_name) else { return unknown };
    if let Some(name) = sub_name
        && attribute.sub(name).is_none()
    {
        return unknown;
    }
    let mut filter = None;
    if let Some((text, after)) = brackets {
        if sub_name.is_some() {
            return Err("invalidPath");
        }
        if !attribute.is_complex && !attribute.is_list {
            return Err(if op == "remove" && attribute.is_required() { "mutability" } else { "invalidPath" });
        }
        filter = Some(filter::parse_brackets(attribute, text)?);
        sub_name = after.strip_prefix('.');
    }
    let part = match sub_name {
        Some(name) => match attribute.sub(name) {
            Some(sub) => Some(sub),
            None => return unknown,
        },
        None => None,
    };

    let definition = part.unwrap_or(attribute);
    if attribute.is("readOnly") || definition.is("readOnly") {
        let is_no_mistake = is_key || attribute.name == "schemas";
        return if is_no_mistake { Ok(Vec::new()) } else { Err("mutability") };
    }
    let had_value = value.is_some_and(|value| !value.is_null());
    let is_entry = filter.is_some() && part.is_none();
    if op == "remove" && definition.is_required() && !is_entry && !(definition.is_list && had_value) {
        return Err("mutability");
    }
    let value = match (op, value) {
        ("remove", Some(value)) if had_value && definition.is_list && !is_entry => {
            json!(checked_list(definition, value)?)
        }
        ("remove", _) => Value::Null,
        (_, None) => return Err("invalidValue"),
        ("add", Some(value)) if definition.is_list && !is_entry => {
            let values = checked_list(definition, value)?;
            if values.is_empty() { Value::Null } else { values.into() }
        }
        (_, Some(Value::Array(one))) if is_entry && one.len() == 1 => checked_single(definition, &one[0])?,
        (_, Some(value)) if is_entry => checked_single(definition, value)?,
        (_, Some(value)) => checked(definition, value)?,
    };
    // Null says nothing of whether a user is active.
    if ty.is_user && op != "remove" && holder.is_none() && attribute.name == "active" && value.is_null() {
        return Ok(Vec::new());
    }
    Ok(vec![Step::Change(Box::new(Change {
        op: op.to_owned(),
        holder,
        attribute: attribute.clone(),
        filter,
        sub: part.cloned(),
        value,
        had_value,
    }))])
}

fn at_schema(op: &str, schema: &Schema, value: Option<&Value>, ty: &Type) -> Result<Vec<Step>, Refusal> {
    let urn = &schema.urn;
    let is_extension = *urn != ty.main().urn;
    match (op, value) {
        ("remove", _) if !is_extension => Err("mutability"),
        ("remove", _) | ("replace", Some(Value::Null)) if is_extension => {
            if ty.required.contains(urn) {
                return Err("mutability");
            }
            Ok(vec![Step::RemoveExtension(urn.to_owned())])
        }
        ("add", Some(Value::Null)) if is_extension => Ok(Vec::new()),
        (_, Some(Value::Object(members))) => {
            let mut steps = Vec::new();
            for (name, value) in members {
                let path = if is_extension { format!("{urn}:{name}") } else { name.clone() };
                steps.extend(at(op, &path, Some(value), ty, true)?);
            }
            Ok(steps)
        }
        _ => Err("invalidValue"),
    }
}

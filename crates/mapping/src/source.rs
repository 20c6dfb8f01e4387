//! The right-hand half of a rule: a SCIM path, bound to the User type of the application, that selects one value of a resource.

use scim_model::path::Bound;
use scim_model::schema::{AttributeType, ResourceType, Returned};
use scim_model::{Filter, Limits, Resource};
use serde_json::Value;

/// A path ready to be read from resources.
pub(crate) struct Source {
    /// What is read: an attribute, or a sub-attribute.
    bound: Bound,
    /// `emails[type eq "work"]`: which entry of a list is meant. Without it, the primary entry, else the first.
    selector: Option<Selector>,
}

struct Selector {
    filter: Filter<Bound>,
    list: Bound,
}

impl Source {
    /// Reads a path: `title`, `name.givenName`, `emails[type eq "work"].value`, with a URN in front for extensions.
    /// `ty` is the User type of the application, with its extensions.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(path: &str, ty: &ResourceType) -> Result<Self, String> {
        let path = path.trim();
        if path.is_empty() {
            return Err("Enter the SCIM path that feeds this attribute, for example title.".to_owned());
        }
        let Some((list, rest)) = path.split_once('[') else {
            let bound = bind(ty, path)?;
            return single(bound, path).map(|bound| Source { bound, selector: None });
        };
        let (inner, after) = rest.rsplit_once(']').ok_or_else(|| format!("{path}: the bracket is not closed."))?;
        let sub = match after.strip_prefix('.') {
            Some(sub) if !sub.is_empty() => sub,
            _ => {
                return Err(format!(
                    "{path}: name the sub-attribute after the bracket, for example {list}[{inner}].value."
                ));
            }
        };
        let filter = Filter::parse(&format!("{list}[{inner}]"), &Limits::default())
            .and_then(|filter| filter.resolve(ty))
            .map_err(|error| format!("{path}: {error}."))?;
        let bound = single(bind(ty, &format!("{list}.{sub}"))?, path)?;
        let list = bind(ty, list)?;
        Ok(Source { bound, selector: Some(Selector { filter, list }) })
    }

    /// Whether the path names an attribute that is true or false.
    pub fn is_boolean(&self) -> bool {
        self.bound.kind() == AttributeType::Boolean
    }

    /// The value that the path selects; `None` for an unassigned one.
    pub fn select<'a>(&self, resource: &'a Resource) -> Option<&'a Value> {
        let value = match &self.selector {
            None => resource.get(self.bound.path())?,
            Some(selector) => {
                let sub_attribute = &self.bound.sub_attribute()?.name;
                let entries = resource.values(&selector.list);
                entries.into_iter().find(|entry| selector.matches(entry))?.get(sub_attribute)?
            }
        };
        (!value.is_null()).then_some(value)
    }
}

impl Selector {
    /// Whether one entry of the list is meant: the filter is asked about a resource that has this entry only.
    fn matches(&self, entry: &Value) -> bool {
        let list = Value::Array(vec![entry.clone()]);
        let mut one = Resource::default();
        match self.list.extension() {
            Some(urn) => one.set(urn, serde_json::json!({ self.list.attribute().name.as_str(): list })),
            None => one.set(&self.list.attribute().name, list),
        }
        self.filter.matches(&one)
    }
}

fn bind(ty: &ResourceType, path: &str) -> Result<Bound, String> {
    let bound = ty.bind(path).map_err(|error| format!("{path}: {error}."))?;
    if bound.path() == "password" {
        return Err("password cannot be mapped: Sync password is a feature of its own.".to_owned());
    }
    if bound.attribute().returned == Returned::Never || bound.definition().returned == Returned::Never {
        return Err(format!("{path} cannot be mapped: its schema says that it is never returned."));
    }
    Ok(bound)
}

/// A directory attribute holds one simple value.
fn single(bound: Bound, path: &str) -> Result<Bound, String> {
    if bound.definition().is_complex() {
        let example = bound.definition().sub_attributes.first().map_or("value", |sub| sub.name.as_str());
        return Err(format!("{path} has several parts: name one of them, for example {path}.{example}."));
    }
    Ok(bound)
}

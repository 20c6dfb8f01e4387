//! Reading definitions from a file: an array of Schema and ResourceType resources.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{DefinitionProblem, Definitions};
use crate::urn;
use crate::value::{kind_of, short, take_member};

pub(super) fn parse(json: &[u8]) -> Result<Definitions, DefinitionProblem> {
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let value: Value = serde_json::from_slice(json)
        .map_err(|error| DefinitionProblem::new("the file", format!("not valid JSON: {error}")))?;
    let resources = match value {
        Value::Array(resources) => resources,
        // What GET /Schemas or GET /ResourceTypes of another server answers.
        Value::Object(mut list) => match take_member(&mut list, "Resources") {
            Some(Value::Array(resources)) => resources,
            _ => vec![Value::Object(list)],
        },
        other => {
            let problem = format!("expected an array of Schema and ResourceType resources, found {}", kind_of(&other));
            return Err(DefinitionProblem::new("the file", problem));
        }
    };
    let mut definitions = Definitions::default();
    for (index, resource) in resources.into_iter().enumerate() {
        let place = format!("[{index}]");
        let Value::Object(resource) = resource else {
            return Err(DefinitionProblem::new(place, format!("expected an object, found {}", kind_of(&resource))));
        };
        match kind(&resource) {
            Some(urn::SCHEMA) => definitions.schemas.push(read(resource, &place)?),
            Some(_) => definitions.resource_types.push(read(resource, &place)?),
            None => {
                let problem = format!("schemas must name {} or {}", urn::SCHEMA, urn::RESOURCE_TYPE);
                return Err(DefinitionProblem::new(place, problem));
            }
        }
    }
    if definitions.is_empty() {
        return Err(DefinitionProblem::new(
            "the file",
            "it defines nothing: expected Schema and ResourceType resources",
        ));
    }
    Ok(definitions)
}

/// Which of the two a resource is: by `schemas`, else by what only one of them has. Schemas in the wild often lack the
/// former, as the RFC's own listing does (RFC 7643 §8.7).
fn kind(resource: &Map<String, Value>) -> Option<&'static str> {
    let named = |urn: &str| {
        let listed = resource.get("schemas").and_then(Value::as_array).into_iter().flatten();
        listed.filter_map(Value::as_str).any(|listed| listed.eq_ignore_ascii_case(urn))
    };
    if named(urn::SCHEMA) || (!resource.contains_key("schemas") && resource.contains_key("attributes")) {
        Some(urn::SCHEMA)
    } else if named(urn::RESOURCE_TYPE) || (!resource.contains_key("schemas") && resource.contains_key("endpoint")) {
        Some(urn::RESOURCE_TYPE)
    } else {
        None
    }
}

fn read<T: DeserializeOwned>(resource: Map<String, Value>, place: &str) -> Result<T, DefinitionProblem> {
    let name = ["id", "name"].iter().find_map(|key| resource.get(*key)?.as_str()).map(short);
    let place = name.map_or_else(|| place.to_owned(), |name| format!("{place} {name}"));
    serde_json::from_value(Value::Object(resource)).map_err(|error| DefinitionProblem::new(place, error.to_string()))
}

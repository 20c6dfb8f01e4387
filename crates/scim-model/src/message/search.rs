//! The body of a POST to `.search` (RFC 7644 §3.4.3): the same query as from a URL, with values of JSON types.

use serde_json::{Number, Value};

use crate::limits::Limits;
use crate::message::error::ScimError;
use crate::message::query::{Draft, Parameter, Query};
use crate::urn;
use crate::value::{kind_of, parse_object, short, take_member};

impl Query {
    /// From the body of a search. Names may be in any case, unknown ones are ignored, null counts as absent.
    ///
    /// # Errors
    /// `invalidSyntax` for what is no JSON object or no SearchRequest, `invalidValue` for a member of the wrong type; the
    /// rest as [`Query::parse`].
    pub fn from_search_request(body: &[u8], limits: &Limits) -> Result<Self, ScimError> {
        let mut body = parse_object(body, limits)?;
        check_schemas(take_member(&mut body, "schemas"))?;
        let mut draft = Draft::new(limits);
        for (name, value) in &body {
            let Some(parameter) = Parameter::from_name(name) else { continue };
            if let Some(text) = text_of(parameter, value).map_err(|expected| wrong_type(name, expected, value))? {
                draft.set(parameter, &text)?;
            }
        }
        draft.finish()
    }
}

fn check_schemas(schemas: Option<Value>) -> Result<(), ScimError> {
    let wrong = |problem: String| {
        Err(ScimError::invalid_syntax(format!("{problem}; it must be [\"{}\"]", urn::SEARCH_REQUEST)))
    };
    let schemas = match schemas {
        None | Some(Value::Null) => return wrong("schemas is missing".to_owned()),
        Some(Value::Array(schemas)) => schemas,
        Some(other) => return wrong(format!("schemas: expected a list, found {}", kind_of(&other))),
    };
    let names_it = |value: &Value| value.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(urn::SEARCH_REQUEST));
    if schemas.iter().any(names_it) {
        return Ok(());
    }
    match schemas.first() {
        None => wrong("schemas is empty".to_owned()),
        Some(Value::String(other)) => wrong(format!("schemas names {}", short(other))),
        Some(other) => wrong(format!("schemas[0]: expected text, found {}", kind_of(other))),
    }
}

/// The value as it would stand in a URL, `None` for null; what was expected if it has another type.
fn text_of(parameter: Parameter, value: &Value) -> Result<Option<String>, &'static str> {
    match (parameter, value) {
        (_, Value::Null) => Ok(None),
        (Parameter::StartIndex | Parameter::Count, Value::Number(number)) => {
            whole(number).map(Some).ok_or("a whole number")
        }
        (Parameter::StartIndex | Parameter::Count, _) => Err("a whole number"),
        (Parameter::Attributes | Parameter::ExcludedAttributes, Value::Array(names)) => {
            let names: Option<Vec<&str>> = names.iter().map(Value::as_str).collect();
            names.map(|names| Some(names.join(","))).ok_or("a list of attribute names")
        }
        // One name, or names with commas between as in a URL.
        (_, Value::String(text)) => Ok(Some(text.clone())),
        (Parameter::Attributes | Parameter::ExcludedAttributes, _) => Err("a list of attribute names"),
        _ => Err("text"),
    }
}

/// A number without a fraction; JSON does not tell 10 from 10.0, and one too large for any list is still one.
fn whole(number: &Number) -> Option<String> {
    if number.is_i64() || number.is_u64() {
        return Some(number.to_string());
    }
    number.as_f64().filter(|value| value.fract() == 0.0).map(|value| format!("{value:.0}"))
}

fn wrong_type(name: &str, expected: &str, value: &Value) -> ScimError {
    let found = match value {
        Value::Array(values) if values.iter().any(|value| !value.is_string()) && expected.starts_with("a list") => {
            let other = values.iter().find(|value| !value.is_string()).map_or("nothing", kind_of);
            format!("{other} in it")
        }
        Value::Number(number) => number.to_string(),
        other => kind_of(other).to_owned(),
    };
    ScimError::invalid_value(format!("{}: expected {expected}, found {found}", short(name)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::message::error::ScimType;
    use crate::message::query::Start;
    use crate::sort::SortOrder;

    fn parse(mut members: Value) -> Result<Query, ScimError> {
        members["schemas"] = json!([urn::SEARCH_REQUEST]);
        Query::from_search_request(members.to_string().as_bytes(), &Limits::default())
    }

    #[test]
    fn the_example_of_the_rfc() {
        let query = parse(json!({
            "attributes": ["displayName", "userName"],
            "filter": "displayName sw \"smith\"",
            "startIndex": 1,
            "count": 10,
        }));
        let expected = Query::parse(
            [
                ("attributes", "displayName,userName"),
                ("filter", "displayName sw \"smith\""),
                ("startIndex", "1"),
                ("count", "10"),
            ],
            &Limits::default(),
        );
        assert_eq!(query, expected);
    }

    #[test]
    fn members_of_a_search() {
        let query = parse(json!({
            "SortBy": "name.familyName", "sortOrder": "descending", "cursor": "", "COUNT": -3.0,
            "excludedAttributes": "members", "filter": null, "startIndex": null, "more": { "a": [1] },
        }))
        .unwrap();
        assert_eq!((query.sort_by.as_deref(), query.sort_order), (Some("name.familyName"), SortOrder::Descending));
        assert_eq!((query.start, query.count), (Start::Cursor(String::new()), 0));
        assert_eq!((query.filter, query.excluded_attributes.as_deref()), (None, Some("members")));
        assert_eq!(parse(json!({ "count": 1e20, "attributes": [] })).unwrap().count, 200);
        assert_eq!(parse(json!({ "startIndex": 1e20 })).unwrap().start, Start::Index(u64::MAX));
    }

    #[test]
    fn what_is_wrong_and_where() {
        for (members, scim_type, words) in [
            (json!({ "count": true }), ScimType::InvalidValue, "count: expected a whole number, found a boolean"),
            (json!({ "count": "10" }), ScimType::InvalidValue, "count: expected a whole number, found text"),
            (json!({ "startIndex": 1.5 }), ScimType::InvalidValue, "startIndex: expected a whole number, found 1.5"),
            (json!({ "filter": 7 }), ScimType::InvalidValue, "filter: expected text, found 7"),
            (json!({ "filter": ["a pr"] }), ScimType::InvalidValue, "filter: expected text, found a list"),
            (json!({ "filter": "" }), ScimType::InvalidFilter, "the filter is empty"),
            (json!({ "sortBy": {} }), ScimType::InvalidValue, "sortBy: expected text, found an object"),
            (json!({ "sortOrder": "down" }), ScimType::InvalidValue, "sortOrder"),
            (json!({ "cursor": 5 }), ScimType::InvalidValue, "cursor: expected text, found 5"),
            (json!({ "cursor": "x", "startIndex": 1 }), ScimType::InvalidValue, "exclude each other"),
            (
                json!({ "attributes": ["userName", 5] }),
                ScimType::InvalidValue,
                "attributes: expected a list of attribute names, found a number in it",
            ),
            (
                json!({ "excludedAttributes": {} }),
                ScimType::InvalidValue,
                "excludedAttributes: expected a list of attribute names, found an object",
            ),
        ] {
            let error = parse(members.clone()).unwrap_err();
            assert_eq!((error.status, error.scim_type), (400, Some(scim_type)), "{members}");
            assert!(error.detail.contains(words), "{members}: {}", error.detail);
        }
        for (body, words) in [
            ("[]", "the body must be a JSON object, found a list"),
            ("", "the body is empty"),
            ("{", "not valid JSON"),
            ("{}", "schemas is missing"),
            (r#"{"schemas":null}"#, "schemas is missing"),
            (r#"{"schemas":[]}"#, "schemas is empty"),
            (r#"{"schemas":"urn:ietf:params:scim:api:messages:2.0:SearchRequest"}"#, "schemas: expected a list"),
            (r#"{"schemas":[7]}"#, "schemas[0]: expected text, found a number"),
            (r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}"#, "schemas names urn:ietf"),
        ] {
            let error = Query::from_search_request(body.as_bytes(), &Limits::default()).unwrap_err();
            assert_eq!((error.status, error.scim_type), (400, Some(ScimType::InvalidSyntax)), "{body}");
            assert!(error.detail.contains(words), "{body}: {}", error.detail);
        }
    }
}

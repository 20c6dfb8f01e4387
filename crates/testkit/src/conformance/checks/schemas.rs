//! What /ResourceTypes and /Schemas say, taken by itself (RFC 7643 §6, §7, §8.7).

use crate::conformance::advertised::{Attribute, USER};
use crate::conformance::check::{Check, Family, Findings, Stop, Verdict};
use crate::conformance::rules;
use crate::conformance::session::Session;
use serde_json::Value;

const SCHEMA_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";

/// A characteristic and its words (RFC 7643 §7).
const WORDS: [(&str, &[&str]); 4] = [
    ("type", &["string", "boolean", "decimal", "integer", "dateTime", "reference", "binary", "complex"]),
    ("mutability", &["readOnly", "readWrite", "immutable", "writeOnly"]),
    ("returned", &["always", "never", "default", "request"]),
    ("uniqueness", &["none", "server", "global"]),
];

pub const FAMILY: Family = Family {
    name: "schemas",
    checks: &[
        Check::new(
            "S4.resource-types",
            &rules::S4,
            "each resource type has a name, an endpoint and known schemas",
            |s| Box::pin(resource_types(s)),
        ),
        Check::new(
            "S5.attributes",
            &rules::S5,
            "each attribute says name, type and multiValued in the RFC's words",
            |s| Box::pin(attributes(s)),
        ),
        Check::new("D5.names", &rules::D5, "names of attributes are names", |s| Box::pin(names(s))),
        Check::new("D13.nesting", &rules::D13, "no complex attribute lies in a complex attribute", |s| {
            Box::pin(nesting(s))
        }),
        Check::new("S6.own-schemas", &rules::S6, "the discovery documents have schemas too", |s| {
            Box::pin(own_schemas(s))
        }),
        Check::new("S7.messages", &rules::S7, "no schema of a message is listed", |s| Box::pin(messages(s))),
        Check::new(
            "U1.characteristics",
            &rules::U1,
            "userName is advertised as required, unique and without case",
            |s| Box::pin(user_name(s)),
        ),
        Check::new("U3.characteristics", &rules::U3, "password is advertised as writeOnly and never returned", |s| {
            Box::pin(password(s))
        }),
        Check::new("U6.characteristics", &rules::U6, "groups of a user is advertised as readOnly", |s| {
            Box::pin(groups(s))
        }),
    ],
};

/// The schemas as they are, and the answer they came in.
async fn listed(s: &mut Session) -> Result<(crate::conformance::answer::Answer, Vec<Value>), Stop> {
    let answer = s.get("/Schemas").await?;
    let schemas = answer.resources()?.to_vec();
    Ok((answer, schemas))
}

fn id_of(schema: &Value) -> &str {
    schema.get("id").and_then(Value::as_str).unwrap_or_default()
}

fn parts<'a>(of: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    of.get(key).and_then(Value::as_array).into_iter().flatten()
}

async fn resource_types(s: &mut Session) -> Verdict {
    let (_, schemas) = listed(s).await?;
    let answer = s.get("/ResourceTypes").await?;
    let known = |urn: &Value| schemas.iter().any(|schema| schema.get("id") == Some(urn));
    let mut findings = Findings::default();
    for ty in answer.resources()? {
        let text = |key: &str| ty.get(key).and_then(Value::as_str).unwrap_or_default();
        let name = text("name");
        let mut that = |holds, what: String| findings.note(name, answer.that(holds, || what));
        that(!name.is_empty(), "a resource type has no name".to_owned());
        that(
            text("endpoint").starts_with('/'),
            format!("the endpoint is `{}`, no path below the base URL", text("endpoint")),
        );
        let schema = ty.get("schema").cloned().unwrap_or_default();
        that(known(&schema), format!("/Schemas does not have its schema {schema}"));
        for extension in parts(ty, "schemaExtensions") {
            let urn = extension.get("schema").cloned().unwrap_or_default();
            that(known(&urn), format!("/Schemas does not have its extension {urn}"));
            let required = extension.get("required").is_some_and(Value::is_boolean);
            that(required, format!("the extension {urn} does not say whether it is required"));
        }
    }
    findings.done()
}

/// Calls `look` with every attribute, sub-attributes included, and where it stands. Schema itself has its own grammar.
fn visit(schemas: &[Value], look: &mut dyn FnMut(&str, &Value, bool)) {
    for schema in schemas.iter().filter(|schema| id_of(schema) != SCHEMA_SCHEMA) {
        for attribute in parts(schema, "attributes") {
            let name = attribute.get("name").and_then(Value::as_str).unwrap_or("(unnamed)");
            let place = format!("{}:{name}", id_of(schema));
            look(&place, attribute, false);
            for sub in parts(attribute, "subAttributes") {
                let sub_name = sub.get("name").and_then(Value::as_str).unwrap_or("(unnamed)");
                look(&format!("{place}.{sub_name}"), sub, true);
            }
        }
    }
}

async fn attributes(s: &mut Session) -> Verdict {
    let (answer, schemas) = listed(s).await?;
    let mut findings = Findings::default();
    for schema in &schemas {
        let urn = id_of(schema);
        findings.note("", answer.that(urn.starts_with("urn:"), || format!("the id `{urn}` of a schema is no URN")));
        let some = parts(schema, "attributes").next().is_some();
        findings.note(urn, answer.that(some, || "there are no attributes".to_owned()));
    }
    visit(&schemas, &mut |place, attribute, _| {
        for required in ["name", "type", "multiValued"] {
            let there = attribute.get(required).is_some();
            findings.note(place, answer.that(there, || format!("there is no {required}")));
        }
        for (characteristic, words) in WORDS {
            let held = attribute.get(characteristic);
            let known = held.is_none_or(|held| held.as_str().is_some_and(|held| words.contains(&held)));
            let verdict = answer.that(known, || format!("{characteristic} is {}", held.unwrap_or(&Value::Null)));
            findings.note(place, verdict);
        }
        let complex = attribute.get("type").is_some_and(|ty| ty == "complex");
        let has_parts = parts(attribute, "subAttributes").next().is_some();
        findings.note(place, answer.that(!complex || has_parts, || "complex, but without subAttributes".to_owned()));
    });
    findings.done()
}

async fn names(s: &mut Session) -> Verdict {
    let (answer, schemas) = listed(s).await?;
    let mut findings = Findings::default();
    visit(&schemas, &mut |place, attribute, _| {
        let name = attribute.get("name").and_then(Value::as_str).unwrap_or_default();
        // `$ref` is the RFC's own exception.
        let first = name == "$ref" || name.starts_with(|first: char| first.is_ascii_alphabetic());
        let rest = name.chars().all(|one| one.is_ascii_alphanumeric() || "$-_".contains(one));
        findings.note("", answer.that(first && rest, || format!("`{place}` is no name of an attribute")));
    });
    findings.done()
}

async fn nesting(s: &mut Session) -> Verdict {
    let (answer, schemas) = listed(s).await?;
    let mut findings = Findings::default();
    visit(&schemas, &mut |place, attribute, is_sub| {
        let complex = attribute.get("type").is_some_and(|ty| ty == "complex");
        findings.note("", answer.that(!(is_sub && complex), || format!("{place} is complex")));
    });
    findings.done()
}

async fn own_schemas(s: &mut Session) -> Verdict {
    let (answer, schemas) = listed(s).await?;
    let mut findings = Findings::default();
    for name in ["ServiceProviderConfig", "ResourceType", "Schema"] {
        let urn = format!("urn:ietf:params:scim:schemas:core:2.0:{name}");
        let there = schemas.iter().any(|schema| id_of(schema) == urn);
        findings.note("", answer.that(there, || format!("{urn} is not listed")));
    }
    findings.done()
}

async fn messages(s: &mut Session) -> Verdict {
    let (answer, schemas) = listed(s).await?;
    let message = schemas.iter().map(id_of).find(|id| id.starts_with("urn:ietf:params:scim:api:"));
    answer.that(message.is_none(), || format!("{} is listed", message.unwrap_or_default()))
}

/// The advertised attribute of users, and the answer it came in.
async fn of_users(s: &mut Session, name: &str) -> Result<(crate::conformance::answer::Answer, Attribute), Stop> {
    s.user_has(&[name])?;
    let answer = s.get("/Schemas").await?;
    let attribute = s.type_of(USER)?.attribute(name).cloned();
    let attribute = attribute.ok_or_else(|| answer.fail(format!("{USER} is not in /Schemas")))?;
    Ok((answer, attribute))
}

async fn user_name(s: &mut Session) -> Verdict {
    let (answer, held) = of_users(s, "userName").await?;
    answer.that(held.required, || "required is not true".to_owned())?;
    answer.that(held.uniqueness != "none", || "uniqueness is none".to_owned())?;
    answer.that(!held.case_exact, || "caseExact is true".to_owned())
}

async fn password(s: &mut Session) -> Verdict {
    let (answer, held) = of_users(s, "password").await?;
    answer.that(held.mutability == "writeOnly", || format!("mutability is {}", held.mutability))?;
    answer.that(held.returned == "never", || format!("returned is {}", held.returned))
}

async fn groups(s: &mut Session) -> Verdict {
    let (answer, held) = of_users(s, "groups").await?;
    answer.that(held.mutability == "readOnly", || format!("mutability is {}", held.mutability))
}

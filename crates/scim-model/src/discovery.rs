//! What the service provider says about itself (RFC 7644 §4). True to what is implemented, with the numbers from
//! [`Limits`].
//!
//! `base_url` is the SCIM base URL, with or without a slash at its end. There are no times in `meta`: these resources do
//! not change but with a new version of the program.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::limits::Limits;
use crate::message::list::ListResponse;
use crate::schema::{Definitions, ResourceType, ResourceTypes, Schema, core};
use crate::urn;

/// `/ServiceProviderConfig`. `takes_passwords`: whether a password that a client sends becomes the person's.
pub fn service_provider_config(base_url: &str, limits: &Limits, takes_passwords: bool) -> String {
    json!({
        "schemas": [urn::SERVICE_PROVIDER_CONFIG],
        "patch": { "supported": true },
        "bulk": {
            "supported": true,
            // authentik cuts its membership PATCHes into pieces of this size.
            "maxOperations": limits.bulk_operations,
            "maxPayloadSize": limits.body_bytes,
        },
        "filter": { "supported": true, "maxResults": limits.max_results },
        "changePassword": { "supported": takes_passwords },
        "sort": { "supported": true },
        "etag": { "supported": true },
        // RFC 9865 §4. Clients from before cursors page by index, so that stays the default (§2.5).
        "pagination": {
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": limits.max_results,
            "maxPageSize": limits.max_results,
            "cursorTimeout": limits.cursor_timeout_s,
        },
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "A token in the Authorization header, with or without the word Bearer in front",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": true,
            },
            {
                "type": "httpbasic",
                "name": "HTTP Basic",
                "description": "A user name and a password in the Authorization header",
                "specUri": "https://www.rfc-editor.org/info/rfc7617",
            },
        ],
        "meta": meta(base_url, "ServiceProviderConfig", "/ServiceProviderConfig"),
    })
    .to_string()
}

/// `/ResourceTypes`: a list response of all of them.
pub fn resource_types(base_url: &str, types: &ResourceTypes) -> String {
    list(types.all().iter().map(|ty| resource_type_json(base_url, ty)))
}

/// `/ResourceTypes/{id}`; `None` if there is none.
pub fn resource_type(base_url: &str, types: &ResourceTypes, id: &str) -> Option<String> {
    let ty = types.all().iter().find(|ty| ty.id == id)?;
    Some(resource_type_json(base_url, ty).to_string())
}

/// `/Schemas`: a list response of all of them, those of the discovery resources included (RFC 7643 §8.7.2).
pub fn schemas(base_url: &str, types: &ResourceTypes) -> String {
    list(every_schema(types).map(|schema| schema_json(base_url, schema)))
}

/// `/Schemas/{urn}`; `None` if there is none.
pub fn schema(base_url: &str, types: &ResourceTypes, id: &str) -> Option<String> {
    let schema = every_schema(types).find(|schema| schema.id.eq_ignore_ascii_case(id))?;
    Some(schema_json(base_url, schema).to_string())
}

/// Definitions as the JSON array that [`Definitions::parse`] reads: Schema and ResourceType resources.
pub fn definitions(definitions: &Definitions) -> String {
    let schemas = definitions.schemas.iter().map(|schema| tagged(urn::SCHEMA, schema));
    let types = definitions.resource_types.iter().map(|ty| tagged(urn::RESOURCE_TYPE, ty));
    let all: Value = schemas.chain(types).collect();
    format!("{all:#}")
}

/// A definition with the URN that says which kind it is, in front.
fn tagged(urn: &str, definition: &impl Serialize) -> Value {
    let mut tagged = Map::from_iter([("schemas".to_owned(), json!([urn]))]);
    if let Ok(Value::Object(members)) = serde_json::to_value(definition) {
        tagged.extend(members);
    }
    Value::Object(tagged)
}

fn every_schema(types: &ResourceTypes) -> impl Iterator<Item = &Schema> {
    types.schemas().into_iter().chain(core::discovery())
}

fn resource_type_json(base_url: &str, ty: &ResourceType) -> Value {
    let extensions = ty
        .extensions
        .iter()
        .map(|extension| json!({ "schema": extension.schema.id, "required": extension.required }))
        .collect::<Vec<_>>();
    json!({
        "schemas": [urn::RESOURCE_TYPE],
        "id": ty.id,
        "name": ty.name,
        "description": ty.description,
        "endpoint": ty.endpoint,
        "schema": ty.schema.id,
        "schemaExtensions": extensions,
        "meta": meta(base_url, "ResourceType", &format!("/ResourceTypes/{}", ty.id)),
    })
}

fn schema_json(base_url: &str, schema: &Schema) -> Value {
    json!({
        "schemas": [urn::SCHEMA],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": schema.attributes.iter().map(AsRef::as_ref).collect::<Vec<_>>(),
        "meta": meta(base_url, "Schema", &format!("/Schemas/{}", schema.id)),
    })
}

fn meta(base_url: &str, resource_type: &str, path: &str) -> Value {
    json!({ "resourceType": resource_type, "location": format!("{}{path}", base_url.trim_end_matches('/')) })
}

fn list(items: impl Iterator<Item = Value>) -> String {
    let items: Vec<String> = items.map(|item| item.to_string()).collect();
    // These lists are short, and the RFC has them whole on one page (RFC 7644 §4).
    ListResponse { total: items.len() as u64, start_index: 1, items }.to_json()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://scim.test/v2";

    fn parsed(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn configuration_follows_the_limits() {
        let config = parsed(&service_provider_config("https://scim.test/v2/", &Limits::default(), true));
        assert_eq!(config["filter"]["maxResults"], 200);
        assert_eq!(config["patch"]["supported"], true);
        assert_eq!(config["changePassword"]["supported"], true);
        assert_eq!(config["sort"]["supported"], true);
        assert_eq!(config["pagination"]["maxPageSize"], 200);
        assert_eq!(config["pagination"]["cursorTimeout"], 3_600);
        assert_eq!(
            config["bulk"],
            json!({ "supported": true, "maxOperations": 1_000, "maxPayloadSize": 16 * 1024 * 1024 })
        );
        assert_eq!(config["meta"]["location"], "https://scim.test/v2/ServiceProviderConfig");
    }

    #[test]
    fn definitions_are_read_back() {
        let text = json!([
            { "schemas": [urn::SCHEMA], "id": "urn:x:Badge", "name": "Badge", "attributes": [{ "name": "number" }] },
            { "schemas": [urn::RESOURCE_TYPE], "name": "Badge", "endpoint": "/Badges", "schema": "urn:x:Badge" },
        ]);
        let parsed = Definitions::parse(text.to_string().as_bytes()).unwrap();
        assert_eq!(Definitions::parse(definitions(&parsed).as_bytes()), Ok(parsed));
    }

    #[test]
    fn resource_types_and_schemas() {
        let types = parsed(&resource_types(BASE, &core::types()));
        assert_eq!(types["totalResults"], 2);
        assert_eq!(types["Resources"][0]["endpoint"], "/Users");
        assert_eq!(types["Resources"][0]["schemaExtensions"][0]["schema"], urn::ENTERPRISE_USER);
        assert_eq!(parsed(&resource_type(BASE, &core::types(), "Group").unwrap())["endpoint"], "/Groups");
        assert_eq!(resource_type(BASE, &core::types(), "Device"), None);

        let all = parsed(&schemas(BASE, &core::types()));
        assert_eq!(all["totalResults"], 6);
        assert_eq!(all["Resources"][0]["description"], "User Account");
        let user = parsed(&schema(BASE, &core::types(), urn::USER).unwrap());
        assert_eq!(user["meta"]["location"], format!("{BASE}/Schemas/{}", urn::USER));
        assert_eq!(
            user["attributes"][0],
            json!({
                "name": "userName", "type": "string", "multiValued": false,
                "description": "Name that identifies the user to the service provider, unique among the users of one client. Compared without regard to case.",
                "required": true, "caseExact": false, "mutability": "readWrite", "returned": "default", "uniqueness": "server",
            })
        );
        assert_eq!(schema(BASE, &core::types(), urn::PATCH_OP), None);
    }
}

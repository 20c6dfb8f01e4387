//! Schemas as the JSON that they are published as.

use serde_json::{Value, json};

/// A resource type.
pub struct Type {
    /// The main schema, then the extensions.
    pub schemas: Vec<Schema>,
    /// URNs of the extensions that must be there.
    pub required: Vec<String>,
    pub is_user: bool,
}

pub struct Schema {
    pub urn: String,
    pub attributes: Vec<Attribute>,
}

/// What its JSON says of an attribute.
#[derive(Debug, Clone)]
pub struct Attribute {
    pub name: String,
    pub kind: String,
    pub is_list: bool,
    pub is_complex: bool,
    pub mutability: String,
    pub subs: Vec<Attribute>,
    is_required: bool,
    is_exact: bool,
    is_never_returned: bool,
}

impl Type {
    pub fn user() -> Self {
        let schemas = [
            include_str!("../../src/schema/core/User.json"),
            include_str!("../../src/schema/core/EnterpriseUser.json"),
        ];
        Self::new(&schemas, Vec::new(), true)
    }

    pub fn group() -> Self {
        Self::new(&[include_str!("../../src/schema/core/Group.json")], Vec::new(), false)
    }

    pub fn specimen() -> Self {
        use scim_model::testing::specimen::{LABEL, SCHEMAS};
        Self::new(&SCHEMAS, vec![LABEL.to_owned()], false)
    }

    fn new(schemas: &[&str], required: Vec<String>, is_user: bool) -> Self {
        let mut schemas: Vec<Schema> = schemas.iter().map(|text| parse(text)).collect();
        // What every resource has.
        schemas[0].attributes.extend(attributes(&json!([
            {"name": "externalId", "caseExact": true},
            {"name": "id", "caseExact": true, "mutability": "readOnly"},
            {"name": "schemas", "type": "reference", "multiValued": true, "mutability": "readOnly"},
            {"name": "meta", "type": "complex", "mutability": "readOnly", "subAttributes": [
                {"name": "created", "type": "dateTime", "mutability": "readOnly"},
                {"name": "lastModified", "type": "dateTime", "mutability": "readOnly"},
                {"name": "resourceType", "caseExact": true, "mutability": "readOnly"},
                {"name": "location", "type": "reference", "mutability": "readOnly"},
                {"name": "version", "caseExact": true, "mutability": "readOnly"},
            ]},
        ])));
        Self { schemas, required, is_user }
    }

    pub fn main(&self) -> &Schema {
        &self.schemas[0]
    }

    pub fn extensions(&self) -> &[Schema] {
        &self.schemas[1..]
    }
}

fn parse(text: &str) -> Schema {
    let schema: Value = serde_json::from_str(text).unwrap();
    Schema { urn: schema["id"].as_str().unwrap().to_owned(), attributes: attributes(&schema["attributes"]) }
}

fn attributes(list: &Value) -> Vec<Attribute> {
    list.as_array().map(|list| list.iter().map(attribute).collect()).unwrap_or_default()
}

fn attribute(json: &Value) -> Attribute {
    let word = |name: &str, default: &str| json[name].as_str().unwrap_or(default).to_owned();
    let kind = word("type", "string");
    Attribute {
        name: word("name", ""),
        is_list: json["multiValued"] == true,
        is_complex: kind == "complex",
        mutability: word("mutability", "readWrite"),
        subs: attributes(&json["subAttributes"]),
        is_required: json["required"] == true,
        is_exact: json["caseExact"] == true || kind == "binary" || kind == "reference",
        is_never_returned: json["returned"] == "never",
        kind,
    }
}

pub fn named<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

impl Attribute {
    pub fn sub(&self, name: &str) -> Option<&Attribute> {
        named(&self.subs, name)
    }

    /// Whether the mutability is this.
    pub fn is(&self, mutability: &str) -> bool {
        self.mutability == mutability
    }

    /// Whether a client must give it.
    pub fn is_required(&self) -> bool {
        self.is_required && !self.is("readOnly")
    }

    pub fn is_hidden(&self) -> bool {
        self.is_never_returned || self.is("writeOnly")
    }

    pub fn is_exact(&self) -> bool {
        self.is_exact
    }
}

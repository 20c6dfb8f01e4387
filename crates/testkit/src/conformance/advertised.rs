//! What the server says of itself: ServiceProviderConfig, resource types, schemas.

use serde_json::Value;

pub(super) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(super) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub(super) const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// As read at the start. A document that could not be read is null; the checks of discovery say so.
#[derive(Debug, Default)]
pub struct Advertised {
    pub config: Value,
    pub types: Vec<ResourceType>,
}

/// One entry of /ResourceTypes with its schemas.
#[derive(Clone, Debug)]
pub struct ResourceType {
    pub name: String,
    /// `/Users`.
    pub endpoint: String,
    /// The base schema first, then the extensions.
    pub schemas: Vec<Schema>,
}

#[derive(Clone, Debug)]
pub struct Schema {
    pub urn: String,
    /// True for the base schema.
    pub required: bool,
    /// None when /Schemas does not have it.
    pub attributes: Option<Vec<Attribute>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    pub name: String,
    pub kind: String,
    pub multi_valued: bool,
    pub required: bool,
    pub case_exact: bool,
    pub mutability: String,
    pub returned: String,
    pub uniqueness: String,
    pub canonical_values: Vec<String>,
    pub reference_types: Vec<String>,
    pub sub_attributes: Vec<Attribute>,
}

impl Advertised {
    /// Puts together what the three endpoints answered.
    pub fn new(config: Value, resource_types: &Value, schemas: &Value) -> Self {
        let schema = |urn: &str, required| {
            let found = list(schemas)
                .iter()
                .find(|schema| schema.get("id").and_then(Value::as_str).is_some_and(|id| id.eq_ignore_ascii_case(urn)));
            let attributes = found.map(|schema| attributes(schema.get("attributes")));
            Schema { urn: urn.to_owned(), required, attributes }
        };
        let mut types = Vec::new();
        for entry in list(resource_types) {
            let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            let mut all = vec![schema(&text("schema"), true)];
            for extension in entry.get("schemaExtensions").and_then(Value::as_array).into_iter().flatten() {
                let urn = extension.get("schema").and_then(Value::as_str).unwrap_or_default();
                let required = extension.get("required") == Some(&Value::Bool(true));
                all.push(schema(urn, required));
            }
            types.push(ResourceType { name: text("name"), endpoint: text("endpoint"), schemas: all });
        }
        Self { config, types }
    }

    /// Whether `/{feature}/supported` of ServiceProviderConfig is true.
    pub fn supports(&self, feature: &str) -> bool {
        self.config.pointer(&format!("/{feature}/supported")) == Some(&Value::Bool(true))
    }

    /// Whether cursors are advertised (RFC 9865 §4).
    pub fn supports_cursors(&self) -> bool {
        self.config.pointer("/pagination/cursor") == Some(&Value::Bool(true))
    }

    /// The resource type with that base schema.
    pub fn of_schema(&self, urn: &str) -> Option<&ResourceType> {
        self.types.iter().find(|ty| ty.schemas.first().is_some_and(|schema| schema.urn.eq_ignore_ascii_case(urn)))
    }
}

impl ResourceType {
    /// An attribute of the base schema.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        find(self.schemas.first()?.attributes.as_deref()?, name)
    }

    /// Whether the base schema has the attribute. A schema that cannot be read is taken for that of the RFC.
    pub fn has(&self, name: &str) -> bool {
        self.schemas.first().is_some_and(|schema| schema.attributes.is_none()) || self.attribute(name).is_some()
    }

    pub fn extension(&self, urn: &str) -> Option<&Schema> {
        self.schemas.iter().skip(1).find(|schema| schema.urn.eq_ignore_ascii_case(urn))
    }

    /// Every attribute with the extension that it belongs to; none for the base schema.
    pub fn all_attributes(&self) -> Vec<(Option<&str>, &Attribute)> {
        let schemas = self.schemas.iter().enumerate();
        schemas
            .flat_map(|(index, schema)| {
                let extension = (index > 0).then_some(schema.urn.as_str());
                schema.attributes.iter().flatten().map(move |attribute| (extension, attribute))
            })
            .collect()
    }
}

impl Attribute {
    pub fn is_writable(&self) -> bool {
        self.mutability != "readOnly"
    }

    /// Whether a read may show it without being asked to.
    pub fn is_returned_by_default(&self) -> bool {
        matches!(self.returned.as_str(), "default" | "always") && self.mutability != "writeOnly"
    }

    pub fn sub(&self, name: &str) -> Option<&Attribute> {
        find(&self.sub_attributes, name)
    }
}

fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

/// The resources of a list, or the bare array that some servers answer.
fn list(answer: &Value) -> &[Value] {
    let list = answer.get("Resources").unwrap_or(answer);
    list.as_array().map_or(&[], Vec::as_slice)
}

/// With the defaults of RFC 7643 §2.2 for what is not said.
fn attributes(list: Option<&Value>) -> Vec<Attribute> {
    let one = |entry: &Value| {
        let text = |key: &str, default: &str| entry.get(key).and_then(Value::as_str).unwrap_or(default).to_owned();
        let flag = |key: &str| entry.get(key) == Some(&Value::Bool(true));
        let texts = |key: &str| {
            let values = entry.get(key).and_then(Value::as_array).into_iter().flatten();
            values.filter_map(|value| value.as_str().map(str::to_owned)).collect()
        };
        Attribute {
            name: text("name", ""),
            kind: text("type", "string"),
            multi_valued: flag("multiValued"),
            required: flag("required"),
            case_exact: flag("caseExact"),
            mutability: text("mutability", "readWrite"),
            returned: text("returned", "default"),
            uniqueness: text("uniqueness", "none"),
            canonical_values: texts("canonicalValues"),
            reference_types: texts("referenceTypes"),
            sub_attributes: attributes(entry.get("subAttributes")),
        }
    };
    list.and_then(Value::as_array).into_iter().flatten().map(one).collect()
}

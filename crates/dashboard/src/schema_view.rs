//! Schemas and resource types as a person reads them: the words of RFC 7643 §2.2, sub-attributes below their attribute,
//! and what the application adds told apart from what every application has.

use registry::Settings;
use scim_model::schema::{Attribute, AttributeType, Definitions, Mutability, Returned, Schema, Uniqueness};

/// A resource type that the client is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeView {
    pub name: String,
    pub description: String,
    pub endpoint: String,
    pub schema: SchemaLink,
    /// Each with whether every resource must hold it.
    pub extensions: Vec<(SchemaLink, bool)>,
    /// The application defined it. User and Group are never its own, though they may be extended.
    pub own: bool,
}

/// A schema by its URN and its name, and where it stands on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaLink {
    pub urn: String,
    /// The URN where it has no name.
    pub name: String,
    /// `schema-3`
    pub anchor: String,
    pub own: bool,
}

/// A schema with its attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaView {
    pub link: SchemaLink,
    pub description: String,
    /// `12 attributes`
    pub count: String,
    pub attributes: Vec<AttributeView>,
    /// No type has it as its main schema, so that it can be removed by itself.
    pub extension: bool,
}

/// An attribute or sub-attribute, in the RFC's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeView {
    /// `name.` in front of a sub-attribute, otherwise empty.
    pub parent: String,
    pub name: String,
    pub description: String,
    pub kind: &'static str,
    pub multi_valued: bool,
    pub required: bool,
    pub mutability: &'static str,
    pub returned: &'static str,
    pub uniqueness: &'static str,
    /// `exact`, `ignored`, or empty where there is no case.
    pub case: &'static str,
}

/// What an application with these settings offers: its types, and their schemas each once.
pub fn offered(settings: &Settings) -> (Vec<TypeView>, Vec<SchemaView>) {
    let (types, definitions) = (settings.resource_types(), &settings.definitions);
    let schemas = types.schemas();
    let link = |schema: &Schema| SchemaLink {
        anchor: format!("schema-{}", 1 + schemas.iter().position(|it| it.id == schema.id).unwrap_or_default()),
        own: is_own(definitions, &schema.id),
        name: if schema.name.is_empty() { schema.id.clone() } else { schema.name.clone() },
        urn: schema.id.clone(),
    };
    let type_views = types.all().iter().map(|ty| TypeView {
        name: ty.name.clone(),
        description: ty.description.clone(),
        endpoint: ty.endpoint.clone(),
        schema: link(&ty.schema),
        extensions: ty.extensions.iter().map(|it| (link(&it.schema), it.required)).collect(),
        own: definitions.resource_types.iter().any(|own| own.name == ty.name && !own.extends_core()),
    });
    let schema_views = schemas.iter().map(|schema| SchemaView {
        link: link(schema),
        description: schema.description.clone(),
        count: crate::text::counted(i64::try_from(schema.attributes.len()).unwrap_or(i64::MAX), "attribute"),
        attributes: attributes(schema),
        extension: !types.all().iter().any(|ty| ty.schema.id == schema.id),
    });
    (type_views.collect(), schema_views.collect())
}

fn is_own(definitions: &Definitions, urn: &str) -> bool {
    definitions.schemas.iter().any(|schema| schema.id == urn)
}

fn attributes(schema: &Schema) -> Vec<AttributeView> {
    let mut views = Vec::new();
    for attribute in &schema.attributes {
        views.push(AttributeView::new("", attribute));
        let parent = format!("{}.", attribute.name);
        views.extend(attribute.sub_attributes.iter().map(|sub| AttributeView::new(&parent, sub)));
    }
    views
}

impl AttributeView {
    fn new(parent: &str, attribute: &Attribute) -> Self {
        let case = match attribute.kind {
            AttributeType::String | AttributeType::Binary | AttributeType::Reference if attribute.case_exact => "exact",
            AttributeType::String | AttributeType::Binary | AttributeType::Reference => "ignored",
            _ => "",
        };
        AttributeView {
            parent: parent.to_owned(),
            name: attribute.name.clone(),
            description: attribute.description.clone(),
            kind: kind(attribute.kind),
            multi_valued: attribute.multi_valued,
            required: attribute.required,
            mutability: match attribute.mutability {
                Mutability::ReadOnly => "readOnly",
                Mutability::ReadWrite => "readWrite",
                Mutability::Immutable => "immutable",
                Mutability::WriteOnly => "writeOnly",
            },
            returned: match attribute.returned {
                Returned::Always => "always",
                Returned::Never => "never",
                Returned::Default => "default",
                Returned::Request => "request",
            },
            uniqueness: match attribute.uniqueness {
                Uniqueness::None => "none",
                Uniqueness::Server => "server",
                Uniqueness::Global => "global",
            },
            case,
        }
    }
}

fn kind(kind: AttributeType) -> &'static str {
    match kind {
        AttributeType::String => "string",
        AttributeType::Boolean => "boolean",
        AttributeType::Decimal => "decimal",
        AttributeType::Integer => "integer",
        AttributeType::DateTime => "dateTime",
        AttributeType::Binary => "binary",
        AttributeType::Reference => "reference",
        AttributeType::Complex => "complex",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim_model::schema::ready;

    #[test]
    fn own_definitions_are_told_apart() {
        let (types, schemas) = offered(&Settings::default());
        assert_eq!(
            types.iter().map(|ty| (ty.name.as_str(), ty.own)).collect::<Vec<_>>(),
            [("User", false), ("Group", false)]
        );
        assert!(schemas.iter().all(|schema| !schema.link.own));

        let definitions = ready::named("devices").unwrap().definitions();
        let (types, schemas) = offered(&Settings { definitions, ..Settings::default() });
        let device = types.iter().find(|ty| ty.name == "Device").unwrap();
        assert!(device.own && device.schema.own && device.extensions.len() == 9);
        let ble = schemas.iter().find(|schema| schema.link.name == "BLE").unwrap();
        assert!(ble.link.own && ble.extension && ble.count == "7 attributes");
        let main = schemas.iter().find(|schema| schema.link == device.schema).unwrap();
        assert!(!main.extension);
        let anchors: Vec<&str> = schemas.iter().map(|schema| schema.link.anchor.as_str()).collect();
        assert_eq!((anchors[0], anchors.len()), ("schema-1", 14));
    }

    #[test]
    fn attributes_in_the_words_of_the_rfc() {
        let (_, schemas) = offered(&Settings::default());
        let find = |path: &str| {
            let all = schemas[0].attributes.iter();
            let found = all.clone().find(|view| format!("{}{}", view.parent, view.name) == path);
            found.cloned().unwrap_or_else(|| panic!("{path} of {}", all.len()))
        };
        let emails = find("emails");
        assert_eq!((emails.kind, emails.multi_valued, emails.case), ("complex", true, ""));
        let password = find("password");
        assert_eq!((password.mutability, password.returned, password.case), ("writeOnly", "never", "exact"));
        let user_name = find("userName");
        assert_eq!((user_name.uniqueness, user_name.case, user_name.required), ("server", "ignored", true));
        assert_eq!(find("x509Certificates.value").case, "exact");
    }
}

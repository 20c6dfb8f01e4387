//! The directory attributes that Rollcall knows by name, with the SCIM path that usually feeds each.

/// What a directory attribute holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeKind {
    Text,
    Boolean,
    /// The id of another person, as the client names it.
    Reference,
}

impl AttributeKind {
    /// The word shown beside the attribute.
    pub fn label(self) -> &'static str {
        match self {
            AttributeKind::Text => "text",
            AttributeKind::Boolean => "boolean",
            AttributeKind::Reference => "reference",
        }
    }
}

/// One entry of the list that an administrator chooses from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectoryAttribute {
    pub name: &'static str,
    pub label: &'static str,
    pub kind: AttributeKind,
    /// Offered when a row for this attribute is added.
    pub suggested_path: &'static str,
}

const fn text(name: &'static str, label: &'static str, suggested_path: &'static str) -> DirectoryAttribute {
    DirectoryAttribute { name, label, kind: AttributeKind::Text, suggested_path }
}

macro_rules! enterprise {
    ($name:literal) => {
        concat!("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:", $name)
    };
}

static CATALOGUE: [DirectoryAttribute; 30] = [
    text("userName", "User name", "userName"),
    text("givenName", "Given name", "name.givenName"),
    text("familyName", "Family name", "name.familyName"),
    text("email", "E-mail", "emails[type eq \"work\"].value"),
    text("displayName", "Display name", "displayName"),
    DirectoryAttribute { name: "active", label: "Active", kind: AttributeKind::Boolean, suggested_path: "active" },
    text("middleName", "Middle name", "name.middleName"),
    text("honorificPrefix", "Honorific prefix", "name.honorificPrefix"),
    text("honorificSuffix", "Honorific suffix", "name.honorificSuffix"),
    text("nickName", "Nickname", "nickName"),
    text("title", "Title", "title"),
    text("userType", "User type", "userType"),
    text("employeeNumber", "Employee number", enterprise!("employeeNumber")),
    text("department", "Department", enterprise!("department")),
    text("division", "Division", enterprise!("division")),
    text("organization", "Organization", enterprise!("organization")),
    text("costCenter", "Cost center", enterprise!("costCenter")),
    DirectoryAttribute {
        name: "manager",
        label: "Manager",
        kind: AttributeKind::Reference,
        suggested_path: enterprise!("manager.value"),
    },
    text("secondEmail", "Second e-mail", "emails[type eq \"home\"].value"),
    text("workPhone", "Work phone", "phoneNumbers[type eq \"work\"].value"),
    text("mobilePhone", "Mobile phone", "phoneNumbers[type eq \"mobile\"].value"),
    text("streetAddress", "Street address", "addresses[type eq \"work\"].streetAddress"),
    text("city", "City", "addresses[type eq \"work\"].locality"),
    text("region", "State or region", "addresses[type eq \"work\"].region"),
    text("postalCode", "Postal code", "addresses[type eq \"work\"].postalCode"),
    text("country", "Country", "addresses[type eq \"work\"].country"),
    text("locale", "Locale", "locale"),
    text("preferredLanguage", "Preferred language", "preferredLanguage"),
    text("timezone", "Time zone", "timezone"),
    text("profileUrl", "Profile URL", "profileUrl"),
];

/// Every directory attribute with a name of its own, in the order in which they are offered. Other names are custom
/// attributes of the tenant.
pub fn catalogue() -> &'static [DirectoryAttribute] {
    &CATALOGUE
}

//! The default mappings: which attribute of a user goes where, in a POST and in a PATCH.

use super::profile::{AppRole, EntraUser, Roles};
use crate::message::{CORE_USER, ENTERPRISE_USER};
use serde_json::{Value, json};

/// What the service makes of the type of a role.
const ROLE_TYPE: &str = "WindowsAzureActiveDirectoryRole";

/// The target attributes with their values; what is null is left out. Without the manager, which is a request of its own.
pub(super) fn mapped(user: &EntraUser) -> Vec<(String, Value)> {
    let mut mapped: Vec<(String, Value)> = Vec::new();
    let mut push = |path: &str, value: Option<&str>| {
        if let Some(value) = value {
            mapped.push((path.to_owned(), json!(value)));
        }
    };
    push("userName", Some(&user.user_name));
    push("externalId", Some(&user.mail_nickname));
    push("displayName", Some(&user.display_name));
    push("title", user.title.as_deref());
    push("emails[type eq \"work\"].value", user.work_email.as_deref());
    push("preferredLanguage", user.preferred_language.as_deref());
    push("name.givenName", Some(&user.given_name));
    push("name.familyName", Some(&user.family_name));
    push("name.formatted", Some(&user.display_name));
    if let Some(address) = &user.address {
        push("addresses[type eq \"work\"].streetAddress", Some(&address.street_address));
        push("addresses[type eq \"work\"].locality", Some(&address.locality));
        push("addresses[type eq \"work\"].region", Some(&address.region));
        push("addresses[type eq \"work\"].postalCode", Some(&address.postal_code));
        push("addresses[type eq \"work\"].country", Some(&address.country));
    }
    push("phoneNumbers[type eq \"work\"].value", user.work_phone.as_deref());
    push("phoneNumbers[type eq \"mobile\"].value", user.mobile_phone.as_deref());
    push(&format!("{ENTERPRISE_USER}:employeeNumber"), user.employee_number.as_deref());
    push(&format!("{ENTERPRISE_USER}:department"), user.department.as_deref());
    if let Roles::One(role) = &user.roles {
        push("roles[primary eq \"True\"].value", Some(role));
        push("roles[primary eq \"True\"].display", Some(role));
        push("roles[primary eq \"True\"].type", Some(ROLE_TYPE));
    }
    if let Roles::Several(roles) = &user.roles {
        mapped.push(("roles".to_owned(), roles.iter().map(complex).collect()));
    }
    mapped.insert(1, ("active".to_owned(), json!(user.active)));
    mapped
}

/// The POST: nulls for what is mapped and empty, `meta`, and `roles` in any case.
pub(super) fn create(user: &EntraUser) -> Value {
    let list = |entries: Vec<Value>| if entries.is_empty() { Value::Null } else { Value::Array(entries) };
    let of_type = |kind: &str, value: &Option<String>| {
        value.as_ref().map(|value| json!({"type": kind, "value": value, "primary": kind == "work"}))
    };
    let addresses = user.address.iter().map(|address| {
        json!({
            "type": "work", "streetAddress": address.street_address, "locality": address.locality, "region": address.region,
            "postalCode": address.postal_code, "country": address.country,
        })
    });
    let roles: Vec<Value> = match &user.roles {
        Roles::None => Vec::new(),
        Roles::One(role) => vec![json!({"primary": "True", "value": role, "display": role, "type": ROLE_TYPE})],
        Roles::Several(roles) => roles.iter().map(complex).collect(),
    };
    let phones = [of_type("work", &user.work_phone), of_type("mobile", &user.mobile_phone)];
    let mut body = json!({
        "schemas": [CORE_USER, ENTERPRISE_USER],
        "externalId": user.mail_nickname,
        "userName": user.user_name,
        "active": user.active,
        "addresses": list(addresses.collect()),
        "displayName": user.display_name,
        "emails": list(of_type("work", &user.work_email).into_iter().collect()),
        "meta": {"resourceType": "User"},
        "name": {"formatted": user.display_name, "familyName": user.family_name, "givenName": user.given_name},
        "phoneNumbers": list(phones.into_iter().flatten().collect()),
        "preferredLanguage": user.preferred_language,
        "title": user.title,
        "roles": roles,
    });
    let enterprise = [("employeeNumber", &user.employee_number), ("department", &user.department)];
    for (name, value) in enterprise {
        if let Some(value) = value {
            body[ENTERPRISE_USER][name] = json!(value);
        }
    }
    body
}

/// A role as JSON text in the value.
fn complex(role: &AppRole) -> Value {
    let text = json!({"id": role.id, "value": role.value, "displayName": role.display_name}).to_string();
    json!({"value": text, "display": role.display_name})
}

//! The JSON template of a user, as administrators leave it behind.

use crate::client::Person;
use crate::message::{CORE_USER, ENTERPRISE_USER};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Something that is wrong in templates that people use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Defect {
    /// `urn:scim:schemas:core:1.0` and the extension likewise.
    SchemasOfVersion1,
    /// `urn:scim:schemas:core:2.0` and the extension likewise.
    SchemasOfDraft2,
    /// `emails` is one object.
    EmailsAsObject,
    /// No e-mail is primary.
    NoPrimary,
    /// `id: null`.
    NullId,
    /// `meta` is there.
    Meta,
    /// The manager is `{managerId, displayName}`.
    ManagerId,
    /// `active` is text.
    ActiveAsText,
}

/// A template with the defects it has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    defects: BTreeSet<Defect>,
}

impl Template {
    /// A template as it should be.
    pub fn sound() -> Self {
        Self::default()
    }

    /// A template with these defects; of two versions of the schemas the newer counts.
    pub fn with(defects: &[Defect]) -> Self {
        Self { defects: defects.iter().copied().collect() }
    }

    /// The body of a user, whose manager OneLogin knows by an id of its own.
    pub(super) fn user(&self, person: &Person, active: bool) -> Value {
        let has = |defect| self.defects.contains(&defect);
        let (core, enterprise) = if has(Defect::SchemasOfDraft2) {
            ("urn:scim:schemas:core:2.0", "urn:scim:schemas:extension:enterprise:2.0")
        } else if has(Defect::SchemasOfVersion1) {
            ("urn:scim:schemas:core:1.0", "urn:scim:schemas:extension:enterprise:1.0")
        } else {
            (CORE_USER, ENTERPRISE_USER)
        };
        let mut email = json!({"value": person.email, "type": "work"});
        if !has(Defect::NoPrimary) {
            email["primary"] = json!(true);
        }
        let mut body = json!({
            "schemas": [core, enterprise],
            "userName": person.user_name,
            "externalId": person.id,
            "displayName": person.display_name(),
            "name": {"givenName": person.given_name, "familyName": person.family_name},
            "emails": if has(Defect::EmailsAsObject) { email } else { json!([email]) },
            "active": if has(Defect::ActiveAsText) { json!(active.to_string()) } else { json!(active) },
        });
        body[enterprise] = if has(Defect::ManagerId) {
            json!({"department": "Engines", "manager": {"managerId": "9000", "displayName": "Charles Babbage"}})
        } else {
            json!({"department": "Engines", "manager": {"value": "9000"}})
        };
        if has(Defect::NullId) {
            body["id"] = Value::Null;
        }
        if has(Defect::Meta) {
            body["meta"] = json!({"resourceType": "User"});
        }
        body
    }
}

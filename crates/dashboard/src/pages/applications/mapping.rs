//! `/t/{slug}/applications/{id}/mapping`: which SCIM path feeds which directory attribute. Adding and removing a row are
//! submit buttons of the same form, so they work without scripts and keep what was typed.

use super::ApplicationHead;
use super::{Step, open};
use crate::shell::Notice;
use crate::shell::Shell;
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use crate::web::failure::PageFailure;
use crate::web::fields::Fields;
use crate::web::protected::{Form, Protected};
use ::mapping::{Field, Mapping, RowError, Rule, catalogue, is_required};
use actix_web::http::StatusCode;
use askama::Template;
use registry::{Application, Error, Settings};
use scim_model::schema::{Attribute, Returned};

/// The page.
#[derive(Template)]
#[template(path = "pages/applications/mapping.html")]
pub struct MappingPage {
    pub shell: Shell,
    pub application: ApplicationHead,
    /// The revision of the settings that the rows were read from.
    pub revision: i64,
    pub rows: Vec<RuleRow>,
    /// What the left-hand select offers.
    pub attributes: Vec<AttributeOption>,
    /// Paths that the right-hand field suggests.
    pub suggestions: Vec<String>,
    /// Something is wrong with the whole: saved by somebody else in between, or rows with errors.
    pub error: String,
    /// The rows differ from what is saved, so that leaving loses work.
    pub changed: bool,
}

/// A directory attribute that can be chosen.
#[derive(Clone)]
pub struct AttributeOption {
    pub name: String,
    pub label: String,
}

/// One rule.
#[derive(Clone, Default)]
pub struct RuleRow {
    pub attribute: String,
    /// Its label, for a required row.
    pub label: String,
    /// Not one of the catalogue: its name is typed.
    pub custom: bool,
    pub path: String,
    /// Cannot be removed, nor fed into another attribute.
    pub required: bool,
    /// Just added: takes the focus.
    pub added: bool,
    pub attribute_error: String,
    pub path_error: String,
}

/// The rows as they were sent, and what is to be done with them.
pub struct MappingForm {
    revision: i64,
    rows: Vec<RuleRow>,
    act: Act,
}

enum Act {
    Save,
    Add,
    Remove(usize),
}

impl Form for MappingForm {
    fn read(fields: &Fields) -> Self {
        let cells = fields.all("attribute").zip(fields.all("custom")).zip(fields.all("path"));
        let rows = cells.map(|((attribute, custom), path)| RuleRow::new(attribute, custom, path)).collect();
        let act = match (fields.text("remove").parse(), fields.text("act")) {
            (Ok(row), _) => Act::Remove(row),
            (_, "add") => Act::Add,
            _ => Act::Save,
        };
        MappingForm { revision: fields.text("revision").parse().unwrap_or(0), rows, act }
    }
}

impl RuleRow {
    /// A row from its three cells; `custom` counts when the select says `custom`.
    fn new(attribute: &str, custom: &str, path: &str) -> Self {
        let attribute = if attribute == "custom" { custom } else { attribute }.trim();
        let known = catalogue().iter().find(|known| known.name == attribute);
        RuleRow {
            attribute: attribute.to_owned(),
            label: known.map_or("", |known| known.label).to_owned(),
            custom: known.is_none() && !attribute.is_empty(),
            path: path.trim().to_owned(),
            required: is_required(attribute),
            ..RuleRow::default()
        }
    }

    fn is_blank(&self) -> bool {
        self.attribute.is_empty() && self.path.is_empty()
    }
}

impl MappingPage {
    async fn build(administrator: &Administrator) -> Result<(Self, Application), PageFailure> {
        let (application, shell, head) = open(administrator, Step::Mapping).await?;
        let saved = &application.settings.mapping.users;
        let optional = catalogue().iter().filter(|known| !is_required(known.name));
        let page = MappingPage {
            shell,
            application: head,
            revision: application.settings_revision,
            rows: saved.iter().map(|rule| RuleRow::new(&rule.attribute, &rule.attribute, &rule.path)).collect(),
            attributes: optional
                .map(|known| AttributeOption { name: known.name.to_owned(), label: known.label.to_owned() })
                .collect(),
            suggestions: suggestions(&application.settings),
            error: String::new(),
            changed: false,
        };
        Ok((page, application))
    }

    /// The rules to save; blank rows are left out. Beside each, the place of its row on the page.
    fn rules(&self) -> (Vec<Rule>, Vec<usize>) {
        let filled = self.rows.iter().enumerate().filter(|(_, row)| !row.is_blank());
        filled.map(|(place, row)| (Rule::new(&row.attribute, &row.path), place)).unzip()
    }

    /// Puts each message beside its cell.
    fn show_errors(&mut self, errors: Vec<RowError>, places: &[usize]) {
        self.error = match errors.len() {
            1 => "1 row needs attention. Nothing was saved.".to_owned(),
            many => format!("{many} cells need attention. Nothing was saved."),
        };
        for error in errors {
            let row = places.get(error.row).and_then(|place| self.rows.get_mut(*place));
            let Some(row) = row else {
                self.error = error.message;
                continue;
            };
            match error.field {
                Field::Attribute => row.attribute_error = error.message,
                Field::Path => row.path_error = error.message,
            }
        }
    }
}

/// Paths to choose from: first those of extensions that the application added to users, which nobody knows by heart.
fn suggestions(settings: &Settings) -> Vec<String> {
    let types = settings.resource_types();
    let is_own = |urn: &str| settings.definitions.schemas.iter().any(|schema| schema.id == urn);
    let own = types.user().extensions.iter().map(|extension| &extension.schema).filter(|schema| is_own(&schema.id));
    let own = own.flat_map(|schema| schema.attributes.iter().flat_map(|attribute| paths(&schema.id, attribute)));
    own.chain(catalogue().iter().map(|known| known.suggested_path.to_owned())).collect()
}

/// The single values of an attribute that can be mapped.
fn paths(urn: &str, attribute: &Attribute) -> Vec<String> {
    let readable = |attribute: &Attribute| attribute.returned != Returned::Never;
    if !readable(attribute) {
        return Vec::new();
    }
    if attribute.is_complex() {
        let subs = attribute.sub_attributes.iter().filter(|sub| readable(sub) && !sub.multi_valued);
        return subs.map(|sub| format!("{urn}:{}.{}", attribute.name, sub.name)).collect();
    }
    if attribute.multi_valued { Vec::new() } else { vec![format!("{urn}:{}", attribute.name)] }
}

/// Beside a form that somebody else overtook.
const STALE: &str = "Somebody saved this application in the meantime. What you entered is still here: open the page anew to \
                     see what is saved now, or save again to put yours in its place.";

/// `GET …/mapping`
pub async fn show(administrator: Administrator) -> Answer {
    administrator.page(&MappingPage::build(&administrator).await?.0)
}

/// `POST …/mapping`
pub async fn submit(administrator: Administrator, Protected(form): Protected<MappingForm>) -> Answer {
    administrator.must_change()?;
    let (mut page, application) = MappingPage::build(&administrator).await?;
    page.rows = form.rows;
    page.changed = true;
    match form.act {
        Act::Add => {
            page.revision = form.revision;
            page.rows.push(RuleRow { added: true, ..RuleRow::default() });
            return administrator.page(&page);
        }
        Act::Remove(row) => {
            page.revision = form.revision;
            if page.rows.get(row).is_some_and(|row| !row.required) {
                page.rows.remove(row);
            }
            return administrator.page(&page);
        }
        Act::Save => {}
    }
    let (users, places) = page.rules();
    let settings = Settings { mapping: Mapping { users }, ..application.settings };
    let id = application.id.as_str();
    match administrator.registry().save_settings(&administrator.scope, id, form.revision, settings).await {
        Ok(_) => Ok(administrator.see_other(&format!("{}/mapping", page.application.base), Notice::MappingSaved)),
        Err(Error::Mapping(errors)) => {
            page.revision = form.revision;
            page.show_errors(errors, &places);
            administrator.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(Error::Stale) => {
            page.error = STALE.to_owned();
            administrator.page_with(StatusCode::CONFLICT, &page)
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
impl MappingPage {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let rule = |attribute: &str, label: &str, path: &str, required| RuleRow {
            attribute: attribute.into(),
            label: label.into(),
            path: path.into(),
            required,
            ..RuleRow::default()
        };
        let page = || MappingPage {
            shell: Shell::sample(crate::shell::Section::Applications),
            application: ApplicationHead::sample(super::Step::Mapping),
            revision: 3,
            rows: vec![
                rule("userName", "User name", "userName", true),
                rule("givenName", "Given name", "name.givenName", true),
                rule("familyName", "Family name", "name.familyName", true),
                rule("email", "E-mail", "emails[type eq \"work\"].value", true),
                rule("displayName", "Display name", "displayName", true),
                rule("active", "Active", "active", true),
                rule("title", "Job title", "title", false),
                rule(
                    "department",
                    "Department",
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
                    false,
                ),
                RuleRow { custom: true, ..rule("badgeNumber", "", "employeeNumber", false) },
            ],
            attributes: [("title", "Job title"), ("department", "Department"), ("mobilePhone", "Mobile phone")]
                .map(|(name, label)| AttributeOption { name: name.into(), label: label.into() })
                .to_vec(),
            suggestions: ["title", "nickName", "emails[primary eq true].value"].map(str::to_owned).to_vec(),
            error: String::new(),
            changed: false,
        };
        let mut wrong = page();
        wrong.rows[6].path_error = "“titel” is not an attribute of a SCIM user. Did you mean title?".into();
        wrong.rows[6].path = "titel".into();
        wrong.rows[8].attribute_error = "Start with a small letter; letters and digits only.".into();
        wrong.rows[8].attribute = "Badge number".into();
        wrong.error = "2 rows need attention. Nothing was saved.".into();
        wrong.changed = true;
        let mut support = page();
        support.shell.may_change = false;
        vec![("saved", page()), ("wrong", wrong), ("support", support)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim_model::schema::Definitions;

    #[test]
    fn what_is_suggested_can_be_mapped() {
        let urn = "urn:example:params:scim:schemas:extension:badge:2.0:User";
        let json = format!(
            r#"[{{ "id": "{urn}", "attributes": [
                    {{ "name": "number" }},
                    {{ "name": "pin", "mutability": "writeOnly", "returned": "never" }},
                    {{ "name": "doors", "multiValued": true }},
                    {{ "name": "office", "type": "complex", "subAttributes": [{{ "name": "floor" }}, {{ "name": "code", "returned": "never" }}] }}] }},
                {{ "name": "User", "endpoint": "/Users", "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
                   "schemaExtensions": [{{ "schema": "{urn}" }}] }}]"#
        );
        let settings = Settings { definitions: Definitions::parse(json.as_bytes()).unwrap(), ..Settings::default() };
        let suggested = suggestions(&settings);
        let own: Vec<&String> = suggested.iter().filter(|path| path.starts_with(urn)).collect();
        assert_eq!(own, [&format!("{urn}:number"), &format!("{urn}:office.floor")]);
        assert_eq!(suggested[0], format!("{urn}:number"), "before those that everybody knows");
        let mut mapping = Mapping::default();
        for (index, path) in own.into_iter().enumerate() {
            mapping.users.push(Rule::new(&format!("custom{index}"), path));
        }
        assert_eq!(mapping.check(settings.resource_types().user()), Ok(()));
    }
}

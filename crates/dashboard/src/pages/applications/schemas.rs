//! `/t/{slug}/applications/{id}/schemas`: the resource types and schemas that the client is offered, and a form for the
//! application's own, as JSON or ready-made. Deliberately not here: what makes sense (`scim_model`) and what resources
//! that are there allow (`registry`); the page shows what they say.

use super::ApplicationHead;
use super::{Step, open};
use crate::schema_view::{self, SchemaView, TypeView};
use crate::shell::Notice;
use crate::shell::Shell;
use crate::text;
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use crate::web::failure::PageFailure;
use crate::web::fields::Fields;
use crate::web::protected::{Form, Protected};
use actix_web::http::StatusCode;
use askama::Template;
use registry::{Application, Error, Settings};
use scim_model::discovery;
use scim_model::schema::{DefinitionProblem, Definitions, ready};

/// The page.
#[derive(Template)]
#[template(path = "pages/applications/schemas.html")]
pub struct SchemasPage {
    pub shell: Shell,
    pub application: ApplicationHead,
    /// The revision of the settings that the definitions were read from.
    pub revision: i64,
    pub types: Vec<TypeRow>,
    pub schemas: Vec<SchemaView>,
    pub ready: Vec<ReadyRow>,
    /// The application's own definitions as the form takes them; empty without any.
    pub own: String,
    /// What was typed, or chosen as a file.
    pub json: String,
    /// Why nothing was saved; empty when there is nothing to say.
    pub error: String,
    pub problems: Vec<ProblemRow>,
    /// The reason is in what was typed, so that its field says so.
    pub invalid: bool,
}

/// A resource type with the resources of it.
pub struct TypeRow {
    pub view: TypeView,
    /// `3`, `4,812`
    pub resources: String,
    /// Where they are listed.
    pub href: String,
}

/// A set that can be added by name.
pub struct ReadyRow {
    pub name: &'static str,
    pub title: &'static str,
    pub sentence: &'static str,
    /// The application has all of it.
    pub added: bool,
}

/// One thing that is wrong: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemRow {
    pub place: String,
    pub problem: String,
}

/// Definitions, typed or chosen as a file.
pub struct DefinitionsForm {
    revision: i64,
    json: Vec<u8>,
}

/// The name of a ready-made set.
pub struct ReadyForm {
    revision: i64,
    name: String,
}

impl Form for DefinitionsForm {
    fn read(fields: &Fields) -> Self {
        // A file was chosen for this very submission; the text may have stood there before.
        let json = fields.file("file").unwrap_or(fields.text("json").as_bytes());
        DefinitionsForm { revision: fields.text("revision").parse().unwrap_or(0), json: json.to_vec() }
    }
}

impl Form for ReadyForm {
    fn read(fields: &Fields) -> Self {
        ReadyForm { revision: fields.text("revision").parse().unwrap_or(0), name: fields.trimmed("name") }
    }
}

impl From<DefinitionProblem> for ProblemRow {
    fn from(problem: DefinitionProblem) -> Self {
        ProblemRow { place: problem.place, problem: problem.problem }
    }
}

impl SchemasPage {
    async fn build(administrator: &Administrator) -> Result<(Self, Application), PageFailure> {
        let (application, shell, head) = open(administrator, Step::Schemas).await?;
        let id = application.id.as_str();
        let counts = administrator.dashboard().provisioning.resource_counts(&administrator.scope, id).await?;
        let (types, schemas) = schema_view::offered(&application.settings);
        let base = administrator.base();
        let row = |view: TypeView| TypeRow {
            resources: text::number(counts.get(&view.name).copied().unwrap_or(0)),
            href: match view.name.as_str() {
                "User" => text::address(&format!("{base}/users"), &[("application", id)]),
                "Group" => text::address(&format!("{base}/groups"), &[("application", id)]),
                name => text::address(&format!("{}/resources", head.base), &[("type", name)]),
            },
            view,
        };
        let own = &application.settings.definitions;
        let page = SchemasPage {
            shell,
            revision: application.settings_revision,
            types: types.into_iter().map(row).collect(),
            schemas,
            ready: ready::all().iter().map(|set| ReadyRow::new(set, own)).collect(),
            own: if own.is_empty() { String::new() } else { discovery::definitions(own) },
            json: String::new(),
            error: String::new(),
            problems: Vec::new(),
            invalid: false,
            application: head,
        };
        Ok((page, application))
    }

    fn refused(&mut self, error: &str, problems: Vec<ProblemRow>) {
        self.error = error.to_owned();
        self.problems = problems;
    }
}

impl ReadyRow {
    fn new(set: &'static ready::ReadyDefinitions, own: &Definitions) -> Self {
        let definitions = set.definitions();
        let urns = definitions.schemas.iter().map(|schema| &schema.id);
        let added = urns.chain(definitions.resource_types.iter().map(|ty| &ty.name)).all(|name| own.has(name));
        ReadyRow { name: set.name, title: set.title, sentence: set.sentence, added }
    }
}

/// What the registry said against definitions: a heading and the list below it. `None` for anything else.
pub fn refusal(error: Error) -> Result<(&'static str, Vec<ProblemRow>), Error> {
    match error {
        Error::Definitions(problems) => Ok((WRONG, problems.into_iter().map(ProblemRow::from).collect())),
        Error::DefinitionsInUse(problems) => Ok((IN_USE, problems.into_iter().map(ProblemRow::from).collect())),
        Error::Mapping(rows) => {
            let row = |row: ::mapping::RowError| ProblemRow {
                place: format!("Attribute mapping, row {}", row.row + 1),
                problem: row.message,
            };
            Ok((MAPPED, rows.into_iter().map(row).collect()))
        }
        other => Err(other),
    }
}

const WRONG: &str = "Nothing was saved. Mend this and send it again:";
const IN_USE: &str = "Nothing was saved: resources that are there must go on following their schemas. Only add to what is \
                      in use, or have the client delete its resources first.";
const MAPPED: &str = "Nothing was saved: the attribute mapping would lose paths that it uses. Change its rows first.";
const EMPTY: &str = "Paste the JSON of your definitions, or choose a file.";

/// Beside a form that somebody else overtook.
const STALE: &str = "Somebody saved this application in the meantime. The page shows what is offered now, and what you \
                     entered is still here: look at both and send it again.";

/// `GET …/schemas`
pub async fn show(administrator: Administrator) -> Answer {
    administrator.page(&SchemasPage::build(&administrator).await?.0)
}

/// `POST …/schemas`
pub async fn submit(administrator: Administrator, Protected(form): Protected<DefinitionsForm>) -> Answer {
    administrator.must_change()?;
    let json = String::from_utf8_lossy(&form.json).into_owned();
    let parsed = match form.json.trim_ascii().is_empty() {
        true => Err((EMPTY, vec![])),
        false => Definitions::parse(&form.json).map_err(|problem| (WRONG, vec![problem.into()])),
    };
    match parsed {
        Ok(added) => add(&administrator, form.revision, added, json).await,
        Err((error, problems)) => {
            let (mut page, _) = SchemasPage::build(&administrator).await?;
            page.refused(error, problems);
            (page.revision, page.json, page.invalid) = (form.revision, json, true);
            administrator.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// `POST …/schemas/ready`
pub async fn add_ready(administrator: Administrator, Protected(form): Protected<ReadyForm>) -> Answer {
    administrator.must_change()?;
    let set = ready::named(&form.name).ok_or(PageFailure::NotFound)?;
    add(&administrator, form.revision, set.definitions(), String::new()).await
}

async fn add(administrator: &Administrator, revision: i64, added: Definitions, json: String) -> Answer {
    let (mut page, application) = SchemasPage::build(administrator).await?;
    page.json = json;
    let definitions = application.settings.definitions.clone().with(added);
    let settings = Settings { definitions, ..application.settings };
    let id = application.id.as_str();
    let error = match administrator.registry().save_settings(&administrator.scope, id, revision, settings).await {
        Ok(_) => {
            return Ok(administrator.see_other(&format!("{}/schemas", page.application.base), Notice::SchemasSaved));
        }
        Err(error) => error,
    };
    let status = match error {
        Error::Stale => {
            page.error = STALE.to_owned();
            StatusCode::CONFLICT
        }
        error => {
            let (error, problems) = refusal(error)?;
            page.refused(error, problems);
            (page.revision, page.invalid) = (revision, !page.json.is_empty());
            StatusCode::UNPROCESSABLE_ENTITY
        }
    };
    administrator.page_with(status, &page)
}

#[cfg(test)]
impl SchemasPage {
    /// A page with these definitions.
    fn sample(definitions: Definitions) -> Self {
        let settings = Settings { definitions, ..Settings::default() };
        let (types, schemas) = schema_view::offered(&settings);
        let own = &settings.definitions;
        let row = |view: TypeView| TypeRow {
            resources: if view.own { "3".into() } else { "4,812".into() },
            href: "/t/northwind/applications/k3v9q2m7x1ab/resources?type=Device".into(),
            view,
        };
        SchemasPage {
            shell: Shell::sample(crate::shell::Section::Applications),
            application: ApplicationHead::sample(Step::Schemas),
            revision: 3,
            types: types.into_iter().map(row).collect(),
            schemas,
            ready: ready::all().iter().map(|set| ReadyRow::new(set, own)).collect(),
            own: if own.is_empty() { String::new() } else { discovery::definitions(own) },
            json: String::new(),
            error: String::new(),
            problems: Vec::new(),
            invalid: false,
        }
    }

    pub fn samples() -> Vec<(&'static str, Self)> {
        let devices = || ready::named("devices").unwrap().definitions();
        let problem = |place: &str, problem: &str| ProblemRow { place: place.into(), problem: problem.into() };
        let mut wrong = Self::sample(Definitions::default());
        wrong.json = "[\n  { \"id\": \"urn:example:Badge\", \"name\": \"Badge\", \"attributes\": [{ \"name\": \"badge number\" }] }\n]".into();
        let name = "a name begins with a letter and has only letters, digits, hyphen and underscore (RFC 7643 §2.1)";
        let unused = "no resource type uses it: add a ResourceType that names it as its schema or in schemaExtensions";
        wrong.refused(
            WRONG,
            vec![problem("urn:example:Badge: badge number", name), problem("urn:example:Badge", unused)],
        );
        wrong.invalid = true;
        let mut stale = Self::sample(devices());
        stale.error = STALE.into();
        let mut support = Self::sample(devices());
        support.shell.may_change = false;
        support.shell.role = "Support";
        vec![
            ("none", Self::sample(Definitions::default())),
            ("devices", Self::sample(devices())),
            ("wrong", wrong),
            ("stale", stale),
            ("support", support),
        ]
    }
}

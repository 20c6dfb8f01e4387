//! `/t/{slug}/applications/{id}/features`: what the client may do, each with the sentence of what will happen.

use super::ApplicationHead;
use super::{Step, open};
use crate::shell::Notice;
use crate::shell::Shell;
use crate::web::administrator::Administrator;
use crate::web::answer::Answer;
use crate::web::failure::PageFailure;
use crate::web::fields::Fields;
use crate::web::protected::{Form, Protected};
use actix_web::http::StatusCode;
use askama::Template;
use registry::{Application, Error, Feature, Features, Settings};

/// The page.
#[derive(Template)]
#[template(path = "pages/applications/features.html")]
pub struct FeaturesPage {
    pub shell: Shell,
    pub application: ApplicationHead,
    pub revision: i64,
    pub features: Vec<FeatureRow>,
    pub error: String,
}

/// One toggle.
#[derive(Clone)]
pub struct FeatureRow {
    pub name: &'static str,
    pub label: &'static str,
    pub on: bool,
    pub when_on: &'static str,
    pub when_off: &'static str,
    /// The first one about the protocol, under a heading of its own.
    pub starts_protocol: bool,
}

impl FeaturesPage {
    /// Okta's certification test expects a deactivated user to be found again.
    pub fn deletes(&self) -> bool {
        self.features.iter().any(|feature| feature.name == "delete-deactivated-users" && feature.on)
    }
}

/// The features that are to be on.
pub struct FeaturesForm {
    revision: i64,
    on: Vec<Feature>,
}

impl Form for FeaturesForm {
    fn read(fields: &Fields) -> Self {
        FeaturesForm {
            revision: fields.text("revision").parse().unwrap_or(0),
            on: fields.all("feature").filter_map(|name| name.parse().ok()).collect(),
        }
    }
}

fn rows(features: Features) -> Vec<FeatureRow> {
    let first_about_protocol = Feature::ALL.into_iter().find(|feature| feature.is_about_protocol());
    let row = |feature: Feature| FeatureRow {
        name: feature.name(),
        label: feature.label(),
        on: features.is_on(feature),
        when_on: feature.sentence(true),
        when_off: feature.sentence(false),
        starts_protocol: Some(feature) == first_about_protocol,
    };
    Feature::ALL.into_iter().map(row).collect()
}

async fn build(administrator: &Administrator) -> Result<(FeaturesPage, Application), PageFailure> {
    let (application, shell, head) = open(administrator, Step::Features).await?;
    let page = FeaturesPage {
        shell,
        application: head,
        revision: application.settings_revision,
        features: rows(application.settings.features),
        error: String::new(),
    };
    Ok((page, application))
}

/// Beside a form that somebody else overtook.
const STALE: &str =
    "Somebody saved these features in the meantime. They are shown as they are now: make your change again.";

/// `GET …/features`
pub async fn show(administrator: Administrator) -> Answer {
    administrator.page(&build(&administrator).await?.0)
}

/// `POST …/features`
pub async fn submit(administrator: Administrator, Protected(form): Protected<FeaturesForm>) -> Answer {
    administrator.must_change()?;
    let (page, application) = build(&administrator).await?;
    let mut settings: Settings = application.settings;
    for feature in Feature::ALL {
        settings.features.set(feature, form.on.contains(&feature));
    }
    let id = application.id.as_str();
    match administrator.registry().save_settings(&administrator.scope, id, form.revision, settings).await {
        Ok(_) => Ok(administrator.see_other(&format!("{}/features", page.application.base), Notice::FeaturesSaved)),
        Err(Error::Stale) => {
            // Read again: the switches that were sent would undo what the other person saved.
            let (mut page, _) = build(&administrator).await?;
            page.error = STALE.to_owned();
            administrator.page_with(StatusCode::CONFLICT, &page)
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
impl FeaturesPage {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let page = |delete: bool| FeaturesPage {
            shell: Shell::sample(crate::shell::Section::Applications),
            application: ApplicationHead::sample(super::Step::Features),
            revision: 3,
            features: {
                let mut features = Features::default();
                features.set(Feature::DeleteDeactivatedUsers, delete);
                rows(features)
            },
            error: String::new(),
        };
        let mut stale = page(true);
        stale.error =
            "Somebody saved this application in the meantime. Your choices are still here: check them and save again."
                .into();
        let mut support = page(false);
        support.shell.may_change = false;
        vec![("defaults", page(false)), ("stale", stale), ("support", support)]
    }
}

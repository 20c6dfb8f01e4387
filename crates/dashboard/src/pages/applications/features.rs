//! `/t/{slug}/applications/{id}/features`: what the client may do, each with the sentence of what will happen.

use super::ApplicationHead;
use crate::shell::Shell;
use askama::Template;

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
}

impl FeaturesPage {
    /// Okta's certification test expects a deactivated user to be found again.
    pub fn deletes(&self) -> bool {
        self.features.iter().any(|feature| feature.name == "delete-deactivated-users" && feature.on)
    }
}

#[cfg(test)]
impl FeaturesPage {
    pub fn samples() -> Vec<(&'static str, Self)> {
        let row = |name, label, on, when_on, when_off| FeatureRow { name, label, on, when_on, when_off };
        let page = |delete: bool| FeaturesPage {
            shell: Shell::sample(crate::shell::Section::Applications),
            application: ApplicationHead::sample(super::Step::Features),
            revision: 3,
            features: vec![
                row("import-users", "Import users", true, "The client may read every user and group.", "The client may look up single users, but not list them all."),
                row("create-users", "Create users", true, "A user assigned at the source is created here.", "A request to create a user is refused."),
                row("deactivate-users", "Deactivate users", true, "A user deactivated at the source is deactivated here.", "A request to deactivate a user is refused."),
                row("delete-deactivated-users", "Delete the Deactivated users", delete, "A user deactivated, unassigned or deleted at the source is deleted here.", "A user deactivated, unassigned or deleted at the source is disabled here."),
                row("push-groups", "Push groups", true, "Groups and their members follow the source.", "Every write on a group is refused."),
                row("sync-password", "Sync password", false, "A password that the client sends is stored, hashed.", "A password that the client sends is ignored."),
            ],
            error: String::new(),
        };
        let mut stale = page(true);
        stale.error = "Somebody saved this application in the meantime. Your choices are still here: check them and save again.".into();
        let mut support = page(false);
        support.shell.may_change = false;
        vec![("defaults", page(false)), ("stale", stale), ("support", support)]
    }
}

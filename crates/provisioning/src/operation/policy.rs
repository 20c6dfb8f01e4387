//! The provisioning features as rules: what an administrator switched off is refused, with a readable reason. So is what a
//! user may not do with a credential of their own (RFC 7644 §3.11).

use registry::{AppScope, Feature};
use scim_model::diff::Change;

use crate::error::Error;

/// Refuses unless the feature is on.
pub(super) fn require(scope: &AppScope, feature: Feature) -> Result<(), Error> {
    if scope.settings().features.is_on(feature) {
        Ok(())
    } else {
        Err(Error::FeatureOff { feature, application: scope.application_name().to_owned() })
    }
}

/// What of a user its own credential may not change: whether the account is there, what it is called, and what it may do.
const NOT_BY_USER: [&str; 5] = ["active", "userName", "externalId", "roles", "entitlements"];

/// Refuses a change of what a user may not change themselves. What they send back as it was is no change.
pub(super) fn require_for_own_change(scope: &AppScope, changes: &[Change]) -> Result<(), Error> {
    let forbidden = changes.iter().find(|change| NOT_BY_USER.contains(&change.path.as_str()));
    match (scope.subject(), forbidden) {
        (Some(_), Some(change)) => Err(Error::NotByUser { what: format!("{} cannot be changed", change.path) }),
        _ => Ok(()),
    }
}

/// As [`require_for_own_change`], for what the attribute mapping makes of a change: users are not to rename themselves in
/// the directory by an attribute that their name is taken from.
pub(super) fn require_for_own_person(scope: &AppScope, changes: &[crate::event::record::Change]) -> Result<(), Error> {
    let names = ["directory userName", "directory active"];
    let forbidden = changes.iter().find(|change| names.contains(&change.field.as_str()));
    match (scope.subject(), forbidden) {
        (Some(_), Some(change)) => {
            let what = format!("The {}, which the attribute mapping takes from here, cannot be changed", change.field);
            Err(Error::NotByUser { what })
        }
        _ => Ok(()),
    }
}

/// Refuses a user's own credential whatever the request says.
pub(super) fn require_application(scope: &AppScope, what: &str) -> Result<(), Error> {
    match scope.subject() {
        Some(_) => Err(Error::NotByUser { what: what.to_owned() }),
        None => Ok(()),
    }
}

/// Which feature a change of a user needs: a change of `active` is *Deactivate users*, everything else *Update users*.
pub(super) fn require_for_user_change(scope: &AppScope, changes: &[Change]) -> Result<(), Error> {
    if changes.iter().any(|change| change.path == "active") {
        require(scope, Feature::DeactivateUsers)?;
    }
    if changes.iter().any(|change| change.path != "active") {
        require(scope, Feature::UpdateUsers)?;
    }
    Ok(())
}

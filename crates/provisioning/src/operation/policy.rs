//! The provisioning features as rules: what an administrator switched off is refused, with a readable reason.

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

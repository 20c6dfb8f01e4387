//! Finding a resource: by `externalId`, and when nobody has it, by name.

use super::client::RauthyClient;
use crate::client::{Failure, Wrong, target};
use crate::message::{Found, Page, text_at};

impl RauthyClient {
    /// The user or group that is linked to `own_id`, else the one of that name that is linked to nobody.
    pub(super) async fn find(
        &mut self,
        endpoint: &str,
        name_attribute: &str,
        own_id: &str,
        name: &str,
    ) -> Result<Option<Found>, Failure> {
        match self.find_by(endpoint, "externalId", own_id, own_id).await? {
            Some(found) => Ok(Some(found)),
            None => self.find_by(endpoint, name_attribute, name, own_id).await,
        }
    }

    /// One look-up. What it finds must not be linked to somebody else.
    pub(super) async fn find_by(
        &mut self,
        endpoint: &str,
        attribute: &str,
        value: &str,
        own_id: &str,
    ) -> Result<Option<Found>, Failure> {
        let filter = target::encoded(&target::equals(attribute, value));
        let exchange = self.bare("GET", &format!("{endpoint}?filter={filter}")).await?;
        let found = Page::only(&exchange, attribute, value)?;
        match found.as_ref().and_then(|found| text_at(&found.resource, "/externalId")) {
            Some(other) if other != own_id => {
                let text = format!("{value} has the externalId {other}, which does not match ours ({own_id})");
                Err(Failure::with(&exchange, Wrong::Resource(text)))
            }
            _ => Ok(found),
        }
    }
}

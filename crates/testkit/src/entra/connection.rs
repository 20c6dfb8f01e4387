//! "Test Connection".

use super::client::EntraClient;
use super::profile::guid;
use crate::client::{Failure, Wrong, target};
use crate::message::Page;

impl EntraClient {
    /// Looks for a random GUID among users, by the matching attribute, and among groups. Both must be empty lists: a value that is no
    /// e-mail is no reason for a 400, and an empty list none for a 404.
    pub async fn test_connection(&mut self) -> Result<(), Failure> {
        let guid = guid(&mut self.seeded);
        let users = target::form_encoded(&target::equals(self.matching.attribute(), &guid));
        let groups = target::form_encoded(&target::equals("displayName", &guid));
        for target in [format!("/Users?filter={users}"), format!("/Groups?excludedAttributes=members&filter={groups}")]
        {
            let exchange = self.list(&target).await?;
            if Page::read(&exchange, 1)?.total_results != 0 {
                let text = format!("the look-up of the random {guid} found somebody");
                return Err(Failure::with(&exchange, Wrong::List(text)));
            }
        }
        Ok(())
    }
}

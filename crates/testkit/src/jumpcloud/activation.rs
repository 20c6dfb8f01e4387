//! "Activate": JumpCloud tries out the server before it saves the settings.

use super::client::JumpCloudClient;
use crate::client::{Failure, Person, Team, target};
use crate::message::{Page, body, resource_id};

/// What became of the test user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activated {
    /// Test user and test group are deleted.
    CleanedUp,
    /// The server refuses DELETE; the test user is inactive, the test group stays.
    TestUserDeactivated,
}

impl JumpCloudClient {
    /// Reads users and groups, creates a test user with an e-mail that the administrator chose and a test group, and removes both.
    /// It must be possible to do it again with the same e-mail.
    pub async fn activate(&mut self, test_email: &str) -> Result<Activated, Failure> {
        for endpoint in ["/Users", "/Groups"] {
            let exchange = self.session.call("GET", endpoint, None).await?;
            Page::read(&exchange, 1)?;
        }
        let user = self.create("/Users", &Person::new("", test_email, "JumpCloud", "Test").body()).await?;
        let group = self.create("/Groups", &Team::new("", "JumpCloud Test Group", &[]).body()).await?;
        let mut outcome = Activated::CleanedUp;
        for (endpoint, id) in [("/Users", &user), ("/Groups", &group)] {
            let exchange = self.session.call("DELETE", &target::resource(endpoint, id), None).await?;
            if exchange.status != 204 {
                outcome = Activated::TestUserDeactivated;
            }
        }
        if outcome == Activated::TestUserDeactivated {
            self.switch(&user, false).await?;
        }
        Ok(outcome)
    }

    /// A POST; the server's id.
    pub(super) async fn create(&mut self, endpoint: &str, sent: &serde_json::Value) -> Result<String, Failure> {
        let exchange = self.session.call("POST", endpoint, Some(sent)).await?;
        let created = body(&exchange, &[201])?;
        resource_id(&exchange, &created)
    }
}

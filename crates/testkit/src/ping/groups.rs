//! Groups. The documentation names the two settings of membership but shows no request: merging adds, overwriting writes the group.

use super::client::PingClient;
use super::settings::Membership;
use crate::client::{Failure, Provided, Team, members, target};
use crate::message::{Page, body, operation, patch, resource_id, same_resource};

impl PingClient {
    /// Provides a group with its members: look-up and POST, then members as set.
    pub async fn provide_group(&mut self, team: &Team) -> Result<Provided, Failure> {
        let ids = team.members.iter().map(|member| self.provisioned(member)).collect::<Result<Vec<_>, _>>()?;
        let (id, provided) = match self.groups.get(&team.id).cloned() {
            Some(id) => (id, Provided::Updated),
            None => {
                let filter = target::encoded(&target::equals("displayName", &team.name));
                let exchange = self.session.call("GET", &format!("/Groups?filter={filter}"), None).await?;
                match Page::only(&exchange, "displayName", &team.name)? {
                    Some(found) => (found.id, Provided::Linked),
                    None => {
                        let exchange = self.session.call("POST", "/Groups", Some(&team.body())).await?;
                        let created = body(&exchange, &[201])?;
                        (resource_id(&exchange, &created)?, Provided::Created)
                    }
                }
            }
        };
        self.groups.insert(team.id.clone(), id.clone());
        let target = target::resource("/Groups", &id);
        let (method, sent) = match self.settings.membership {
            Membership::Merge if ids.is_empty() => return Ok(provided),
            Membership::Merge => ("PATCH", patch(vec![operation("add", "members", members(&ids))])),
            Membership::Overwrite => {
                let mut whole = team.body();
                whole["members"] = members(&ids);
                ("PUT", whole)
            }
        };
        let exchange = self.session.call(method, &target, Some(&sent)).await?;
        if exchange.status != 204 || method == "PUT" {
            let stored = body(&exchange, &[200])?;
            same_resource(&exchange, &stored, Some(&id))?;
        }
        Ok(provided)
    }
}

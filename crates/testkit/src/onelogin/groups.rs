//! Groups: read as a list, created, and changed by PATCH. A server that answers 405 to that cannot be used.

use super::client::{OneLoginClient, done, with_stray_question_mark};
use crate::client::{Failure, Person, Provided, members, target};
use crate::message::{CORE_GROUP, Page, body, operation, patch, resource_id, text_at};
use serde_json::json;

const SCIM: &str = "application/scim+json";

impl OneLoginClient {
    /// Provides a group of that name: the list of groups, then POST unless it is there.
    pub async fn provide_group(&mut self, name: &str) -> Result<Provided, Failure> {
        let exchange = self.session.call("GET", "/Groups", None).await?;
        let page = Page::read(&exchange, 1)?;
        if let Some(group) = page.resources.iter().find(|group| text_at(group, "/displayName") == Some(name)) {
            self.groups.insert(name.to_owned(), resource_id(&exchange, group)?);
            return Ok(Provided::Linked);
        }
        let sent = json!({"schemas": [CORE_GROUP], "displayName": name});
        let exchange = self.session.call("POST", "/Groups", Some(&sent)).await?;
        let created = body(&exchange, &[201])?;
        self.groups.insert(name.to_owned(), resource_id(&exchange, &created)?);
        Ok(Provided::Created)
    }

    /// Puts people into a group.
    pub async fn add_members(&mut self, group: &str, people: &[&Person]) -> Result<(), Failure> {
        self.change_members("add", group, people).await
    }

    /// Takes people out of a group; the others stay.
    pub async fn remove_members(&mut self, group: &str, people: &[&Person]) -> Result<(), Failure> {
        self.change_members("remove", group, people).await
    }

    async fn change_members(&mut self, op: &str, group: &str, people: &[&Person]) -> Result<(), Failure> {
        let ids = people.iter().map(|person| self.provisioned(person)).collect::<Result<Vec<_>, _>>()?;
        let group_id = self.groups.get(group).cloned();
        let group_id =
            group_id.ok_or_else(|| Failure::local(format!("changing {group}"), "nobody provided this group"))?;
        let sent = patch(vec![operation(op, "members", members(&ids))]);
        let target = with_stray_question_mark(&target::resource("/Groups", &group_id));
        let request = self.session.request_as(SCIM, "PATCH", &target, Some(&sent));
        done(&self.session.send(request).await?)
    }
}

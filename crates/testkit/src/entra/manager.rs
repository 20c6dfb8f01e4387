//! The manager: a request of its own, once both users exist.

use super::client::EntraClient;
use super::patch;
use crate::client::{Failure, Wrong, target};
use crate::message::Page;

/// The forms in which the service was seen to send a manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManagerForm {
    /// The bare id; none is `""`.
    Text,
    /// `{"value": id}`; none is `{"value": ""}`.
    Object,
    /// `[{"$ref": …, "value": id}]`; none is `{"value": ""}`.
    List,
}

impl EntraClient {
    /// Sets the manager and checks that the server knows it.
    pub async fn set_manager(&mut self, object_id: &str, manager: &str, form: ManagerForm) -> Result<(), Failure> {
        let (id, manager_id) = (self.provisioned(object_id)?, self.provisioned(manager)?);
        let sent = patch::manager(self.dialect, form, Some(&manager_id));
        self.patch(&target::resource("/Users", &id), &sent).await?;
        self.check_manager(&id, &manager_id, true).await
    }

    /// Takes the manager away and checks that the server knows it.
    pub async fn remove_manager(&mut self, object_id: &str, manager: &str, form: ManagerForm) -> Result<(), Failure> {
        let (id, manager_id) = (self.provisioned(object_id)?, self.provisioned(manager)?);
        let sent = patch::manager(self.dialect, form, None);
        self.patch(&target::resource("/Users", &id), &sent).await?;
        self.check_manager(&id, &manager_id, false).await
    }

    /// `manager` stands in the filter without the URN of its extension; the answer is a list of one or none.
    async fn check_manager(&mut self, id: &str, manager_id: &str, expected: bool) -> Result<(), Failure> {
        let filter = format!("{} and {}", target::equals("id", id), target::equals("manager", manager_id));
        let target = format!("/Users?filter={}&attributes=id", target::form_encoded(&filter));
        let exchange = self.list(&target).await?;
        let page = Page::read(&exchange, 1)?;
        let ids: Vec<_> = page.resources.iter().filter_map(|user| user.get("id")?.as_str()).collect();
        let wanted: &[&str] = if expected { &[id] } else { &[] };
        if ids == wanted {
            return Ok(());
        }
        let text = format!("the manager was {}, but the list holds {ids:?}", if expected { "set" } else { "removed" });
        Err(Failure::with(&exchange, Wrong::List(text)))
    }
}

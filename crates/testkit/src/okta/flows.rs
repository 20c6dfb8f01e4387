//! What an administrator, or Okta itself, does with people.

use super::bodies;
use super::client::{LinkedUser, OktaClient};
use super::problem::Problem;
use super::profile::{Kind, OktaUser};
use super::task::OktaTask;
use serde_json::json;

/// What assigning a user came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assigned {
    /// The server did not know the name; it was created.
    Created,
    /// The server had a user of that name; it was taken over and updated.
    Linked,
}

/// What reactivating a user came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reactivated {
    /// The same resource is active again.
    SameResource,
    /// The server had no user of that name any more (it deletes deactivated users): created anew, under a new id.
    CreatedAgain,
}

impl OktaClient {
    /// Assigns a user to the application: look-up by name, then POST; or, when found, GET by id and PUT.
    pub async fn assign(&mut self, user: &OktaUser) -> Result<Assigned, OktaTask> {
        let action = format!(
            "Automatic provisioning of user {} failed: Error while creating user {}",
            user.display_name, user.login
        );
        self.try_assign(user).await.map_err(|problem| self.failed(&user.login, &action, problem))
    }

    async fn try_assign(&mut self, user: &OktaUser) -> Result<Assigned, Problem> {
        if let Some(found) = self.find_user(&user.login).await? {
            self.link(user, found).await?;
            return Ok(Assigned::Linked);
        }
        self.create(user).await?;
        Ok(Assigned::Created)
    }

    async fn create(&mut self, user: &OktaUser) -> Result<(), Problem> {
        if let Some(remote_id) = self.post_user(user).await? {
            self.remember(user.clone(), remote_id);
            return Ok(());
        }
        match self.find_user(&user.login).await? {
            Some(remote_id) => self.link(user, remote_id).await,
            None => Err(Problem::local("the server says the user exists, but its look-up does not find it")),
        }
    }

    async fn link(&mut self, user: &OktaUser, remote_id: String) -> Result<(), Problem> {
        let stored = self.read_user(&remote_id).await?;
        self.put_user(&remote_id, &bodies::replace_user(&stored, user, true)).await?;
        self.remember(user.clone(), remote_id);
        Ok(())
    }

    fn remember(&mut self, user: OktaUser, remote_id: String) {
        self.users.insert(user.id.clone(), LinkedUser { remote_id, user, active: true });
    }

    /// Pushes changed attributes of an assigned user, its login included: GET by id, PUT under the same id.
    pub async fn update_profile(&mut self, user: &OktaUser) -> Result<(), OktaTask> {
        let action = format!(
            "Automatic profile push of user {} failed: Error while trying to push profile update for {}",
            user.display_name, user.login
        );
        self.try_update(user).await.map_err(|problem| self.failed(&user.login, &action, problem))
    }

    async fn try_update(&mut self, user: &OktaUser) -> Result<(), Problem> {
        let remote_id = self.assigned(&user.id)?;
        let stored = self.read_user(&remote_id).await?;
        self.put_user(&remote_id, &bodies::replace_user(&stored, user, true)).await?;
        self.remember(user.clone(), remote_id);
        Ok(())
    }

    /// Renames the login of an assigned user, and its e-mail address with it when that was the same.
    pub async fn rename_login(&mut self, okta_id: &str, login: &str) -> Result<(), OktaTask> {
        let Some(mut user) = self.users.get(okta_id).map(|link| link.user.clone()) else {
            return Err(self.failed(okta_id, "Error while renaming user", not_assigned()));
        };
        if user.email == user.login {
            login.clone_into(&mut user.email);
        }
        login.clone_into(&mut user.login);
        self.update_profile(&user).await
    }

    /// Deactivates or unassigns a user: both send `active: false` and nothing else. Okta never deletes a user.
    pub async fn deactivate(&mut self, okta_id: &str) -> Result<(), OktaTask> {
        let login = self.login(okta_id);
        let action = format!("Automatic deprovisioning of user {login} failed: Error while deactivating user {login}");
        self.try_deactivate(okta_id).await.map_err(|problem| self.failed(&login, &action, problem))
    }

    async fn try_deactivate(&mut self, okta_id: &str) -> Result<(), Problem> {
        let remote_id = self.assigned(okta_id)?;
        self.switch_off(&remote_id).await?;
        if let Some(link) = self.users.get_mut(okta_id) {
            link.active = false;
        }
        Ok(())
    }

    /// Assigns a deactivated user again: look-up by name, which must find the inactive user under its old id, GET by id, PUT or PATCH
    /// `active: true`, and a GET that must show it active.
    pub async fn reactivate(&mut self, okta_id: &str) -> Result<Reactivated, OktaTask> {
        let login = self.login(okta_id);
        let action = format!("Automatic provisioning of user {login} failed: Error while reactivating user {login}");
        self.try_reactivate(okta_id).await.map_err(|problem| self.failed(&login, &action, problem))
    }

    async fn try_reactivate(&mut self, okta_id: &str) -> Result<Reactivated, Problem> {
        let link = self.users.get(okta_id).ok_or_else(not_assigned)?;
        let (user, remote_id) = (link.user.clone(), link.remote_id.clone());
        let Some(found) = self.find_user(&user.login).await? else {
            self.create(&user).await?;
            return Ok(Reactivated::CreatedAgain);
        };
        if found != remote_id {
            return Err(Problem::local(format!("{} now has the id {found} instead of {remote_id}", user.login)));
        }
        let stored = self.read_user(&remote_id).await?;
        match self.kind {
            Kind::Aiw => self.put_user(&remote_id, &bodies::replace_user(&stored, &user, true)).await?,
            Kind::Catalogue => self.patch_user(&remote_id, json!({"active": true})).await?,
        }
        if self.read_user(&remote_id).await?.get("active") != Some(&json!(true)) {
            return Err(Problem::local("delay in reactivating remote User"));
        }
        self.remember(user, remote_id);
        Ok(Reactivated::SameResource)
    }

    /// Pushes a password: PUT of the stored user with it, or a PATCH that sets nothing else.
    pub async fn sync_password(&mut self, okta_id: &str, password: &str) -> Result<(), OktaTask> {
        let login = self.login(okta_id);
        let action =
            format!("Automatic password push of user {login} failed: Error while updating password of {login}");
        self.try_sync_password(okta_id, password).await.map_err(|problem| self.failed(&login, &action, problem))
    }

    async fn try_sync_password(&mut self, okta_id: &str, password: &str) -> Result<(), Problem> {
        let remote_id = self.assigned(okta_id)?;
        match self.kind {
            Kind::Aiw => {
                let stored = self.read_user(&remote_id).await?;
                self.put_user(&remote_id, &bodies::replace_password(&stored, password)).await
            }
            Kind::Catalogue => self.patch_user(&remote_id, json!({"password": password})).await,
        }
    }

    /// "Force Sync": pushes the profile of everyone who is assigned now; returns how many succeeded. Failures become tasks.
    pub async fn force_sync(&mut self) -> usize {
        let assigned: Vec<_> = self.users.values().filter(|link| link.active).map(|link| link.user.clone()).collect();
        let mut pushed = 0;
        for user in &assigned {
            pushed += usize::from(self.update_profile(user).await.is_ok());
        }
        pushed
    }

    /// The server's id of a user that is assigned now.
    fn assigned(&self, okta_id: &str) -> Result<String, Problem> {
        self.users.get(okta_id).filter(|link| link.active).map(|link| link.remote_id.clone()).ok_or_else(not_assigned)
    }

    fn login(&self, okta_id: &str) -> String {
        self.users.get(okta_id).map_or_else(|| okta_id.to_owned(), |link| link.user.login.clone())
    }
}

fn not_assigned() -> Problem {
    Problem::local("the user is not assigned to the application")
}

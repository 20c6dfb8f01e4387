//! An application and the client that has its credential.

use registry::{CredentialKind, Feature, Settings, TenantScope};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::bodies::{group, user};
use super::client::{Answer, Wire};
use super::server::TestServer;

/// An application of a tenant.
#[derive(Clone)]
pub struct TestApplication {
    pub id: String,
    pub name: String,
    /// As a client in this process reaches it; answers name the public URL instead.
    pub base_url: String,
    /// Path of [`TestApplication::base_url`].
    pub path: String,
    pub token: String,
    pub scope: TenantScope,
    pub wire: Wire,
}

/// The path and query of a URL.
pub fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    &rest[rest.find('/').unwrap_or(rest.len())..]
}

impl TestApplication {
    /// The same application, as one of its users reaches it with a credential of their own.
    pub async fn as_user(&self, server: &TestServer, user_name: &str) -> Self {
        let (registry, kind) = (&server.registry, CredentialKind::Bearer);
        let issued =
            registry.issue_user_credential(&self.scope, &self.id, user_name, kind, user_name, None).await.unwrap();
        TestApplication { token: issued.secret.expose_secret().to_owned(), ..self.clone() }
    }

    /// Sends a request below the base URL with the application's token.
    pub async fn send(&self, method: &str, below: &str, body: &[u8]) -> Answer {
        self.send_with(method, below, &[], body).await
    }

    /// As [`TestApplication::send`], with further headers.
    pub async fn send_with(&self, method: &str, below: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let authorization = format!("Bearer {}", self.token);
        let mut all = vec![("Authorization", authorization.as_str()), ("User-Agent", "Okta SCIM Client 1.0.0")];
        if !body.is_empty() && !headers.iter().any(|(name, _)| *name == "Content-Type") {
            all.push(("Content-Type", "application/scim+json; charset=utf-8"));
        }
        all.extend_from_slice(headers);
        self.wire.send(method, format!("{}{below}", self.path).as_bytes(), &all, body).await
    }

    /// The bytes of a request below the base URL, as a client sends them that keeps its connection. Headers end each line
    /// with CR and LF.
    pub fn request(&self, method: &str, below: &str, headers: &str, body: &str) -> Vec<u8> {
        let (path, token) = (&self.path, &self.token);
        let head =
            format!("{method} {path}{below} HTTP/1.1\r\nHost: rollcall.test\r\nAuthorization: Bearer {token}\r\n");
        format!("{head}{headers}\r\n{body}").into_bytes()
    }

    pub async fn get(&self, below: &str) -> Answer {
        self.send("GET", below, b"").await
    }

    pub async fn post(&self, below: &str, body: &Value) -> Answer {
        self.send("POST", below, body.to_string().as_bytes()).await
    }

    pub async fn put(&self, below: &str, body: &Value) -> Answer {
        self.send("PUT", below, body.to_string().as_bytes()).await
    }

    pub async fn patch(&self, below: &str, body: &Value) -> Answer {
        self.send("PATCH", below, body.to_string().as_bytes()).await
    }

    pub async fn delete(&self, below: &str) -> Answer {
        self.send("DELETE", below, b"").await
    }

    /// A look-up by filter.
    pub async fn find(&self, endpoint: &str, filter: &str) -> Answer {
        let filter: String = filter.bytes().map(|byte| format!("%{byte:02X}")).collect();
        self.get(&format!("{endpoint}?filter={filter}&startIndex=1&count=100")).await
    }

    /// Creates a user of this name and gives its id.
    pub async fn add_user(&self, user_name: &str) -> String {
        self.post("/Users", &user(user_name)).await.expect(201).id()
    }

    /// Creates a group and gives its id.
    pub async fn add_group(&self, display_name: &str, members: &[&str]) -> String {
        self.post("/Groups", &group(display_name, members)).await.expect(201).id()
    }

    /// Ids of a group's members.
    pub async fn members(&self, group_id: &str) -> Vec<String> {
        let group = self.get(&format!("/Groups/{group_id}")).await.expect(200).json();
        let members = group["members"].as_array().cloned().unwrap_or_default();
        members.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect()
    }

    /// Changes the application's settings, as the dashboard does.
    pub async fn change_settings(&self, server: &TestServer, change: impl FnOnce(&mut Settings)) {
        let application = server.registry.application(&self.scope, &self.id).await.unwrap().unwrap();
        let mut settings = application.settings;
        change(&mut settings);
        server.registry.save_settings(&self.scope, &self.id, application.settings_revision, settings).await.unwrap();
    }

    /// Switches a feature.
    pub async fn switch(&self, server: &TestServer, feature: Feature, on: bool) {
        self.change_settings(server, |settings| settings.features.set(feature, on)).await;
    }
}

//! The directory and the report as an administrator sees them, as lines to compare.

use provisioning::{GroupSearch, UserStatus};
use registry::TenantScope;

use crate::support::TestServer;

/// `ada@corp.test`, or `ada@corp.test (disabled)`; by user name.
pub async fn people(server: &TestServer, scope: &TenantScope) -> Vec<String> {
    let mut people: Vec<_> = server
        .people(scope)
        .await
        .into_iter()
        .map(|person| shown(&person.user_name, person.status == UserStatus::Active))
        .collect();
    people.sort();
    people
}

/// `Engines: ada@corp.test, bob@corp.test (disabled)`; groups and members by name.
pub async fn groups(server: &TestServer, scope: &TenantScope) -> Vec<String> {
    let search = GroupSearch { text: String::new(), application: None, after: None, limit: 1_000 };
    let mut groups = Vec::new();
    for row in server.provisioning.groups(scope, search).await.unwrap().rows {
        let group = server.provisioning.group(scope, &row.id, None, None).await.unwrap().unwrap();
        let mut members: Vec<_> =
            group.members.rows.iter().map(|member| shown(&member.user_name, member.active)).collect();
        members.sort();
        groups.push(format!("{}: {}", row.display_name, members.join(", ")));
    }
    groups
}

fn shown(user_name: &str, active: bool) -> String {
    if active { user_name.to_owned() } else { format!("{user_name} (disabled)") }
}

/// A value of somebody's profile in the directory.
pub async fn profile(server: &TestServer, scope: &TenantScope, user_name: &str, attribute: &str) -> Option<String> {
    let person = server.person(scope, user_name).await.unwrap_or_else(|| panic!("{user_name} is in the directory"));
    person.profile.into_iter().find(|(name, _)| name == attribute).map(|(_, value)| value)
}

/// What the steps of every row say was adjusted, oldest first: `PATCH ada@corp.test: boolean sent as text: active`.
pub async fn adjustments(server: &TestServer, scope: &TenantScope) -> Vec<String> {
    let mut adjustments = Vec::new();
    for row in server.events(scope).await.iter().rev() {
        let event = server.provisioning.event(scope, &row.id).await.unwrap().unwrap();
        let adjusted = event.steps.iter().filter_map(|step| step.text.strip_prefix("Adjusted: "));
        adjustments.extend(adjusted.map(|adjusted| format!("{} {}: {adjusted}", event.method, row.subject)));
    }
    adjustments
}

/// The sentences of the report that are no look-ups, oldest first.
pub async fn told(server: &TestServer, scope: &TenantScope) -> Vec<String> {
    let rows = server.events(scope).await;
    rows.into_iter().rev().map(|row| row.summary).filter(|summary| !summary.starts_with("Looked up")).collect()
}

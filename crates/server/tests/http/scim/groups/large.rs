//! Groups with so many members that they are answered in parts.

use serde_json::Value;

use crate::on_both_databases;
use crate::support::{TestApplication, TestServer, many_users, sql};

/// A group of so many users that are not in the directory, and the ids of all.
async fn large_group(server: &TestServer, application: &TestApplication, size: usize) -> (String, Vec<String>) {
    let group = application.add_group("Everybody", &[]).await;
    let ids = many_users(server, application, size);
    // PostgreSQL would walk all users for each of them.
    sql(server, "ANALYZE");
    sql(
        server,
        &format!(
            "INSERT INTO group_member (tenant_id, application_id, group_id, member_id)
             SELECT tenant_id, application_id, '{group}', id FROM resource WHERE resource_type = 'User'"
        ),
    );
    (group, ids)
}

fn values(group: &Value) -> Vec<&str> {
    group["members"].as_array().unwrap().iter().map(|member| member["value"].as_str().unwrap()).collect()
}

on_both_databases! {
    async fn all_members_come(server) {
        let application = server.application("acme", &[]).await;
        // Around the ends of parts, and some.
        let (group, ids) = large_group(server, &application, 6_001).await;
        let url = format!("/Groups/{group}");
        for size in [6_001, 6_000, 4_001, 2_001, 2_000, 1_999] {
            if size < ids.len() {
                sql(server, &format!("DELETE FROM group_member WHERE member_id >= '{}'", ids[size]));
            }
            let answer = application.get(&url).await.expect(200);
            assert_eq!(answer.header("transfer-encoding").is_some(), size > 2_000, "{size}");
            assert_eq!(answer.header("content-type"), Some("application/scim+json"));
            assert_eq!(answer.header("etag"), Some("W/\"1\""));
            let read = answer.json();
            assert_eq!(values(&read), ids[..size]);
            assert_eq!(read["members"][0]["display"], "user100000");
            assert_eq!(read["members"][0]["type"], "User");
            assert_eq!(read["meta"]["location"], answer.header("content-location").unwrap());
            // The same in one piece, as a list has it.
            let listed = application.find("/Groups", "displayName eq \"Everybody\"").await.expect(200).json();
            assert_eq!(listed["Resources"][0], read);
            let projected = application.get(&format!("{url}?attributes=members.value")).await.expect(200).json();
            assert_eq!(values(&projected), ids[..size]);
        }
    }

    async fn a_large_answer_that_fails_is_broken_off(server) {
        let application = server.application("acme", &[]).await;
        let (group, ids) = large_group(server, &application, 50_000).await;
        // HTTP/1.0 has no chunks.
        let request = application.request("GET", &format!("/Groups/{group}"), "", "");
        let mut conversation = application.wire.open().await;
        conversation.send(String::from_utf8(request.clone()).unwrap().replace("HTTP/1.1", "HTTP/1.0").as_bytes()).await;
        assert_eq!(values(&conversation.answer().await.expect(200).json()), ids);
        let mut conversation = application.wire.open().await;
        conversation.send(&request).await;
        conversation.begins(1_000).await;
        sql(server, "ALTER TABLE resource RENAME TO elsewhere");
        let received = conversation.rest().await;
        sql(server, "ALTER TABLE elsewhere RENAME TO resource");
        assert!(received.len() > 100_000 && !received.ends_with(b"0\r\n\r\n"), "{}", received.len());
        // It is not for want of anything else.
        let read = application.get(&format!("/Groups/{group}")).await.expect(200).json();
        assert_eq!(values(&read).len(), ids.len());
    }
}

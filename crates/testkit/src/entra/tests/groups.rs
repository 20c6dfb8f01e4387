use super::*;
use crate::client::Provided;

fn group() -> EntraGroup {
    EntraGroup { object_id: "og1".to_owned(), display_name: "Sales".to_owned(), members: vec!["o1".to_owned()] }
}

fn created() -> Value {
    json!({"id": "g1", "displayName": "Sales"})
}

#[tokio::test]
async fn a_group_is_created_without_members_read_and_filled() {
    for (dialect, add, remove, rename) in [
        (
            Dialect::WithoutFlag,
            json!([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": "u1"}]}]),
            json!([{"op": "Remove", "path": "members", "value": [{"value": "u1"}]}]),
            json!([{"op": "Replace", "path": "displayName", "value": "Selling"}]),
        ),
        (
            Dialect::WithFlag,
            json!([{"op": "add", "path": "members", "value": [{"$ref": null, "value": "u1"}]}]),
            json!([{"op": "remove", "path": "members[value eq \"u1\"]"}]),
            json!([{"op": "replace", "value": {"displayName": "Selling"}}]),
        ),
        (
            Dialect::Older,
            json!([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": "u1"}], "name": "update"}]),
            json!([{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": "u1"}], "name": "update"}]),
            json!([{"op": "Replace", "path": "displayName", "value": [{"$ref": null, "value": "Selling"}], "name": "update"}]),
        ),
    ] {
        let done = || Answer::text(204, "");
        let answers = vec![
            nobody(),
            Answer::json(201, &created()),
            Answer::json(200, &created()),
            done(),
            done(),
            Answer::json(200, &created()),
            done(),
        ];
        let (server, mut client) = with_bob(dialect, answers).await;
        assert_eq!(client.provision_group(&group()).await.unwrap(), Provided::Created);
        assert_eq!(last_operations(&server), add);
        client.remove_members("og1", &["o1".to_owned()]).await.unwrap();
        assert_eq!(last_operations(&server), remove);
        client.rename_group("og1", "Selling").await.unwrap();
        assert_eq!(last_operations(&server), rename);
        client.delete_group("og1").await.unwrap();
        assert_eq!(
            server.request_lines()[2..],
            [
                "GET /Groups?excludedAttributes=members&filter=displayName+eq+%22Sales%22",
                "POST /Groups",
                "GET /Groups/g1?excludedAttributes=members",
                "PATCH /Groups/g1",
                "PATCH /Groups/g1",
                "PATCH /Groups/g1",
                "DELETE /Groups/g1",
            ]
        );
        let sent = server.received()[3].json();
        assert_eq!(sent["schemas"][1], "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group");
        assert_eq!(sent.get("members"), None);
    }
}

#[tokio::test]
async fn members_that_were_excluded_must_not_come() {
    let with_members = json!({"id": "g1", "displayName": "Sales", "members": []});
    for answers in [
        vec![Answer::json(200, &list(1, std::slice::from_ref(&with_members)))],
        vec![nobody(), Answer::json(201, &created()), Answer::json(200, &with_members)],
    ] {
        let (_server, mut client) = with_bob(Dialect::WithFlag, answers).await;
        let failure = client.provision_group(&group()).await.unwrap_err();
        assert!(failure.to_string().contains("members were excluded"), "{failure}");
    }
}

use super::*;

const LOOK_UP: &str = "GET /Groups?filter=displayName%20eq%20%22Sales%20%5C%22East%5C%22%22&startIndex=1&count=100";

fn group(members: &[&str]) -> OktaGroup {
    let members = members.iter().map(|id| (*id).to_owned()).collect();
    OktaGroup { id: "00g1".to_owned(), name: "Sales \"East\"".to_owned(), members }
}

/// Three people assigned, one pushed group with the first two of them; ids r00001.. and r00004.
async fn pushed(kind: Kind) -> (FakeServer, OktaClient, usize) {
    let (server, mut client) = conversation(kind).await;
    for id in ["a", "b", "c"] {
        client.assign(&OktaUser::new(id, &format!("{id}@corp.test"), id, "Person")).await.unwrap();
    }
    let before = server.request_lines().len();
    client.push_group(&group(&["a", "b", "never assigned"])).await.unwrap();
    (server, client, before)
}

#[tokio::test]
async fn pushes_are_the_requests_of_the_kind() {
    let get_put = ["GET /Groups/r00004", "PUT /Groups/r00004"];
    for (kind, expected) in [
        (
            Kind::Aiw,
            [&[LOOK_UP, "POST /Groups"][..], &get_put, &get_put, &get_put, &get_put, &["DELETE /Groups/r00004"]]
                .concat(),
        ),
        (
            Kind::Catalogue,
            [&[LOOK_UP, "POST /Groups"][..], &["PATCH /Groups/r00004"; 6], &["DELETE /Groups/r00004"]].concat(),
        ),
    ] {
        let (server, mut client, before) = pushed(kind).await;
        client.rename_group("00g1", "Sales").await.unwrap();
        client.change_members("00g1", &["a".to_owned()], &["c".to_owned()]).await.unwrap();
        assert_eq!(client.expected_directory().groups[0].members, ["b@corp.test", "c@corp.test"]);
        assert_eq!(client.observed_directory().await.unwrap(), client.expected_directory());
        client.push_now("00g1", &[]).await.unwrap();
        assert_eq!(client.observed_directory().await.unwrap(), client.expected_directory());
        client.unlink_group("00g1", true).await.unwrap();
        assert_eq!(client.observed_directory().await.unwrap().groups, []);
        let lines = server.request_lines();
        let imports = |line: &&String| line.contains("?startIndex=");
        let lines: Vec<_> = lines[before..].iter().filter(|line| !imports(line)).collect();
        assert_eq!(lines, expected);
    }
}

#[tokio::test]
async fn membership_patches_remove_first_and_carry_the_name() {
    let (server, mut client, _) = pushed(Kind::Catalogue).await;
    client.change_members("00g1", &["a".to_owned()], &["c".to_owned()]).await.unwrap();
    let received = server.received();
    let [.., name, members] = received.as_slice() else { panic!("two requests are due") };
    assert_eq!(
        name.json()["Operations"],
        json!([{"op": "replace", "value": {"id": "r00004", "displayName": "Sales \"East\""}}])
    );
    assert_eq!(
        members.json()["Operations"],
        json!([
            {"op": "remove", "path": "members[value eq \"r00001\"]"},
            {"op": "add", "path": "members", "value": [{"value": "r00003", "display": "c@corp.test"}]},
        ])
    );
    client.push_now("00g1", &[]).await.unwrap();
    assert_eq!(last_body(&server, "PATCH")["Operations"], json!([{"op": "replace", "path": "members", "value": []}]));
}

#[tokio::test]
async fn a_linked_group_keeps_its_members_until_push_now() {
    for kind in [Kind::Aiw, Kind::Catalogue] {
        let (_server, mut client, _) = pushed(kind).await;
        client.unlink_group("00g1", false).await.unwrap();
        assert_eq!(client.push_group(&group(&["c"])).await.unwrap(), Pushed::Linked);
        let members = client.expected_directory().groups[0].members.clone();
        assert_eq!(members, ["a@corp.test", "b@corp.test", "c@corp.test"]);
        assert_eq!(client.observed_directory().await.unwrap(), client.expected_directory());
        client.push_now("00g1", &["c".to_owned()]).await.unwrap();
        assert_eq!(client.observed_directory().await.unwrap().groups[0].members, ["c@corp.test"]);
    }
}

#[tokio::test]
async fn a_group_that_is_not_pushed_is_a_task() {
    let (_server, mut client) = conversation(Kind::Aiw).await;
    let task = client.rename_group("00g9", "New").await.unwrap_err();
    assert_eq!(task.message, "Unable to rename group push mapping target App group New: the group is not pushed");
}

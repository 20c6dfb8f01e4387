use super::*;

#[tokio::test]
async fn both_kinds_of_integration_leave_the_same_directory() {
    let people = People::company(42);
    let mut directories = Vec::new();
    for kind in [Kind::Aiw, Kind::Catalogue] {
        let (_server, mut client) = conversation(kind).await;
        let report = play(&mut client, &people, 7).await;
        assert_eq!(report.unexpected, []);
        assert_eq!(
            report.deliberate.iter().map(|failure| failure.status.unwrap()).collect::<Vec<_>>(),
            [401, 409, 400, 400]
        );
        let counts = DayCounts {
            connection_tests: 1,
            users_created: 200,
            users_linked: 0,
            answers_lost: 1,
            profiles_updated: 19,
            logins_renamed: 3,
            users_deactivated: 9,
            users_reactivated: 2,
            users_created_again: 0,
            groups_pushed: 12,
            groups_renamed: 1,
            memberships_changed: 5,
            groups_deleted: 1,
            users_imported: 200,
            groups_imported: 11,
        };
        assert_eq!(report.counts, counts);
        let observed = client.observed_directory().await.unwrap();
        assert_eq!(observed.differences(&client.expected_directory()), [""; 0]);
        directories.push(observed);
    }
    assert_eq!(directories[0], directories[1]);
}

#[tokio::test]
async fn a_server_that_refuses_everything_is_reported() {
    let server = FakeServer::start(|_| Answer::text(500, "<html>")).await;
    let mut client = client(&server, Kind::Aiw);
    let report = play(&mut client, &People::of_size(1, 20), 7).await;
    assert_eq!(report.counts, DayCounts::default());
    assert!(report.unexpected.len() > 30);
}

#[test]
fn differences_name_what_differs() {
    let group = |name: &str, members: &[&str]| DirectoryGroup {
        display_name: name.to_owned(),
        members: members.iter().map(|member| (*member).to_owned()).collect(),
    };
    let left = Directory { users: Vec::new(), groups: vec![group("a", &["x"]), group("b", &[])] };
    let right = Directory { users: Vec::new(), groups: vec![group("a", &["y"]), group("c", &[])] };
    let lines = left.differences(&right);
    for (line, start) in
        lines.iter().zip(["group a differs", "group b is only on the left", "group c is only on the right"])
    {
        assert!(line.starts_with(start), "{line}");
    }
    assert_eq!((lines.len(), left.differences(&left).len()), (3, 0));
}

/// The simulators run on any executor thread.
#[test]
fn a_day_can_be_sent_to_another_thread() {
    fn send(_: &impl Send) {}
    let mut client = OktaClient::new("http://127.0.0.1:1", bearer(), Kind::Aiw).unwrap();
    send(&play(&mut client, &People::of_size(1, 1), 1));
}

use super::*;

#[tokio::test]
async fn a_right_server_passes_both_tests() {
    let (server, mut client) = conversation(Kind::Aiw).await;
    client.assign(&ada()).await.unwrap();
    let results = spec_test(&server.base_url, &bearer(), 3).await.unwrap();
    assert_eq!(results.iter().filter(|step| !step.passed()).collect::<Vec<_>>(), Vec::<&StepResult>::new());
    assert_eq!(results.iter().map(|step| step.number).collect::<Vec<_>>(), (1..=12).collect::<Vec<_>>());

    let other = OktaUser::new("00uother", "other@corp.test", "Other", "Person");
    let results = crud_test(&mut client, &other).await;
    assert_eq!(results.iter().filter(|step| !step.passed()).collect::<Vec<_>>(), Vec::<&StepResult>::new());
    assert_eq!(results.iter().map(|step| step.number).collect::<Vec<_>>(), [3, 4, 7, 10, 14, 18]);
}

#[tokio::test]
async fn the_spec_test_needs_a_first_user() {
    let (server, _client) = conversation(Kind::Aiw).await;
    let results = spec_test(&server.base_url, &bearer(), 3).await.unwrap();
    let failed: Vec<_> = results.iter().filter(|step| !step.passed()).map(|step| step.number).collect();
    assert_eq!(failed, [1, 2]);
    assert!(results[0].to_string().starts_with("FAILED  step 1 the list has a first user\n"));
}

#[tokio::test]
async fn a_wrong_server_fails_every_step() {
    let server = FakeServer::start(|_| Answer::text(500, "oops")).await;
    let results = spec_test(&server.base_url, &bearer(), 3).await.unwrap();
    assert!(results.iter().all(|step| !step.passed()));
    let results = crud_test(&mut client(&server, Kind::Catalogue), &ada()).await;
    assert!(results.iter().all(|step| !step.passed()));
}

#[tokio::test]
async fn a_deleted_user_fails_the_crud_test_where_it_is_meant_to() {
    // A server with "Delete the deactivated users" on: the switched-off user is gone afterwards.
    let mut scim = Scim::new("Bearer rct0123456789");
    let server = FakeServer::start(move |request| {
        let answer = scim.answer(request);
        if request.head.starts_with("PUT") && request.json()["active"] == false {
            let mut deletion = request.clone();
            deletion.head = deletion.head.replacen("PUT", "DELETE", 1);
            scim.answer(&deletion);
        }
        answer
    })
    .await;
    let mut client = client(&server, Kind::Aiw);
    let results = crud_test(&mut client, &ada()).await;
    let failed: Vec<_> = results.iter().filter(|step| !step.passed()).map(|step| step.number).collect();
    assert_eq!(failed, [10, 14, 18]);
}

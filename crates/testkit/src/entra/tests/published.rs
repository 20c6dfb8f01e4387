//! The published tests must not pass against a server that does nothing right; that they pass against a right one is shown where one is.

use super::*;

#[tokio::test]
async fn nothing_passes_where_nothing_works() {
    let server = FakeServer::start(|_| Answer::json(418, &json!({"detail": "no"}))).await;
    let steps = validate(&server.base_url, "s3cret", 1).await.unwrap();
    assert_eq!(steps.len(), 35);
    assert!(steps.iter().all(|step| !step.passed()), "{steps:#?}");
    let steps = postman_set(&server.base_url, "s3cret").await.unwrap();
    assert_eq!(steps.len(), 18);
    assert!(steps.iter().all(|step| !step.passed()), "{steps:#?}");
}

#[tokio::test]
async fn what_does_not_come_back_is_told() {
    let server = FakeServer::start(|request| match request.request_line().split(' ').next() {
        Some("POST") => Answer::json(201, &json!({"id": "1"})),
        _ => Answer::json(200, &list(1, &[json!({"id": "1", "active": true})])),
    })
    .await;
    let steps = validate(&server.base_url, "s3cret", 1).await.unwrap();
    let failures = &steps[0].failures;
    assert!(failures.iter().any(|failure| failure.starts_with("/locale is null instead of")), "{failures:?}");
    assert!(failures.iter().any(|failure| failure.starts_with("/roles is null instead of")), "{failures:?}");
    assert!(!failures.iter().any(|failure| failure.starts_with("/active")), "{failures:?}");
}

#[tokio::test]
async fn the_same_seed_sends_the_same() {
    let sent = async |seed| {
        let server = FakeServer::start(|_| Answer::json(400, &json!({}))).await;
        validate(&server.base_url, "s3cret", seed).await.unwrap();
        server.received()[0].json()
    };
    assert_eq!(sent(1).await, sent(1).await);
    assert_ne!(sent(1).await, sent(2).await);
}

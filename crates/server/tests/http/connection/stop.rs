//! A server that is stopped lets requests under way finish.

use std::time::Duration;

use tokio::net::TcpStream;

use crate::on_both_databases;
use crate::support::{Conversation, TestApplication, TestServer, user};

/// Stops the server in the middle of a POST of ada@corp.test: nobody new is let in, who asks for nothing is let go, and the
/// request is answered.
pub async fn stop_while_under_way(
    server: &TestServer,
    application: &TestApplication,
    mut idle: Conversation,
    mut under_way: Conversation,
) {
    let body = user("ada@corp.test").to_string();
    idle.send(&application.request("GET", "/Users", "", "")).await;
    idle.answer().await.expect(200);
    let headers = format!("Expect: 100-continue\r\nContent-Length: {}\r\n", body.len());
    under_way.send(&application.request("POST", "/Users", &headers, &body[..10])).await;
    under_way.answer().await.expect(100);

    let stopped = server.begin_to_stop();
    // It has begun once nobody new is let in.
    while TcpStream::connect(&server.wire.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    idle.ends().await;
    under_way.send(&body.as_bytes()[10..]).await;
    let answer = under_way.answer().await.expect(201);
    assert_eq!(answer.header("connection"), Some("close"));
    under_way.ends().await;
    tokio::time::timeout(Duration::from_secs(60), stopped).await.expect("nobody is waited for");
}

on_both_databases! {
    async fn what_has_begun_is_finished(server) {
        let application = server.application("acme", &[]).await;
        let (idle, under_way) = (application.wire.open().await, application.wire.open().await);
        stop_while_under_way(server, &application, idle, under_way).await;
        assert!(server.person(&application.scope, "ada@corp.test").await.is_some());
    }
}

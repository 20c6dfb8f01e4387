//! A server that is stopped lets requests under way finish.

use tokio::net::TcpStream;

use crate::on_both_databases;
use crate::support::user;

on_both_databases! {
    async fn what_has_begun_is_finished(server) {
        let application = server.application("acme", &[]).await;
        let body = user("ada@corp.test").to_string();
        let (mut idle, mut under_way) = (application.wire.open().await, application.wire.open().await);
        idle.send(&application.request("GET", "/Users", "", "")).await;
        idle.answer().await.expect(200);
        let headers = format!("Expect: 100-continue\r\nContent-Length: {}\r\n", body.len());
        under_way.send(&application.request("POST", "/Users", &headers, &body[..10])).await;
        under_way.answer().await.expect(100);

        let stopped = server.begin_to_stop();
        // It has begun once nobody new is let in.
        while TcpStream::connect(&application.wire.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        idle.ends().await;
        under_way.send(&body.as_bytes()[10..]).await;
        let answer = under_way.answer().await.expect(201);
        assert_eq!(answer.header("connection"), Some("close"));
        under_way.ends().await;
        stopped.await;
        assert!(server.person(&application.scope, "ada@corp.test").await.is_some());
    }
}

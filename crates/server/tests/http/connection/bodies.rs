//! Bodies that come in ways of their own.

use serde_json::json;

use crate::on_both_databases;
use crate::support::{BODY_LIMIT_BYTES, user};

on_both_databases! {
    async fn a_client_that_asks_first(server) {
        let application = server.application("acme", &[]).await;
        let body = user("ada@corp.test").to_string();
        let headers = format!("Expect: 100-continue\r\nContent-Length: {}\r\n", body.len());
        let mut conversation = application.wire.open().await;
        for status in [201, 409] {
            conversation.send(&application.request("POST", "/Users", &headers, "")).await;
            conversation.answer().await.expect(100);
            conversation.send(body.as_bytes()).await;
            conversation.answer().await.expect(status);
        }
        let other = format!("/Users?{}", "x".repeat(100_000));
        conversation.send(&application.request("POST", &other, &headers, "")).await;
        conversation.answer().await.expect(100);
        conversation.answer().await.scim_error(414, None);
        conversation.ends().await;
    }

    async fn chunks_that_are_none(server) {
        let application = server.application("acme", &[]).await;
        let body = user("ada@corp.test").to_string();
        let smuggled = String::from_utf8(application.request("POST", "/Users", &format!("Content-Length: {}\r\n", body.len()), &body)).unwrap();
        for chunks in [
            format!("{:x}\n{body}\n0\n\n", body.len()),
            format!("{:x}\r\n{body}0\r\n\r\n", body.len()),
            format!("{:x}\r\n{body}\r\n-0\r\n\r\n", body.len()),
            format!("+{:x}\r\n{body}\r\n0\r\n\r\n", body.len()),
            format!("{:x}\r\n{body}\r\n0\r\nX: a\n\r\n", body.len()),
            format!("{:x}\r\n{body}\r\n10000000000000000\r\n\r\n", body.len()),
            format!("{:x};{}\r\n{body}\r\n0\r\n\r\n", body.len(), "x".repeat(5_000)),
        ] {
            let mut conversation = application.wire.open().await;
            conversation.send(&application.request("POST", "/Users", "Transfer-Encoding: chunked\r\n", &format!("{chunks}{smuggled}"))).await;
            let detail = conversation.answer().await.scim_error(400, Some("invalidSyntax"));
            assert_eq!(detail, "The body broke off before its end.", "{chunks:?}");
            conversation.ends().await;
        }
        assert_eq!(application.get("/Users").await.json()["totalResults"], 0);
    }

    async fn large_bodies_pass(server) {
        let application = server.application("acme", &[]).await;
        let long = |name: &str, length: usize| {
            let mut body = user(name);
            body["unknown"] = json!("x".repeat(length));
            body.to_string()
        };
        let (fits, too_large) = (long("ada@corp.test", BODY_LIMIT_BYTES - 1_000), long("bob@corp.test", BODY_LIMIT_BYTES));
        let mut conversation = application.wire.open().await;
        let get = application.request("GET", "/Users", "", "");
        let post = application.request("POST", "/Users", &format!("Content-Length: {}\r\n", fits.len()), &fits);
        conversation.send(&[&post[..], &get].concat()).await;
        conversation.answer().await.expect(201);
        assert_eq!(conversation.answer().await.expect(200).json()["totalResults"], 1);
        conversation.send(&application.request("POST", "/Users", &format!("Content-Length: {}\r\n", too_large.len()), &too_large)).await;
        conversation.answer().await.scim_error(413, None);
    }
}

//! A request hidden in another (RFC 9112 §11.2): between a proxy that sees one request and a server that sees two, the
//! second is nobody's. Nothing here may ever be read as two, and what could be is refused.

use crate::on_both_databases;
use crate::support::user;

on_both_databases! {
    async fn nothing_is_read_in_two_ways(server) {
        let application = server.application("acme", &[]).await;
        let body = user("smuggled@corp.test").to_string();
        let hidden = String::from_utf8(application.request("POST", "/Users", &format!("Content-Length: {}\r\n", body.len()), &body)).unwrap();
        let inside = hidden.len();
        for (case, headers) in [
            ("CL.TE", format!("Content-Length: {}\r\nTransfer-Encoding: chunked\r\n", inside + 5)),
            ("TE.CL", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n".to_owned()),
            ("CL.CL", format!("Content-Length: 5\r\nContent-Length: {}\r\n", inside + 5)),
            ("CL list", format!("Content-Length: 5, {}\r\n", inside + 5)),
            ("CL sign", "Content-Length: +5\r\n".to_owned()),
            ("CL hex", "Content-Length: 0x5\r\n".to_owned()),
            ("CL space", "Content-Length: 5 0\r\n".to_owned()),
            ("CL name", format!("Content-Length : {}\r\nContent-Length: 5\r\n", inside + 5)),
            ("CL overflow", "Content-Length: 18446744073709551621\r\n".to_owned()),
            ("CL folded", format!("Content-Length:\r\n {}\r\n", inside + 5)),
            ("CL behind a bare CR", format!("X: y\rContent-Length: {}\r\nContent-Length: 5\r\n", inside + 5)),
            ("CL behind a bare LF", format!("X: y\nContent-Length: {}\r\n", inside + 5)),
            ("TE twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n".to_owned()),
            ("TE list", "Transfer-Encoding: identity, chunked\r\n".to_owned()),
            ("TE unknown", "Transfer-Encoding: xchunked\r\n".to_owned()),
            ("TE quoted", "Transfer-Encoding: \"chunked\"\r\n".to_owned()),
            ("TE vertical tab", "Transfer-Encoding: \x0bchunked\r\n".to_owned()),
            ("TE name", "Transfer-Encoding : chunked\r\nContent-Length: 5\r\n".to_owned()),
            ("TE folded", "Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n".to_owned()),
            ("TE leading space", " Transfer-Encoding: chunked\r\nContent-Length: 5\r\n".to_owned()),
            ("TE NUL", "Transfer-Encoding: chunked\0\r\nContent-Length: 5\r\n".to_owned()),
        ] {
            let mut conversation = application.wire.open().await;
            conversation.send(&application.request("PUT", "/Users/1", &headers, &format!("0\r\n\r\n{hidden}"))).await;
            let answer = conversation.answer().await;
            assert!(matches!(answer.status, 400 | 501), "{case}: {}", answer.status);
            answer.scim_error(answer.status, None);
            conversation.ends().await;
        }
        assert_eq!(application.get("/Users").await.json()["totalResults"], 0);
    }

    async fn upgrades_are_passed_over(server) {
        let application = server.application("acme", &[]).await;
        let mut conversation = application.wire.open().await;
        for headers in ["Connection: Upgrade\r\nUpgrade: websocket\r\n", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n"] {
            conversation.send(&application.request("GET", "/Users", headers, "").repeat(2)).await;
            for _ in 0..2 {
                let answer = conversation.answer().await.expect(200);
                assert_eq!(answer.header("connection"), None, "{headers:?}");
            }
        }
    }

    async fn a_whole_url_counts_more_than_its_host(server) {
        let application = server.application("acme", &[]).await;
        let target = format!("http://rollcall.test{}/Users?count=0", application.path);
        let authorization = format!("Bearer {}", application.token);
        application.wire.send("GET", target.as_bytes(), &[("Authorization", &authorization)], b"").await.expect(200);
    }
}

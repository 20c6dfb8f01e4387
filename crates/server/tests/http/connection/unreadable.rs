//! Heads that are no HTTP: an answer that the other side can show its administrator, and the end of the connection.

use crate::on_both_databases;
use crate::support::user;

/// Status, a word of the `detail`, and the request; PATH stands for the path.
const UNREADABLE: [(u16, &str, &str); 28] = [
    (400, "request line", "GET PATH\r\n\r\n"),
    (400, "request line", "GET PATH HTTP\r\nHost: x\r\n\r\n"),
    (400, "request line", "GET PATH HTTP/1.1 \r\nHost: x\r\n\r\n"),
    (400, "method", "G\"T PATH HTTP/1.1\r\nHost: x\r\n\r\n"),
    (501, "method", "GET| PATH HTTP/1.1\r\nHost: x\r\n\r\n"),
    (501, "method", "CONNECT PATH HTTP/1.1\r\nHost: x\r\n\r\n"),
    (400, "URL", "GET PATH\tx HTTP/1.1\r\nHost: x\r\n\r\n"),
    (505, "HTTP/1.1", "GET PATH HTTP/2.0\r\nHost: x\r\n\r\n"),
    (505, "HTTP/1.1", "GET PATH HTTP/9.9\r\nHost: x\r\n\r\n"),
    (400, "CR and LF", "GET PATH HTTP/1.1\nHost: x\n\n"),
    (400, "CR and LF", "GET PATH HTTP/1.1\r\nHost: x\n\r\n"),
    (400, "several lines", "GET PATH HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n"),
    (400, "header is malformed", "GET PATH HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n"),
    (400, "header is malformed", "GET PATH HTTP/1.1\r\nHost : x\r\n\r\n"),
    (400, "value of a header", "GET PATH HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n"),
    (431, "too many headers", "GET PATH HTTP/1.1\r\nHost: x\r\nMANY\r\n"),
    (431, "headers of the request are too large", "GET PATH HTTP/1.1\r\nHost: x\r\nX: LARGE\r\n\r\n"),
    (400, "Host", "GET PATH HTTP/1.1\r\n\r\n"),
    (400, "Host", "GET PATH HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"),
    (400, "Content-Length", "PUT PATH HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n"),
    (400, "Content-Length", "PUT PATH HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"),
    (400, "Content-Length", "POST PATH HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na"),
    (411, "Content-Length", "POST PATH HTTP/1.0\r\n\r\n"),
    (501, "transfer encoding", "POST PATH HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n"),
    (501, "transfer encoding", "POST PATH HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"),
    (400, "HTTP/1.0", "POST PATH HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    (
        400,
        "Transfer-Encoding",
        "POST PATH HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
    ),
    (400, "both", "POST PATH HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
];

fn request(pattern: &str, path: &str) -> String {
    let (many, large) = ("X: y\r\n".repeat(100), "y".repeat(200_000));
    pattern.replace("PATH", path).replace("MANY", &many).replace("LARGE", &large)
}

on_both_databases! {
    async fn a_client_is_answered_in_its_language(server) {
        let application = server.application("acme", &[]).await;
        let path = format!("{}/Users?count=1", application.path);
        let smuggled = application.request("POST", "/Users", "Content-Length: 69\r\n", &user("smuggled").to_string());
        for (status, word, pattern) in UNREADABLE {
            let bytes = [request(pattern, &path).as_bytes(), &smuggled].concat();
            let answer = application.wire.raw(&bytes).await;
            let detail = answer.scim_error(status, None);
            assert!(detail.contains(word), "{pattern:?}: {detail}");
            assert_eq!(answer.header("connection"), Some("close"), "{pattern:?}");
            assert!(answer.header("x-request-id").is_some_and(|id| id.len() == 36), "{pattern:?}");
        }
        // The end of the head never comes, or the beginning of one.
        let mut conversation = application.wire.open().await;
        conversation.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n").as_bytes()).await;
        conversation.finish().await;
        let detail = conversation.answer().await.scim_error(400, None);
        assert!(detail.contains("ended in the middle"), "{detail}");
        conversation.ends().await;
        let users = application.get("/Users").await.expect(200).json();
        assert_eq!(users["totalResults"], 0, "{users}");
    }

    async fn a_person_is_shown_a_page(server) {
        for (status, word, pattern) in UNREADABLE {
            for path in ["/t/acme/users", "/", "/nothing?x", "http://rollcall.test/sign-in"] {
                let answer = server.wire.raw(request(pattern, path).as_bytes()).await;
                assert_eq!(answer.status, status, "{pattern:?} {path}");
                assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"), "{pattern:?} {path}");
                assert!(answer.body.contains("This request could not be read") && answer.body.contains(word), "{}", answer.body);
                assert!(answer.header("content-security-policy").is_some());
            }
        }
        // Not even HTTP: what a browser sends to an address with https, and noise.
        for bytes in [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], b"\0\0\0\0", b"\xff", b"hello\r\n"] {
            assert_eq!(server.wire.raw(bytes).await.status, 400, "{bytes:?}");
        }
        // HEAD is answered without a body, whatever is wrong.
        let answer = server.wire.raw(b"HEAD / HTTP/1.1\r\nHost x\r\n\r\n").await;
        assert_eq!((answer.status, answer.body.as_str()), (400, ""));
    }
}

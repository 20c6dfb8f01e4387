#[cfg(feature = "tls")]
mod tls;

use super::*;
use crate::fake::{Answer, FakeServer};

fn client(server: &FakeServer) -> HttpClient {
    HttpClient::new(BaseUrl::parse(&server.base_url).unwrap())
}

#[test]
fn a_base_url_is_plain_http_to_this_machine() {
    for (url, authority, path) in [
        ("http://127.0.0.1:8080/t/acme/scim/x/v2", "127.0.0.1:8080", "/t/acme/scim/x/v2"),
        ("http://localhost/v2/", "localhost:80", "/v2/"),
        ("http://[::1]:9000", "[::1]:9000", ""),
        ("http://[::1]/x", "[::1]:80", "/x"),
    ] {
        let base = BaseUrl::parse(url).unwrap();
        assert_eq!((base.authority(), base.path()), (authority, path), "{url}");
    }
    for url in [
        "https://127.0.0.1/",
        "ftp://localhost",
        "",
        "http://",
        "http:///Users",
        "http://scim.example/v2",
        "http://10.0.0.1",
        "http://127.0.0.1:port/",
        "http://127.0.0.1:99999",
        "http://localhost/?a=b",
        "http://127.0.0.1@evil.example/",
    ] {
        assert!(matches!(BaseUrl::parse(url), Err(HttpError::Url { .. })), "{url}");
    }
}

#[test]
fn a_person_may_name_a_server_anywhere() {
    for (url, authority, host, is_secure) in [
        ("https://scim.example/v2", "scim.example:443", "scim.example", true),
        ("https://[2001:db8::1]:8443", "[2001:db8::1]:8443", "[2001:db8::1]", true),
        ("http://10.0.0.1/v2", "10.0.0.1:80", "10.0.0.1", false),
    ] {
        let base = BaseUrl::anywhere(url).unwrap();
        assert_eq!((base.authority(), base.host(), base.is_secure()), (authority, host, is_secure), "{url}");
    }
    for url in ["scim.example/v2", "ftp://scim.example", "https://", "https://scim.example/?x=1", "https://x:port"] {
        assert!(matches!(BaseUrl::anywhere(url), Err(HttpError::Url { .. })), "{url}");
    }
}

#[tokio::test]
async fn headers_keep_their_order_and_their_case() {
    let server = FakeServer::with_answers(vec![Answer::text(200, "{}")]).await;
    let request = Request::new("GET", "/Users?count=2")
        .header("User-Agent", "x")
        .header("authorization", "secret")
        .header("Accept-Charset", "utf-8")
        .header("X-Twice", "1")
        .header("Connection", "Keep-Alive");
    let exchange = client(&server).send(request).await.unwrap();
    let received = server.received();
    assert_eq!(received[0].request_line(), "GET /scim/v2/Users?count=2");
    assert_eq!(
        received[0].header_names(),
        ["User-Agent", "Authorization", "Accept-Charset", "X-Twice", "Connection", "Host"]
    );
    assert_eq!(exchange.request_line(), "GET /scim/v2/Users?count=2 HTTP/1.1");
}

#[tokio::test]
async fn the_connection_is_kept_and_opened_again_after_the_server_closed_it() {
    let closing = Answer::text(200, "{}").header("Connection", "close");
    let answers = vec![Answer::text(200, "1"), closing, Answer::text(200, "3")];
    let server = FakeServer::with_answers(answers).await;
    let mut client = client(&server);
    for expected in ["1", "{}", "3"] {
        assert_eq!(client.send(Request::new("GET", "/Users")).await.unwrap().text(), expected);
    }
    assert_eq!(server.connections(), 2);
    assert_eq!(client.transcript().len(), 3);
}

#[tokio::test]
async fn hanging_up_closes_the_connection_after_the_server_worked() {
    let server = FakeServer::with_answers(vec![Answer::text(201, "{}"), Answer::text(200, "{}")]).await;
    let mut client = client(&server);
    client.send_and_hang_up(Request::new("POST", "/Users").body("{}")).await.unwrap();
    client.send(Request::new("GET", "/Users")).await.unwrap();
    assert_eq!(server.connections(), 2);
    let abandoned: Vec<_> = client.transcript().iter().map(|exchange| exchange.abandoned).collect();
    assert_eq!(abandoned, [true, false]);
}

#[tokio::test]
async fn bad_input_goes_out_as_given() {
    let server = FakeServer::start(|request| Answer::text(400, &request.body.len().to_string())).await;
    let mut client = client(&server);
    let request =
        Request::at_origin("BREW", "/a//b?x=%ZZ&").header("X-Bytes", [0xff, 0xfe]).body(vec![0xff, 0x00, 0xfe]);
    assert_eq!(client.send(request).await.unwrap().text(), "3");
    assert_eq!(server.received()[0].request_line(), "BREW /a//b?x=%ZZ&");

    let answer = client.send_bytes(b"GET /scim/v2/Users?filter=a eq \"b\" HTTP/1.1\r\n\r\n").await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 400"));

    let unwritable = client.send(Request::new("GET", "/Users?a b")).await;
    assert!(matches!(unwritable, Err(HttpError::Request(_))));
}

#[tokio::test]
async fn a_target_that_is_no_uri_goes_out_as_written() {
    let server =
        FakeServer::start(|request| Answer::text(400, &request.body.len().to_string()).header("X-A", "b")).await;
    let mut client = client(&server);
    let request = Request::new("GET", "/Users?filter=a+eq+\"b\"").header("authorization", "secret");
    let exchange = client.send_as_written(request).await.unwrap();
    assert_eq!((exchange.status, exchange.text().as_str(), exchange.response_header("x-a")), (400, "0", Some("b")));
    assert_eq!(exchange.request_line(), "GET /scim/v2/Users?filter=a+eq+\"b\" HTTP/1.1");
    assert_eq!(server.received()[0].request_line(), "GET /scim/v2/Users?filter=a+eq+\"b\"");
    assert_eq!(server.received()[0].header_names(), ["authorization", "Host", "Connection"]);
    let exchange = client.send_as_written(Request::new("POST", "/ä").body("four")).await.unwrap();
    assert_eq!(exchange.text(), "4");
    assert_eq!(client.transcript().len(), 2);
    for answer in ["hello", "HTTP/1.1 xyz\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", ""] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client =
            HttpClient::new(BaseUrl::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap());
        let serve = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::io::AsyncWriteExt::write_all(&mut stream, answer.as_bytes()).await.unwrap();
        };
        let (sent, ()) = tokio::join!(client.send_as_written(Request::new("GET", "/")), serve);
        assert!(matches!(sent, Err(HttpError::Unreadable(_) | HttpError::BrokenSocket(_))), "{answer:?}");
    }
}

#[tokio::test]
async fn silence_is_a_timeout_and_nobody_there_an_error() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut client = HttpClient::new(BaseUrl::parse(&format!("http://{address}")).unwrap());
    client.set_timeout(std::time::Duration::from_millis(20));
    let silent = client.send(Request::new("GET", "/Users")).await;
    assert!(matches!(silent, Err(HttpError::Timeout(_))));
    drop(listener);
    let nobody = client.send(Request::new("GET", "/Users")).await;
    assert!(matches!(nobody, Err(HttpError::Connect { .. })));
    assert!(client.transcript().is_empty());
}

#[tokio::test]
async fn a_packed_answer_is_an_error() {
    let server = FakeServer::with_answers(vec![Answer::text(200, "x").header("Content-Encoding", "gzip")]).await;
    let result = client(&server).send(Request::new("GET", "/Users")).await;
    assert!(matches!(result, Err(HttpError::Encoded(encoding)) if encoding == "gzip"));
}

#[tokio::test]
async fn nothing_secret_is_printed() {
    let server = FakeServer::with_answers(vec![Answer::text(200, r#"{"password":"s3cret-a"}"#)]).await;
    let request = Request::new("PATCH", "/Users/1")
        .header("Authorization", "Bearer s3cret-b")
        .body(r#"{"Operations":[{"op":"add","path":"password","value":"s3cret-c"},{"op":"replace","value":{"Password":"s3cret-d"}}]}"#);
    let mut client = client(&server);
    let shown_request = format!("{request:?}");
    let exchange = client.send(request).await.unwrap();
    let shown = format!("{exchange:?}{shown_request}");
    assert!(!shown.contains("s3cret"), "{shown}");
    assert!(shown.contains("PATCH /scim/v2/Users/1"), "{shown}");
}

#[test]
fn bodies_are_redacted() {
    for (body, shown) in [
        ("", "(empty)"),
        ("not json s3cret", "(15 bytes, not JSON)"),
        (r#"{"a":[{"password":{"x":1}}]}"#, r#"{"a":[{"password":"[redacted]"}]}"#),
        (
            r#"{"op":"add","path":"urn:x:User:Password","value":"s"}"#,
            r#"{"op":"add","path":"urn:x:User:Password","value":"[redacted]"}"#,
        ),
        (r#"{"path":"title","value":"s"}"#, r#"{"path":"title","value":"s"}"#),
    ] {
        assert_eq!(redacted_body(body.as_bytes()), shown);
    }
}

//! https by the server itself. What it is spoken to with has nothing to do with the database: SQLite alone.

use database::testing::Scratch;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{HandshakeKind, ProtocolVersion};

use super::stop::stop_while_under_way;
use crate::support::{BODY_LIMIT_BYTES, Conversation, TestCertificate, TestServer, TlsClient, user};

async fn server(certificate: &TestCertificate) -> TestServer {
    // A server that waited for somebody who says nothing would do so for longer than the test.
    let files = certificate.files.clone();
    let change = move |config: &mut rollcall::Config| (config.tls, config.stop_timeout_s) = (Some(files), 3_600);
    TestServer::start_with(Scratch::sqlite(), change).await
}

async fn open(server: &TestServer, client: &TlsClient) -> Conversation {
    Conversation::over(client.connect(&server.wire.address).await.unwrap())
}

#[actix_web::test]
async fn requests_are_answered_in_both_versions() {
    let (certificate, client) = TestCertificate::make();
    let server = server(&certificate).await;
    let application = server.application("acme", &[]).await;
    for (version, expected) in [(&TLS13, ProtocolVersion::TLSv1_3), (&TLS12, ProtocolVersion::TLSv1_2)] {
        let stream = client.only(version).connect(&server.wire.address).await.unwrap();
        let session = stream.get_ref().1;
        assert_eq!((session.protocol_version(), session.alpn_protocol()), (Some(expected), Some(&b"http/1.1"[..])));
        let mut conversation = Conversation::over(stream);
        for number in 0..200 {
            let (below, status) = if number % 2 == 0 { ("/Users", 200) } else { ("/Users/nobody", 404) };
            conversation.send(&application.request("GET", below, "", "")).await;
            let answer = conversation.answer().await.expect(status);
            assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"));
        }
        // Heads that are no HTTP are answered as they are without TLS, and the end is said in TLS.
        conversation.send(b"GET /t/acme/scim/abcdefghijk1/v2/Users\r\n\r\n").await;
        conversation.answer().await.scim_error(400, None);
        conversation.ends().await;
    }
    server.stop().await;
}

#[actix_web::test]
async fn large_bodies_pass_in_both_directions() {
    let (certificate, client) = TestCertificate::make();
    let server = server(&certificate).await;
    let application = server.application("acme", &[]).await;
    let long = |name: &str, length: usize| {
        let mut body = user(name);
        body["displayName"] = json!("x".repeat(length));
        body.to_string()
    };
    let post = |body: &str| application.request("POST", "/Users", &format!("Content-Length: {}\r\n", body.len()), body);
    let mut conversation = open(&server, &client).await;
    conversation.send(&post(&long("ada@corp.test", BODY_LIMIT_BYTES - 1_000))).await;
    let created = conversation.answer().await.expect(201).json();
    assert_eq!(created["displayName"].as_str().map(str::len), Some(BODY_LIMIT_BYTES - 1_000));
    conversation.send(&application.request("GET", "/Users", "", "")).await;
    assert_eq!(conversation.answer().await.expect(200).json()["totalResults"], 1);
    conversation.send(&post(&long("bob@corp.test", BODY_LIMIT_BYTES))).await;
    conversation.answer().await.scim_error(413, None);
    server.stop().await;
}

#[actix_web::test]
async fn who_speaks_no_tls_is_told_or_left() {
    let (certificate, client) = TestCertificate::make();
    let server = server(&certificate).await;
    let long = [&b"POST /t/acme/scim/abcdefghijk1/v2/Users HTTP/1.1\r\nHost: x\r\n\r\n"[..], &[b'x'; 100_000]].concat();
    for bytes in [&b"GET / HTTP/1.1\r\nHost: rollcall.test\r\n\r\n"[..], b"\0\0\0\0", &long] {
        let answer = server.wire.raw(bytes).await.expect(400);
        assert_eq!(answer.header("connection"), Some("close"));
        assert!(answer.body.starts_with("This port speaks https only"), "{}", answer.body);
        assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()));
    }
    // The beginning of a handshake that is none, and nothing at all: closed, and nobody else waits for them.
    let mut stream = TcpStream::connect(&server.wire.address).await.unwrap();
    stream.write_all(&[22, 3, 1, 0, 4, 1, 2, 3, 4]).await.unwrap();
    let mut said = Vec::new();
    stream.read_to_end(&mut said).await.unwrap();
    assert!(said.len() < 16 && !said.starts_with(b"HTTP"), "an alert: {said:?}");
    drop(TcpStream::connect(&server.wire.address).await.unwrap());
    open(&server, &client).await;
    server.stop().await;
}

#[actix_web::test]
async fn a_new_certificate_is_for_new_connections() {
    let (certificate, old) = TestCertificate::make();
    let server = server(&certificate).await;
    let tls = server.tls.clone().unwrap();
    let application = server.application("acme", &[]).await;
    let get = application.request("GET", "/Users", "", "");
    let mut conversation = open(&server, &old).await;
    conversation.send(&get).await;
    conversation.answer().await.expect(200);
    // This client has a session to resume from now on.
    let again = old.connect(&server.wire.address).await.unwrap();
    assert_eq!(again.get_ref().1.handshake_kind(), Some(HandshakeKind::Resumed));

    let new = certificate.renew();
    assert!(new.connect(&server.wire.address).await.is_err(), "nothing was read yet");
    tls.reload().unwrap();
    open(&server, &new).await;
    assert!(old.connect(&server.wire.address).await.is_err(), "no session of the old certificate is resumed");
    conversation.send(&get).await;
    conversation.answer().await.expect(200);

    // A failure leaves it in use.
    let newest = certificate.renew();
    std::fs::write(&certificate.files.certificate, "").unwrap();
    let error = format!("{:#}", tls.reload().unwrap_err());
    assert!(error.contains("holds no certificate"), "{error}");
    assert!(newest.connect(&server.wire.address).await.is_err());
    open(&server, &new).await;
    server.stop().await;
}

#[actix_web::test]
async fn a_stop_finishes_requests_and_waits_for_no_handshake() {
    let (certificate, client) = TestCertificate::make();
    let server = server(&certificate).await;
    let application = server.application("acme", &[]).await;
    let mut stalled = Conversation::over(TcpStream::connect(&server.wire.address).await.unwrap());
    stalled.send(&[22, 3, 1]).await;
    let (idle, under_way) = (open(&server, &client).await, open(&server, &client).await);
    stop_while_under_way(&server, &application, idle, under_way).await;
    // It was open until now.
    drop(stalled);
}

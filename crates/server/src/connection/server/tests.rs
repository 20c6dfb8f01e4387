//! The server with an application of a few lines, over real sockets.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, web};

use super::*;
use crate::middleware::unreadable;
use crate::tls::TlsFiles;

/// Sends, and reads until the server closes.
async fn exchange(head_timeout: Duration, request: &'static [u8]) -> String {
    exchange_with(None, head_timeout, request).await
}

async fn exchange_with(tls: Option<Arc<Tls>>, head_timeout: Duration, request: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let settings = Settings { keep_alive: Duration::from_secs(60), head_timeout, stop_timeout_s: 1, workers: Some(1) };
    let server = serve(listener, settings, tls, || {
        // Not at once: what has come by then must not matter.
        let hello = || async {
            tokio::task::yield_now().await;
            HttpResponse::Ok().body("hello")
        };
        let app = App::new().route("/hello", web::to(hello));
        app.default_service(web::to(HttpResponse::NotFound)).wrap(from_fn(unreadable))
    })
    .unwrap();
    let handle = server.handle();
    let client = std::thread::spawn(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        // The server no longer waits for what a refused client might send.
        stream.shutdown(Shutdown::Both).ok();
        answer
    });
    actix_web::rt::spawn(server);
    let answer = loop {
        if client.is_finished() {
            break client.join().unwrap();
        }
        tokio::task::yield_now().await;
    };
    handle.stop(true).await;
    answer
}

#[actix_web::test]
async fn slow_heads_are_answered() {
    let short = Duration::from_millis(50);
    let answer = exchange(short, b"GET /t/acme/scim/abcdefghijk1/v2/Users HTTP/1.1\r\nHost: x\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    assert!(
        answer
            .ends_with(r#""status":"408","detail":"The head of the request did not arrive in time. Send it again."}"#),
        "{answer}"
    );
    let answer = exchange(short, b"GET /hel").await;
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n") && answer.contains("<html"), "{answer}");
    assert_eq!(exchange(short, b"").await, "");
    // A request that is being answered, and its connection afterwards, are not what the time is for.
    let answer = exchange(
        short,
        b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    )
    .await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK\r\n").count(), 2, "{answer}");
}

/// Actix reads ahead; without turns the second request would take the body from the first one's answer.
#[actix_web::test]
async fn an_answer_is_not_shaped_by_the_next_request() {
    let minute = Duration::from_secs(60);
    let answer = exchange(
        minute,
        b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\nHEAD /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.0\r\n\r\n",
    )
    .await;
    let answers: Vec<&str> = answer.split("HTTP/1.").skip(1).collect();
    let [get, head, last] = answers[..] else { panic!("{answer}") };
    assert!(get.starts_with("1 200 OK") && get.ends_with("\r\n\r\nhello"), "{answer}");
    assert!(!get.contains("connection: close"), "{answer}");
    assert!(head.starts_with("1 200 OK") && head.ends_with("\r\n\r\n"), "{answer}");
    assert!(last.starts_with("0 200 OK") && last.ends_with("\r\n\r\nhello"), "{answer}");
}

#[actix_web::test]
async fn handshakes_that_stall_are_closed() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["rollcall.test".to_owned()]).unwrap();
    let files = TlsFiles { certificate: folder.path().join("a.pem"), key: folder.path().join("b.pem") };
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&files.key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let tls = Arc::new(Tls::load(files, Arc::new(database::SystemClock)).unwrap());
    // Nothing at all, and a ClientHello of 512 bytes of which three came.
    for request in [&b""[..], &[22, 3, 1, 2, 0, 1, 0, 1]] {
        let started = std::time::Instant::now();
        let timeout = Duration::from_millis(50);
        assert_eq!(exchange_with(Some(Arc::clone(&tls)), timeout, request).await, "");
        assert!(started.elapsed() >= timeout, "{request:?}");
    }
}

//! A connection in memory, with the client at its other end.

use std::future::poll_fn;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

use super::*;
use crate::connection::defect::Defect;
use crate::connection::note::Note;

const GET: &[u8] = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
const A_DAY: Duration = Duration::from_secs(86_400);

fn connection(head_timeout: Duration) -> (DuplexStream, RequestStream<DuplexStream>) {
    let (client, server) = duplex(64 * 1024);
    (client, RequestStream::new(server, head_timeout))
}

/// What actix reads next, or nothing yet.
async fn read_now(stream: &mut RequestStream<DuplexStream>) -> Option<String> {
    let mut bytes = [0; 4096];
    poll_fn(|context| {
        let mut buffer = ReadBuf::new(&mut bytes);
        Poll::Ready(match Pin::new(&mut *stream).poll_read(context, &mut buffer) {
            Poll::Ready(read) => {
                read.unwrap();
                Some(String::from_utf8_lossy(buffer.filled()).into_owned())
            }
            Poll::Pending => None,
        })
    })
    .await
}

#[actix_web::test]
async fn heads_come_whole_and_bodies_as_they_are() {
    let (mut client, mut stream) = connection(A_DAY);
    for byte in &GET[..GET.len() - 1] {
        client.write_all(&[*byte]).await.unwrap();
        assert_eq!(read_now(&mut stream).await, None);
    }
    client.write_all(&GET[GET.len() - 1..]).await.unwrap();
    assert_eq!(read_now(&mut stream).await.as_deref(), std::str::from_utf8(GET).ok());
    drop(stream.turn().begin());

    let post = "POST /b HTTP/1.1\r\nHost: x\r\ncontent-length: 10\r\n\r\n";
    client.write_all(format!("{post}hel").as_bytes()).await.unwrap();
    assert_eq!(read_now(&mut stream).await.as_deref(), Some(post));
    assert_eq!(read_now(&mut stream).await.as_deref(), Some("hel"));
    client.write_all(b"lo").await.unwrap();
    assert_eq!(read_now(&mut stream).await.as_deref(), Some("lo"));
    client.write_all(b", allGET").await.unwrap();
    assert_eq!(read_now(&mut stream).await.as_deref(), Some(", all"));
    assert_eq!(read_now(&mut stream).await, None);
    drop(client);
}

#[actix_web::test]
async fn one_request_at_a_time() {
    let (mut client, mut stream) = connection(A_DAY);
    client.write_all(&GET.repeat(2)).await.unwrap();
    client.write_all(b"nonsense\r\n").await.unwrap();
    let turn = stream.turn();
    for _ in 0..2 {
        assert_eq!(read_now(&mut stream).await.as_deref(), std::str::from_utf8(GET).ok());
        assert_eq!(read_now(&mut stream).await, None);
        let (note, answering) = turn.begin();
        assert_eq!(note, None);
        assert_eq!(read_now(&mut stream).await, None);
        drop(answering);
    }
    assert!(read_now(&mut stream).await.unwrap().starts_with("GET / HTTP/1.1\r\n"));
    assert_eq!(turn.begin().0, Some(Note::Refused(Defect::RequestLine)));
    // A note is taken by the request that it is about.
    assert_eq!(turn.begin().0, None);
}

#[actix_web::test]
async fn heads_have_their_time() {
    // A head that has begun is answered.
    let (mut client, mut stream) = connection(Duration::ZERO);
    client.write_all(b"GET /a HTTP/1.1\r\nHo").await.unwrap();
    let mut bytes = [0; 4096];
    let length = stream.read(&mut bytes).await.unwrap();
    assert!(bytes[..length].starts_with(b"GET /a HTTP/1.1\r\n"));
    assert_eq!(stream.turn().begin().0, Some(Note::Refused(Defect::TooSlow)));
    // One that has not come at all is the end of the connection.
    let (_client, mut stream) = connection(Duration::ZERO);
    assert_eq!(stream.read(&mut bytes).await.unwrap(), 0);
    // Between two requests actix watches over the connection, and for a body its reader.
    let (mut client, mut stream) = connection(Duration::ZERO);
    client.write_all(b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n").await.unwrap();
    assert!(stream.read(&mut bytes).await.unwrap() > 0);
    assert_eq!(read_now(&mut stream).await, None);
    assert!(stream.deadline.is_none());
    client.write_all(b"a").await.unwrap();
    assert_eq!(stream.read(&mut bytes).await.unwrap(), 1);
    drop(stream.turn().begin());
    assert_eq!(read_now(&mut stream).await, None);
    assert!(stream.deadline.is_none());
    // The next head has its time again.
    client.write_all(b"GET").await.unwrap();
    assert!(stream.read(&mut bytes).await.unwrap() > 0);
    assert_eq!(stream.turn().begin().0, Some(Note::Refused(Defect::TooSlow)));
}

#[actix_web::test]
async fn a_body_that_is_none_breaks_off() {
    let (mut client, mut stream) = connection(A_DAY);
    client.write_all(b"PUT /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\naXYZ").await.unwrap();
    let mut read = String::new();
    stream.read_to_string(&mut read).await.unwrap();
    assert!(read.ends_with("\r\n\r\n1\r\na"), "{read}");
}

#[actix_web::test]
async fn the_rest_of_a_refused_request_is_thrown_away() {
    let (mut client, mut stream) = connection(A_DAY);
    client.write_all(b"nonsense\r\n").await.unwrap();
    assert!(read_now(&mut stream).await.is_some());
    let rest = vec![b'x'; 1024 * 1024];
    let sending = async {
        client.write_all(&rest).await.unwrap();
        assert_eq!(client.read(&mut [0; 10]).await.unwrap(), 0);
        drop(client);
    };
    let (closed, ()) = tokio::join!(stream.shutdown(), sending);
    closed.unwrap();
    // Without a refusal nothing holds the connection.
    let (mut client, mut stream) = connection(A_DAY);
    client.write_all(GET).await.unwrap();
    assert!(read_now(&mut stream).await.is_some());
    stream.shutdown().await.unwrap();
    assert_eq!(client.read(&mut [0; 10]).await.unwrap(), 0);
}

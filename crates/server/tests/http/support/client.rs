//! The plainest HTTP client there is: it sends the bytes it is given and reads the answer. Tests of bad input must be
//! able to send what no proper client would.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

/// Nothing in these tests takes this long; a hang fails instead of lasting.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where to send.
#[derive(Debug, Clone)]
pub struct Wire {
    /// `127.0.0.1:port`
    pub address: String,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Wire {
    /// Sends a request of method, target, headers and body, with its length announced.
    pub async fn send(&self, method: &str, target: &[u8], headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = head(method, target, headers);
        if !body.is_empty() || matches!(method, "POST" | "PUT" | "PATCH") {
            request.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
        }
        request.extend_from_slice(b"\r\n");
        request.extend_from_slice(body);
        self.raw(&request).await
    }

    /// As [`Wire::send`], but in chunks and without saying how long it will be.
    pub async fn send_chunked(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = head(method, target.as_bytes(), headers);
        request.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
        for chunk in body.chunks(64 * 1024) {
            request.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            request.extend_from_slice(chunk);
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"0\r\n\r\n");
        self.raw(&request).await
    }

    /// Opens a connection that stays open.
    pub async fn open(&self) -> Conversation {
        Conversation::over(TcpStream::connect(&self.address).await.unwrap())
    }

    /// Sends bytes as they are and reads until the server closes.
    pub async fn raw(&self, request: &[u8]) -> Answer {
        let exchange = async {
            let stream = TcpStream::connect(&self.address).await.unwrap();
            let (mut reader, mut writer) = stream.into_split();
            // Both at once: a server may answer and close before it has read everything.
            let sending = async {
                let _refused_early = writer.write_all(request).await;
            };
            let receiving = async {
                let mut received = Vec::new();
                let _reset_after_the_answer = reader.read_to_end(&mut received).await;
                received
            };
            let ((), received) = tokio::join!(sending, receiving);
            received
        };
        let received = tokio::time::timeout(PATIENCE, exchange).await.expect("an answer in time");
        parse(&received)
    }
}

fn head(method: &str, target: &[u8], headers: &[(&str, &str)]) -> Vec<u8> {
    let mut request = format!("{method} ").into_bytes();
    request.extend_from_slice(target);
    request.extend_from_slice(b" HTTP/1.1\r\nHost: rollcall.test\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    request
}

fn parse(received: &[u8]) -> Answer {
    let end =
        end_of_head(received).unwrap_or_else(|| panic!("no HTTP answer: {:?}", String::from_utf8_lossy(received)));
    let mut answer = parse_head(&received[..end]);
    let is_chunked = answer.header("transfer-encoding") == Some("chunked");
    let body = if is_chunked { whole(&received[end..]) } else { received[end..].to_vec() };
    answer.body = String::from_utf8(body).unwrap();
    answer
}

/// What chunks say together. They must come to their end.
fn whole(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = chunks.windows(2).position(|window| window == b"\r\n").expect("the answer was broken off");
        let length = usize::from_str_radix(std::str::from_utf8(&chunks[..end]).unwrap(), 16).unwrap();
        let chunk = chunks.get(end + 2..end + 2 + length).expect("the answer was broken off");
        body.extend_from_slice(chunk);
        chunks = &chunks[end + 2 + length..];
        assert!(chunks.starts_with(b"\r\n"), "the answer was broken off");
        if length == 0 {
            return body;
        }
        chunks = &chunks[2..];
    }
}

fn end_of_head(received: &[u8]) -> Option<usize> {
    received.windows(4).position(|window| window == b"\r\n\r\n").map(|position| position + 4)
}

fn parse_head(head: &[u8]) -> Answer {
    let head = String::from_utf8(head.to_vec()).unwrap();
    let mut lines = head.trim_end().lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok()).unwrap();
    let headers = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Answer { status, headers, body: String::new() }
}

/// A connection with as many requests as one likes, whose answers come one after the other.
pub struct Conversation {
    stream: Box<dyn Stream>,
    received: Vec<u8>,
}

/// TCP, or TLS over it.
trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

impl Conversation {
    /// A conversation over a connection that is open.
    pub fn over(stream: impl AsyncRead + AsyncWrite + Unpin + 'static) -> Conversation {
        Conversation { stream: Box::new(stream), received: Vec::new() }
    }

    /// Sends bytes as they are. A server that has closed is seen when the answer is read.
    pub async fn send(&mut self, bytes: &[u8]) {
        let sending = self.stream.write_all(bytes);
        let _refused_early = tokio::time::timeout(PATIENCE, sending).await.expect("the server reads");
    }

    /// The next answer.
    pub async fn answer(&mut self) -> Answer {
        let end = self.until(end_of_head).await;
        let mut answer = parse_head(&self.received[..end]);
        assert_eq!(answer.header("transfer-encoding"), None, "a conversation reads no chunks");
        let length: usize = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        self.until(|received| (received.len() >= end + length).then_some(())).await;
        answer.body = String::from_utf8(self.received[end..end + length].to_vec()).unwrap();
        self.received.drain(..end + length);
        answer
    }

    /// The answer to a HEAD, which has a length but no body.
    pub async fn answer_to_head(&mut self) -> Answer {
        let end = self.until(end_of_head).await;
        parse_head(&self.received.drain(..end).collect::<Vec<_>>())
    }

    /// Reads so many bytes, and what came with them stays.
    pub async fn begins(&mut self, length: usize) {
        self.until(|received| (received.len() >= length).then_some(())).await;
    }

    /// Everything up to the end of the connection, which may be broken off.
    pub async fn rest(mut self) -> Vec<u8> {
        let mut rest = self.received;
        let reading = self.stream.read_to_end(&mut rest);
        let _reset = tokio::time::timeout(PATIENCE, reading).await.expect("the server closes");
        rest
    }

    /// Sends nothing more.
    pub async fn finish(&mut self) {
        self.stream.shutdown().await.unwrap();
    }

    /// Holds that the server closes and says nothing more.
    pub async fn ends(mut self) {
        let mut rest = self.received;
        let reading = self.stream.read_to_end(&mut rest);
        tokio::time::timeout(PATIENCE, reading).await.expect("the server closes").unwrap();
        assert_eq!(String::from_utf8_lossy(&rest), "");
    }

    async fn until<T>(&mut self, is_there: impl Fn(&[u8]) -> Option<T>) -> T {
        loop {
            if let Some(found) = is_there(&self.received) {
                return found;
            }
            let reading = self.stream.read_buf(&mut self.received);
            let read = tokio::time::timeout(PATIENCE, reading).await.expect("an answer in time").unwrap();
            assert!(read > 0, "no whole answer: {:?}", String::from_utf8_lossy(&self.received));
        }
    }
}

impl Answer {
    /// A header's first value; the name in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a header.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.body))
    }

    /// The id of the resource in the body.
    #[track_caller]
    pub fn id(&self) -> String {
        self.json()["id"].as_str().unwrap_or_else(|| panic!("no id: {}", self.body)).to_owned()
    }

    /// This answer, if it has the status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// Holds that this is a SCIM error as RFC 7644 §3.12 has it, and gives its `detail`.
    #[track_caller]
    pub fn scim_error(&self, status: u16, scim_type: Option<&str>) -> String {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.header("content-type"), Some("application/scim+json"));
        let body = self.json();
        assert_eq!(body["schemas"], serde_json::json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
        assert_eq!(body["status"], status.to_string());
        assert_eq!(body.get("scimType").and_then(Value::as_str), scim_type, "{}", self.body);
        let detail = body["detail"].as_str().unwrap_or_default().to_owned();
        assert!(!detail.is_empty(), "{}", self.body);
        assert!(detail.len() < 1_500, "a detail is for a person to read: {} bytes", detail.len());
        detail
    }
}

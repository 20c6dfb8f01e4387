//! Each request that is handed on, given to actix's own parser: it takes it as one request, to the last byte. A request
//! inside another is impossible as long as this holds.

use actix_codec::Decoder as _;
use actix_http::ServiceConfig;
use actix_http::h1::{Codec, Message, MessageType};
use bytes::BytesMut;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::pieces::connections;
use super::*;

/// Actix's parser.
struct Actix(ServiceConfig);

impl Actix {
    /// What it reads: whether the one request is complete, and how many bytes are left over.
    fn read(&self, request: &[u8]) -> Result<(bool, usize), String> {
        let (mut codec, mut bytes) = (Codec::new(self.0.clone()), BytesMut::from(request));
        loop {
            let is_complete = match codec.decode(&mut bytes).map_err(|error| error.to_string())? {
                Some(Message::Item(_)) if codec.message_type() == MessageType::Stream => {
                    return Err("taken for a stream without end".to_owned());
                }
                Some(Message::Item(_)) => codec.message_type() == MessageType::None,
                Some(Message::Chunk(chunk)) => chunk.is_none(),
                None => return Ok((false, bytes.len())),
            };
            if is_complete {
                return Ok((true, bytes.len()));
            }
        }
    }

    /// How many requests both read, alike.
    fn agrees(&self, bytes: &[u8]) -> Result<usize, TestCaseError> {
        let transcript = Transcript::of([bytes]);
        let last = transcript.requests.len().saturating_sub(1);
        for (index, (request, _)) in transcript.requests.iter().enumerate() {
            let read = self.read(request);
            // Only the last one may lack the rest of its body.
            let expected = Ok((index < last || transcript.is_complete, 0));
            prop_assert_eq!(read, expected, "{:?}", String::from_utf8_lossy(request));
        }
        Ok(transcript.requests.iter().filter(|(_, note)| matches!(note, None | Some(Note::UriEncoded))).count())
    }

    fn agrees_always(&self, connections: &impl Strategy<Value = Vec<u8>>) {
        let config = ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() };
        TestRunner::new(config).run(connections, |bytes| self.agrees(&bytes).map(drop)).unwrap();
    }
}

#[actix_web::test]
async fn on_requests_that_are_nearly_right() {
    Actix(ServiceConfig::default()).agrees_always(&connections());
}

#[actix_web::test]
async fn on_requests_with_a_byte_changed() {
    let changed = (any::<prop::sample::Index>(), any::<u8>(), any::<bool>(), any::<bool>());
    let changed = changed.prop_map(|(position, byte, is_inserted, is_chunked)| {
        let framing = if is_chunked {
            "Transfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\nA: b\r\n\r\n"
        } else {
            "Content-Length: 5\r\n\r\nhello"
        };
        let request = format!("POST /Users?filter=a HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n{framing}");
        let mut bytes = request.repeat(2).into_bytes();
        let position = position.index(bytes.len());
        if is_inserted {
            bytes.insert(position, byte);
        } else {
            bytes[position] = byte;
        }
        bytes
    });
    Actix(ServiceConfig::default()).agrees_always(&changed);
}

#[actix_web::test]
async fn on_all_that_is_right() {
    let actix = Actix(ServiceConfig::default());
    for (bytes, count) in [
        ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 1),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nHost: x\r\n\r\n", 2),
        ("POST / HTTP/1.0\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n", 2),
        (
            "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
            2,
        ),
        (
            "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
            2,
        ),
        ("GET /?\"<>\\^`{|} #\u{e9} HTTP/1.1\r\nHost: x\r\n\r\nM-SEARCH / HTTP/1.1\r\nHost: x\r\n\r\n", 2),
    ] {
        assert_eq!(actix.agrees(bytes.as_bytes()).unwrap(), count, "{bytes}");
    }
    // The largest head that is taken here is taken there.
    let target = format!("/{}", "a".repeat(65_533));
    let header = "y".repeat(60 * 1024 - "Host: x\r\nX: \r\n\r\n".len());
    let largest = format!("GET {target} HTTP/1.1\r\nHost: x\r\nX: {header}\r\n\r\n");
    assert_eq!(actix.agrees(largest.as_bytes()).unwrap(), 1);
}

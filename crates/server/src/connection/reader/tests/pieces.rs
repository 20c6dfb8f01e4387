//! However a connection's bytes are split, the same comes of them.

use proptest::prelude::*;

use super::*;

/// Parts of requests, good and bad, from which connections are made.
const PARTS: [&str; 44] = [
    "GET ",
    "POST ",
    "PUT ",
    "HEAD ",
    "G@T ",
    "CONNECT ",
    "/",
    "/Users",
    "/Users?filter=userName eq \"zoë\"",
    "http://x/a",
    "*",
    "?",
    "#",
    " ",
    " HTTP/1.1",
    " HTTP/1.0",
    " HTTP/2.0",
    "\r\n",
    "\r\n",
    "\r\n\r\n",
    "\r\n\r\n",
    "\n",
    "\r",
    "\t",
    "\0",
    "Host: x\r\n",
    "Host: x\r\n\r\n",
    "Content-Length: 5\r\n",
    "Content-Length: 5\r\n\r\nhello",
    "Content-Length: 0\r\n",
    "Content-Length: +5\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "Transfer-Encoding: gzip\r\n",
    "Connection: close\r\n",
    "Connection: keep-alive\r\n",
    "Expect: 100-continue\r\n",
    "Upgrade: websocket\r\n",
    " folded\r\n",
    "5\r\nhello\r\n",
    "0\r\n\r\n",
    "5;x=y\r\nhello\r\n",
    "GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
    "POST /b HTTP/1.1\r\nHost: x\r\n",
];

/// The bytes of a connection: requests that are mostly right, then anything.
pub fn connections() -> impl Strategy<Value = Vec<u8>> {
    let line = (0..6_usize, 6..13_usize, 14..17_usize).prop_map(|(method, target, version)| {
        [PARTS[method], PARTS[target], PARTS[version], "\r\n"].concat().into_bytes()
    });
    let header = (25..40_usize).prop_map(|index| PARTS[index].as_bytes().to_vec());
    let headers = prop::collection::vec(header, 0..5).prop_map(|headers| headers.concat());
    let request = (line, headers, prop::sample::select(vec!["\r\n", "\r\n", "\r\nhello", ""]));
    let request = request
        .prop_map(|(line, headers, end)| [line, b"Host: x\r\n".to_vec(), headers, end.as_bytes().to_vec()].concat());
    let part = prop::sample::select(PARTS.to_vec()).prop_map(|part| part.as_bytes().to_vec());
    let noise = prop::collection::vec(any::<u8>(), 0..3);
    let piece = prop_oneof![6 => request, 3 => part, 1 => noise];
    prop::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat())
}

/// `bytes` in pieces of these lengths, over and over.
pub fn split<'a>(bytes: &'a [u8], lengths: &[usize]) -> Vec<&'a [u8]> {
    let (mut pieces, mut rest) = (Vec::new(), bytes);
    for length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, behind) = rest.split_at((*length).min(rest.len()));
        pieces.push(piece);
        rest = behind;
    }
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_split_gives_the_same(bytes in connections(), lengths in prop::collection::vec(1..20_usize, 1..10)) {
        let whole = Transcript::of([bytes.as_slice()]);
        prop_assert_eq!(&Transcript::of(split(&bytes, &lengths)), &whole);
        prop_assert_eq!(&Transcript::of(split(&bytes, &[1])), &whole);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_split_of_a_long_head_gives_the_same(
        target in 65_000..66_500_usize, header in 60_000..62_500_usize, lengths in prop::collection::vec(1..70_000_usize, 1..4),
        letter in prop::sample::select(vec!["a", " ", "?", "%2", "&filter="]),
    ) {
        let target = letter.repeat(target / letter.len());
        let header = "y".repeat(header);
        let bytes = format!("GET /a{target} HTTP/1.1\r\nHost: x\r\nX: {header}\r\nContent-Length: 2\r\n\r\nabGET /b HTTP/1.1\r\n");
        let whole = Transcript::of([bytes.as_bytes()]);
        prop_assert_eq!(&Transcript::of(split(bytes.as_bytes(), &lengths)), &whole);
    }
}

/// What stays in place of a body and what is pushed are the same bytes.
#[test]
fn bodies_stay_where_they_are() {
    let head = b"PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n";
    let (mut reader, mut out) = (RequestReader::default(), Vec::new());
    assert_eq!(reader.pass(head), 0);
    reader.push(head, &mut out);
    assert_eq!((reader.pass(b"hel"), reader.pass(b"loGET /"), reader.pass(b"GET /")), (3, 2, 0));
    assert!(reader.is_between_requests());
}

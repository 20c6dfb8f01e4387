//! Requests as clients send them, well and badly.

use super::*;
use crate::connection::headers::LONGEST_SECTION_BYTES;
use crate::connection::target;

fn whole(bytes: &[u8]) -> Transcript {
    Transcript::of([bytes])
}

#[test]
fn one_after_the_other() {
    let get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
    let post = "POST /b HTTP/1.1\r\nHost: x\r\ncontent-length: 5\r\n\r\nhello";
    let chunked = "PUT /c HTTP/1.1\r\nHost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    let close = "GET /d HTTP/1.1\r\nHost: x\r\nconnection: close\r\n\r\n";
    for (requests, kept) in [
        (&[get, get, get][..], 3),
        (&[get, post, get], 3),
        (&[post, chunked, post, get], 4),
        (&[post, close, get], 2),
        (&[close, "\x16\x03\x01"], 1),
    ] {
        let transcript = whole(requests.concat().as_bytes());
        let expected: Vec<_> = requests[..kept].iter().map(|request| ((*request).to_owned(), None)).collect();
        assert_eq!(transcript.texts(), expected);
        assert!(!transcript.broken_off);
    }
    // Empty lines before a request are passed over, and none of them is the beginning of one.
    let transcript = whole(format!("\r\n\r\n{get}\r\n{get}\r\n\r").as_bytes());
    assert_eq!(transcript.texts(), vec![(get.to_owned(), None); 2]);
}

#[test]
fn what_is_refused_and_what_stands_for_it() {
    let many = "X: y\r\n".repeat(97);
    let large = format!("X: {}\r\n", "y".repeat(LONGEST_SECTION_BYTES));
    let substitute =
        |method: &str, path: &str| format!("{method} {path} HTTP/1.1\r\nhost: unknown\r\nconnection: close\r\n\r\n");
    for (bytes, defect, method, path) in [
        ("\x16\x03\x01\x02\0\x01", Defect::RequestLine, "GET", "/"),
        ("GET /a\r\n\r\n", Defect::RequestLine, "GET", "/a"),
        ("GET /a?b=c HTTPS/1.1\r\n\r\n", Defect::RequestLine, "GET", "/a"),
        ("G@T /a?b HTTP/1.1\r\nHost: x\r\n\r\n", Defect::Method, "GET", "/a"),
        ("CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", Defect::UnknownMethod, "GET", "/"),
        ("PUT a HTTP/1.1\r\nHost: x\r\n\r\n", Defect::Target, "PUT", "/"),
        ("DELETE /a\x01b HTTP/1.1\r\nHost: x\r\n\r\n", Defect::Target, "DELETE", "/a"),
        ("DELETE  /a HTTP/1.1\r\nHost: x\r\n\r\n", Defect::Target, "DELETE", "/a"),
        ("POST http://x/a?b HTTP/3.0\r\nHost: x\r\n\r\n", Defect::Version, "POST", "/a"),
        ("GET /a HTTP/1.1\nHost: x\n\n", Defect::LineEnding, "GET", "/a"),
        ("GET /a HTTP/1.1\r\nHost: x\n\r\n", Defect::LineEnding, "GET", "/a"),
        ("GET /a HTTP/1.1\r\nHost: x\r\n\n", Defect::LineEnding, "GET", "/a"),
        ("\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n", Defect::LineEnding, "GET", "/"),
        ("GET /a HTTP/1.1\r\n Host: x\r\n\r\n", Defect::Folding, "GET", "/a"),
        ("GET /a HTTP/1.1\r\nHost: x\r\n\ty\r\n\r\n", Defect::Folding, "GET", "/a"),
        ("HEAD /a?b HTTP/1.1\r\nHost : x\r\n\r\n", Defect::HeaderName, "HEAD", "/a"),
        ("GET /a HTTP/1.1\r\nHost: x\ry\r\n\r\n", Defect::HeaderValue, "GET", "/a"),
        (&format!("GET /a HTTP/1.1\r\nHost: x\r\n{many}\r\n"), Defect::TooManyHeaders, "GET", "/a"),
        (&format!("GET /a HTTP/1.1\r\nHost: x\r\n{large}\r\n"), Defect::HeadersTooLarge, "GET", "/a"),
        ("BREW /a HTTP/1.1\r\n\r\n", Defect::HostMissing, "GET", "/a"),
        ("PATCH /a HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", Defect::ContentLength, "PATCH", "/a"),
        ("PUT /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x\r\n\r\n", Defect::TransferEncodingUnknown, "PUT", "/a"),
        ("GET /a HTTP/1.1\r\nHost: x\r\n", Defect::CutOff, "GET", "/a"),
        ("GET /t/acme/scim", Defect::CutOff, "GET", "/t/acme/scim"),
        ("G", Defect::CutOff, "GET", "/"),
    ] {
        let follows = format!("{bytes}\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
        let bytes = if defect == Defect::CutOff { bytes } else { &follows };
        let expected = vec![(substitute(method, path), Some(Note::Refused(defect)))];
        assert_eq!(whole(bytes.as_bytes()).texts(), expected, "{:.80}", bytes);
        let behind_another = format!("PUT / HTTP/1.1\r\nHost: x\r\ncontent-length: 2\r\n\r\nab{bytes}");
        let transcript = whole(behind_another.as_bytes());
        assert_eq!(transcript.texts()[1..], expected, "{:.80}", behind_another);
    }
}

#[test]
fn targets_too_long_to_keep() {
    let line = |target: &str| format!("GET {target} HTTP/1.1\r\n");
    let note = |bytes, filter_bytes| Some(Note::UriTooLong(UriTooLong { bytes, filter_bytes }));
    let fits = format!("/{}", "a".repeat(target::LONGEST_BYTES - 1));
    let too_long = format!("{fits}a");
    let spaces = format!("/a?filter={}", " ".repeat(30_000));
    let long_filter = format!("/a?count=1&filter={}", "%20".repeat(100_000));
    let other = format!("/a?filter=b&x={}", "y".repeat(100_000));
    for (target, handed_on, note) in [
        (&fits, fits.as_str(), None),
        (&too_long, &fits[..1024], note(65_535, None)),
        (&spaces, "/a", note(30_010, Some(30_000))),
        (&long_filter, "/a", note(300_018, Some(100_000))),
        (&other, "/a", note(100_014, Some(1))),
    ] {
        let next = "GET /next HTTP/1.1\r\nHost: x\r\n\r\n";
        let bytes = format!("{}Host: x\r\nContent-Length: 2\r\n\r\nab{next}", line(target));
        let expected = format!("{}Host: x\r\ncontent-length: 2\r\n\r\nab", line(handed_on));
        assert_eq!(whole(bytes.as_bytes()).texts(), [(expected, note), (next.to_owned(), None)], "{:.80}", target);
    }
    let unreadable = format!("GET {too_long} HTTP/4.0\r\n");
    assert_eq!(whole(unreadable.as_bytes()).refused(), Some(Defect::Version));
    let no_method = "A".repeat(100_000);
    assert_eq!(whole(no_method.as_bytes()).refused(), Some(Defect::UnknownMethod));
}

#[test]
fn bodies_that_break_off() {
    let head = "PUT /a HTTP/1.1\r\nHost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    for (body, passed, broken_off) in [
        ("5\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", false),
        ("5\r\nhe", "5\r\nhe", false),
        ("5\r\nhelloX\r\n0\r\n\r\nGET / HTTP/1.1\r\n", "5\r\nhello", true),
        ("5\nhello", "5", true),
    ] {
        let transcript = whole(format!("{head}{body}").as_bytes());
        assert_eq!(transcript.texts(), [(format!("{head}{passed}"), None)], "{body:?}");
        assert_eq!(transcript.broken_off, broken_off, "{body:?}");
    }
}

#[test]
fn time_runs_out_only_for_a_head() {
    let mut out = Vec::new();
    let mut reader = RequestReader::default();
    assert_eq!(reader.time_out(&mut out), None);
    assert!(reader.has_broken_off() && out.is_empty());
    let mut reader = RequestReader::default();
    reader.push(b"GET /a HT", &mut out);
    assert!(reader.is_in_head() && !reader.is_between_requests());
    assert_eq!(reader.time_out(&mut out), Some(HandedOn(Some(Note::Refused(Defect::TooSlow)))));
    assert!(out.starts_with(b"GET /a HTTP/1.1\r\n"), "{:?}", String::from_utf8_lossy(&out));
}

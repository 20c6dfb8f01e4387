//! What can be wrong with the head of a request, and what its sender is told. Every one ends the connection: where the
//! next request would begin cannot be known.

/// Why a head was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    RequestLine,
    Method,
    UnknownMethod,
    Target,
    Version,
    LineEnding,
    Folding,
    HeaderName,
    HeaderValue,
    TooManyHeaders,
    HeadersTooLarge,
    HostMissing,
    HostTwice,
    ContentLength,
    ContentLengthTwice,
    ContentLengthMissing,
    TransferEncodingUnknown,
    TransferEncodingTwice,
    TransferEncodingInHttp10,
    LengthAndTransferEncoding,
    CutOff,
    TooSlow,
}

impl Defect {
    /// Each of them once.
    #[cfg(test)]
    pub const ALL: [Defect; 22] = [
        Defect::RequestLine,
        Defect::Method,
        Defect::UnknownMethod,
        Defect::Target,
        Defect::Version,
        Defect::LineEnding,
        Defect::Folding,
        Defect::HeaderName,
        Defect::HeaderValue,
        Defect::TooManyHeaders,
        Defect::HeadersTooLarge,
        Defect::HostMissing,
        Defect::HostTwice,
        Defect::ContentLength,
        Defect::ContentLengthTwice,
        Defect::ContentLengthMissing,
        Defect::TransferEncodingUnknown,
        Defect::TransferEncodingTwice,
        Defect::TransferEncodingInHttp10,
        Defect::LengthAndTransferEncoding,
        Defect::CutOff,
        Defect::TooSlow,
    ];

    /// The status of the answer (RFC 9110 §15, RFC 6585 §5).
    pub fn status(self) -> u16 {
        match self {
            Defect::TooSlow => 408,
            Defect::ContentLengthMissing => 411,
            Defect::TooManyHeaders | Defect::HeadersTooLarge => 431,
            Defect::UnknownMethod | Defect::TransferEncodingUnknown => 501,
            Defect::Version => 505,
            _ => 400,
        }
    }

    /// What is wrong and what to send instead.
    pub fn detail(self) -> &'static str {
        match self {
            Defect::RequestLine => {
                "The request line is malformed. Send a method, a path and HTTP/1.1, with a space between them."
            }
            Defect::Method => "The method is malformed. Send a word such as GET, POST, PUT, PATCH or DELETE.",
            Defect::UnknownMethod => "This method is not known here. Send GET, POST, PUT, PATCH or DELETE.",
            Defect::Target => {
                "The URL is malformed. It must begin with a slash, and control characters in it must be percent-encoded."
            }
            Defect::Version => "This version of HTTP is not spoken here. Send HTTP/1.1.",
            Defect::LineEnding => {
                "A line of the request's head does not end as HTTP asks for. End each with CR and LF."
            }
            Defect::Folding => "A header goes on over several lines, which HTTP no longer allows. Send it in one line.",
            Defect::HeaderName => {
                "A header is malformed. Send its name, a colon without a space before it, and its value."
            }
            Defect::HeaderValue => "The value of a header has characters that are not allowed there.",
            Defect::TooManyHeaders => "The request has too many headers. At most 96 are taken.",
            Defect::HeadersTooLarge => "The headers of the request are too large. At most 61440 bytes are taken.",
            Defect::HostMissing => "The Host header is missing, which HTTP/1.1 asks for.",
            Defect::HostTwice => "The request has more than one Host header. Send one.",
            Defect::ContentLength => "The Content-Length header is not a number of bytes.",
            Defect::ContentLengthTwice => "The request has more than one Content-Length header. Send one.",
            Defect::ContentLengthMissing => "The Content-Length header is missing, which HTTP/1.0 asks for.",
            Defect::TransferEncodingUnknown => {
                "This transfer encoding is not known here. Send Transfer-Encoding: chunked, or a Content-Length."
            }
            Defect::TransferEncodingTwice => "The request has more than one Transfer-Encoding header. Send one.",
            Defect::TransferEncodingInHttp10 => "HTTP/1.0 has no Transfer-Encoding. Send a Content-Length.",
            Defect::LengthAndTransferEncoding => {
                "The request has both Content-Length and Transfer-Encoding, so its end is not certain. Send one of them."
            }
            Defect::CutOff => "The request ended in the middle of its head.",
            Defect::TooSlow => "The head of the request did not arrive in time. Send it again.",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::connection::headers;

    #[test]
    fn each_has_words_of_its_own() {
        let details: BTreeSet<&str> = Defect::ALL.iter().map(|defect| defect.detail()).collect();
        assert_eq!(details.len(), Defect::ALL.len());
        assert!(Defect::TooManyHeaders.detail().contains(&headers::MOST.to_string()));
        assert!(Defect::HeadersTooLarge.detail().contains(&headers::LONGEST_SECTION_BYTES.to_string()));
    }
}

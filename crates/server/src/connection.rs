//! Between the socket and the web framework: what a client sends becomes requests that can be understood in one way only.
//!
//! The web framework answers what its parser cannot read with a bare status, before any code of ours runs: no SCIM JSON,
//! no request id, nothing in the report. So heads are read here first. What real clients do wrong is mended (`target`);
//! what cannot be mended is replaced by a request for the same path with a [`Note`], which a middleware answers; and what
//! says where a request ends is written in one form (`headers`), so that no request can be hidden inside another.
//!
//! | module | for |
//! |---|---|
//! | `reader` | the whole of it as a pure function of bytes: heads and bodies, one after the other |
//! | `head`, `request_line`, `target`, `headers` | one head: collected, judged, written anew |
//! | `long_line`, `filter_length` | a target too long to keep, counted while it passes by |
//! | `body` | where a body ends |
//! | `defect`, `note` | what is said about a request beside it |
//! | `stream` | the same over a socket, with the time a head may take |
//! | `turn` | one request at a time |
//! | `socket` | TCP, or TLS over it |
//! | `server` | the framework's server, built on these connections |
//!
//! Deliberately not here: what an answer looks like (`middleware::unreadable`), certificates (`tls`), HTTP/2 and upgrades to other protocols.

mod body;
mod defect;
mod filter_length;
mod head;
mod headers;
mod long_line;
mod note;
mod reader;
mod request_line;
mod server;
mod socket;
mod stream;
mod target;
mod turn;

pub use note::Note;
pub use server::{Settings, serve};
pub use target::LONGEST_BYTES as LONGEST_URI_BYTES;

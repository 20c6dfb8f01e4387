//! What happens around every request, whichever edge answers it.

mod request_log;
mod scim_refusal;
mod security_headers;
mod unreadable;

pub use request_log::request_log;
pub use scim_refusal::scim_refusal;
pub use security_headers::SecurityHeaders;
pub use unreadable::unreadable;

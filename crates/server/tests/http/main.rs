//! HTTP behaviour of the whole product, in-process, on both databases. Folders mirror URLs.

mod support;

mod okta;
mod scim;

//! HTTP behaviour of the whole product, in-process, on both databases. Folders mirror URLs.

mod support;

mod concurrency;
mod directory;
mod okta;
mod report;
mod scim;
mod tenancy;

//! The one set of limits: what is enforced here is what `discovery` advertises.

/// Bounds on what a client may send and ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Longest filter expression, in bytes.
    pub filter_length_bytes: usize,
    /// Deepest nesting of `(…)` and `[…]` in a filter.
    pub filter_depth: usize,
    /// Most operations in one PATCH, after an operation without a path is taken apart into its attributes.
    pub patch_operations: usize,
    /// Most operations in one bulk request.
    pub bulk_operations: usize,
    /// Most resources in one list response; also the page size when a client does not say (RFC 7644 §3.4.2.4).
    pub max_results: u64,
    /// How long a cursor leads to its page, in seconds (RFC 9865 §4).
    pub cursor_timeout_s: u64,
    /// Most resources that are looked at to answer one query that no index decides.
    pub looked_through: usize,
    /// Largest request body, in bytes.
    pub body_bytes: usize,
    /// Whether a resource without `schemas` is refused (RFC 7643 §3). An administrator may let an application's client get
    /// away without; then it is on record.
    pub schemas_required: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            filter_length_bytes: 16 * 1024,
            filter_depth: 64,
            // authentik sends one operation per member, and groups of 100,000 members exist.
            patch_operations: 200_000,
            // authentik cuts its membership PATCHes into pieces of this size.
            bulk_operations: 1_000,
            // Okta asks for pages of 100 and Rauthy stops at a page shorter than it asked for.
            max_results: 200,
            cursor_timeout_s: 3_600,
            looked_through: 50_000,
            body_bytes: 16 * 1024 * 1024,
            schemas_required: true,
        }
    }
}

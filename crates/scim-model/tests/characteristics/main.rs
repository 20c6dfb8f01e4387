//! Attribute characteristics (RFC 7643 §2 and §7) in every operation, held against a resource type that has all of them.

#![expect(clippy::unwrap_used, reason = "helpers of tests panic too: that is how a test fails")]

mod body;
mod filter;
mod fixture;
mod mutability;
mod patch;
mod patch_mutability;
mod projection;

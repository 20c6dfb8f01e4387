//! The checks, one file for each family.

mod attributes;
mod bulk;
pub(super) mod cast;
mod create;
mod cursors;
mod delete;
mod discovery;
mod errors;
mod etags;
mod extensions;
mod filter;
mod filter_values;
mod groups;
mod me;
mod paging;
mod patch_add;
mod patch_body;
mod patch_remove;
mod patch_replace;
mod projection;
mod protocol;
mod replace;
mod schemas;
mod search;
mod sorting;
mod values;

use super::check::Family;

/// In the order in which they run.
pub const FAMILIES: &[Family] = &[
    discovery::FAMILY,
    schemas::FAMILY,
    protocol::FAMILY,
    errors::FAMILY,
    create::FAMILY,
    values::FAMILY,
    attributes::FAMILY,
    extensions::FAMILY,
    replace::FAMILY,
    delete::FAMILY,
    filter::FAMILY,
    filter_values::FAMILY,
    paging::FAMILY,
    sorting::FAMILY,
    cursors::FAMILY,
    projection::FAMILY,
    search::FAMILY,
    patch_body::FAMILY,
    patch_add::FAMILY,
    patch_replace::FAMILY,
    patch_remove::FAMILY,
    groups::FAMILY,
    etags::FAMILY,
    bulk::FAMILY,
    me::FAMILY,
];

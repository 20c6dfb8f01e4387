//! A User or Group as one client wrote it: its row, the keys it is found by, the count of its type (in all and by ranges of ids),
//! its members.
//!
//! Everything here runs inside a transaction that `operation` opened and takes the scope of the credential; nothing takes
//! a bare tenant or application id. Deliberately not here: what the SCIM document means (`scim_model`) and the tenant's
//! own record of the person (`directory`).

pub(crate) mod count;
pub(crate) mod key;
pub(crate) mod member;
pub(crate) mod parts;
pub(crate) mod range;
pub(crate) mod representation;
pub(crate) mod row;

//! Looking at candidates one by one, and how many may be looked at for one query.

use scim_model::{Limits, ScimError};

use crate::error::Error;

/// A member that is read along with its group counts for a tenth of a resource.
const RESOURCE: usize = 10;

/// How much may still be looked at.
#[derive(Debug)]
pub(crate) struct Budget {
    left: usize,
    most: usize,
}

impl Budget {
    pub fn new(limits: &Limits) -> Self {
        Budget { left: limits.looked_through.saturating_mul(RESOURCE), most: limits.looked_through }
    }

    /// Takes one resource off. Says whether there was one left.
    pub fn take(&mut self) -> bool {
        let enough = self.left > 0;
        self.left = self.left.saturating_sub(RESOURCE);
        enough
    }

    /// Takes members off that were read for a resource.
    pub fn take_members(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count);
    }

    /// What is answered when it is used up.
    pub fn exhausted(&self) -> Error {
        Error::Protocol(ScimError::too_many(format!(
            "This query would have to look through more than {} resources. Filter by userName, externalId, id or \
             emails.value, or page by cursor without sortBy.",
            self.most
        )))
    }
}

/// Why looking stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// There are no more candidates.
    AtEnd,
    /// Enough was found.
    Enough,
    /// Nothing more may be looked at; the id of the last candidate that was.
    Exhausted(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_count_for_a_tenth() {
        let limits = Limits { looked_through: 3, ..Limits::default() };
        for (members, resources) in [(0, 3), (9, 3), (10, 2), (25, 1), (1_000_000, 1)] {
            let mut budget = Budget::new(&limits);
            let taken = std::iter::repeat_with(|| budget.take()).enumerate().take_while(|(_, enough)| *enough);
            // All members are read along with the first one.
            let mut first = Budget::new(&limits);
            assert!(first.take());
            first.take_members(members);
            let after = std::iter::repeat_with(|| first.take()).take_while(|enough| *enough).count();
            assert_eq!(after + 1, resources, "{members}");
            assert_eq!(taken.count(), 3);
        }
        assert!(Budget::new(&limits).exhausted().to_scim().detail.contains("more than 3 resources"));
    }
}

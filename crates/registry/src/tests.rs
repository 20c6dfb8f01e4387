//! Tests of the registry on both databases.

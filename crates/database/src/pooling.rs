//! PostgreSQL behind a proxy that pools transactions, such as pgbouncer with `pool_mode = transaction`: said by
//! `?pgbouncer=true` in the URL.
//!
//! Each transaction, and each statement outside of one, may then run in another session of the server. So nothing may be left
//! in a session: no prepared statement with a name, no setting, no lock. A connection of ours sends statements without a
//! name, sets its lock timeout inside each transaction that writes, and brings the tables up to date in one transaction.
//! That costs the server the planning of each statement, which is why it is not always done.

use diesel::PgConnection;
use diesel::connection::{CacheSize, Connection as _};

use crate::config::Target;

/// The parameter of the URL. libpq does not know it.
const PARAMETER: &str = "pgbouncer=true";

/// The URL for libpq, and whether it leads to a proxy that pools transactions.
pub(crate) fn take_apart(url: &str) -> (String, bool) {
    let Some((rest, query)) = url.rsplit_once('?') else { return (url.to_owned(), false) };
    let (ours, others): (Vec<&str>, Vec<&str>) =
        query.split('&').partition(|parameter| parameter.eq_ignore_ascii_case(PARAMETER));
    if ours.is_empty() {
        return (url.to_owned(), false);
    }
    let url = if others.is_empty() { rest.to_owned() } else { format!("{rest}?{}", others.join("&")) };
    (url, true)
}

/// Whether this database is behind such a proxy.
pub(crate) fn is_pooled(target: &Target) -> bool {
    matches!(target, Target::Postgres(url) if take_apart(url).1)
}

/// Makes a new connection leave nothing in the session.
pub(crate) fn set_up(postgres: &mut PgConnection) {
    // Statements without a name are parsed, bound and run in one message: always in one session.
    postgres.set_prepared_statement_cache_size(CacheSize::Disabled);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameter_is_kept_from_libpq() {
        for (url, expected, pooled) in [
            ("postgres://u:p@h/d", "postgres://u:p@h/d", false),
            ("postgres://u:p@h/d?pgbouncer=true", "postgres://u:p@h/d", true),
            ("postgres://u:p@h/d?sslmode=disable&PgBouncer=true", "postgres://u:p@h/d?sslmode=disable", true),
            ("postgres://u:p@h/d?pgbouncer=false", "postgres://u:p@h/d?pgbouncer=false", false),
            ("postgres://u:p?pgbouncer=true@h/d", "postgres://u:p?pgbouncer=true@h/d", false),
        ] {
            assert_eq!(take_apart(url), (expected.to_owned(), pooled), "{url}");
        }
        assert!(!is_pooled(&Target::Sqlite("x".into())));
    }
}

use std::collections::BTreeSet;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::{export, import};
use crate::config::Target;
use crate::dialect::whole;
use crate::pool::{Purpose, connect};
use crate::schema::resource_key;
use crate::testing::Scratch;
use crate::{Connection, DatabaseConfig, MigrationState, Timestamp, migration};

fn connection(scratch: &Scratch) -> Connection {
    connect(&Target::parse(scratch.url()).unwrap(), Purpose::Write, 5_000).unwrap()
}

/// A database as the first version made it, with a group: a later migration gives groups a row of `resource_key`.
fn old_file(file: &Path) {
    let scratch = Scratch::sqlite();
    let mut old = connection(&scratch);
    let first: BTreeSet<String> = migration::embedded().unwrap().into_iter().take(1).collect();
    whole::migrate_to(&mut old, &first).unwrap();
    old.batch_execute(
        "INSERT INTO tenant VALUES ('t', 't', 'T', 1, 1);
         INSERT INTO application VALUES ('t', 'a', 'scim-client', 'A', 'a', 1, 0, NULL, 1, 'x');
         INSERT INTO resource VALUES
            ('t', 'a', 'g', 'Group', NULL, NULL, NULL, 'Staff', 'staff', 1, '{}', 1, NULL, 1, 1, NULL);",
    )
    .unwrap();
    export(&DatabaseConfig::new(scratch.url()), file, false, Timestamp::from_milliseconds(0), &mut |_| ()).unwrap();
}

#[test]
fn an_old_file_goes_through_the_migrations_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("old");
    old_file(&file);
    for (name, scratch) in Scratch::both() {
        for migrated in [false, true] {
            let scratch = if migrated {
                scratch.open();
                &scratch
            } else {
                // A database of this kind that nobody made tables in yet.
                &Scratch::both().into_iter().find(|(kind, _)| *kind == name).unwrap().1
            };
            import(&DatabaseConfig::new(scratch.url()), &file, &mut |_| ()).unwrap();
            let mut new = connection(scratch);
            assert_eq!(migration::state(&mut new).unwrap(), MigrationState::Current, "{name}");
            let keys: Vec<(String, String, bool)> = resource_key::table
                .select((resource_key::path, resource_key::folded, resource_key::is_unique))
                .load(&mut new)
                .unwrap();
            assert_eq!(keys, [("Group/displayName".to_owned(), "staff".to_owned(), true)], "{name}");
        }
    }
}

#[test]
fn digits_and_bytes() {
    use super::format::from_hexadecimal;
    for (digits, bytes) in
        [("", Some(vec![])), ("00fF7a", Some(vec![0, 0xff, 0x7a])), ("0", None), ("0g", None), ("é1", None)]
    {
        assert_eq!(from_hexadecimal(digits), bytes, "{digits}");
    }
}

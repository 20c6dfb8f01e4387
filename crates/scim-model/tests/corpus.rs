//! What the fuzz targets start from and what they found, as ordinary tests.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking and says on which file")]

use std::path::Path;

use scim_model::testing::{choices, fuzz};

/// Every file of a corpus, and some more bytes for targets that choose by them.
fn run(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        // Which one it was stands in the output of a test that fails.
        println!("{}", path.display());
        check(&std::fs::read(&path).unwrap());
        count += 1;
    }
    assert!(count >= 20, "{} has only {count} files", folder.display());
    for seed in 0..200 {
        check(&choices::bytes(seed, 400));
    }
}

#[test]
fn filter() {
    run("filter", fuzz::filter);
}

#[test]
fn path() {
    run("path", fuzz::path);
}

#[test]
fn patch() {
    run("patch", fuzz::patch);
}

#[test]
fn bulk() {
    run("bulk", fuzz::bulk);
}

#[test]
fn resource() {
    run("resource", fuzz::resource);
}

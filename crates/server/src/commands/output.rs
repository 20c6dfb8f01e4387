//! What commands print. Results go to standard output, everything else to standard error.

use std::io::{self, Write};

use anyhow::{Context, Result};

/// Prints one line of result.
pub(crate) fn say(line: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).context("cannot write to standard output")
}

/// Prints one line about what went wrong. There is nobody left to tell if that fails.
pub(crate) fn complain(line: &str) {
    let _nobody_to_tell = writeln!(io::stderr().lock(), "{line}");
}

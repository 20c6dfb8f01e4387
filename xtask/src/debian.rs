//! Bringing what the tests need from Debian's packages.

use std::process::Command;

use anyhow::{Result, bail};

use crate::postgres;
use crate::process::{is_installed, is_root, run};

/// Something that the tests start.
struct Need {
    package: &'static str,
    is_there: fn() -> bool,
}

const NEEDS: [Need; 3] = [
    Need { package: "postgresql", is_there: || postgres::programs().is_ok() },
    Need { package: "chromium", is_there: || is_installed("chromium") },
    Need { package: "chromium-driver", is_there: || is_installed("chromedriver") },
];

/// Makes sure that PostgreSQL, Chromium and its driver are there. Installs what is missing if it may; else fails with the command to run.
pub fn bring_what_tests_need() -> Result<()> {
    let missing: Vec<&str> = NEEDS.iter().filter(|need| !(need.is_there)()).map(|need| need.package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    let by_hand = format!("apt-get update && apt-get install -y --no-install-recommends {packages}");
    if !is_installed("apt-get") {
        bail!("the tests need {packages}, and there is no apt-get here: install them by hand");
    }
    if !is_root() {
        bail!("the tests need {packages}. Run this as root, then again what you ran:\n\n    {by_hand}\n");
    }
    eprintln!("xtask: installing {packages}");
    run(Command::new("apt-get").arg("update").arg("-qq"))?;
    let mut install = Command::new("apt-get");
    install.args(["install", "-y", "-qq", "--no-install-recommends"]).args(&missing);
    run(install.env("DEBIAN_FRONTEND", "noninteractive"))?;
    match NEEDS.iter().find(|need| !(need.is_there)()) {
        None => Ok(()),
        Some(still) => bail!("{} was installed, but its programs are not where they are expected", still.package),
    }
}

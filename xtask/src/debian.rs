//! Bringing what the tests and checks need from Debian's packages.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::process::{is_installed, is_root, run};
use crate::{pgbouncer, postgres};

/// Something that the tests or checks start.
pub struct Need {
    package: &'static str,
    is_there: fn() -> bool,
}

pub const POSTGRES: &[Need] = &[Need { package: "postgresql", is_there: || postgres::programs().is_ok() }];

pub const PGBOUNCER: &[Need] = &[Need { package: "pgbouncer", is_there: pgbouncer::is_there }];

pub const BROWSER: &[Need] = &[
    Need { package: "chromium", is_there: || is_installed("chromium") },
    Need { package: "chromium-driver", is_there: || is_installed("chromedriver") },
];

pub const PYTHON: &[Need] = &[Need { package: "python3-venv", is_there: python_makes_environments }];

/// Debian splits `venv` off from Python. The interpreter is there and says so only when asked for an environment.
fn python_makes_environments() -> bool {
    let mut python = Command::new("python3");
    python.args(["-c", "import ensurepip, venv"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    python.status().is_ok_and(|status| status.success())
}

/// Makes sure that all of it is there. Installs what is missing if it may; else fails with the command to run.
pub fn bring(needs: &[Need]) -> Result<()> {
    let missing: Vec<&str> = needs.iter().filter(|need| !(need.is_there)()).map(|need| need.package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    if !is_installed("apt-get") {
        bail!("this needs {packages}, and there is no apt-get here: install them by hand");
    }
    if !is_root() {
        bail!(
            "this needs {packages}. Run this as root, then again what you ran:\n\n    \
             apt-get update && apt-get install -y --no-install-recommends {packages}\n"
        );
    }
    eprintln!("xtask: installing {packages}");
    run(Command::new("apt-get").args(["update", "-qq"]))?;
    let mut install = Command::new("apt-get");
    install.args(["install", "-y", "-qq", "--no-install-recommends"]).args(&missing);
    run(install.env("DEBIAN_FRONTEND", "noninteractive"))?;
    match needs.iter().find(|need| !(need.is_there)()) {
        None => Ok(()),
        Some(still) => bail!("{} was installed, but its programs are not where they are expected", still.package),
    }
}

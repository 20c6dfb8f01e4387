//! A PostgreSQL server of our own, thrown away at the end.
//!
//! It runs on a free port of the loopback interface, in a new temporary folder, as the user `postgres` when we are root
//! (PostgreSQL refuses root), and without fsync. A guard process holds the other end of a pipe of ours and stops the
//! server when that pipe closes: at the normal end, and just as well when this program is interrupted or killed.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::debian;
use crate::process::{is_root, output};

/// Names the server that the tests use; the same name as `database::testing` reads.
pub const URL_VARIABLE: &str = "ROLLCALL_TEST_POSTGRES_URL";

/// Another program may take a port between our finding it free and PostgreSQL's using it.
const ATTEMPTS: usize = 5;

/// The folder with `initdb` and `pg_ctl`: the newest that Debian has installed.
pub fn programs() -> Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").context("PostgreSQL is not installed")?;
    let newest = versions
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|version| Path::new(&format!("/usr/lib/postgresql/{version}/bin/initdb")).is_file())
        .max();
    newest
        .map(|version| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")))
        .context("PostgreSQL is not installed")
}

/// A running server. Dropping it stops it and removes its folder.
pub struct Cluster {
    port: u16,
    guard: Child,
}

impl Cluster {
    /// Makes and starts one.
    pub fn start() -> Result<Cluster> {
        let programs = programs()?;
        let folder =
            output(as_server_user("mktemp").args(["-d", "/tmp/rollcall-postgres-XXXXXXXX"]))?.trim().to_owned();
        let data = format!("{folder}/data");
        let guard = start_guard(&programs, &folder)?;
        let mut cluster = Cluster { port: 0, guard };
        let mut make = as_server_user(programs.join("initdb"));
        make.args([
            "--pgdata",
            &data,
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ]);
        output(&mut make)?;
        for attempt in 1.. {
            cluster.port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
            let settings = format!(
                "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off -c synchronous_commit=off \
                 -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB",
                cluster.port
            );
            let mut start = as_server_user(programs.join("pg_ctl"));
            start.args(["start", "--wait", "--silent", "--pgdata", &data, "--log", &format!("{folder}/log")]);
            // Not `output`: the server keeps the pipe open that it would read from.
            let status = start.args(["--options", &settings]).stdin(Stdio::null()).stdout(Stdio::null()).status()?;
            if status.success() {
                break;
            }
            if attempt == ATTEMPTS {
                let log = output(as_server_user("cat").arg(format!("{folder}/log"))).unwrap_or_default();
                bail!("PostgreSQL does not start:\n{log}");
            }
        }
        Ok(cluster)
    }

    /// The URL of a database from which others can be made.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        if let Err(error) = self.guard.wait() {
            eprintln!("xtask: cannot wait for PostgreSQL to stop: {error}");
        }
    }
}

/// The server to use, and the cluster to keep alive meanwhile if it is our own.
pub fn server() -> Result<(String, Option<Cluster>)> {
    if let Ok(url) = std::env::var(URL_VARIABLE) {
        return Ok((url, None));
    }
    debian::bring(debian::POSTGRES)?;
    let cluster = Cluster::start()?;
    Ok((cluster.url(), Some(cluster)))
}

/// Waits for the pipe to close, then stops the server, by the process id in its folder, and removes the folder.
fn start_guard(programs: &Path, folder: &str) -> Result<Child> {
    const SCRIPT: &str = r#"
        cat > /dev/null
        [ -f "$1/data/postmaster.pid" ] && "$0/pg_ctl" stop --silent --mode=immediate --pgdata "$1/data"
        rm -rf "$1"
    "#;
    let mut guard = as_server_user("sh");
    guard.arg("-c").arg(SCRIPT).arg(programs).arg(folder);
    guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    // Of its own process group, so that Ctrl-C in the terminal does not end it before its work is done.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut guard, 0);
    guard.spawn().context("cannot start the process that stops PostgreSQL at the end")
}

fn as_server_user(program: impl AsRef<std::ffi::OsStr>) -> Command {
    // A folder that everyone may enter: initdb complains when it cannot return to where it started.
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/tmp");
    command
}

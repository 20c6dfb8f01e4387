//! A PostgreSQL server of our own, thrown away at the end.
//!
//! It runs on a free port of the loopback interface, in a new temporary folder, as the user `postgres` when we are root
//! (PostgreSQL refuses root), and without fsync unless it is asked to be durable. A guard process holds the other end of a pipe of ours and stops the
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

/// Whether what was acknowledged must survive a power failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// For tests: nothing is waited for.
    None,
    /// As in use.
    Full,
}

/// A running server. Dropping it stops it and removes its folder.
pub struct Cluster {
    port: u16,
    guard: Child,
    programs: PathBuf,
    folder: String,
    settings: String,
}

impl Cluster {
    /// Makes and starts one.
    pub fn start(durability: Durability) -> Result<Cluster> {
        let programs = programs()?;
        let folder =
            output(as_server_user("mktemp").args(["-d", "/tmp/rollcall-postgres-XXXXXXXX"]))?.trim().to_owned();
        let data = format!("{folder}/data");
        let guard = start_guard(&programs, &folder)?;
        let mut cluster = Cluster { port: 0, guard, programs: programs.clone(), folder, settings: String::new() };
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
            let durability = match durability {
                Durability::None => {
                    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=64MB"
                }
                Durability::Full => "-c fsync=on -c synchronous_commit=on -c shared_buffers=256MB",
            };
            cluster.settings = format!(
                "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c max_connections=300 {durability}",
                cluster.port, cluster.folder
            );
            if cluster.run().is_ok() {
                break;
            }
            if attempt == ATTEMPTS {
                let log = output(as_server_user("cat").arg(format!("{}/log", cluster.folder))).unwrap_or_default();
                bail!("PostgreSQL does not start:\n{log}");
            }
        }
        Ok(cluster)
    }

    /// Starts it, after [`Cluster::stop`], and waits until it lets somebody connect.
    pub fn run(&self) -> Result<()> {
        let mut start = as_server_user(self.programs.join("pg_ctl"));
        let (data, log) = (format!("{}/data", self.folder), format!("{}/log", self.folder));
        start.args(["start", "--wait", "--silent", "--pgdata", &data, "--log", &log, "--options", &self.settings]);
        // Not `output`: the server keeps the pipe open that it would read from.
        let status = start.stdin(Stdio::null()).stdout(Stdio::null()).status()?;
        if !status.success() {
            bail!("pg_ctl start failed ({status})");
        }
        Ok(())
    }

    /// Stops it in the middle of whatever it does, as a crash would, or after the clients were told to go.
    pub fn stop(&self, mode: &str) -> Result<()> {
        let mut stop = as_server_user(self.programs.join("pg_ctl"));
        stop.args(["stop", "--wait", "--silent", "--mode", mode, "--pgdata", &format!("{}/data", self.folder)]);
        output(&mut stop).map(drop)
    }

    /// Runs statements in a database of it, and gives what they print, without headings.
    pub fn sql(&self, database: &str, statements: &str) -> Result<String> {
        let mut psql = as_server_user(self.programs.join("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]);
        psql.args(["--host=127.0.0.1", &format!("--port={}", self.port), "--username=postgres"]);
        output(psql.args(["--dbname", database, "--command", statements]))
    }

    /// Makes an empty database and gives its URL.
    pub fn database(&self, name: &str) -> Result<String> {
        self.sql("postgres", &format!("CREATE DATABASE {name}"))?;
        Ok(self.url_of(name))
    }

    /// The process ids of the server and of whatever works for it.
    pub fn processes(&self) -> Vec<u32> {
        let pid_file = output(as_server_user("cat").arg(format!("{}/data/postmaster.pid", self.folder)));
        let first = pid_file.ok().and_then(|text| text.lines().next()?.trim().parse::<u32>().ok());
        let children = first.map(|pid| std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")));
        let children = children.and_then(Result::ok).unwrap_or_default();
        first.into_iter().chain(children.split_whitespace().filter_map(|pid| pid.parse().ok())).collect()
    }

    /// The URL of a database from which others can be made.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// The URL of a database of it.
    pub fn url_of(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
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
    let cluster = Cluster::start(Durability::None)?;
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

/// A command that runs as the user `postgres` if we are root.
pub fn as_server_user(program: impl AsRef<std::ffi::OsStr>) -> Command {
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

//! The server, built from this tree and started in a temporary folder; several processes on one database; killed and started
//! again.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::process::{cargo, output, run};
use crate::root;

/// How it is built.
#[derive(Clone, Copy)]
pub enum Build {
    /// As the tests build it.
    Debug,
    /// As it is used.
    Release,
}

/// Builds the server and gives the path of its program.
pub fn program(build: Build) -> Result<PathBuf> {
    let root = root();
    let (options, output_folder): (&[&str], _) = match build {
        Build::Debug => (&[], "debug"),
        Build::Release => (&["--release"], "release"),
    };
    run(cargo(&root).args(["build", "--quiet", "--package", "rollcall"]).args(options))?;
    Ok(root.join("target").join(output_folder).join("rollcall"))
}

/// Runs until it is dropped, and takes its folder with it.
pub struct Server {
    /// None while it is down.
    child: Option<Child>,
    program: PathBuf,
    folder: PathBuf,
    /// Whether the folder goes when this is dropped: it belongs to the first of several nodes.
    owns_folder: bool,
    database_url: Option<String>,
    address: SocketAddr,
}

/// What a SCIM client is given.
#[derive(Clone)]
pub struct Connection {
    pub base_url: String,
    pub token: String,
}

impl Server {
    /// On SQLite, in a folder of its own.
    pub fn start(build: Build) -> Result<Server> {
        Server::start_on(program(build)?, None, None)
    }

    /// Starts a program in a new folder: in `at`, or the temporary folder; on the database of that URL, or on SQLite in
    /// its folder.
    pub fn start_on(program: PathBuf, database_url: Option<&str>, at: Option<&Path>) -> Result<Server> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("rollcall-xtask-{}-{number}", std::process::id());
        let folder = at.map_or_else(std::env::temp_dir, Path::to_path_buf).join(name);
        std::fs::create_dir_all(&folder)?;
        let mut server = Server::down(program, folder, database_url)?;
        server.owns_folder = true;
        server.started()
    }

    /// Another process on the same database with the same secret key; `program` where it is another build.
    pub fn neighbour(&self, program: Option<&Path>) -> Result<Server> {
        let program = program.unwrap_or(&self.program).to_path_buf();
        Server::down(program, self.folder.clone(), self.database_url.as_deref())?.started()
    }

    fn down(program: PathBuf, folder: PathBuf, database_url: Option<&str>) -> Result<Server> {
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let database_url = database_url.map(str::to_owned);
        Ok(Server { child: None, program, folder, owns_folder: false, database_url, address })
    }

    fn started(mut self) -> Result<Server> {
        self.restart()?;
        Ok(self)
    }

    /// Starts it, after [`Server::kill`], and tells how long it took until it let somebody connect.
    pub fn restart(&mut self) -> Result<Duration> {
        let log = self.log();
        let log_file = std::fs::OpenOptions::new().create(true).append(true).open(&log)?;
        let start = Instant::now();
        let mut serve = self.command();
        serve.arg("serve").stdin(Stdio::null()).stdout(log_file.try_clone()?).stderr(log_file);
        let child = self.child.insert(serve.spawn()?);
        let give_up = start + Duration::from_secs(20);
        while TcpStream::connect(self.address).is_err() {
            let ended = child.try_wait()?.is_some();
            if ended || Instant::now() > give_up {
                bail!("the server does not answer:\n{}", std::fs::read_to_string(log)?);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(start.elapsed())
    }

    /// Ends it at once, in the middle of whatever it does (SIGKILL).
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Fails unless `rollcall doctor --deep` finds nothing wrong; gives its lines about the data.
    pub fn doctor(&self) -> Result<String> {
        let output = self.command().args(["doctor", "--deep"]).stdin(Stdio::null()).output()?;
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        ensure!(
            output.status.success(),
            "the doctor found something:\n{told}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(told.lines().filter(|line| line.contains("agree with each other")).collect::<Vec<_>>().join("\n"))
    }

    /// `127.0.0.1:12345`.
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    fn log(&self) -> PathBuf {
        self.folder.join(format!("log-{}", self.address.port()))
    }

    fn command(&self) -> Command {
        let address = self.address;
        let mut command = Command::new(&self.program);
        command.current_dir(&self.folder);
        command.env("ROLLCALL_DATA_DIR", self.folder.join("data")).env("ROLLCALL_LISTEN", address.to_string());
        command.env("ROLLCALL_PUBLIC_URL", format!("http://{address}"));
        if let Some(url) = &self.database_url {
            command.env("ROLLCALL_DATABASE_URL", url);
        }
        command
    }

    /// Makes an application in a tenant of its own; `features` as `--feature` takes them.
    pub fn application(&self, tenant: &str, features: &[&str]) -> Result<Connection> {
        let made = self.add_application(tenant, features)?;
        Ok(Connection { base_url: text(&made, "base_url")?, token: text(&made, "bearer_token")? })
    }

    /// As [`Server::application`], with schemas and resource types of its own, as RFC 7643 writes them.
    pub fn application_with(&self, tenant: &str, definitions: &str) -> Result<Connection> {
        let made = self.add_application(tenant, &[])?;
        let file = self.folder.join("definitions.json");
        std::fs::write(&file, definitions)?;
        let mut define = self.command();
        define.args([
            "application",
            "schema",
            "add",
            "--tenant",
            tenant,
            "--application",
            &text(&made, "application")?,
        ]);
        output(define.arg("--file").arg(&file))?;
        Ok(Connection { base_url: text(&made, "base_url")?, token: text(&made, "bearer_token")? })
    }

    /// A credential of a user's own, for `/Me`, in the application of that connection.
    pub fn user_credential(&self, tenant: &str, of: &Connection, user_name: &str) -> Result<Connection> {
        // …/scim/{application}/v2
        let application =
            of.base_url.rsplit('/').nth(1).with_context(|| format!("no application in {}", of.base_url))?;
        let mut add = self.command();
        add.args(["application", "credential", "add", "--tenant", tenant, "--application", application, "--json"]);
        let made = output(add.args(["--user", user_name]))?;
        let made: Value = serde_json::from_str(&made).context("what `application credential add --json` printed")?;
        Ok(Connection { base_url: of.base_url.clone(), token: text(&made, "bearer_token")? })
    }

    /// Makes several applications in one tenant.
    pub fn applications(&self, tenant: &str, names: &[&str]) -> Result<()> {
        output(self.command().args(["tenant", "add", tenant, "--name", tenant]))?;
        for name in names {
            output(self.command().args(["application", "add", "--tenant", tenant, "--name", name]))?;
        }
        Ok(())
    }

    /// The SQLite database in its folder.
    pub fn sqlite_file(&self) -> PathBuf {
        self.folder.join("data").join("rollcall.db")
    }

    fn add_application(&self, tenant: &str, features: &[&str]) -> Result<Value> {
        output(self.command().args(["tenant", "add", tenant, "--name", tenant]))?;
        let mut add = self.command();
        add.args(["application", "add", "--tenant", tenant, "--name", tenant, "--json"]);
        for feature in features {
            add.args(["--feature", feature]);
        }
        let made = output(&mut add)?;
        serde_json::from_str(&made).context("what `application add --json` printed")
    }

    /// Its process, while it runs.
    pub fn process(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }
}

fn text(made: &Value, key: &str) -> Result<String> {
    made.get(key).and_then(Value::as_str).map(str::to_owned).with_context(|| format!("no {key} in {made}"))
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, and a folder in the temporary folder is no harm. What it said stays, to be read when
        // something was wrong.
        let _ended = self.kill();
        let (from, to) = (self.log(), root().join("target").join("server-logs"));
        let kept = std::fs::create_dir_all(&to);
        let _kept = kept.and_then(|()| std::fs::copy(&from, to.join(from.file_name().unwrap_or_default())));
        if self.owns_folder {
            let _left = std::fs::remove_dir_all(&self.folder);
        }
    }
}

//! The server, built from this tree and started in a temporary folder on SQLite.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
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

/// Runs until it is dropped, and takes its folder with it.
pub struct Server {
    child: Child,
    program: PathBuf,
    folder: PathBuf,
    address: SocketAddr,
}

/// What a SCIM client is given.
#[derive(Clone)]
pub struct Connection {
    pub base_url: String,
    pub token: String,
}

impl Server {
    pub fn start(build: Build) -> Result<Server> {
        let root = root();
        let (options, output_folder): (&[&str], _) = match build {
            Build::Debug => (&[], "debug"),
            Build::Release => (&["--release"], "release"),
        };
        run(cargo(&root).args(["build", "--quiet", "--package", "rollcall"]).args(options))?;
        let folder = std::env::temp_dir().join(format!("rollcall-xtask-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let log = std::fs::File::create(folder.join("log"))?;
        let program = root.join("target").join(output_folder).join("rollcall");
        let mut serve = command(&program, &folder, address);
        let child = serve.arg("serve").stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        let mut server = Server { child, program, folder, address };
        let give_up = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(address).is_err() {
            let ended = server.child.try_wait()?.is_some();
            if ended || Instant::now() > give_up {
                bail!("the server does not answer:\n{}", std::fs::read_to_string(server.folder.join("log"))?);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
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
        let mut define = command(&self.program, &self.folder, self.address);
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
        let mut add = command(&self.program, &self.folder, self.address);
        add.args(["application", "credential", "add", "--tenant", tenant, "--application", application, "--json"]);
        let made = output(add.args(["--user", user_name]))?;
        let made: Value = serde_json::from_str(&made).context("what `application credential add --json` printed")?;
        Ok(Connection { base_url: of.base_url.clone(), token: text(&made, "bearer_token")? })
    }

    fn add_application(&self, tenant: &str, features: &[&str]) -> Result<Value> {
        let program = || command(&self.program, &self.folder, self.address);
        output(program().args(["tenant", "add", tenant, "--name", tenant]))?;
        let mut add = program();
        add.args(["application", "add", "--tenant", tenant, "--name", tenant, "--json"]);
        for feature in features {
            add.args(["--feature", feature]);
        }
        let made = output(&mut add)?;
        serde_json::from_str(&made).context("what `application add --json` printed")
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }
}

fn text(made: &Value, key: &str) -> Result<String> {
    made.get(key).and_then(Value::as_str).map(str::to_owned).with_context(|| format!("no {key} in {made}"))
}

fn command(program: &PathBuf, folder: &PathBuf, address: SocketAddr) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    command.env("ROLLCALL_DATA_DIR", folder.join("data")).env("ROLLCALL_LISTEN", address.to_string());
    command.env("ROLLCALL_PUBLIC_URL", format!("http://{address}"));
    command
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, and a folder in the temporary folder is no harm.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
        let _left = std::fs::remove_dir_all(&self.folder);
    }
}

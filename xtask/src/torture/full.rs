//! The disk is full: writes are refused properly, reads go on, nothing is half-written, and there is no need to start anything
//! again once there is room.
//!
//! The disk is a small file system in memory, and what fills it is a file of ours. The log of the server is on it as well.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;

use super::load::{End, OnLoss, Progress, load};
use super::verify::{Verified, verify};
use super::{Stage, ms, target};
use crate::client::{Client, Request, Target};
use crate::postgres::{Cluster, as_server_user};
use crate::process::{is_root, output};
use crate::server::Server;

/// Writes are refused after so much time at the latest …
const PATIENCE: Duration = Duration::from_secs(30);
/// … and then so many more of each client's are tried.
const REFUSED: usize = 30;

pub fn sqlite(stage: &Stage) -> Result<String> {
    let disk = SmallDisk::mount(32)?;
    let server = Server::start_on(stage.program.clone(), None, Some(disk.path()))?;
    fill_and_free(stage, &disk, &server)
}

/// Tables on the small disk, and PostgreSQL's log of changes on the large one: without room for that it stops altogether,
/// which is what `cut` is about.
pub fn postgres(stage: &Stage) -> Result<String> {
    let disk = SmallDisk::mount(64)?;
    let cluster: &Cluster = stage.cluster()?;
    output(Command::new("chown").arg("postgres").arg(disk.path()))?;
    let folder = disk.path().join("tables");
    output(as_server_user("mkdir").args(["-m", "700"]).arg(&folder))?;
    cluster.sql("postgres", &format!("CREATE TABLESPACE small LOCATION '{}'", folder.display()))?;
    cluster.sql("postgres", "CREATE DATABASE torture TABLESPACE small")?;
    let server = Server::start_on(stage.program.clone(), Some(&cluster.url_of("torture")), None)?;
    let told = fill_and_free(stage, &disk, &server);
    // It could not be stopped in order without its disk.
    drop(server);
    cluster.stop("fast")?;
    told
}

fn fill_and_free(stage: &Stage, disk: &SmallDisk, server: &Server) -> Result<String> {
    let target = target(server)?;
    let (mut everything, mut total, mut slowest) = (Vec::new(), Verified::default(), Duration::ZERO);
    for round in 0..stage.rounds {
        let during = |progress: &Progress| {
            progress.wait_for(80)?;
            let known = disk.fill_until_refused(&target, round)?;
            let mut reader = Client::connect(&target)?;
            let read = reader.send(&Request::get(format!("/Users/{known}")))?;
            ensure!(read.status == 200, "with a full disk a user is answered {}", read.status);
            let read = reader.send(&Request::get("/Users?count=10".to_owned()))?;
            ensure!(read.status == 200, "with a full disk a list is answered {}", read.status);
            disk.free()?;
            let free = Instant::now();
            progress.wait_for(200)?;
            Ok(free)
        };
        let (free, mut ledgers) = load(&[vec![target.clone()]], round, OnLoss::GoOn, during)?;
        for ledger in &ledgers {
            ensure!(ledger.ends.iter().all(|(_, end)| *end != End::Lost), "the server gave no answer");
            let first = ledger.ends.iter().find(|(at, end)| *at > free && *end == End::Acknowledged);
            slowest = slowest.max(first.map_or(Duration::ZERO, |(at, _)| *at - free));
        }
        let mut verified = Verified::of(&ledgers)?;
        ensure!(verified.put_off > 0, "no client noticed that the disk was full");
        verified.checked = verify(&target, &mut ledgers)?;
        server.doctor()?;
        total.add(verified);
        everything.extend(ledgers);
    }
    verify(&target, &mut everything)?;
    let Verified { acknowledged, put_off, checked, .. } = total;
    Ok(format!(
        "{} times full, {acknowledged} acknowledged writes, {put_off} refused with 507, 429 or 503 and Retry-After, {checked} \
         users and groups read again: none lost; writes again {} after there was room\n{}",
        stage.rounds,
        ms(slowest),
        server.doctor()?
    ))
}

/// A file system of a few megabytes, gone when this is dropped.
struct SmallDisk {
    path: PathBuf,
}

impl SmallDisk {
    fn mount(megabytes: u32) -> Result<SmallDisk> {
        if !is_root() {
            bail!("only root may mount a small file system to fill: run this as root");
        }
        let path = PathBuf::from(output(Command::new("mktemp").args(["-d", "/tmp/rollcall-disk-XXXXXXXX"]))?.trim());
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"]).arg(&path);
        output(&mut mount)?;
        Ok(SmallDisk { path })
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn filler(&self) -> PathBuf {
        self.path.join("filler")
    }

    /// Takes all the room, and what becomes free again, until so many users could not be created. Gives the id of the last
    /// that could.
    fn fill_until_refused(&self, target: &Target, round: usize) -> Result<String> {
        let mut client = Client::connect(target)?;
        let mut filler = File::create(self.filler())?;
        let (start, mut known, mut refused) = (Instant::now(), None, 0);
        for number in 0.. {
            if number > 0 {
                // Not before the first user is there.
                while filler.write_all(&[1; 16 * 1024]).is_ok() {}
                while filler.write_all(&[1; 512]).is_ok() {}
            }
            let name = format!("filler-{}-{round}-{number}@example.org", std::process::id());
            let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name });
            let answer = client.send(&Request::post("/Users", body.to_string()))?;
            match answer.status {
                201 => {
                    known = Some(answer.json()?.get("id").and_then(|id| id.as_str()).unwrap_or_default().to_owned());
                }
                507 => refused += 1,
                429 if known.is_none() => {}
                status => {
                    bail!("with a full disk a create is answered {status}: {}", String::from_utf8_lossy(&answer.body))
                }
            }
            if refused == REFUSED {
                break;
            }
            ensure!(start.elapsed() < PATIENCE, "writes go on although the disk is full");
        }
        known.context("nothing could be created before the disk was full")
    }

    fn free(&self) -> Result<()> {
        Ok(std::fs::remove_file(self.filler())?)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = output(Command::new("umount").arg(&self.path));
        let removed = unmounted.and_then(|_| Ok(std::fs::remove_dir(&self.path)?));
        if let Err(error) = removed {
            eprintln!("xtask: {} stays: {error:#}", self.path.display());
        }
    }
}

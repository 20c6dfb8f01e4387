//! PostgreSQL cuts its connections, restarts, crashes, or is down for a while.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::load::{End, OnLoss, Progress, load};
use super::verify::{Verified, verify};
use super::{Stage, ms};
use crate::postgres::Cluster;

/// In so much time the server is to work again, once the database does.
const RECOVERY: Duration = Duration::from_secs(5);
/// How long the database is away in the last of the blows.
const AWAY: Duration = Duration::from_secs(3);

/// Done to the database; gives the moment from which it was there again.
type Blow = fn(&Cluster) -> Result<Instant>;

const BLOWS: [(&str, Blow); 4] = [
    ("connections cut", |cluster| {
        cluster.sql(
            "postgres",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'torture' AND pid <> pg_backend_pid()",
        )?;
        Ok(Instant::now())
    }),
    ("restarted", |cluster| {
        cluster.stop("fast")?;
        cluster.run()?;
        Ok(Instant::now())
    }),
    ("crashed", |cluster| {
        cluster.stop("immediate")?;
        cluster.run()?;
        Ok(Instant::now())
    }),
    ("down for 3 s", |cluster| {
        cluster.stop("fast")?;
        std::thread::sleep(AWAY);
        cluster.run()?;
        Ok(Instant::now())
    }),
];

pub fn cut(stage: &Stage) -> Result<String> {
    let cluster = stage.cluster()?;
    let (server, target) = stage.server()?;
    let (mut everything, mut total, mut told) = (Vec::new(), Verified::default(), Vec::new());
    for (name, blow) in BLOWS {
        let mut slowest = Duration::ZERO;
        for round in 0..stage.rounds {
            let number = everything.len();
            let during = |progress: &Progress| {
                progress.wait_for(100)?;
                let back = blow(cluster)?;
                progress.wait_for(200)?;
                Ok(back)
            };
            let (back, mut ledgers) = load(&[vec![target.clone()]], number, OnLoss::GoOn, during)
                .with_context(|| format!("PostgreSQL {name}, round {}", round + 1))?;
            for ledger in &ledgers {
                ensure!(ledger.ends.iter().all(|(_, end)| *end != End::Lost), "{name}: the server gave no answer");
                let first = ledger.ends.iter().find(|(at, end)| *at > back && *end == End::Acknowledged);
                slowest = slowest.max(first.map_or(Duration::ZERO, |(at, _)| *at - back));
            }
            total.add(Verified::of(&ledgers).with_context(|| name)?);
            total.checked += verify(&target, &mut ledgers).with_context(|| name)?;
            everything.extend(ledgers);
        }
        ensure!(slowest < RECOVERY, "{name}: a client waited {} after the database was back", ms(slowest));
        told.push(format!("{name} {}", ms(slowest)));
    }
    verify(&target, &mut everything)?;
    let Verified { acknowledged, put_off, checked, .. } = total;
    Ok(format!(
        "{} times each, {acknowledged} acknowledged writes, {put_off} put off with Retry-After, {checked} users and groups \
         read again: none lost; every client had a write again after: {}\n{}",
        stage.rounds,
        told.join(", "),
        server.doctor()?
    ))
}

//! The server is killed (SIGKILL) in the middle of writes, and started again.

use std::time::Duration;

use anyhow::{Context, Result};

use super::load::{OnLoss, load};
use super::verify::{Verified, verify};
use super::{Stage, ms};

pub fn kill(stage: &Stage) -> Result<String> {
    let (mut server, target) = stage.server()?;
    let (mut everything, mut total, mut slowest) = (Vec::new(), Verified::default(), Duration::ZERO);
    for round in 0..stage.rounds {
        // Not always at the same moment of a commit.
        let acknowledged = 60 + round * 37 % 300;
        let ((), mut ledgers) = load(&[vec![target.clone()]], round, OnLoss::End, |progress| {
            progress.wait_for(acknowledged)?;
            server.kill()
        })?;
        slowest = slowest.max(server.restart()?);
        let mut verified = Verified::of(&ledgers)?;
        verified.checked = verify(&target, &mut ledgers).with_context(|| format!("after kill {}", round + 1))?;
        server.doctor()?;
        total.add(verified);
        everything.extend(ledgers);
    }
    // What survived one kill survived the others.
    verify(&target, &mut everything)?;
    let Verified { acknowledged, lost, checked, .. } = total;
    let doctor = server.doctor()?;
    Ok(format!(
        "{} kills, {acknowledged} acknowledged writes and {lost} without an answer, {checked} users and groups read again: \
         none lost, none half-written; started again in at most {}\n{doctor}",
        stage.rounds,
        ms(slowest)
    ))
}

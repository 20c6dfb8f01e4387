//! The previous build and this one on one database, as while nodes are replaced one by one.

use anyhow::{Context, Result};

use super::load::{OnLoss, load};
use super::verify::{Verified, verify};
use super::{Stage, target};
use crate::server::Server;

pub fn upgrade(stage: &Stage) -> Result<String> {
    let previous = stage.previous.clone().context("name the previous build with --previous")?;
    let url = stage.cluster()?.database("torture")?;
    let old = Server::start_on(previous, Some(&url), None)?;
    let at_old = target(&old)?;
    // Before the upgrade, then with the newer tables below the older server.
    let (_, mut before) = load(&[vec![at_old.clone()]], 0, OnLoss::GoOn, |progress| progress.wait_for(300))?;
    let new = old.neighbour(Some(&stage.program))?;
    let at_new = at_old.at(new.authority());
    let servers = [vec![at_old.clone()], vec![at_new.clone()], vec![at_old.clone(), at_new.clone()]];
    let (_, mut during) = load(&servers, 1, OnLoss::GoOn, |progress| progress.wait_for(600))?;
    let mut total = Verified::of(&before).context("before")?;
    total.add(Verified::of(&during).context("side by side")?);
    for at in [&at_old, &at_new] {
        total.checked += verify(at, &mut before)? + verify(at, &mut during)?;
    }
    let Verified { acknowledged, checked, .. } = total;
    Ok(format!(
        "{acknowledged} acknowledged writes to both, {checked} users and groups read again at both: none lost\n{}",
        new.doctor()?
    ))
}

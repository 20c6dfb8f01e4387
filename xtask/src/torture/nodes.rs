//! Two servers on one PostgreSQL; one is killed, its clients go to the other, and it comes back.

use anyhow::{Context, Result, ensure};

use super::load::{End, OnLoss, load};
use super::verify::{Verified, verify};
use super::{Stage, ms};

pub fn nodes(stage: &Stage) -> Result<String> {
    let (first, at_first) = stage.server()?;
    let mut second = first.neighbour(None)?;
    let at_second = at_first.at(second.authority());
    // Clients in turn: the first's, and those of the one that is killed.
    let servers = [vec![at_first.clone()], vec![at_second.clone(), at_first.clone()]];
    let (mut everything, mut total) = (Vec::new(), Verified::default());
    let mut longest = std::time::Duration::ZERO;
    for round in 0..stage.rounds {
        let (_, mut ledgers) = load(&servers, round, OnLoss::GoOn, |progress| {
            progress.wait_for(60 + round * 37 % 200)?;
            second.kill()?;
            progress.wait_for(150)?;
            second.restart()
        })?;
        let spared = ledgers.iter().step_by(servers.len());
        ensure!(
            spared.flat_map(|ledger| &ledger.ends).all(|(_, end)| *end != End::Lost),
            "a client of the other server noticed that one was killed"
        );
        for ledger in &ledgers {
            let good: Vec<_> =
                ledger.ends.iter().filter(|(_, end)| *end == End::Acknowledged).map(|(at, _)| *at).collect();
            longest = good.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default().max(longest);
        }
        let mut verified = Verified::of(&ledgers)?;
        // Half of it at either.
        let (at, after) =
            if round % 2 == 0 { (&at_first, "the other") } else { (&at_second, "the one that came back") };
        verified.checked = verify(at, &mut ledgers).with_context(|| format!("at {after}, round {}", round + 1))?;
        first.doctor()?;
        total.add(verified);
        everything.extend(ledgers);
    }
    verify(&at_second, &mut everything)?;
    let Verified { acknowledged, lost, put_off, checked } = total;
    Ok(format!(
        "{} kills of one of two servers, {acknowledged} acknowledged writes, {lost} without an answer, {put_off} put off, \
         {checked} users and groups read again: none lost; longest pause of a client {}\n{}",
        stage.rounds,
        ms(longest),
        first.doctor()?
    ))
}

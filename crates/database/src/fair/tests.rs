use std::sync::Arc;

use super::gate::Gate;
use super::{ALL_LINES, LINE_LENGTH, Lines, Party};

fn tenant(number: usize) -> Party {
    Party::tenant(&format!("tenant-{number}"))
}

#[test]
fn turns_go_round_those_that_wait() {
    let mut lines = Lines::default();
    for item in ["a1", "a2", "a3", "a4"] {
        lines.push(tenant(1), item).unwrap();
    }
    lines.push(tenant(2), "b1").unwrap();
    lines.push(tenant(3), "c1").unwrap();
    lines.push(tenant(2), "b2").unwrap();
    let order: Vec<_> = std::iter::from_fn(|| lines.pop()).collect();
    assert_eq!(order, ["a1", "b1", "c1", "a2", "b2", "a3", "a4"]);
    assert_eq!((lines.len(), lines.lines.len(), lines.turns.len()), (0, 0, 0));
}

#[test]
fn one_that_leaves_takes_its_turn_along() {
    let mut lines = Lines::default();
    lines.push(tenant(1), "a1").unwrap();
    lines.push(tenant(2), "b1").unwrap();
    lines.push(tenant(2), "b2").unwrap();
    assert!(lines.remove(tenant(1), |item| *item == "a1"));
    assert!(!lines.remove(tenant(1), |item| *item == "a1"));
    assert!(lines.remove(tenant(2), |item| *item == "b1"));
    lines.push(tenant(1), "a2").unwrap();
    let order: Vec<_> = std::iter::from_fn(|| lines.pop()).collect();
    assert_eq!(order, ["b2", "a2"]);
}

#[test]
fn a_line_is_bounded_and_so_are_all_of_them_together() {
    let mut lines = Lines::default();
    for party in 0..8 {
        for _ in 0..LINE_LENGTH {
            lines.push(tenant(party), ()).unwrap();
        }
        assert!(lines.push(tenant(party), ()).is_err());
    }
    assert_eq!(lines.len(), ALL_LINES);
    assert!(lines.push(tenant(8), ()).is_ok(), "the first of a line always has a place");
    assert!(lines.push(tenant(8), ()).is_err());
    assert_ne!(Party::stranger("tenant-1"), Party::tenant("tenant-1"));
}

#[tokio::test]
async fn a_place_goes_to_the_next_that_still_waits() {
    let gate = Gate::new(1);
    let inside = gate.try_enter().unwrap();
    assert!(gate.try_enter().is_none());
    let first = gate.line_up(tenant(1)).unwrap();
    let gone = gate.line_up(tenant(1)).unwrap();
    let other = gate.line_up(tenant(2)).unwrap();
    drop(gone);
    drop(inside);
    assert!(gate.try_enter().is_none(), "somebody waits for the place");
    // Was given the place, and goes away before it looks.
    drop(first);
    let inside = other.place().await.unwrap();
    assert!(gate.try_enter().is_none());
    drop(inside);
    let inside = gate.try_enter().unwrap();
    assert!(gate.try_enter().is_none(), "there is one place, whoever came and went");
    drop(inside);
    let at_once = gate.line_up(tenant(1)).unwrap().place().await;
    assert!(at_once.is_some());
}

#[tokio::test]
async fn no_place_is_lost_and_none_is_made_when_many_give_up() {
    let gate = Gate::new(2);
    let mut visits = tokio::task::JoinSet::new();
    for number in 0..400 {
        let gate = Arc::clone(&gate);
        visits.spawn(async move {
            let waiting = gate.line_up(tenant(number % 3)).unwrap();
            tokio::task::yield_now().await;
            if number % 2 == 0 {
                drop(waiting);
            } else {
                let _inside = waiting.place().await.unwrap();
                tokio::task::yield_now().await;
            }
        });
    }
    while let Some(visit) = visits.join_next().await {
        visit.unwrap();
    }
    let (one, two) = (gate.try_enter(), gate.try_enter());
    assert!(one.is_some() && two.is_some() && gate.try_enter().is_none());
}

//! The crate through its public face, on both databases.

#[cfg(test)]
mod backup;
#[cfg(test)]
mod checkpoints;
#[cfg(test)]
mod constraints;
#[cfg(test)]
mod fairness;
#[cfg(test)]
mod isolation;
#[cfg(test)]
mod loss;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod portable;
#[cfg(test)]
mod round_trips;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod statements;
#[cfg(test)]
mod support;
#[cfg(test)]
mod transactions;

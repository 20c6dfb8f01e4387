//! Between HTTP and the pages: who is asking (`administrator`, `visitor`), what was sent (`protected`, `fields`, `multipart`),
//! what goes back (`answer`, `failure`), and which path leads where (`routes`).

pub mod administrator;
pub mod answer;
pub mod cookies;
pub mod failure;
pub mod fields;
mod multipart;
pub mod protected;
pub mod routes;
pub mod visitor;

#[cfg(test)]
mod tests;

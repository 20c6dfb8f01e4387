use super::report::CheckResult;
use crate::server::Connection;
pub const NAME: &str = "own";
pub fn run(_server: &Connection, _only: Option<&str>) -> anyhow::Result<Vec<CheckResult>> {
    Ok(vec![])
}

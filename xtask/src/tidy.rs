use anyhow::Result;
pub fn run() -> Result<std::process::ExitCode> {
    Ok(std::process::ExitCode::SUCCESS)
}
pub fn files(_: &std::path::Path) -> Result<Vec<String>> {
    Ok(vec![])
}

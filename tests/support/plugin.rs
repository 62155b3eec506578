//! A made-up age plugin that asks for a PIN, put where a program of the test finds it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

pub const PIN: &str = "4711";
/// Its identity, as a line of an identity file.
pub const IDENTITY: &str = "AGE-PLUGIN-XYZ-1D4SKGEFQW4CQCJN5CV";

/// Puts it into a folder and gives the PATH with that folder first. `None` where there is no python3.
pub fn install(folder: &Path) -> Option<String> {
    if !super::is_installed("python3") {
        println!("skipped: python3 is not installed");
        return None;
    }
    let program = folder.join("age-plugin-xyz");
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(&program, include_str!("age_plugin_xyz.py")).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    Some(format!("{}:{}", folder.display(), std::env::var("PATH").unwrap()))
}

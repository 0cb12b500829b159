//! Tells the program what it was built from: the revision of its code and a hash of `Cargo.lock`, which every run records.

use std::path::Path;
use std::process::Command;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or_else(|| Path::new("."));
    // Whether the tree differs from its revision changes with any of these.
    let watched =
        ["rasp", "tasks", "transformer", "report", "harness", "Cargo.toml", "Cargo.lock", ".git/HEAD", ".git/index", ".git/packed-refs"];
    for path in watched.map(|name| root.join(name)).iter().filter(|path| path.exists()) {
        println!("cargo:rerun-if-changed={}", path.display());
    }
    let git = |args: &[&str]| {
        let output = Command::new("git").arg("-C").arg(root).args(args).output().ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let revision = git(&["rev-parse", "HEAD"]).map_or_else(
        || "unknown".to_owned(),
        |revision| {
            let changed =
                git(&["--no-optional-locks", "status", "--porcelain", "--untracked-files=no"]).is_none_or(|changes| !changes.is_empty());
            if changed { format!("{revision}, changed") } else { revision }
        },
    );
    let lock =
        std::fs::read(root.join("Cargo.lock")).map_or_else(|_| "unknown".to_owned(), |lock| blake3::hash(&lock).to_hex().to_string());
    println!("cargo:rustc-env=RASPLAB_REVISION={revision}");
    println!("cargo:rustc-env=RASPLAB_CARGO_LOCK={lock}");
}

//! Writes the report of a made-up sweep into a directory, to look at: `cargo run --example synthetic_report -- DIRECTORY`.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "an example writes files; the library does not")]

use std::error::Error;
use std::path::PathBuf;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use report::{analyse, figures, render_html};

#[path = "../tests/synthetic/mod.rs"]
mod synthetic;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = PathBuf::from(std::env::args().nth(1).ok_or("name a directory to write into")?);
    std::fs::create_dir_all(&directory)?;
    let mut evidence = synthetic::evidence();
    synthetic::everything::add(&mut evidence);
    let analysis = analyse(&evidence, &mut ChaCha8Rng::seed_from_u64(0));
    let figures = figures(&evidence, &analysis);
    for figure in &figures {
        std::fs::write(directory.join(format!("{}.svg", figure.name)), &figure.svg)?;
        std::fs::write(directory.join(format!("{}.csv", figure.name)), &figure.csv)?;
        std::fs::write(directory.join(format!("{}.png", figure.name)), figure.png()?)?;
    }
    std::fs::write(directory.join("report.html"), render_html(&evidence, &analysis, &figures)?)?;
    println!("{}", analysis.to_text());
    Ok(())
}

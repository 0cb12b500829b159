//! A sweep: every cell of a configuration with every seed.

use crate::cell::Cell;
use crate::config::{Problem, Problems, SeedPair, ValidConfig};
use crate::error::Error;

/// A sweep, expanded.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// The configuration that it came from.
    pub config: ValidConfig,
    /// The distinct cells, in the order of the file.
    pub cells: Vec<Cell>,
    /// The runs, in the order of the file, seeds innermost.
    pub runs: Vec<Run>,
}

/// A cell with its seeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Index into [`Sweep::cells`].
    pub cell: usize,
    /// The seeds.
    pub seeds: SeedPair,
}

impl Sweep {
    /// Expands a checked configuration into cells and runs.
    ///
    /// # Errors
    /// Two entries of the file that are the same cell.
    pub fn expand(config: &ValidConfig) -> Result<Self, Error> {
        let mut cells: Vec<Cell> = Vec::new();
        for cell in &config.cells {
            let cell = Cell::new(cell.clone(), &config.device)?;
            if let Some(twin) = cells.iter().find(|other| other.id == cell.id) {
                let message = format!("two cells are the same, {}: remove one of them or a value of the grid that stands twice", twin.id);
                return Err(
                    Problems { file: config.sweep.clone(), list: vec![Problem { path: "cells".to_owned(), line: None, message }] }.into()
                );
            }
            cells.push(cell);
        }
        let pairs = config.seeds.pairs();
        let runs = (0..cells.len()).flat_map(|cell| pairs.iter().map(move |&seeds| Run { cell, seeds })).collect();
        Ok(Self { config: config.clone(), cells, runs })
    }
}

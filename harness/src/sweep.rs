//! A sweep: every cell of a configuration with every seed.

pub mod folder;
pub mod status;

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::cell::{Cell, CellId};
use crate::config::{Problem, Problems, SeedPair, ValidConfig};
use crate::error::Error;

pub use folder::SweepFolder;

/// A sweep, expanded.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// The configuration that it came from, but for its cells.
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

/// Names a run within its sweep, and its folder within the sweep's: `sort-0123456789ab/init0-data1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunName(String);

impl RunName {
    /// The name of a cell's run.
    pub fn new(cell: &CellId, seeds: SeedPair) -> Self {
        Self(format!("{cell}/init{}-data{}", seeds.init, seeds.data))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as that of a file: `sort-0123456789ab.init0-data1`.
    pub fn file_name(&self) -> String {
        self.0.replace('/', ".")
    }
}

impl fmt::Display for RunName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Sweep {
    /// Expands a checked configuration into cells and runs.
    ///
    /// # Errors
    /// Two entries of the file that are the same cell.
    pub fn expand(mut config: ValidConfig) -> Result<Self, Error> {
        let asked = config.take_cells();
        let mut cells: Vec<Cell> = Vec::with_capacity(asked.len());
        let mut places: HashMap<CellId, usize> = HashMap::with_capacity(asked.len());
        for cell in asked {
            let cell = Cell::new(cell, &config.device)?;
            if let Some(twin) = places.insert(cell.id.clone(), cells.len()) {
                let twin = &cells[twin].id;
                let message = format!("two cells are the same, {twin}: remove one of them or a value of the grid that stands twice");
                return Err(Problems::new(&config.sweep, vec![Problem::new("cells", message)]).into());
            }
            cells.push(cell);
        }
        let pairs = config.seeds.pairs();
        let runs = (0..cells.len()).flat_map(|cell| pairs.iter().map(move |&seeds| Run { cell, seeds })).collect();
        Ok(Self { config, cells, runs })
    }

    /// A run's name.
    pub fn name(&self, run: Run) -> RunName {
        RunName::new(&self.cells[run.cell].id, run.seeds)
    }

    /// The run of a name.
    pub fn find(&self, name: &str) -> Option<Run> {
        self.runs.iter().copied().find(|&run| self.name(run).as_str() == name)
    }
}

//! Whether there is memory for a run, asked before it is taken: a process that takes more than there is is killed, and what it was doing with it.

use sysinfo::System;
use transformer::{Device, step_bytes};

use crate::cell::Cell;
use crate::error::Error;

/// Refuses runs side by side whose training step would take more memory than is free, `at_once` such steps at a time. What a GPU has free is not known before it is
/// asked for. Evaluation is not counted; it goes over a few thousand tokens at a time.
pub(super) fn check(cell: &Cell, replicas: usize, at_once: usize, device: &Device) -> Result<(), Error> {
    if !device.is_cpu() {
        return Ok(());
    }
    let train = &cell.config.train;
    let needed = step_bytes(&cell.model(), replicas, train.batch, cell.tokens_trained(), device) as u64;
    let needed = needed.saturating_mul(at_once as u64);
    let mut system = System::new();
    system.refresh_memory();
    // A container may have less than the machine. What it has read of files is given up where memory is asked for.
    let in_container = system.cgroup_limits().map_or(u64::MAX, |limits| limits.total_memory.saturating_sub(limits.rss));
    let free = in_container.min(system.available_memory());
    if needed <= free { Ok(()) } else { Err(Error::OutOfMemory { needed, at_once, free, way_out: way_out(cell, replicas) }) }
}

/// What to lower, the most effective first.
pub fn way_out(cell: &Cell, replicas: usize) -> String {
    let (model, train) = (&cell.config.model, &cell.config.train);
    let tokens = match train.context {
        Some(context) => format!("train.context ({context})"),
        None => format!("train.lengths ({})", train.lengths),
    };
    let side_by_side = if replicas > 1 { format!("--side-by-side ({replicas}), ") } else { String::new() };
    format!("lower {side_by_side}train.batch ({}), {tokens}, model.layers ({}) or model.width ({})", train.batch, model.layers, model.width)
}

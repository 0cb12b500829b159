//! `live`: a sweep's curves while they grow.

use std::io::{self, IsTerminal};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::crossterm::style::force_color_output;

use super::sweep::stop_on_signal;
use crate::error::Error;
use crate::live::{Snapshot, View, Watch, draw, in_words};
use crate::printer::Printer;

/// Between two looks at the folder, unless a look itself takes long.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A signal is noticed within so much time.
const WAIT_AT_MOST: Duration = Duration::from_millis(200);

#[derive(Debug, Args)]
pub(super) struct LiveArgs {
    /// The sweep's folder.
    folder: PathBuf,
}

pub(super) fn live(args: &LiveArgs, printer: Printer) -> Result<(), Error> {
    let mut watch = Watch::new(&args.folder);
    // What is wrong with the folder is said before the terminal is taken.
    let first = watch.look()?;
    if printer.json() {
        return printer.value(&first);
    }
    if !io::stdout().is_terminal() {
        return printer.data(&in_words(&first));
    }
    let stop = stop_on_signal()?;
    force_color_output(printer.colors_data());
    let watched = ratatui::try_init().map_err(terminal).and_then(|mut terminal| show(&mut terminal, &mut watch, first, &stop));
    // Nobody can be told on a terminal that has gone away.
    let _ = ratatui::try_restore();
    watched
}

fn show(terminal: &mut DefaultTerminal, watch: &mut Watch, mut snapshot: Snapshot, stop: &AtomicBool) -> Result<(), Error> {
    let mut view = View::default();
    let mut next = Instant::now() + LOOK_EVERY;
    loop {
        terminal.draw(|frame| draw(frame, &snapshot, &mut view)).map_err(self::terminal)?;
        if stop.load(Ordering::Relaxed) {
            return Ok(());
        }
        let wait = next.saturating_duration_since(Instant::now()).min(WAIT_AT_MOST);
        if event::poll(wait).map_err(self::terminal)?
            && let Event::Key(key) = event::read().map_err(self::terminal)?
            && press(key, &snapshot, &mut view).is_break()
        {
            return Ok(());
        }
        let began = Instant::now();
        if began >= next {
            snapshot = watch.look()?;
            // A folder of 100,000 runs, or one behind a slow network, is not looked at all the time.
            next = Instant::now() + LOOK_EVERY.max(4 * began.elapsed());
        }
    }
}

/// Does what a key asks; breaks where it asks to end.
fn press(key: KeyEvent, snapshot: &Snapshot, view: &mut View) -> ControlFlow<()> {
    // Some terminals also tell that a key is let go.
    if key.kind == KeyEventKind::Release {
        return ControlFlow::Continue(());
    }
    match key.code {
        KeyCode::Char('q') | KeyCode::Esc => return ControlFlow::Break(()),
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => return ControlFlow::Break(()),
        KeyCode::Up => view.choose(snapshot, -1),
        KeyCode::Down => view.choose(snapshot, 1),
        KeyCode::Char('l') => view.toggle(),
        _ => {}
    }
    ControlFlow::Continue(())
}

fn terminal(error: io::Error) -> Error {
    Error::file(Path::new("the terminal"), "use")(error)
}

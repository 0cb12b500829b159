//! What a waiting person sees: bars with an ETA on a terminal, one plain line a minute elsewhere. Always on standard error.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cell::Cell;
use crate::config::SeedPair;
use crate::run::Progress;

const PLAIN_LINE_EVERY: Duration = Duration::from_mins(1);

/// The progress of a sweep: all runs in one bar, each running run in one of its own.
pub struct Board {
    bars: MultiProgress,
    all: ProgressBar,
    terminal: bool,
    state: Mutex<State>,
    started: Instant,
}

/// Work in units of [`Cell::work`], for an ETA that knows that runs differ in length.
struct State {
    work_all: f64,
    work_done: f64,
    work_running: Vec<(String, f64)>,
    runs_all: usize,
    runs_done: usize,
    last_line: Instant,
}

/// The progress of one run.
pub struct Line<'b> {
    board: &'b Board,
    bar: ProgressBar,
    name: String,
    work: f64,
}

impl Board {
    /// A board for runs of the given amounts of work.
    pub fn new(work: &[f64], terminal: bool) -> Self {
        let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bars = MultiProgress::with_draw_target(target);
        let all = bars.add(ProgressBar::new(work.len() as u64));
        all.set_style(style("{wide_bar} {pos}/{len} runs  {elapsed} gone, {msg}"));
        all.set_message("about ? left");
        all.enable_steady_tick(Duration::from_secs(1));
        let now = Instant::now();
        let state = State {
            work_all: work.iter().sum(),
            work_done: 0.0,
            work_running: Vec::new(),
            runs_all: work.len(),
            runs_done: 0,
            last_line: now,
        };
        Self { bars, all, terminal, state: Mutex::new(state), started: now }
    }

    /// A line for a run that begins.
    pub fn begin(&self, cell: &Cell, seeds: SeedPair) -> Line<'_> {
        let name = format!("{} (seeds {}, {})", cell.id, seeds.init, seeds.data);
        let bar = self.bars.insert_before(&self.all, ProgressBar::new(cell.config.train.steps as u64));
        bar.set_style(style("  {prefix}  {bar:20} {pos}/{len} steps  {msg}"));
        bar.set_prefix(name.clone());
        self.state().work_running.push((name.clone(), 0.0));
        Line { board: self, bar, name, work: cell.work() }
    }

    /// Counts a run that another process has done.
    pub fn ended_elsewhere(&self, cell: &Cell) {
        let mut state = self.state();
        state.work_all = (state.work_all - cell.work()).max(0.0);
        state.runs_done += 1;
        self.refresh(&mut state);
    }

    /// Clears the bars.
    pub fn finish(&self) {
        self.all.finish_and_clear();
    }

    /// Prints a line above the bars.
    pub fn say(&self, text: &str) {
        if self.terminal {
            // A terminal that has gone away is no reason to stop training.
            let _ = self.bars.println(text);
        } else {
            use std::io::Write;
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Brings the overall bar up to date, and prints the plain line when it is due.
    fn refresh(&self, state: &mut State) {
        let done = state.work_done + state.work_running.iter().map(|(_, work)| work).sum::<f64>();
        let elapsed = self.started.elapsed();
        let left = (done > 0.0).then(|| elapsed.mul_f64(((state.work_all - done) / done).max(0.0)));
        let left = left.map_or_else(|| "? left".to_owned(), |left| format!("{} left", in_minutes(left)));
        self.all.set_position(state.runs_done as u64);
        self.all.set_message(format!("about {left}"));
        if !self.terminal && state.last_line.elapsed() >= PLAIN_LINE_EVERY {
            state.last_line = Instant::now();
            let running = state.work_running.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
            let (runs_done, runs_all) = (state.runs_done, state.runs_all);
            self.say(&format!("{runs_done}/{runs_all} runs done, {} gone, about {left}; running: {running}", in_minutes(elapsed)));
        }
    }
}

impl Line<'_> {
    /// Takes note of a step.
    pub fn tell(&self, progress: Progress) {
        self.bar.set_position(progress.step as u64);
        if let Some(exact_match) = progress.exact_match {
            self.bar.set_message(format!("in-distribution exact match {exact_match:.3}"));
        }
        let mut state = self.board.state();
        if let Some((_, work)) = state.work_running.iter_mut().find(|(name, _)| *name == self.name) {
            *work = self.work * progress.step as f64 / progress.steps as f64;
        }
        self.board.refresh(&mut state);
    }

    /// Ends the line with what the run came to.
    pub fn end(self, message: &str, took: Duration) {
        self.bar.finish_and_clear();
        self.board.say(&format!("{}: {message}, {:.0} s", self.name, took.as_secs_f64()));
        let mut state = self.board.state();
        state.work_running.retain(|(name, _)| *name != self.name);
        state.work_done += self.work;
        state.runs_done += 1;
        self.board.refresh(&mut state);
    }

    /// Ends the line of a run that the user stopped.
    pub fn abandon(self) {
        self.bar.finish_and_clear();
        self.board.state().work_running.retain(|(name, _)| *name != self.name);
    }
}

fn style(template: &str) -> ProgressStyle {
    // A template is fixed text; a wrong one shows as the default bar.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸ ")
}

/// A duration as people say it.
pub fn in_minutes(duration: Duration) -> String {
    let secs = duration.as_secs();
    if secs < 60 { format!("{secs} s") } else { format!("{} min {:02} s", secs / 60, secs % 60) }
}

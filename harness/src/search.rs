//! Searching all programs of one size on several threads: shards that share nothing, handed out in order, kept when they are done.
//!
//! No result depends on the number of threads, on the order in which shards end, or on where a search was interrupted.

mod certificate;
mod journal;

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rasp::rasp_l::search::{NAMED_OPERATIONS, Operations, Search};
use tasks::shortest::{LOOKED_AT, Searched};

pub use certificate::Certificate;
use journal::{Journal, Shard};

use crate::error::Error;

/// What a thread needs, in bytes: the values of the states on the way to the present one.
const BYTES_PER_WORKER: usize = 16 << 20;
/// What a program that is kept takes, in bytes.
const BYTES_PER_PROGRAM: usize = 1 << 10;
/// How often a search without a terminal says where it is.
const PLAIN_LINE_EVERY: Duration = Duration::from_mins(1);

/// A named set of operations, or operations separated by commas.
///
/// # Errors
/// In words, a name that there is none of.
pub fn operations(text: &str) -> Result<Operations, String> {
    let operations = Operations::named(text).map_or_else(|| Operations::of_names(text.split(',').map(str::trim)), Ok);
    operations.map_err(|name| {
        let full = Operations::full().names();
        let known = NAMED_OPERATIONS.into_iter().chain(full.iter().map(String::as_str));
        let meant = known.clone().max_by(|left, right| strsim::jaro_winkler(left, name).total_cmp(&strsim::jaro_winkler(right, name)));
        let hint = meant.filter(|meant| strsim::jaro_winkler(meant, name) > 0.7).map(|meant| format!("did you mean `{meant}`? "));
        let known: Vec<&str> = known.collect();
        format!("no operation is called `{name}`: {}they are {}", hint.unwrap_or_default(), known.join(" "))
    })
}

/// How sizes are searched.
#[derive(Debug)]
pub struct Searcher<'a> {
    /// Threads.
    pub workers: usize,
    /// The most memory for values and programs, in bytes.
    pub memory: usize,
    /// Where shards that are done are kept, if anywhere.
    pub folder: Option<&'a Path>,
    /// Set when the user has asked to stop.
    pub stop: &'a AtomicBool,
    /// Whether standard error is a terminal.
    pub terminal: bool,
    /// The names of tokens, for the texts of programs.
    pub symbols: Vec<(&'a str, i8)>,
}

impl Searcher<'_> {
    /// Searches all programs of one size.
    ///
    /// # Errors
    /// [`Error::Usage`] where the memory does not suffice, [`Error::File`] and [`Error::DamagedResult`] of kept shards, [`Error::SearchInterrupted`].
    pub fn search(&self, search: &Search) -> Result<Searched, Error> {
        let most = self.programs_per_shard(search.shards())?;
        let journal = self.folder.map(|folder| Journal::open(folder, search, most)).transpose()?;
        let mut done: Vec<Option<Shard>> = vec![None; search.shards()];
        if let Some(journal) = &journal {
            journal.read(&mut done)?;
        }
        let left: Vec<usize> = (0..done.len()).filter(|&shard| done[shard].is_none()).collect();
        let progress = Progress::new(search, left.len(), self.terminal);
        let (next, done, failure) = (AtomicUsize::new(0), Mutex::new(done), Mutex::new(None));
        std::thread::scope(|scope| {
            for _ in 0..self.workers.min(left.len()) {
                scope.spawn(|| {
                    let mut worker = search.worker();
                    while let Some(&number) = left.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let Some(outcome) = worker.run(number, most, self.stop) else { return };
                        let programs = outcome.found.iter().map(|found| search.source(found, &self.symbols, &[])).collect();
                        let shard = Shard { number, counts: outcome.counts, agreeing: outcome.agreeing, programs };
                        let kept = journal.as_ref().map_or(Ok(()), |journal| journal.write(&shard));
                        progress.tell(&shard);
                        lock(&done)[number] = Some(shard);
                        if let Err(error) = kept {
                            *lock(&failure) = Some(error);
                            return;
                        }
                    }
                });
            }
        });
        progress.finish();
        if let Some(error) = failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        let complete: Vec<Shard> = done.iter().flatten().cloned().collect();
        if complete.len() < done.len() {
            let (size, shards) = (search.size(), done.len());
            return Err(Error::SearchInterrupted { size, done: complete.len(), shards, kept: self.folder.is_some() });
        }
        Ok(merge(&complete))
    }

    /// How many programs a shard may keep.
    fn programs_per_shard(&self, shards: usize) -> Result<usize, Error> {
        let least = self.workers * BYTES_PER_WORKER + shards * BYTES_PER_PROGRAM;
        if self.memory < least {
            let (given, workers) = (self.memory >> 20, self.workers);
            return Err(Error::Usage(format!(
                "--memory: {given} MiB are too little for {workers} threads and {shards} shards: give {} MiB, or fewer --workers",
                least.div_ceil(1 << 20)
            )));
        }
        Ok(((self.memory - self.workers * BYTES_PER_WORKER) / BYTES_PER_PROGRAM / shards).min(LOOKED_AT))
    }
}

/// All shards as one; of the programs, the first of each shard, then the second of each, and so on.
fn merge(shards: &[Shard]) -> Searched {
    let mut searched = Searched::default();
    for shard in shards {
        searched.counts += shard.counts;
        searched.agreeing += shard.agreeing;
        searched.shards.push((shard.counts, shard.agreeing));
    }
    let longest = shards.iter().map(|shard| shard.programs.len()).max().unwrap_or(0);
    let in_turn = (0..longest).flat_map(|place| shards.iter().filter_map(move |shard| shard.programs.get(place)));
    searched.programs = in_turn.take(LOOKED_AT).cloned().collect();
    searched
}

/// What a waiting person sees.
struct Progress {
    bar: ProgressBar,
    size: usize,
    shards: usize,
    terminal: bool,
    started: Instant,
    /// Shards done, sets of lines, programs that agree, and when a plain line was last printed.
    state: Mutex<(usize, u64, u64, Instant)>,
}

impl Progress {
    fn new(search: &Search, shards: usize, terminal: bool) -> Self {
        let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(shards as u64), target);
        let style = ProgressStyle::with_template("size {prefix}  {wide_bar} {pos}/{len} shards  {msg}  {elapsed} gone, about {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸ "));
        bar.set_prefix(search.size().to_string());
        let now = Instant::now();
        Progress { bar, size: search.size(), shards, terminal, started: now, state: Mutex::new((0, 0, 0, now)) }
    }

    fn tell(&self, shard: &Shard) {
        let mut state = lock(&self.state);
        state.0 += 1;
        state.1 += shard.counts.states;
        state.2 += shard.agreeing;
        self.bar.set_position(state.0 as u64);
        let said = format!("{} M sets of lines, {} programs agree", state.1 / 1_000_000, state.2);
        if !self.terminal && state.3.elapsed() >= PLAIN_LINE_EVERY {
            use std::io::Write;
            state.3 = Instant::now();
            let gone = self.started.elapsed();
            let left = gone.mul_f64((self.shards - state.0) as f64 / state.0 as f64);
            // Nobody can be told where this fails.
            let _ = writeln!(
                std::io::stderr(),
                "size {}: {}/{} shards, {said}, {} s gone, about {} s left",
                self.size,
                state.0,
                self.shards,
                gone.as_secs(),
                left.as_secs()
            );
        }
        self.bar.set_message(said);
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
